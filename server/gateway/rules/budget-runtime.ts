import type { ParsedBudget } from '@/lib/comparison/mirror-budget'
import { TokenBucket } from '../bounds/token-bucket'
import type { MirrorSkipReason } from '../metrics/metrics'

/** This worker among those that share the load. */
export interface WorkerShare {
  readonly index: number
  readonly count: number
}

/** Returns this worker's part of a whole number: the first workers have the rest. */
export function shareOf(total: number, { index, count }: WorkerShare): number {
  return Math.floor(total / count) + (index < total % count ? 1 : 0)
}

/**
 * One mirror's budget as one worker keeps it: its part of the rate and of the copies in flight. The parts add up to what
 * the route says, so that the sum never exceeds it; a worker with less load does not lend its part.
 */
export class BudgetRuntime {
  /** Why the last copy asked for was not allowed. */
  reason: MirrorSkipReason = 'budget_invalid'
  private readonly isInvalid: boolean
  private readonly untilMs: number
  private readonly inFlightMax: number
  private readonly rate: TokenBucket | null

  constructor(parsed: ParsedBudget, share: WorkerShare, now: () => number) {
    this.isInvalid = !parsed.ok
    const budget = parsed.ok ? parsed.budget : {}
    this.untilMs = budget.untilMs ?? Number.POSITIVE_INFINITY
    this.inFlightMax =
      budget.inFlight === undefined ? Number.POSITIVE_INFINITY : shareOf(budget.inFlight, share)
    this.rate =
      budget.requestsPerSecond === undefined
        ? null
        : new TokenBucket(budget.requestsPerSecond / share.count, now)
  }

  /** Whether no copy may be made now; `reason` then says why. */
  isOver(outstanding: number): boolean {
    const reason = this.refusal(outstanding)
    if (reason !== null) this.reason = reason
    return reason !== null
  }

  /** Spends one copy of the rate. */
  take(): void {
    this.rate?.take()
  }

  private refusal(outstanding: number): MirrorSkipReason | null {
    if (this.isInvalid) return 'budget_invalid'
    if (Date.now() >= this.untilMs) return 'budget_expired'
    if (outstanding >= this.inFlightMax) return 'budget_in_flight'
    if (this.rate !== null && !this.rate.hasToken) return 'budget_rate'
    return null
  }
}

/**
 * Bounds the requests to one backend that are retried at the same time, from the decision to retry until the request ends or
 * is tried once more: Envoy's circuit breaker `max_retries`. A client that sends one request after another always gets
 * its retries; a backend in trouble is not sent several times what brought it there by all clients at once. Gateway API
 * knows no such bound. Envoy's own default is 3, Envoy Gateway's 1,024, which is ours.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/circuit_breaker.proto
 */
export class RetryBudget {
  private readonly most: number
  private retrying = 0

  constructor(most: number) {
    this.most = most
  }

  /** Takes the place of one request when there is one; `release` must follow. */
  take(): boolean {
    if (this.retrying >= this.most) return false
    this.retrying += 1
    return true
  }

  release(): void {
    this.retrying -= 1
  }
}
