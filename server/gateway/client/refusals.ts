import type { HeadVerdict } from '../http/request-head'
import type { UnmatchedReason } from '../metrics/metrics'

export interface Refusal {
  readonly status: number
  readonly reason: UnmatchedReason
}

const REFUSALS: Partial<Record<HeadVerdict, Refusal>> = {
  malformed: { status: 400, reason: 'bad_request' },
  target_too_long: { status: 414, reason: 'target_too_long' },
  too_many_headers: { status: 431, reason: 'head_too_large' },
  unsupported_version: { status: 505, reason: 'bad_request' },
}

/** How a request with this verdict on its head is refused; undefined when it is not. */
export function refusalOf(verdict: HeadVerdict): Refusal | undefined {
  return REFUSALS[verdict]
}
