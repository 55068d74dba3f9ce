import type { IncomingMessage, ServerResponse } from 'node:http'
import { joinLines, splitLines } from '@/lib/routing/header-edits'
import { normaliseTarget } from '@/lib/routing/normalise-target'
import type { ClientOrigin, ClientSide } from '../exchange/client-side'
import { Exchange } from '../exchange/exchange'
import { fixedResponse } from '../http/fixed-response'
import { trailerLines } from '../http/header-lines'
import type { ListeningPort } from '../http/listening-port'
import { RequestHead } from '../http/request-head'
import type { BodyFraming } from '../http/response-parser'
import type { WorkerContext } from '../rules/worker-context'
import { clientOrigin } from './client-origin'

const HEAD = new RequestHead()

/** One request on the slow path: Node's own parser has read it, everything after is the same exchange. */
export class NodeClient implements ClientSide {
  readonly decodesChunks = true
  readonly origin: ClientOrigin
  /** Whether the answer closes the connection because what follows on it cannot be trusted. */
  isLast = false
  private readonly context: WorkerContext
  private readonly port: ListeningPort
  private readonly request: IncomingMessage
  private readonly response: ServerResponse
  private readonly exchange: Exchange

  constructor(
    context: WorkerContext,
    port: ListeningPort,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    this.context = context
    this.port = port
    this.request = request
    this.response = response
    this.origin = clientOrigin(request.socket)
    this.exchange = new Exchange(context, this, port)
  }

  /** Serves the request; `expectsContinue` holds its body back until a route has taken it. */
  serve(expectsContinue: boolean): void {
    const { context, exchange, request, response } = this
    const bytes = headBytes(request)
    const verdict =
      bytes === null ? 'malformed' : HEAD.read(bytes, 0, bytes.length, context.limits, true)
    if (verdict !== 'ok') {
      this.refuse()
      return
    }
    response.sendDate = false
    response.on('drain', () => exchange.onClientDrain())
    response.on('close', () => this.onResponseClosed())
    exchange.start(HEAD)
    if (expectsContinue) {
      if (exchange.hasResponded) {
        // The body was never asked for, so the next bytes can't be told from a next request.
        this.isLast = true
        response.once('finish', () => request.socket.end())
        exchange.onRequestEnd('')
        return
      }
      response.writeContinue()
    }
    request.on('data', (chunk: Buffer) => exchange.onRequestBody(chunk))
    request.on('end', () => exchange.onRequestEnd(joinLines(request.rawTrailers)))
    request.on('error', () => response.destroy())
  }

  /** An answer that is not a backend's may be over before Node has handed out the end of a request that is all there. */
  private onResponseClosed(): void {
    const { exchange, request, response } = this
    const isWhole = request.complete && response.writableFinished
    if (isWhole && !request.readableEnded) request.once('end', () => exchange.onClientClosed())
    else exchange.onClientClosed()
  }

  /**
   * Calls back when the connection no longer serves this request because bytes behind it are broken; the argument is
   * whether an answer may be written. A request whose own body is broken ends at once.
   */
  onceUnused(then: (canAnswer: boolean) => void): void {
    const { exchange, request, response } = this
    if (!request.complete) {
      exchange.onClientClosed()
      then(!response.headersSent)
    } else if (response.writableFinished) {
      then(true)
    } else {
      response.once('finish', () => then(true))
    }
  }

  private refuse(): void {
    const { context, port, response } = this
    this.isLast = true
    context.metrics.countUnmatched(port.gateway, '', 'bad_request')
    const fixed = fixedResponse(400, context.dateLine())
    response.sendDate = false
    response.writeHead(400, fixed.reason, [...splitLines(fixed.lines), 'Connection', 'close'])
    response.end(fixed.body)
    this.request.resume()
  }

  /** Node writes these two only, and hints only with a link that it can read. */
  interim(status: number, _reason: string, lines: string): void {
    // An HTTP/1.0 client takes the first answer for the last (RFC 9110 15.2).
    if (this.request.httpVersionMinor === 0) return
    if (status === 102) this.response.writeProcessing()
    if (status !== 103) return
    try {
      this.response.writeEarlyHints(earlyHints(lines))
    } catch {
      // A hint is nothing an answer could be missing.
    }
  }

  respond(status: number, reason: string, lines: string, _framing: BodyFraming): void {
    if (this.port.isDraining) this.response.shouldKeepAlive = false
    this.response.writeHead(status, reason, splitLines(lines))
  }

  body(bytes: Buffer): boolean {
    return this.response.write(Buffer.from(bytes))
  }

  flush(): void {
    this.response.flushHeaders()
  }

  end(trailers: string): void {
    const lines = splitLines(trailerLines(trailers))
    if (lines.length > 0) this.response.addTrailers(pairs(lines))
    this.response.end()
  }

  cut(): void {
    this.response.destroy()
  }

  pauseRequest(): void {
    this.request.pause()
  }

  resumeRequest(): void {
    if (this.request.isPaused()) this.request.resume()
  }

  /** Upgrades never reach the slow path: they are given back to the fast one. */
  startTunnel(): void {
    this.cut()
  }

  endTunnel(): void {}

  exchangeOver(): void {}
}

/** The head as Node understood it, in the form the exchange reads; null when its target is unusable. */
export function headBytes(
  request: Pick<IncomingMessage, 'method' | 'url'> & { readonly rawHeaders: readonly string[] },
): Buffer | null {
  const normalised = normaliseTarget(request.url ?? '')
  if (normalised === null) return null
  let text = `${request.method} ${normalised.target} HTTP/1.1\r\n`
  const { rawHeaders } = request
  if (normalised.authority !== undefined) text += `Host: ${normalised.authority}\r\n`
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (normalised.authority !== undefined && name.toLowerCase() === 'host') continue
    text += `${name}: ${rawHeaders[index + 1]}\r\n`
  }
  return Buffer.from(`${text}\r\n`, 'latin1')
}

function earlyHints(lines: string): Record<string, string | string[]> {
  const hints: Record<string, string | string[]> = Object.create(null)
  for (const [name, value] of pairs(splitLines(lines))) {
    const key = name.toLowerCase()
    hints[key] = key in hints ? [hints[key] ?? '', value].flat() : value
  }
  return hints
}

function pairs(lines: readonly string[]): [string, string][] {
  const out: [string, string][] = []
  for (let index = 0; index + 1 < lines.length; index += 2) {
    out.push([lines[index] ?? '', lines[index + 1] ?? ''])
  }
  return out
}
