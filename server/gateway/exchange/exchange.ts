/** One request and its response: client → this → primary, with copies to the mirrors on the side. */
import { editParts, headText } from '@/lib/routing/forward-request'
import { ruleAnswer } from '@/lib/routing/rule-answer'
import type { ExchangeCapture } from '../capture/exchange-capture'
import { fixedResponse } from '../http/fixed-response'
import { forwardParts, requestIdOf, responseLines } from '../http/forward-head'
import { isMisdirected, type ListeningPort } from '../http/listening-port'
import type { RequestHead } from '../http/request-head'
import type { ResponseHead } from '../http/response-parser'
import type { BackendMetrics, ResponseOutcome } from '../metrics/metrics'
import { dispatchMirrors } from '../mirror/dispatch-mirrors'
import type { MirrorCopy } from '../mirror/mirror-copy'
import type { BackendRuntime, RuleRuntime } from '../rules/rule-runtime'
import type { Timed, WorkerContext } from '../rules/worker-context'
import type * as upstream from '../upstream/upstream'
import { upstreamRequest } from '../upstream/upstream-request'
import { type AttemptFailure, Attempts } from './attempts'
import { clientLines, ruleLines } from './client-lines'
import type { ClientSide } from './client-side'
import { ReplayBody } from './replay-body'
import { startCapture } from './start-capture'

/** One request and its response: routed, forwarded, mirrored and counted once. The client side may be either parser. */
export class Exchange implements upstream.UpstreamHandler, Timed {
  earlier: Timed | null = null
  later: Timed | null = null
  private readonly context: WorkerContext
  private readonly client: ClientSide
  private readonly port: ListeningPort
  private readonly startedAt: number
  private runtime: RuleRuntime | null = null
  private backend: BackendRuntime | null = null
  private connection: upstream.Upstream | null = null
  private copies: readonly MirrorCopy[] = []
  private capture: ExchangeCapture | null = null
  private method = ''
  private origin: string | undefined
  private request: upstream.UpstreamRequest | null = null
  private requestTrailers = ''
  private isRequestDone = false
  private isResponseDone = false
  private isTunnel = false
  private isTunnelHalfClosed = false
  private status = 0
  private attempts: Attempts | null = null
  /** Where it is counted; without a backend at its end. */
  private served: BackendMetrics | null = null
  private readonly held: ReplayBody
  private activeAt: number
  private lingerUntil = 0
  private requestTimer: NodeJS.Timeout | undefined
  /** Of the attempt under way, or of the pause before the next. */
  private attemptTimer: NodeJS.Timeout | undefined

  constructor(context: WorkerContext, client: ClientSide, port: ListeningPort) {
    this.context = context
    this.client = client
    this.port = port
    this.held = new ReplayBody(context.limits.replayBodyBytesMax)
    this.startedAt = context.now()
    this.activeAt = this.startedAt
  }

  /** Whether a response has begun or ended: the body of a request that expects 100 is then not asked for. */
  get hasResponded(): boolean {
    return this.status !== 0
  }

  /** Takes the request's head; the body follows by `onRequestBody`, and always `onRequestEnd`. */
  start(head: RequestHead): void {
    const { context } = this
    this.method = head.method
    context.exchanges.add(this)
    const isElsewhere = isMisdirected(this.port, this.client.origin.serverName, head.host)
    const match = isElsewhere ? null : (this.port.matcher?.match(head) ?? null)
    if (match === null) {
      this.answerUnmatched(head.host, isElsewhere)
      return
    }
    const runtime = context.rules.of(match, this.port.gateway)
    this.runtime = runtime
    runtime.metrics.countRequest()
    if (!this.answerByRule(runtime, head)) this.forward(runtime, head)
  }

  private answerUnmatched(host: string, isElsewhere: boolean): void {
    const listener = this.port.matcher?.listenerOf(host)
    const reason = isElsewhere ? 'misdirected' : listener ? 'no_route' : 'no_listener'
    this.context.metrics.countUnmatched(this.port.gateway, listener?.name ?? '', reason)
    this.answer('fixed_response', isElsewhere ? 421 : 404)
  }

  /** Rules that never reach a backend: refused, preflight, redirect. */
  private answerByRule(runtime: RuleRuntime, head: RequestHead): boolean {
    if (runtime.rule.cors !== undefined) this.origin = head.header('origin')
    const { scheme } = this.client.origin
    const own = ruleAnswer(runtime.match, head, { scheme, listenerPort: this.port.port })
    if (own === null) return false
    this.answer('fixed_response', own.status, own.lines)
    return true
  }

  private forward(runtime: RuleRuntime, head: RequestHead): void {
    const { client, context } = this
    const hops = context.mirrorHops.of(head)
    const { address: clientAddress, scheme } = client.origin
    const requestId = requestIdOf(head) ?? context.nextRequestId()
    const hopsLines = context.mirrorHops.linesOf(head, hops)
    const received = forwardParts(head, { clientAddress, scheme, requestId }, hopsLines)
    const parts = editParts(received, runtime.edits)
    const backend = runtime.nextBackend()
    this.backend = backend ?? null
    this.served = runtime.metrics.begin(backend?.name ?? '')
    if (backend === undefined || backend.isInvalid) {
      this.answer('invalid_backend', 500)
    } else {
      const text = headText(editParts(parts, backend.edits))
      const request = upstreamRequest(head, text, client.decodesChunks)
      this.request = request
      this.attempts = new Attempts(head.method, runtime, backend.cluster, context.limits)
      const { requestMs } = runtime.rule.timeouts
      if (requestMs > 0) {
        this.requestTimer = setTimeout(() => this.onTimeout('request_timeout'), requestMs)
      }
      this.dispatch(request)
    }
    this.copies = dispatchMirrors(context, runtime, { head, parts, hops })
    if (runtime.capture === undefined) return
    const [text, isForwarded] = [this.request?.head ?? '', !this.isResponseDone]
    const forwarded = { head, parts, hops, backend: this.backend, text, isForwarded }
    ;[this.copies, this.capture] = startCapture(context, runtime, forwarded, this.copies)
  }

  private dispatch(request: upstream.UpstreamRequest): void {
    const cluster = this.backend?.cluster
    const endpoint = cluster?.nextUsable(this.context.primaries) ?? cluster?.next()
    if (endpoint === undefined) {
      this.answer('no_endpoints', 503)
      return
    }
    const isAgain = this.attempts?.begin() === true
    const connection = this.context.primaries.acquire(endpoint, isAgain)
    this.connection = connection
    connection.begin(this, request)
    for (const bytes of this.held.chunks ?? []) connection.write(bytes)
    if (this.isRequestDone) connection.finishRequest(this.requestTrailers)
    const backendMs = this.runtime?.rule.timeouts.backendRequestMs ?? 0
    if (backendMs > 0) this.attemptTimer = setTimeout(() => this.onAttemptTimeout(), backendMs)
  }

  private onAttemptTimeout(): void {
    const { connection } = this
    if (connection === null || !this.tryAgain('timeout', connection)) {
      this.onTimeout('backend_timeout')
    }
  }

  /** Sends the request again if it may be; the attempt that failed is given up then. */
  private tryAgain(failure: AttemptFailure, connection: upstream.Upstream): boolean {
    if (this.status !== 0) return false
    const { isKept } = this.held
    return this.sendAfter(this.attempts?.afterFailure(failure, connection, isKept) ?? null)
  }

  /** Sends the request again after a pause, in which the client is held back; false when it is null. */
  private sendAfter(waitMs: number | null): boolean {
    const { request } = this
    if (waitMs === null || request === null) return false
    this.dropConnection()
    clearTimeout(this.attemptTimer)
    const send = () => {
      // Held back for the pause, or for the attempt that failed.
      this.client.resumeRequest()
      this.dispatch(request)
    }
    if (waitMs === 0) {
      send()
    } else {
      this.client.pauseRequest()
      this.attemptTimer = setTimeout(send, waitMs)
    }
    return true
  }

  /** Body bytes, decoded. They must stay unchanged. */
  onRequestBody(bytes: Buffer): void {
    this.activeAt = this.context.coarseNow
    if (this.served !== null) this.served.requestBytes += bytes.length
    this.capture?.request.push(bytes)
    this.send(bytes)
  }

  /** The request is complete; `trailers` are lines ended by CRLF, for a chunked one. */
  onRequestEnd(trailers: string): void {
    this.isRequestDone = true
    this.requestTrailers = trailers
    this.connection?.finishRequest(trailers)
    for (const copy of this.copies) copy.finish(trailers)
    this.capture?.endRequest(true)
    if (this.isResponseDone) this.over()
  }

  private send(bytes: Buffer): void {
    if (this.connection !== null) {
      if (!this.connection.write(bytes)) this.client.pauseRequest()
      this.held.hold(bytes)
    } else if (!this.isResponseDone) {
      this.held.holdAll(bytes)
    }
    for (const copy of this.copies) copy.write(bytes)
  }

  /** The client is gone. A complete request's copies go on; an incomplete one's would be cut short, so they end. */
  onClientClosed(): void {
    if (!this.isRequestDone) for (const copy of this.copies) copy.giveUp('client_aborted')
    if (!this.isResponseDone) {
      this.dropConnection()
      this.finishResponse(this.isTunnel ? 'answered' : 'client_aborted')
    }
    this.isRequestDone = true
    this.capture?.endRequest(false)
    this.context.exchanges.delete(this)
  }

  onClientDrain(): void {
    this.connection?.resume()
  }

  onTunnelData(bytes: Buffer): void {
    this.activeAt = this.context.coarseNow
    if (this.served !== null) this.served.requestBytes += bytes.length
    if (this.connection?.write(bytes) === false) this.client.pauseRequest()
  }

  /** The client has closed its direction of the tunnel. */
  onTunnelClientEnd(): void {
    this.connection?.endTunnel()
    this.closeTunnelDirection()
  }

  onTunnelEnd(): void {
    this.client.endTunnel()
    this.closeTunnelDirection()
  }

  private closeTunnelDirection(): void {
    if (!this.isTunnelHalfClosed) {
      this.isTunnelHalfClosed = true
      return
    }
    this.endTunnelExchange()
  }

  private endTunnelExchange(): void {
    this.dropConnection()
    this.finishResponse('answered')
    this.client.cut()
  }

  onTunnelBytes(bytes: Buffer): void {
    this.onBody(bytes)
  }

  onInterim(head: ResponseHead): void {
    // 100 was the gateway's own to send; 101 is a final answer to an upgrade.
    if (head.status !== 100) this.client.interim(head.status, head.reason, responseLines(head))
  }

  onHead(head: ResponseHead): void {
    if (this.sendAfter(this.attempts?.afterStatus(head.status, this.held.isKept) ?? null)) return
    this.status = head.status
    this.capture?.primary.head(head, !this.client.decodesChunks)
    const lines = clientLines(head, this.runtime, this.backend, this.origin)
    this.client.respond(head.status, head.reason, lines, head.framing)
    if (head.status === 101) this.startTunnel()
  }

  private startTunnel(): void {
    this.isTunnel = true
    this.held.forget()
    this.clearTimers()
    this.client.flush()
    this.client.startTunnel()
  }

  onBody(bytes: Buffer): void {
    this.activeAt = this.context.coarseNow
    if (this.served !== null) this.served.responseBytes += bytes.length
    this.capture?.primary.body.push(bytes)
    if (!this.client.body(bytes)) this.connection?.pause()
  }

  onReadDone(): void {
    this.client.flush()
  }

  onDrain(): void {
    this.client.resumeRequest()
  }

  onEnd(): void {
    const trailers = this.connection?.trailers ?? ''
    this.connection = null
    this.client.end(trailers)
    this.finishResponse('answered', trailers)
  }

  onFailed(failure: upstream.UpstreamFailure): void {
    const { connection } = this
    this.connection = null
    if (this.isTunnel) {
      this.endTunnelExchange()
      return
    }
    if (connection !== null && this.tryAgain(failure, connection)) return
    const outcome = failure === 'connect_failed' ? 'backend_connect_failed' : 'backend_reset'
    this.failWith(outcome, 502)
  }

  private onTimeout(outcome: ResponseOutcome, status = 504): void {
    if (this.isResponseDone) return
    this.dropConnection()
    this.failWith(outcome, status)
  }

  private failWith(outcome: ResponseOutcome, status: number): void {
    // Whatever the body was waiting for is gone.
    this.client.resumeRequest()
    if (this.status === 0) {
      this.answer(outcome, status)
      return
    }
    this.client.cut()
    this.finishResponse(outcome)
  }

  /** Looks at the deadlines that are kept coarsely: idleness, and a body that outlasts its response. */
  tick(now: number): void {
    const { limits } = this.context
    if (this.lingerUntil > 0) {
      if (now > this.lingerUntil) this.client.cut()
      return
    }
    const idleMax = this.isTunnel ? limits.tunnelIdleMs : limits.exchangeIdleMs
    if (now - this.activeAt <= idleMax) return
    if (this.isTunnel) this.endTunnelExchange()
    else if (this.isRequestDone || this.connection?.buffered) this.onTimeout('backend_timeout')
    else this.onTimeout('client_aborted', 408)
  }

  private answer(outcome: ResponseOutcome, status: number, moreLines = ''): void {
    const fixed = fixedResponse(status, this.context.dateLine(), moreLines)
    this.status = status
    const hasBody = this.method !== 'HEAD' && fixed.body.length > 0
    const framing = hasBody ? 'length' : 'none'
    this.client.respond(
      fixed.status,
      fixed.reason,
      ruleLines(fixed.lines, this.runtime, this.origin),
      framing,
    )
    if (hasBody) this.client.body(fixed.body)
    this.client.end('')
    this.finishResponse(outcome)
  }

  private finishResponse(outcome: ResponseOutcome, trailers = ''): void {
    this.isResponseDone = true
    this.attempts?.end()
    this.clearTimers()
    const seconds = (this.context.now() - this.startedAt) / 1000
    this.served ??= this.runtime?.metrics.begin('') ?? null
    this.served?.end(outcome, this.status, seconds)
    this.capture?.primary.finish(outcome === 'answered' ? '' : outcome, trailers)
    if (this.isRequestDone) {
      this.over()
      return
    }
    // The rest of the body is read for the copies' sake, and so that the client gets to read its answer.
    this.lingerUntil = this.context.coarseNow + this.context.limits.lingerMs
    this.client.resumeRequest()
  }

  private over(): void {
    this.context.exchanges.delete(this)
    if (!this.isTunnel) this.client.exchangeOver()
  }

  private dropConnection(): void {
    this.connection?.abandon()
    this.connection = null
  }

  private clearTimers(): void {
    clearTimeout(this.requestTimer)
    clearTimeout(this.attemptTimer)
  }
}
