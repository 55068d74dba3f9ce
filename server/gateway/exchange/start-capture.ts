import { headText } from '@/lib/routing/forward-request'
import type { ExchangeCapture } from '../capture/exchange-capture'
import { dispatchCalibration, type MirroredRequest } from '../mirror/dispatch-mirrors'
import type { MirrorCopy } from '../mirror/mirror-copy'
import type { BackendRuntime, RuleRuntime } from '../rules/rule-runtime'
import type { WorkerContext } from '../rules/worker-context'

/** A request as it is forwarded. */
export interface ForwardedRequest extends MirroredRequest {
  /** Null when none has a weight. */
  readonly backend: BackendRuntime | null
  /** What the backend was sent; `''` when nothing was. */
  readonly text: string
  /** False when the gateway has answered already. */
  readonly isForwarded: boolean
}

/**
 * For rules with comparison or calibration only: counts what the request asks for, sends a calibration's second request, and
 * captures when this request is to be captured. Returns all copies of the request, and its capture.
 */
export function startCapture(
  context: WorkerContext,
  runtime: RuleRuntime,
  { head, parts, hops, backend, text, isForwarded }: ForwardedRequest,
  copies: readonly MirrorCopy[],
): readonly [readonly MirrorCopy[], ExchangeCapture | null] {
  context.captures.countPath(runtime, parts)
  const again = dispatchCalibration(context, runtime, backend, head, text)
  const isNext = copies.length > 0 && runtime.capture?.isNext() === true
  if (!isNext && again.length === 0) return [copies, null]
  const all = again.length === 0 ? copies : [...copies, ...again]
  const copy = headText(context.mirrorHops.copied(parts, hops))
  const sent = { parts, text, copy, backend: backend?.name ?? '' }
  const capture = context.captures.begin(runtime, sent, isNext ? all : again)
  if (!isForwarded) capture?.primary.finish('not_forwarded')
  return [all, capture]
}
