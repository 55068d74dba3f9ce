/** JSON text (RFC 8259) → this → its value, with nothing lost that JSON.parse loses: digits of numbers, names that repeat. */
import { isRepeatedField, REPEATED_KEY, readNumber } from '@/lib/comparison/json-number'

export type ParsedJson =
  | { readonly ok: true; readonly value: unknown }
  /** `syntax`: it is no JSON. `too_deep`: it nests deeper than what was allowed; the rest was not looked at. */
  | { readonly ok: false; readonly reason: 'syntax' | 'too_deep' }

/** The value; numbers and repeated names as `json-number.ts` has them. Takes time linear in the text, and never throws. */
export function parseJson(text: string, depthMax: number): ParsedJson {
  const parser = new JsonParser(text, depthMax)
  const value = parser.document()
  return parser.failure === '' ? { ok: true, value } : { ok: false, reason: parser.failure }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const QUOTE = 34
const BACKSLASH = 92
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT, COMMA, COLON] = [91, 93, 123, 125, 44, 58]
const LITERALS = new Map<number, readonly [string, unknown]>([
  [116, ['true', true]],
  [102, ['false', false]],
  [110, ['null', null]],
])

class JsonParser {
  failure: '' | 'syntax' | 'too_deep' = ''
  private readonly text: string
  private readonly depthMax: number
  private at = 0
  private depth = 0

  constructor(text: string, depthMax: number) {
    this.text = text
    this.depthMax = depthMax
  }

  document(): unknown {
    const value = this.value()
    this.skipSpace()
    return this.at === this.text.length ? value : this.fail()
  }

  private fail(reason: 'syntax' | 'too_deep' = 'syntax'): undefined {
    if (this.failure === '') this.failure = reason
    // Nothing more is read.
    this.at = this.text.length
    return undefined
  }

  private skipSpace(): number {
    const { text } = this
    let code = text.charCodeAt(this.at)
    while (code === 32 || code === 10 || code === 13 || code === 9) {
      this.at += 1
      code = text.charCodeAt(this.at)
    }
    return code
  }

  private value(): unknown {
    const code = this.skipSpace()
    if (code === QUOTE) return this.string()
    if (code === OPEN_OBJECT) return this.nested(() => this.object())
    if (code === OPEN_LIST) return this.nested(() => this.list())
    if (code === 45 || (code >= 48 && code <= 57)) return this.number()
    const [word, value] = LITERALS.get(code) ?? ['', undefined]
    if (word === '' || !this.text.startsWith(word, this.at)) return this.fail()
    this.at += word.length
    return value
  }

  private nested(read: () => unknown): unknown {
    if (this.depth >= this.depthMax) return this.fail('too_deep')
    this.depth += 1
    this.at += 1
    const value = read()
    this.depth -= 1
    return value
  }

  private number(): unknown {
    NUMBER.lastIndex = this.at
    const match = NUMBER.exec(this.text)
    if (match === null) return this.fail()
    this.at = NUMBER.lastIndex
    return readNumber(match[0])
  }

  private string(): string | undefined {
    const { text } = this
    const start = this.at
    let isPlain = true
    let at = start + 1
    for (; ; at += 1) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) break
      // Also where the text ends: NaN.
      if (!(code >= 32)) return this.fail()
      if (code !== BACKSLASH) continue
      isPlain = false
      at += 1
    }
    this.at = at + 1
    return isPlain ? text.slice(start + 1, at) : this.unescape(text.slice(start, at + 1))
  }

  private unescape(quoted: string): string | undefined {
    try {
      return String(JSON.parse(quoted))
    } catch {
      return this.fail()
    }
  }

  private list(): unknown {
    const items: unknown[] = []
    if (this.skipSpace() === CLOSE_LIST) return this.skip(items)
    while (this.failure === '') {
      items.push(this.value())
      const code = this.skipSpace()
      if (code === CLOSE_LIST) return this.skip(items)
      if (code !== COMMA) break
      this.at += 1
    }
    return this.fail()
  }

  private object(): unknown {
    const fields: Record<string, unknown> = {}
    if (this.skipSpace() === CLOSE_OBJECT) return this.skip(fields)
    while (this.failure === '') {
      if (this.skipSpace() !== QUOTE) break
      const name = this.string()
      if (name === undefined || this.skipSpace() !== COLON) break
      this.at += 1
      setField(fields, name.charCodeAt(0) === 0 ? `\u0000${name}` : name, this.value())
      const code = this.skipSpace()
      if (code === CLOSE_OBJECT) return this.skip(fields)
      if (code !== COMMA) break
      this.at += 1
    }
    return this.fail()
  }

  /** Passes the closing bracket. */
  private skip<T>(value: T): T {
    this.at += 1
    return value
  }
}

/** Plain assignment would take `__proto__` for the prototype. */
function setField(fields: Record<string, unknown>, name: string, value: unknown): void {
  const isKnown = Object.hasOwn(fields, name)
  if (!isKnown && name !== '__proto__') {
    fields[name] = value
    return
  }
  Object.defineProperty(fields, name, {
    value: isKnown ? repeated(fields[name], value) : value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

function repeated(before: unknown, value: unknown): unknown {
  const values = isRepeatedField(before) ? before[REPEATED_KEY] : [before]
  return { [REPEATED_KEY]: [...values, value] }
}
