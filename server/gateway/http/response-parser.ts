/** Bytes of a backend → this → response heads, body bytes and ends, in order. */
import { ChunkedScanner } from './chunked-scanner'
import { connectionTokens, findHeadEnd, type HeaderLines, LINES, parseLength } from './header-lines'
import { HEADER } from './header-names'

/** How a response body ends. */
export type BodyFraming = 'none' | 'length' | 'chunked' | 'close'

/** A response head; the parser's own, valid during the callback that hands it out. */
export interface ResponseHead {
  readonly status: number
  readonly reason: string
  readonly framing: BodyFraming
  readonly contentLength: number
  readonly text: string
  readonly lines: HeaderLines
  readonly connectionNames: readonly string[]
}

/** Told, in order: interim heads, the head, body bytes, the end. Bytes are valid during the call only. */
export interface ResponseSink {
  onInterim(head: ResponseHead): void
  onHead(head: ResponseHead): void
  /** Body bytes: with their chunk framing, unless `decodeChunks` was asked for. */
  onBody(bytes: Buffer): void
  /** The whole response has arrived. */
  onEnd(): void
  /** The connection now carries another protocol (101, CONNECT): all further bytes are the tunnel's. */
  onTunnelBytes(bytes: Buffer): void
}

export type ParserState = 'idle' | 'head' | 'body' | 'tunnel' | 'broken'

const LINES_MAX = 500
const NO_NAMES: readonly string[] = []
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t -~\x80-\xff]*))?$/

/**
 * Reads HTTP/1.x responses from a byte stream, one at a time. Anything a strict reader could take in two ways
 * makes it `broken`: the connection is then useless (RFC 9112 6.3).
 */
export class ResponseParser implements ResponseHead {
  state: ParserState = 'idle'
  status = 0
  reason = ''
  framing: BodyFraming = 'none'
  contentLength = -1
  text = ''
  /** Whether the connection can carry another request after this response. */
  keepAlive = false
  connectionNames = NO_NAMES
  readonly lines: HeaderLines
  private readonly headBytesMax: number
  private partial: Buffer | null = null
  private searchedTo = 0
  private remaining = 0
  private isHead = false
  private wantsTunnel = false
  private decodeChunks = false
  private readonly chunks = new ChunkedScanner()

  constructor(headBytesMax: number, scratch: HeaderLines) {
    this.headBytesMax = headBytesMax
    this.lines = scratch
  }

  /** The trailer section of a chunked body that has ended: lines separated by LF; empty for any other. */
  get trailers(): string {
    return this.framing === 'chunked' ? this.chunks.trailers : ''
  }

  /** Gets ready for the response to a request just written. */
  expect(options: { isHead: boolean; wantsTunnel: boolean; decodeChunks: boolean }): void {
    this.state = 'head'
    this.isHead = options.isHead
    this.wantsTunnel = options.wantsTunnel
    this.decodeChunks = options.decodeChunks
    this.partial = null
    this.searchedTo = 0
  }

  /** Reads bytes. Returns how many were taken: fewer than given when the response ended or broke. */
  push(input: Buffer, sink: ResponseSink): number {
    let at = 0
    while (at < input.length) {
      if (this.state === 'body') at = this.pushBody(input, at, sink)
      else if (this.state === 'head') at = this.pushHead(input, at, sink)
      else if (this.state === 'tunnel') {
        sink.onTunnelBytes(at === 0 ? input : input.subarray(at))
        return input.length
      } else return at
    }
    return at
  }

  /** The stream ended. True when that is how the response ends. */
  finish(sink: ResponseSink): boolean {
    if (this.state !== 'body' || this.framing !== 'close') return false
    this.state = 'idle'
    sink.onEnd()
    return true
  }

  private pushHead(input: Buffer, start: number, sink: ResponseSink): number {
    const bytes = this.partial === null ? input : Buffer.concat([this.partial, input])
    const base = this.partial === null ? start : 0
    const end = findHeadEnd(bytes, base, this.partial === null ? base : this.searchedTo)
    if (end === -1 || end - base > this.headBytesMax) {
      if (bytes.length - base > this.headBytesMax) this.state = 'broken'
      // The input buffer is reused by the caller.
      this.partial = this.partial === null ? Buffer.from(bytes.subarray(base)) : bytes
      this.searchedTo = this.partial.length
      return input.length
    }
    const taken = this.partial === null ? end : end - this.partial.length
    this.partial = null
    this.searchedTo = 0
    if (!this.readHead(bytes, base, end)) this.state = 'broken'
    else this.begin(sink)
    return taken
  }

  private readHead(bytes: Buffer, start: number, end: number): boolean {
    const lineEnd = bytes.indexOf(13, start)
    const match = STATUS_LINE.exec(bytes.toString('latin1', start, lineEnd))
    if (match === null || bytes[lineEnd + 1] !== 10) return false
    const read = this.lines.read(bytes, lineEnd + 2, end, start, LINES_MAX)
    if (read !== LINES.complete) return false
    this.text = bytes.toString('latin1', start, end)
    this.status = Number(match[2])
    this.reason = match[3] ?? ''
    this.keepAlive = match[1] === '1'
    this.connectionNames = NO_NAMES
    this.readConnection()
    return this.readFraming()
  }

  private readConnection(): void {
    if ((this.lines.seen & (1 << HEADER.connection)) === 0) return
    const names: string[] = []
    for (let index = 0; index < this.lines.count; index++) {
      if (this.lines.id[index] !== HEADER.connection) continue
      for (const token of connectionTokens(this.lines.value(this.text, index))) {
        if (token === 'close') this.keepAlive = false
        else if (token === 'keep-alive') this.keepAlive = true
        else names.push(token)
      }
    }
    this.connectionNames = names
  }

  private readFraming(): boolean {
    const { seen } = this.lines
    this.contentLength = -1
    if ((seen & (1 << HEADER.contentLength)) !== 0 && !this.readContentLength()) return false
    const isChunked = (seen & (1 << HEADER.transferEncoding)) !== 0
    if (this.isHead || this.status < 200 || this.status === 204 || this.status === 304) {
      this.framing = 'none'
      return true
    }
    if (isChunked) {
      if (this.contentLength !== -1) return false
      this.framing = 'chunked'
      return this.lines.valueOf(this.text, HEADER.transferEncoding)?.toLowerCase() === 'chunked'
    }
    this.framing = this.contentLength === -1 ? 'close' : 'length'
    return true
  }

  /** Several equal lengths are one (RFC 9110 8.6); different ones are an attack or a defect. */
  private readContentLength(): boolean {
    for (let index = 0; index < this.lines.count; index++) {
      if (this.lines.id[index] !== HEADER.contentLength) continue
      const length = parseLength(this.lines.value(this.text, index))
      if (length === -1) return false
      if (this.contentLength !== -1 && this.contentLength !== length) return false
      this.contentLength = length
    }
    return true
  }

  private begin(sink: ResponseSink): void {
    if (this.status === 101) {
      this.state = this.wantsTunnel ? 'tunnel' : 'broken'
      if (this.wantsTunnel) sink.onHead(this)
      return
    }
    if (this.status < 200) {
      sink.onInterim(this)
      return
    }
    this.state = 'body'
    this.remaining = this.framing === 'length' ? this.contentLength : 0
    if (this.framing === 'chunked') this.chunks.reset()
    if (this.framing === 'close') this.keepAlive = false
    const isComplete =
      this.framing === 'none' || (this.framing === 'length' && this.remaining === 0)
    sink.onHead(this)
    if (isComplete) this.end(sink)
  }

  private pushBody(input: Buffer, start: number, sink: ResponseSink): number {
    if (this.framing === 'length') return this.pushLength(input, start, sink)
    if (this.framing === 'chunked') return this.pushChunked(input, start, sink)
    sink.onBody(start === 0 ? input : input.subarray(start))
    return input.length
  }

  private pushLength(input: Buffer, start: number, sink: ResponseSink): number {
    const end = Math.min(input.length, start + this.remaining)
    this.remaining -= end - start
    sink.onBody(input.subarray(start, end))
    if (this.remaining === 0) this.end(sink)
    return end
  }

  private pushChunked(input: Buffer, start: number, sink: ResponseSink): number {
    const onData = this.decodeChunks ? (bytes: Buffer) => sink.onBody(bytes) : undefined
    const end = this.chunks.scan(input, start, onData)
    if (end === -1) {
      this.state = 'broken'
      return input.length
    }
    if (!this.decodeChunks) sink.onBody(input.subarray(start, end))
    if (this.chunks.isDone) this.end(sink)
    return end
  }

  /** An idle connection is no reason to keep its last response's head, which a young heap would be full of. */
  private end(sink: ResponseSink): void {
    this.state = 'idle'
    this.text = ''
    this.reason = ''
    this.connectionNames = NO_NAMES
    sink.onEnd()
  }
}
