import { IDEMPOTENT_METHODS } from './request-head'
import type { Upstream, UpstreamFailure } from './upstream'

/**
 * Whether a request that failed may be sent again without being asked: only what cannot have had an effect, or may have it
 * twice, and only where that can help (RFC 9110 9.2.2). `hasOther` when the backend has another endpoint.
 */
export function mayRepeat(
  failure: UpstreamFailure,
  connection: Upstream,
  method: string,
  hasOther: boolean,
): boolean {
  if (failure === 'refused') return true
  if (failure === 'connect_failed') return hasOther
  const canHelp = connection.wasUsed || hasOther
  return failure === 'reset' && canHelp && !connection.hasAnswered && IDEMPOTENT_METHODS.has(method)
}
