/** Bytes of a request head → this → method, target and header lines, or why Node or nobody may read it. */
import { hostOf } from '@/lib/routing/host-of'
import type { MatchRequest } from '@/lib/routing/request-match'
import type { GatewayLimits } from '../bounds/limits'
import { connectionTokens, HeaderLines, LINES, parseLength } from './header-lines'
import { HEADER, TOKEN_BYTES } from './header-names'

/** What became of a head. `unusual` is legal as far as looked at, and for Node's own parser to judge. */
export type HeadVerdict =
  | 'ok'
  | 'unusual'
  | 'malformed'
  | 'target_too_long'
  | 'too_many_headers'
  | 'unsupported_version'

const COMMON_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])
/** Methods a request of which may be sent again without being asked (RFC 9110 9.2.2). */
export const IDEMPOTENT_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'PUT',
  'DELETE',
  'OPTIONS',
  'TRACE',
])
/** Headers that can't be taken at face value on the fast path. */
const UNUSUAL_HEADERS =
  (1 << HEADER.transferEncoding) | (1 << HEADER.expect) | (1 << HEADER.trailer)
const NEEDS_NORMALISING = /\/\.{1,2}(?:\/|$)|%2e|\\|%5c|#/i

/**
 * One request head, reused for every request of a worker: valid until the next `read`.
 * Strict by construction: what it accepts every other parser reads in the same way (RFC 9112).
 */
export class RequestHead implements MatchRequest {
  text = ''
  method = ''
  /** Origin form, as received. */
  target = ''
  path = ''
  host = ''
  /** The Host header as received, with its port. */
  authority = ''
  /** -1 without a body, -2 for a chunked one, else its length. */
  contentLength = -1
  keepAlive = true
  /** Lower-case names that Connection lists for removal; empty in the common case. */
  connectionNames: readonly string[] = []
  /** Value of Upgrade when the request asks to change protocols. */
  upgrade = ''
  readonly lines = new HeaderLines()
  private queryStart = -1
  private hosts = 0
  private lengths = 0
  private codings = 0

  /** Whether the client takes trailers (RFC 9110 10.1.4). */
  get wantsTrailers(): boolean {
    return (this.lines.valueOf(this.text, HEADER.te) ?? '').toLowerCase().includes('trailers')
  }

  header(name: string): string | undefined {
    return this.lines.joined(this.text, name)
  }

  query(): string {
    return this.queryStart === -1 ? '' : this.target.slice(this.queryStart)
  }

  /**
   * Reads `bytes[start, end)`, which ends with the empty line. With `trusted`, the head comes from Node's own parser and
   * what is merely unusual is taken.
   */
  read(
    bytes: Buffer,
    start: number,
    end: number,
    limits: GatewayLimits,
    trusted = false,
  ): HeadVerdict {
    const requestLine = this.readRequestLine(bytes, start, end, limits)
    if (requestLine !== 'ok' && requestLine !== 'unusual') return requestLine
    const result = this.lines.read(
      bytes,
      this.headersStart,
      end,
      start,
      limits.requestHeaderLinesMax,
    )
    if (result === LINES.tooMany) return 'too_many_headers'
    if (result !== LINES.complete) return 'malformed'
    this.text = bytes.toString('latin1', start, end)
    const headers = this.readHeaders(trusted)
    if (headers === 'malformed') return headers
    return requestLine === 'unusual' && !trusted ? 'unusual' : headers
  }

  private headersStart = 0

  private readRequestLine(
    bytes: Buffer,
    start: number,
    end: number,
    limits: GatewayLimits,
  ): HeadVerdict {
    let at = start
    while (TOKEN_BYTES[bytes[at] ?? 0] === 1) at++
    if (at === start || bytes[at] !== 32) return 'malformed'
    this.method = methodName(bytes, start, at)
    const targetStart = ++at
    while (at < end && (bytes[at] ?? 0) > 32 && (bytes[at] ?? 0) < 127) at++
    if (at - targetStart > limits.requestTargetBytesMax) return 'target_too_long'
    if (at === targetStart || bytes[at] !== 32) return 'malformed'
    this.setTarget(bytes.toString('latin1', targetStart, at))
    this.headersStart = at + 11
    return this.versionVerdict(bytes.toString('latin1', at + 1, at + 11))
  }

  private versionVerdict(version: string): HeadVerdict {
    if (version === 'HTTP/1.1\r\n') return this.isUsual() ? 'ok' : 'unusual'
    if (version === 'HTTP/1.0\r\n') return 'unusual'
    return /^HTTP\/\d\.\d\r\n$/.test(version) ? 'unsupported_version' : 'malformed'
  }

  private isUsual(): boolean {
    return (
      COMMON_METHODS.has(this.method) &&
      this.target.charCodeAt(0) === 47 &&
      !NEEDS_NORMALISING.test(this.path)
    )
  }

  private setTarget(target: string): void {
    const question = target.indexOf('?')
    this.target = target
    this.queryStart = question === -1 ? -1 : question + 1
    this.path = question === -1 ? target : target.slice(0, question)
  }

  private readHeaders(trusted: boolean): HeadVerdict {
    const { lines } = this
    this.contentLength = -1
    this.keepAlive = true
    this.connectionNames = []
    this.upgrade = ''
    this.authority = ''
    this.hosts = 0
    this.lengths = 0
    this.codings = 0
    for (let index = 0; index < lines.count; index++) {
      const id = lines.id[index] ?? HEADER.other
      if (id !== HEADER.other && !this.readSpecial(id, index)) return 'malformed'
    }
    if (this.hosts !== 1 && !(trusted && this.hosts === 0)) return 'malformed'
    if (this.lengths + this.codings > 1) return 'malformed'
    return this.readFraming(trusted)
  }

  /** Takes a line that says how the request is to be read; false when it must not be. */
  private readSpecial(id: number, index: number): boolean {
    const { lines, text } = this
    if (id === HEADER.host) {
      this.hosts++
      this.authority = lines.value(text, index)
    } else if (id === HEADER.contentLength) {
      this.lengths++
      this.contentLength = parseLength(lines.value(text, index))
      return this.contentLength !== -1
    } else if (id === HEADER.transferEncoding) {
      this.codings++
      // No other coding is decoded here, so its bytes would be passed on as something they are not.
      return lines.value(text, index).toLowerCase() === 'chunked'
    } else if (id === HEADER.connection) {
      this.readConnection(lines.value(text, index))
    }
    return true
  }

  private readFraming(trusted: boolean): HeadVerdict {
    const host = hostOf(this.authority)
    if (host === null) return 'malformed'
    this.host = host
    if (this.codings === 1 && trusted) this.contentLength = -2
    this.readUpgrade()
    const isUnusual = (this.lines.seen & UNUSUAL_HEADERS) !== 0 || !this.hasPlainLength()
    return isUnusual && !trusted ? 'unusual' : 'ok'
  }

  /** The line of the length is passed on as it is, so blanks that some parsers refuse must not be in it. */
  private hasPlainLength(): boolean {
    const { lines, text } = this
    if (this.contentLength === -1) return true
    const index = lines.id.indexOf(HEADER.contentLength)
    const start = lines.valueStart[index] ?? 0
    const blanks = start - (lines.nameEnd[index] ?? 0) - 1
    if (blanks > 1 || (blanks === 1 && text[start - 1] !== ' ')) return false
    return text[lines.valueEnd[index] ?? 0] === '\r'
  }

  private readConnection(value: string): void {
    if (value === 'keep-alive' || value === 'Keep-Alive') return
    const names: string[] = [...this.connectionNames]
    for (const token of connectionTokens(value)) {
      if (token === 'close') this.keepAlive = false
      else if (token !== 'keep-alive') names.push(token)
    }
    this.connectionNames = names
  }

  /** Only a bodiless GET can change protocols; elsewhere Upgrade is dropped, as RFC 9110 7.8 allows. */
  private readUpgrade(): void {
    if (!this.connectionNames.includes('upgrade')) return
    if (this.method !== 'GET' || this.contentLength > 0 || this.contentLength === -2) return
    const protocol = this.lines.valueOf(this.text, HEADER.upgrade) ?? ''
    if (protocol.toLowerCase() !== 'h2c') this.upgrade = protocol
  }
}

function methodName(bytes: Buffer, start: number, end: number): string {
  if (
    end - start === 3 &&
    bytes[start] === 71 &&
    bytes[start + 1] === 69 &&
    bytes[start + 2] === 84
  ) {
    return 'GET'
  }
  return bytes.toString('latin1', start, end)
}
