import { BODY_DEPTH_MAX, BODY_VALUES_MAX, DUPLICATES_MAX } from '../api/limits'

/**
 * Paths of keys that occur twice in one object of a JSON text, such as `spec.hostnames`. JSON.parse keeps
 * the last of them silently; strict field validation must name them. The text must be valid JSON.
 */
export function duplicateFields(text: string): string[] {
  const scanner = new Scanner(text)
  scanner.value('')
  return scanner.duplicates
}

/** Why a JSON text is refused before it is parsed: it nests too deeply, or holds too many values. Strings are skipped. */
export function shapeProblem(text: string): string | undefined {
  let depth = 0
  let values = 1
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i]
    if (character === '"') i = endOfString(text, i)
    else if (character === ',') values += 1
    else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
    if (depth > BODY_DEPTH_MAX) return TOO_DEEP
    if (values > BODY_VALUES_MAX) return TOO_MANY
  }
  return undefined
}

const TOO_DEEP = 'the object nests too deeply'
const TOO_MANY = `the object holds more than ${BODY_VALUES_MAX} values`

/** The same of YAML, roughly: every value but the first is on a line of its own or behind a comma. */
export function yamlProblem(text: string): string | undefined {
  let values = 1
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '\n' || text[i] === ',') values += 1
    if (values > BODY_VALUES_MAX) return TOO_MANY
  }
  return undefined
}

/** Index of the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let i = start + 1
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1
  return i
}

class Scanner {
  readonly #duplicates = new Set<string>()
  readonly #text: string
  #position = 0

  constructor(text: string) {
    this.#text = text
  }

  get duplicates(): string[] {
    return [...this.#duplicates]
  }

  value(path: string): void {
    this.#skipSpace()
    const character = this.#text[this.#position]
    if (character === '{') this.#object(path)
    else if (character === '[') this.#array(path)
    else if (character === '"') this.#string()
    else while (/[^,\]}\s]/.test(this.#text[this.#position] ?? ',')) this.#position += 1
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#position] ?? 'x')) this.#position += 1
  }

  /** The string at the position, escapes resolved; moves behind it. */
  #string(): string {
    const start = this.#position
    this.#position = endOfString(this.#text, start) + 1
    return JSON.parse(this.#text.slice(start, this.#position)) as string
  }

  /** Moves behind the next significant character and returns it. */
  #take(): string | undefined {
    this.#skipSpace()
    const character = this.#text[this.#position]
    this.#position += 1
    return character
  }

  #isNext(character: string): boolean {
    this.#skipSpace()
    return this.#text[this.#position] === character
  }

  #object(path: string): void {
    const keys = new Set<string>()
    this.#position += 1
    if (this.#isNext('}')) {
      this.#position += 1
      return
    }
    do {
      this.#skipSpace()
      const key = this.#string()
      const child = path === '' ? key : `${path}.${key}`
      if (keys.has(key) && this.#duplicates.size < DUPLICATES_MAX) this.#duplicates.add(child)
      keys.add(key)
      this.#take()
      this.value(child)
    } while (this.#take() === ',')
  }

  #array(path: string): void {
    this.#position += 1
    if (this.#isNext(']')) {
      this.#position += 1
      return
    }
    let index = 0
    do {
      this.value(`${path}[${index}]`)
      index += 1
    } while (this.#take() === ',')
  }
}
