/** A request and its rule → this → copies, or the reason why not, counted either way. */
import { type ForwardParts, headText } from '@/lib/routing/forward-request'
import { isSampled } from '@/lib/routing/mirror-sampler'
import type { RequestHead } from '../http/request-head'
import type { BackendRuntime, MirrorRuntime, RuleRuntime } from '../rules/rule-runtime'
import type { WorkerContext } from '../rules/worker-context'
import type { Endpoint } from '../upstream/endpoint'
import { copyRequest } from '../upstream/upstream'
import { MirrorCopy } from './mirror-copy'

const NO_COPIES: readonly MirrorCopy[] = []
/** Requests that change nothing may be sent twice without being asked for it (RFC 9110 9.2.1). */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** A request that mirrors apply to. */
export interface MirroredRequest {
  readonly head: RequestHead
  /** After the rule's filters. */
  readonly parts: ForwardParts
  /** How often it has been mirrored before. */
  readonly hops: number
}

/** Decides about every mirror of a rule for one request, counts each decision, and starts the copies. */
export function dispatchMirrors(
  context: WorkerContext,
  runtime: RuleRuntime,
  { head, parts, hops }: MirroredRequest,
): readonly MirrorCopy[] {
  if (runtime.mirrors.length === 0) return NO_COPIES
  const sample = runtime.sampler.next()
  const copies: MirrorCopy[] = []
  let text = ''
  for (const mirror of runtime.mirrors) {
    const endpoint = decide(context, mirror, head, sample, hops)
    if (endpoint === null) continue
    if (text === '') text = headText(context.mirrorHops.copied(parts, hops))
    const { method } = head
    const mayWait = isSafe(head) && endpoint.protocol === 'http1' && endpoint.refusals === 0
    const request = copyRequest(head, text)
    copies.push(new MirrorCopy(context, mirror, endpoint, request, { method, mayWait }))
  }
  return copies
}

/**
 * Sends a safe request to the primary's own backend a second time while a calibration wants it: one copy, or none.
 * `text` is the head the primary was sent.
 */
export function dispatchCalibration(
  context: WorkerContext,
  runtime: RuleRuntime,
  backend: BackendRuntime | null,
  head: RequestHead,
  text: string,
): readonly MirrorCopy[] {
  const calibration = runtime.capture?.calibration
  if (calibration === undefined || backend === null || text === '') return NO_COPIES
  if (!isSafe(head) || head.upgrade !== '') return NO_COPIES
  if (context.mirrorBufferedBytes > context.limits.mirrorBufferBytesTotalMax) return NO_COPIES
  const now = Date.now()
  // What could not be recorded would cost the primary a request for nothing.
  if (!calibration.mayTake(now) || !context.captures.hasRoomFor(1)) return NO_COPIES
  const endpoint = backend.again.nextUsable(context.mirrors)
  if (endpoint === undefined) return NO_COPIES
  calibration.take(now)
  const { metrics } = runtime
  const target = { filterIndex: -1, target: backend.name, metrics: metrics.calibration }
  const { method } = head
  const request = copyRequest(head, text)
  return [new MirrorCopy(context, target, endpoint, request, { method, mayWait: false })]
}

/** Whether a request changes nothing and has no body. */
function isSafe({ method, contentLength }: RequestHead): boolean {
  return SAFE_METHODS.has(method) && (contentLength === 0 || contentLength === -1)
}

/** The endpoint to copy to; null when no copy is made, which is then counted. */
function decide(
  context: WorkerContext,
  mirror: MirrorRuntime,
  head: RequestHead,
  sample: number,
  hops: number,
): Endpoint | null {
  const { limits } = context
  const { metrics, policy, budget } = mirror
  if (!isSampled(sample, policy.fraction)) metrics.countNotSampled()
  else if (head.upgrade !== '') metrics.countSkipped('upgrade')
  else if (context.mirrorHops.isLoop(hops)) metrics.countSkipped('loop')
  else if (budget?.isOver(metrics.outstanding)) metrics.countSkipped(budget.reason)
  else if (mirror.cluster.size === 0) metrics.countSkipped('no_endpoints')
  else if (metrics.outstanding >= limits.mirrorInFlightMax) metrics.countDropped('in_flight_limit')
  else if (head.contentLength > limits.mirrorBodyBytesMax) metrics.countDropped('body_limit')
  else if (context.mirrorBufferedBytes > limits.mirrorBufferBytesTotalMax) {
    metrics.countDropped('buffer_limit')
  } else {
    const endpoint = mirror.cluster.nextUsable(context.mirrors)
    if (endpoint !== undefined) {
      budget?.take()
      return endpoint
    }
    metrics.countSkipped('backing_off')
  }
  return null
}
