import { HEADER, headerIdAt, TOKEN_BYTES, VALUE_BYTES } from './header-names'

const CR = 13
const LF = 10
const SPACE = 32
const TAB = 9
const COLON = 58

/** What reading header lines came to. */
export const LINES = { complete: 0, malformed: -1, tooMany: -2 } as const

const CAPACITY = 512

/**
 * The header lines of one message as offsets into its bytes: read once, strictly, nothing copied.
 * A line is `name ":" OWS value OWS CRLF`; bare LF, folding and spaces before the colon are malformed (RFC 9112 5).
 */
export class HeaderLines {
  count = 0
  readonly id = new Uint8Array(CAPACITY)
  readonly lineStart = new Int32Array(CAPACITY)
  readonly nameEnd = new Int32Array(CAPACITY)
  readonly valueStart = new Int32Array(CAPACITY)
  readonly valueEnd = new Int32Array(CAPACITY)
  /** One bit per header id that occurs. */
  seen = 0

  /** Reads lines from `start` up to the empty line that ends at `end`. Offsets are relative to `base`. */
  read(bytes: Uint8Array, start: number, end: number, base: number, linesMax: number): number {
    this.count = 0
    this.seen = 0
    let at = start
    while (at < end - 2) {
      if (this.count === linesMax || this.count === CAPACITY) return LINES.tooMany
      const next = this.readLine(bytes, at, end, base)
      if (next < 0) return LINES.malformed
      at = next
    }
    return at === end - 2 ? LINES.complete : LINES.malformed
  }

  /** The text of a value by header id; the first one when there are several. */
  valueOf(text: string, id: number): string | undefined {
    if ((this.seen & (1 << id)) === 0) return undefined
    for (let index = 0; index < this.count; index++) {
      if (this.id[index] === id) return this.value(text, index)
    }
    return undefined
  }

  name(text: string, index: number): string {
    return text.slice(this.lineStart[index], this.nameEnd[index])
  }

  value(text: string, index: number): string {
    return text.slice(this.valueStart[index], this.valueEnd[index])
  }

  /** Values of a header by lower-case name, joined by `, `; undefined when there is none. */
  joined(text: string, lowerName: string): string | undefined {
    let found: string | undefined
    for (let index = 0; index < this.count; index++) {
      const start = this.lineStart[index] ?? 0
      if ((this.nameEnd[index] ?? 0) - start !== lowerName.length) continue
      if (this.name(text, index).toLowerCase() !== lowerName) continue
      const value = this.value(text, index)
      found = found === undefined ? value : `${found}, ${value}`
    }
    return found
  }

  private readLine(bytes: Uint8Array, start: number, end: number, base: number): number {
    let at = start
    while (TOKEN_BYTES[bytes[at] ?? 0] === 1) at++
    if (at === start || bytes[at] !== COLON) return -1
    const nameEnd = at++
    while (bytes[at] === SPACE || bytes[at] === TAB) at++
    const valueStart = at
    while (VALUE_BYTES[bytes[at] ?? 0] === 1) at++
    if (bytes[at] !== CR || bytes[at + 1] !== LF || at + 2 > end) return -1
    let valueEnd = at
    while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1])) valueEnd--
    const index = this.count++
    const id = headerIdAt(bytes, start, nameEnd)
    this.id[index] = id
    if (id !== HEADER.other) this.seen |= 1 << id
    this.lineStart[index] = start - base
    this.nameEnd[index] = nameEnd - base
    this.valueStart[index] = valueStart - base
    this.valueEnd[index] = valueEnd - base
    return at + 2
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB
}

/**
 * The offset after the empty line that ends a head starting at `start`; -1 when it has not arrived.
 * `from` is where an earlier search stopped. A bare LF ends the search too: the strict reader then refuses it.
 */
export function findHeadEnd(bytes: Buffer, start: number, from: number): number {
  let at = Math.max(start, from - 3)
  for (;;) {
    const lf = bytes.indexOf(LF, at)
    if (lf === -1) return -1
    if (bytes[lf + 1] === LF) return lf + 2
    if (bytes[lf + 1] === CR && bytes[lf + 2] === LF) return lf + 3
    at = lf + 1
  }
}

/** A non-negative decimal of up to 15 digits, which a double holds exactly; -1 for anything else. */
export function parseLength(text: string): number {
  if (text.length === 0 || text.length > 15) return -1
  let value = 0
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

/** Lower-case names listed in Connection headers, apart from `close` and `keep-alive`. */
export function connectionTokens(value: string): readonly string[] {
  return value
    .toLowerCase()
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '')
}

/** Trailers as the response parser keeps them, separated by LF, as lines ended by CRLF. */
export function trailerLines(trailers: string): string {
  const text = trailers.trim()
  return text === '' ? '' : `${text.replaceAll('\n', '\r\n')}\r\n`
}
