import { STATUS_CODES } from 'node:http'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { HeaderLines, LINES, parseLength } from '../http/header-lines'
import { HEADER } from '../http/header-names'
import { headerLines, http2Headers } from '../http/http2-headers'
import type { BodyFraming, ResponseHead } from '../http/response-parser'
import type { Endpoint } from './endpoint'
import type { Upstream, UpstreamFailure, UpstreamHandler, UpstreamRequest } from './upstream'

/** One set of offsets serves all streams: a head is dealt with before the next is read. */
const LINES_OF_HEAD = new HeaderLines()
const LINES_MAX = 500

/** The connection a stream belongs to, as the stream needs it. */
export interface StreamHome {
  readonly session: ClientHttp2Session
  readonly isConnected: boolean
  readonly wasUsed: boolean
  onStreamOpen(stream: ClientHttp2Stream): void
  /** Something has arrived: the connection lives. */
  onActivity(): void
}

/** One request to a backend on a stream of a shared HTTP/2 connection. */
export class Http2Upstream implements Upstream {
  readonly endpoint: Endpoint
  readonly wasUsed: boolean
  hasAnswered = false
  trailers = ''
  private readonly home: StreamHome
  private handler: UpstreamHandler | null = null
  private request: UpstreamRequest | null = null
  private stream: ClientHttp2Stream | null = null
  private requestTrailers = ''
  private isRequestDone = false

  constructor(endpoint: Endpoint, home: StreamHome) {
    this.endpoint = endpoint
    this.home = home
    this.wasUsed = home.wasUsed
  }

  get buffered(): number {
    return this.stream?.writableLength ?? 0
  }

  begin(handler: UpstreamHandler, request: UpstreamRequest): void {
    this.handler = handler
    this.request = request
  }

  write(bytes: Buffer): boolean {
    const stream = this.open(false)
    return stream === null ? true : stream.write(bytes)
  }

  flush(): void {
    this.open(false)
  }

  finishRequest(trailers: string): void {
    this.isRequestDone = true
    this.requestTrailers = trailers
    const isBodiless = this.stream === null && trailers === ''
    const stream = this.open(isBodiless)
    if (!isBodiless) stream?.end()
  }

  endTunnel(): void {}

  pause(): void {
    this.stream?.pause()
  }

  resume(): void {
    if (this.stream?.isPaused()) this.stream.resume()
  }

  abandon(): void {
    this.handler = null
    this.stream?.close(constants.NGHTTP2_CANCEL)
  }

  /** The stream, opened on first use: a request without a body then needs a single frame. */
  private open(endStream: boolean): ClientHttp2Stream | null {
    if (this.stream !== null || this.request === null) return this.stream
    const { isChunked } = this.request
    try {
      const stream = this.home.session.request(requestHeaders(this.request), {
        endStream,
        waitForTrailers: isChunked && !endStream,
      })
      this.stream = stream
      this.home.onStreamOpen(stream)
      this.listen(stream)
      return stream
    } catch {
      // The connection has closed since it was chosen: nothing was sent. Told later, as every failure is.
      queueMicrotask(() => this.fail('refused'))
      this.request = null
      return null
    }
  }

  private listen(stream: ClientHttp2Stream): void {
    stream.on('headers', (_headers, _flags, raw?: string[]) => {
      const head = this.readHead(raw ?? [], false)
      if (head !== null) this.handler?.onInterim(head)
    })
    stream.on('response', (_headers: IncomingHttpHeaders, flags: number, raw?: string[]) =>
      this.onResponse(raw ?? [], (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0),
    )
    stream.on('data', (bytes: Buffer) => {
      this.home.onActivity()
      this.handler?.onBody(bytes)
      this.handler?.onReadDone()
    })
    stream.on('trailers', (_headers, _flags, raw?: string[]) => {
      this.trailers = headerLines(raw ?? []).replaceAll('\r\n', '\n')
    })
    stream.on('wantTrailers', () => stream.sendTrailers(http2Headers(this.requestTrailers)))
    stream.on('drain', () => this.handler?.onDrain())
    stream.on('end', () => this.onEnd(stream))
    stream.on('error', () => undefined)
    stream.on('close', () => this.fail(this.failureOf(stream)))
  }

  private onResponse(raw: readonly string[], isEnd: boolean): void {
    this.home.onActivity()
    this.hasAnswered = true
    const head = this.readHead(raw, isEnd)
    if (head === null) {
      const { handler } = this
      this.abandon()
      handler?.onFailed('bad_response')
      return
    }
    this.handler?.onHead(head)
    if (!isEnd) this.handler?.onReadDone()
  }

  /** The head in the form of HTTP/1.1; null when it could not be written as one. */
  private readHead(raw: readonly string[], isEnd: boolean): ResponseHead | null {
    const status = Number(raw[raw.indexOf(':status') + 1])
    const statusLine = 'HTTP/1.1 000\r\n'
    const isEmpty = isEnd && !raw.includes('content-length') && hasBody(status)
    const length0 = isEmpty ? 'content-length: 0\r\n' : ''
    const text = `${statusLine}${headerLines(raw)}${length0}\r\n`
    const bytes = Buffer.from(text, 'latin1')
    const read = LINES_OF_HEAD.read(bytes, statusLine.length, bytes.length, 0, LINES_MAX)
    if (read !== LINES.complete || !(status >= 100 && status <= 599)) return null
    const length = LINES_OF_HEAD.valueOf(text, HEADER.contentLength)
    return {
      status,
      reason: STATUS_CODES[status] ?? '',
      framing: this.framingOf(status, length),
      contentLength: length === undefined ? -1 : parseLength(length),
      text,
      lines: LINES_OF_HEAD,
      connectionNames: [],
    }
  }

  private framingOf(status: number, length: string | undefined): BodyFraming {
    if (this.request?.isHead || !hasBody(status)) return 'none'
    return length === undefined ? 'close' : 'length'
  }

  private onEnd(stream: ClientHttp2Stream): void {
    const { handler } = this
    // A stream that is reset ends as well: its code tells it apart, and `close` what became of it.
    if (!this.hasAnswered || stream.rstCode > constants.NGHTTP2_NO_ERROR) return
    this.handler = null
    if (!this.isRequestDone) stream.close(constants.NGHTTP2_CANCEL)
    handler?.onEnd()
  }

  private failureOf({ rstCode }: ClientHttp2Stream): UpstreamFailure {
    if (!this.home.isConnected) return 'connect_failed'
    if (rstCode === constants.NGHTTP2_REFUSED_STREAM) return 'refused'
    return rstCode === constants.NGHTTP2_PROTOCOL_ERROR ? 'bad_response' : 'reset'
  }

  private fail(failure: UpstreamFailure): void {
    const { handler } = this
    this.handler = null
    handler?.onFailed(failure)
  }
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-6.4.1, but for the method. */
function hasBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304
}

function requestHeaders({ head, wantsTrailers }: UpstreamRequest): OutgoingHttpHeaders {
  const end = head.indexOf('\r\n')
  const [method = '', target = ''] = head.slice(0, end).split(' ')
  const headers = http2Headers(head.slice(end + 2, -2))
  const authority = /^host: (.*)\r$/im.exec(head)?.[1] ?? ''
  return {
    ...headers,
    ...(wantsTrailers ? { te: 'trailers' } : {}),
    ':method': method,
    ':scheme': 'http',
    ':path': target,
    ...(authority === '' ? {} : { ':authority': authority }),
  }
}
