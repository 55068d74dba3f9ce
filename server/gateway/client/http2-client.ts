import { constants, type ServerHttp2Stream } from 'node:http2'
import type { Listed } from '../bounds/in-flight'
import type { ClientOrigin, ClientSide } from '../exchange/client-side'
import { Exchange } from '../exchange/exchange'
import { fixedResponse } from '../http/fixed-response'
import { trailerLines } from '../http/header-lines'
import { headerLines, http2Headers, requestParts } from '../http/http2-headers'
import type { ListeningPort } from '../http/listening-port'
import { RequestHead } from '../http/request-head'
import type { BodyFraming } from '../http/response-parser'
import type { WorkerContext } from '../rules/worker-context'
import { headBytes } from './node-client'
import { refusalOf } from './refusals'

const HEAD = new RequestHead()

/** One request on a stream of an HTTP/2 connection; everything after its head is the same exchange as ever. */
export class Http2Client implements ClientSide, Listed<Http2Client> {
  earlier: Http2Client | null = null
  later: Http2Client | null = null
  readonly decodesChunks = true
  readonly origin: ClientOrigin
  private readonly context: WorkerContext
  private readonly port: ListeningPort
  private readonly stream: ServerHttp2Stream
  private readonly exchange: Exchange
  /** Coarse milliseconds at which the response was complete; 0 before. */
  private endedAt = 0
  private isCut = false
  private sendHead: ((endStream: boolean) => void) | null = null
  private requestTrailers = ''
  private trailers = ''

  constructor(
    context: WorkerContext,
    port: ListeningPort,
    stream: ServerHttp2Stream,
    origin: ClientOrigin,
  ) {
    this.context = context
    this.port = port
    this.stream = stream
    this.origin = origin
    this.exchange = new Exchange(context, this, port)
  }

  /** Whether the stream was ended by neither a response nor the gateway. */
  get wasReset(): boolean {
    return this.endedAt === 0 && !this.isCut
  }

  /** Serves the request; `isEnded` when no body follows. */
  serve(rawHeaders: readonly string[], isEnded: boolean): void {
    const { context, exchange, stream } = this
    const parts = requestParts(rawHeaders, isEnded)
    const bytes = parts === null ? null : headBytes(parts)
    const verdict =
      bytes === null ? 'malformed' : HEAD.read(bytes, 0, bytes.length, context.limits, true)
    if (verdict !== 'ok') {
      this.refuse(refusalOf(verdict)?.status ?? 400)
      return
    }
    const expectsContinue = HEAD.header('expect')?.toLowerCase() === '100-continue'
    stream.on('drain', () => exchange.onClientDrain())
    stream.on('close', () => exchange.onClientClosed())
    exchange.start(HEAD)
    if (isEnded) {
      exchange.onRequestEnd('')
      return
    }
    if (expectsContinue && !exchange.hasResponded) this.interim(100, '', '')
    stream.on('trailers', (_headers, _flags, raw?: string[]) => {
      this.requestTrailers = headerLines(raw ?? [])
    })
    stream.on('data', (chunk: Buffer) => exchange.onRequestBody(chunk))
    stream.on('end', () => exchange.onRequestEnd(this.requestTrailers))
  }

  /** Closes a stream whose client does not take the rest of a response that is complete. */
  tick(now: number): void {
    if (this.endedAt > 0 && now - this.endedAt > this.context.limits.exchangeIdleMs) {
      this.isCut = true
      this.stream.close(constants.NGHTTP2_CANCEL)
    }
  }

  private refuse(status: number): void {
    const { context, port, stream } = this
    context.metrics.countUnmatched(port.gateway, '', 'bad_request')
    const fixed = fixedResponse(status, context.dateLine())
    this.endedAt = context.coarseNow
    stream.respond({ ...http2Headers(fixed.lines), ':status': status })
    stream.end(fixed.body)
    stream.resume()
  }

  interim(status: number, _reason: string, lines: string): void {
    const { stream } = this
    if (stream.destroyed || stream.headersSent || status === 101) return
    this.guard(() => stream.additionalHeaders({ ...http2Headers(lines), ':status': status }))
  }

  respond(status: number, _reason: string, lines: string, framing: BodyFraming): void {
    const { stream } = this
    if (stream.destroyed) return
    const waitForTrailers = framing === 'chunked' || framing === 'close'
    if (waitForTrailers) {
      stream.once('wantTrailers', () =>
        this.guard(() => stream.sendTrailers(http2Headers(this.trailers))),
      )
    }
    const headers = { ...http2Headers(lines), ':status': status }
    // Held back until it is known whether it is all there is: then it ends the stream itself, as gRPC asks for.
    this.sendHead = (endStream) => {
      const options = { endStream, waitForTrailers: waitForTrailers && !endStream }
      this.guard(() => stream.respond(headers, options))
    }
  }

  /** Resets the stream when Node refuses to send what a backend said, such as a status above 599. */
  private guard(send: () => void): void {
    try {
      send()
    } catch {
      this.cut()
    }
  }

  body(bytes: Buffer): boolean {
    this.flush()
    if (this.stream.destroyed) return true
    return this.stream.write(Buffer.from(bytes))
  }

  flush(): void {
    const { sendHead, stream } = this
    this.sendHead = null
    if (!stream.destroyed) sendHead?.(false)
  }

  end(trailers: string): void {
    const { sendHead, stream } = this
    this.trailers = trailerLines(trailers)
    this.endedAt = this.context.coarseNow
    this.sendHead = null
    if (stream.destroyed) return
    sendHead?.(this.trailers === '')
    stream.end()
  }

  cut(): void {
    this.isCut = true
    const { NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR } = constants
    this.stream.close(this.endedAt > 0 ? NGHTTP2_NO_ERROR : NGHTTP2_INTERNAL_ERROR)
  }

  pauseRequest(): void {
    this.stream.pause()
  }

  resumeRequest(): void {
    if (this.stream.isPaused()) this.stream.resume()
  }

  /** Upgrade has no meaning on a stream (RFC 9113 8.6): no request of one asks for a tunnel. */
  startTunnel(): void {
    this.cut()
  }

  endTunnel(): void {}

  exchangeOver(): void {}
}
