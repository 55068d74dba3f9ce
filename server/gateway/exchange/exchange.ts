/**
 * One request and its response: client → this → primary, with copies to the mirrors on the side.
 *
 *   unanswered → responding → lingering → over      `Forwarding` has the attempts before the response
 *              ↘ over, lingering                    the gateway answers by itself, or the client has gone
 *                responding → tunnel → half-closed → over
 */
import { editParts, type ForwardParts, headText } from '@/lib/routing/forward-request'
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
import type { RuleRuntime } from '../rules/rule-runtime'
import type { Timed, WorkerContext } from '../rules/worker-context'
import { type UpstreamFailure, upstreamRequest } from '../upstream/upstream'
import { clientLines, ruleLines } from './client-lines'
import type { ClientOrigin, ClientSide } from './client-side'
import { Forwarding, type ForwardingOwner } from './forwarding'
import { startCapture } from './start-capture'

/**
 * Where the response stands. `half_closed` is a tunnel that one side has ended; after a response, `lingering` reads the rest
 * of the request's body, for the copies' sake and so that the client gets to read its answer.
 */
type State = 'unanswered' | 'responding' | 'tunnel' | 'half_closed' | 'lingering' | 'over'

/** One request and its response: routed, forwarded, mirrored and counted once. The client side may be either parser. */
export class Exchange implements ForwardingOwner, Timed {
  earlier: Timed | null = null
  later: Timed | null = null
  readonly client: ClientSide
  method = ''
  private readonly context: WorkerContext
  private readonly port: ListeningPort
  private state: State = 'unanswered'
  private isRequestDone = false
  /** Of the response; 0 while there is none. */
  private status = 0
  private readonly startedAt: number
  private activeAt: number
  private lingerUntil = 0
  /** Null without a match. */
  private runtime: RuleRuntime | null = null
  /** Of a request from another site, where the rule has CORS. */
  private origin: string | undefined
  /** Where it is counted; null without a match. */
  private served: BackendMetrics | null = null
  /** Null for what the gateway answers by itself. */
  private forwarding: Forwarding | null = null
  private copies: readonly MirrorCopy[] = []
  private capture: ExchangeCapture | null = null

  constructor(context: WorkerContext, client: ClientSide, port: ListeningPort) {
    this.context = context
    this.client = client
    this.port = port
    this.startedAt = context.now()
    this.activeAt = this.startedAt
  }

  /** Whether a response has begun or ended: the body of a request that expects 100 is then not asked for. */
  get hasResponded(): boolean {
    return this.state !== 'unanswered'
  }

  /** Takes the request's head; the body follows by `onRequestBody`, and always `onRequestEnd`. */
  start(head: RequestHead): void {
    const { context } = this
    this.method = head.method
    context.exchanges.add(this)
    const isElsewhere = isMisdirected(this.port, this.client.origin.serverName, head.host)
    const match = isElsewhere ? null : (this.port.matcher?.match(head) ?? null)
    if (match === null) {
      countUnmatched(context, this.port, head.host, isElsewhere)
      this.answer('fixed_response', isElsewhere ? 421 : 404)
      return
    }
    const runtime = context.rules.of(match, this.port.gateway)
    this.runtime = runtime
    runtime.metrics.countRequest()
    if (!this.answerByRule(runtime, head)) this.forward(runtime, head)
  }

  /** Rules that never reach a backend: refused, preflight, redirect. */
  private answerByRule(runtime: RuleRuntime, head: RequestHead): boolean {
    if (runtime.rule.cors !== undefined) this.origin = head.header('origin')
    const { scheme } = this.client.origin
    const own = ruleAnswer(runtime.match, head, { scheme, listenerPort: this.port.port })
    if (own === null) return false
    this.served = runtime.metrics.begin('')
    this.answer('fixed_response', own.status, own.lines)
    return true
  }

  private forward(runtime: RuleRuntime, head: RequestHead): void {
    const { client, context } = this
    const hops = context.mirrorHops.of(head)
    const parts = editParts(receivedParts(context, client.origin, head, hops), runtime.edits)
    const backend = runtime.nextBackend()
    this.served = runtime.metrics.begin(backend?.name ?? '')
    if (backend === undefined || backend.isInvalid) {
      this.answer('invalid_backend', 500)
    } else {
      const text = headText(editParts(parts, backend.edits))
      const request = upstreamRequest(head, text, client.decodesChunks)
      this.forwarding = new Forwarding(this, context, runtime, backend, request)
      this.forwarding.start()
    }
    this.copies = dispatchMirrors(context, runtime, { head, parts, hops })
    if (runtime.capture === undefined) return
    const text = this.forwarding?.request.head ?? ''
    const isForwarded = !hasEnded(this.state)
    const forwarded = { head, parts, hops, backend: backend ?? null, text, isForwarded }
    ;[this.copies, this.capture] = startCapture(context, runtime, forwarded, this.copies)
  }

  /** Bytes of the body, decoded, or of the tunnel. They must stay unchanged. */
  onRequestBody(bytes: Buffer): void {
    this.activeAt = this.context.coarseNow
    if (this.served !== null) this.served.requestBytes += bytes.length
    this.capture?.request.push(bytes)
    if (this.forwarding?.write(bytes) === false) this.client.pauseRequest()
    for (const copy of this.copies) copy.write(bytes)
  }

  /** The request is complete; `trailers` are lines ended by CRLF, for a chunked one. */
  onRequestEnd(trailers: string): void {
    this.isRequestDone = true
    this.forwarding?.finishRequest(trailers)
    for (const copy of this.copies) copy.finish(trailers)
    this.capture?.endRequest(true)
    if (hasEnded(this.state)) this.over()
  }

  /** The client is gone. A complete request's copies go on; an incomplete one's would be cut short, so they end. */
  onClientClosed(): void {
    if (!this.isRequestDone) for (const copy of this.copies) copy.giveUp('client_aborted')
    if (!hasEnded(this.state)) {
      this.forwarding?.abandon()
      this.finish('client_aborted')
    }
    this.isRequestDone = true
    this.capture?.endRequest(false)
    this.context.exchanges.delete(this)
  }

  onClientDrain(): void {
    this.forwarding?.resume()
  }

  /** The client has closed its direction of the tunnel. */
  onTunnelClientEnd(): void {
    this.forwarding?.endTunnel()
    this.closeTunnelDirection()
  }

  onTunnelEnd(): void {
    this.client.endTunnel()
    this.closeTunnelDirection()
  }

  private closeTunnelDirection(): void {
    if (this.state === 'tunnel') this.state = 'half_closed'
    else this.giveUp('answered', 502)
  }

  onTunnelBytes(bytes: Buffer): void {
    this.onBody(bytes)
  }

  onInterim(head: ResponseHead): void {
    // 100 was the gateway's own to send; 101 is a final answer to an upgrade.
    if (head.status !== 100) this.client.interim(head.status, head.reason, responseLines(head))
  }

  onHead(head: ResponseHead): void {
    const { client, forwarding } = this
    if (forwarding === null || !forwarding.accepts(head.status)) return
    this.state = head.status === 101 ? 'tunnel' : 'responding'
    this.status = head.status
    this.capture?.primary.head(head, !client.decodesChunks)
    const lines = clientLines(head, forwarding.runtime, forwarding.backend, this.origin)
    client.respond(head.status, head.reason, lines, head.framing)
    if (head.status !== 101) return
    forwarding.startTunnel()
    client.flush()
    client.startTunnel()
  }

  onBody(bytes: Buffer): void {
    this.activeAt = this.context.coarseNow
    if (this.served !== null) this.served.responseBytes += bytes.length
    this.capture?.primary.body.push(bytes)
    if (!this.client.body(bytes)) this.forwarding?.pause()
  }

  onReadDone(): void {
    this.client.flush()
  }

  onDrain(): void {
    this.client.resumeRequest()
  }

  onEnd(): void {
    const trailers = this.forwarding?.leave() ?? ''
    this.client.end(trailers)
    this.finish('answered', trailers)
  }

  onFailed(failure: UpstreamFailure): void {
    if (this.forwarding?.isSentAgain(failure)) return
    this.giveUp(failure === 'connect_failed' ? 'backend_connect_failed' : 'backend_reset', 502)
  }

  giveUp(outcome: ResponseOutcome, status: number): void {
    if (hasEnded(this.state)) return
    this.forwarding?.abandon()
    // Whatever the body was waiting for is gone.
    this.client.resumeRequest()
    if (this.state === 'unanswered') {
      this.answer(outcome, status)
      return
    }
    this.client.cut()
    this.finish(outcome)
  }

  /** Looks at the deadlines that are kept coarsely: idleness, and a body that outlasts its response. */
  tick(now: number): void {
    const { limits } = this.context
    if (this.state === 'lingering') {
      if (now > this.lingerUntil) this.client.cut()
      return
    }
    const idleMax = isTunnel(this.state) ? limits.tunnelIdleMs : limits.exchangeIdleMs
    if (now - this.activeAt <= idleMax) return
    if (this.isRequestDone || this.forwarding?.isWriting) this.giveUp('backend_timeout', 504)
    else this.giveUp('client_aborted', 408)
  }

  private answer(outcome: ResponseOutcome, status: number, moreLines = ''): void {
    const { client } = this
    const fixed = fixedResponse(status, this.context.dateLine(), moreLines)
    const hasBody = this.method !== 'HEAD' && fixed.body.length > 0
    const lines = ruleLines(fixed.lines, this.runtime, this.origin)
    this.state = 'responding'
    this.status = status
    client.respond(fixed.status, fixed.reason, lines, hasBody ? 'length' : 'none')
    if (hasBody) client.body(fixed.body)
    client.end('')
    this.finish(outcome)
  }

  private finish(end: ResponseOutcome, trailers = ''): void {
    // A tunnel was answered, whichever way it ends.
    const outcome = isTunnel(this.state) ? 'answered' : end
    this.state = this.isRequestDone ? 'over' : 'lingering'
    this.forwarding?.end()
    this.served?.end(outcome, this.status, (this.context.now() - this.startedAt) / 1000)
    this.capture?.primary.finish(outcome === 'answered' ? '' : outcome, trailers)
    if (this.isRequestDone) {
      this.over()
      return
    }
    this.lingerUntil = this.context.coarseNow + this.context.limits.lingerMs
    this.client.resumeRequest()
  }

  private over(): void {
    this.state = 'over'
    this.context.exchanges.delete(this)
    this.client.exchangeOver()
  }
}

function isTunnel(state: State): boolean {
  return state === 'tunnel' || state === 'half_closed'
}

function hasEnded(state: State): boolean {
  return state === 'lingering' || state === 'over'
}

function countUnmatched(
  { metrics }: WorkerContext,
  { gateway, matcher }: ListeningPort,
  host: string,
  isElsewhere: boolean,
): void {
  const listener = matcher?.listenerOf(host)
  const reason = isElsewhere ? 'misdirected' : listener ? 'no_route' : 'no_listener'
  metrics.countUnmatched(gateway, listener?.name ?? '', reason)
}

/** The request as it came, before any filter: with an id, and with how often it was mirrored. */
function receivedParts(
  context: WorkerContext,
  { address: clientAddress, scheme }: ClientOrigin,
  head: RequestHead,
  hops: number,
): ForwardParts {
  const requestId = requestIdOf(head) ?? context.nextRequestId()
  const hopsLines = context.mirrorHops.linesOf(head, hops)
  return forwardParts(head, { clientAddress, scheme, requestId }, hopsLines)
}
