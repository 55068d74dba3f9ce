import { REGEX_DEPTH_MAX, REGEX_INSTRUCTIONS_MAX, REGEX_PATTERN_CHARACTERS_MAX } from './limits'

/** Pattern text → this tree → instructions (`linear-regex.ts`). */
export type RegexNode =
  | { readonly type: 'set'; readonly ranges: readonly CharacterRange[]; readonly negated: boolean }
  | { readonly type: 'sequence'; readonly items: readonly RegexNode[] }
  | { readonly type: 'choice'; readonly items: readonly RegexNode[] }
  | {
      readonly type: 'repeat'
      readonly item: RegexNode
      readonly least: number
      readonly most: number
    }
  | { readonly type: 'assert'; readonly at: 'start' | 'end' | 'boundary' | 'not-boundary' }

export type CharacterRange = readonly [from: number, to: number]

const HIGHEST = 0xffff
const DIGIT: CharacterRange[] = [[48, 57]]
const WORD: CharacterRange[] = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
]
const SPACE: CharacterRange[] = [
  [9, 10],
  [12, 13],
  [32, 32],
]
const CLASSES: Readonly<Record<string, CharacterRange[]>> = {
  d: DIGIT,
  w: WORD,
  s: SPACE,
  D: complement(DIGIT),
  W: complement(WORD),
  S: complement(SPACE),
}
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, a: 7 }

function complement(ranges: readonly CharacterRange[]): CharacterRange[] {
  const out: CharacterRange[] = []
  let next = 0
  for (const [from, to] of ranges) {
    if (from > next) out.push([next, from - 1])
    next = to + 1
  }
  out.push([next, HIGHEST])
  return out
}

class RegexSyntaxError extends Error {}

/**
 * Returns the tree of a pattern in RE2's syntax without captures' meaning, look-around and back references
 * (https://github.com/google/re2/wiki/Syntax), or one sentence saying what is wrong with it.
 */
export function parseRegex(pattern: string): RegexNode | { readonly error: string } {
  if (pattern.length > REGEX_PATTERN_CHARACTERS_MAX) {
    return { error: `the expression is longer than ${REGEX_PATTERN_CHARACTERS_MAX} characters` }
  }
  try {
    return new RegexParser(pattern).parse()
  } catch (error) {
    if (error instanceof RegexSyntaxError) return { error: error.message }
    throw error
  }
}

class RegexParser {
  private at = 0
  private depth = 0
  private ignoreCase = false
  private readonly pattern: string

  constructor(pattern: string) {
    this.pattern = pattern
  }

  parse(): RegexNode {
    if (this.take('(?i)')) this.ignoreCase = true
    const node = this.choice()
    if (this.at < this.pattern.length) this.fail('unexpected )')
    return node
  }

  private fail(problem: string): never {
    throw new RegexSyntaxError(`${problem} at character ${this.at + 1}`)
  }

  private take(text: string): boolean {
    if (!this.pattern.startsWith(text, this.at)) return false
    this.at += text.length
    return true
  }

  private peek(): string {
    return this.pattern.charAt(this.at)
  }

  private next(): string {
    const character = this.peek()
    if (character === '') this.fail('unexpected end of the expression')
    this.at += 1
    return character
  }

  private choice(): RegexNode {
    const items = [this.sequence()]
    while (this.take('|')) items.push(this.sequence())
    return items.length === 1 && items[0] !== undefined ? items[0] : { type: 'choice', items }
  }

  private sequence(): RegexNode {
    const items: RegexNode[] = []
    while (this.at < this.pattern.length && this.peek() !== '|' && this.peek() !== ')') {
      items.push(this.repeated(this.atom()))
    }
    return { type: 'sequence', items }
  }

  private repeated(item: RegexNode): RegexNode {
    const bounds = this.quantifier()
    if (bounds === undefined) return item
    if (item.type === 'assert') this.fail('nothing to repeat')
    // Laziness changes which match is reported, never whether there is one.
    this.take('?')
    if (this.quantifier() !== undefined) this.fail('repeated quantifier')
    return { type: 'repeat', item, ...bounds }
  }

  private quantifier(): { least: number; most: number } | undefined {
    if (this.take('*')) return { least: 0, most: Number.POSITIVE_INFINITY }
    if (this.take('+')) return { least: 1, most: Number.POSITIVE_INFINITY }
    if (this.take('?')) return { least: 0, most: 1 }
    const counted = /^\{(\d{1,6})(,(\d{0,6}))?\}/.exec(this.pattern.slice(this.at, this.at + 17))
    if (counted === null) return undefined
    this.at += counted[0].length
    const least = Number(counted[1])
    const most = counted[2] === undefined ? least : upperBound(counted[3])
    if (
      least > REGEX_INSTRUCTIONS_MAX ||
      (Number.isFinite(most) && most > REGEX_INSTRUCTIONS_MAX)
    ) {
      this.fail(`repetition of more than ${REGEX_INSTRUCTIONS_MAX} times`)
    }
    if (most < least) this.fail('repetition bounds out of order')
    return { least, most }
  }

  private atom(): RegexNode {
    const character = this.next()
    switch (character) {
      case '(':
        return this.group()
      case '[':
        return this.characterClass()
      case '.':
        return { type: 'set', ranges: [[10, 10]], negated: true }
      case '^':
        return { type: 'assert', at: 'start' }
      case '$':
        return { type: 'assert', at: 'end' }
      case '\\':
        return this.escape()
      case '*':
      case '+':
      case '?':
        this.at -= 1
        return this.fail('nothing to repeat')
      default:
        return this.literal(character.charCodeAt(0))
    }
  }

  private group(): RegexNode {
    if (this.peek() === '?' && !this.take('?:')) {
      const named = /^\?P?<[A-Za-z_]\w*>/.exec(this.pattern.slice(this.at, this.at + 64))
      if (named === null) this.fail('unsupported group (look-around and flags are not available)')
      this.at += named[0].length
    }
    this.depth += 1
    if (this.depth > REGEX_DEPTH_MAX) this.fail(`more than ${REGEX_DEPTH_MAX} nested groups`)
    const node = this.choice()
    if (!this.take(')')) this.fail('missing )')
    this.depth -= 1
    return node
  }

  private escape(): RegexNode {
    const character = this.next()
    const known = CLASSES[character]
    if (known !== undefined) return { type: 'set', ranges: known, negated: false }
    if (character === 'b') return { type: 'assert', at: 'boundary' }
    if (character === 'B') return { type: 'assert', at: 'not-boundary' }
    if (character === 'A') return { type: 'assert', at: 'start' }
    if (character === 'z') return { type: 'assert', at: 'end' }
    return this.literal(this.escapedCode(character))
  }

  private escapedCode(character: string): number {
    const control = CONTROLS[character]
    if (control !== undefined) return control
    if (character === 'x' || character === 'u') {
      const digits = character === 'x' ? 2 : 4
      const hex = this.pattern.slice(this.at, this.at + digits)
      if (!/^[0-9A-Fa-f]+$/.test(hex) || hex.length < digits) this.fail('invalid escape')
      this.at += digits
      return Number.parseInt(hex, 16)
    }
    if (/[A-Za-z0-9]/.test(character)) this.fail(`unsupported escape \\${character}`)
    return character.charCodeAt(0)
  }

  private characterClass(): RegexNode {
    const negated = this.take('^')
    const ranges: CharacterRange[] = []
    // A ] straight after [ or [^ is a literal, as in RE2 and POSIX.
    let first = true
    while (first || this.peek() !== ']') {
      first = false
      if (this.peek() === '') this.fail('missing ]')
      this.classItem(ranges)
    }
    this.next()
    return { type: 'set', ranges: this.ignoreCase ? bothCases(ranges) : ranges, negated }
  }

  private classItem(ranges: CharacterRange[]): void {
    const from = this.classCharacter()
    if (typeof from !== 'number') {
      ranges.push(...from)
      return
    }
    if (this.peek() !== '-' || this.pattern.charAt(this.at + 1) === ']') {
      ranges.push([from, from])
      return
    }
    this.next()
    const to = this.classCharacter()
    if (typeof to !== 'number' || to < from) this.fail('invalid character range')
    ranges.push([from, to])
  }

  private classCharacter(): number | readonly CharacterRange[] {
    const character = this.next()
    if (character === '[' && this.peek() === ':') this.fail('named classes are not supported')
    if (character !== '\\') return character.charCodeAt(0)
    const escaped = this.next()
    return CLASSES[escaped] ?? this.escapedCode(escaped)
  }

  private literal(code: number): RegexNode {
    const ranges: CharacterRange[] = [[code, code]]
    return { type: 'set', ranges: this.ignoreCase ? bothCases(ranges) : ranges, negated: false }
  }
}

function upperBound(digits: string | undefined): number {
  return digits === undefined || digits === '' ? Number.POSITIVE_INFINITY : Number(digits)
}

/** Adds the other case of every ASCII letter in the ranges. */
function bothCases(ranges: readonly CharacterRange[]): CharacterRange[] {
  const out: CharacterRange[] = [...ranges]
  for (const [from, to] of ranges) {
    const upper: CharacterRange = [Math.max(from, 65), Math.min(to, 90)]
    const lower: CharacterRange = [Math.max(from, 97), Math.min(to, 122)]
    if (upper[0] <= upper[1]) out.push([upper[0] + 32, upper[1] + 32])
    if (lower[0] <= lower[1]) out.push([lower[0] - 32, lower[1] - 32])
  }
  return out
}
