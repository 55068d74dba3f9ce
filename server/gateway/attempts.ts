import type { RuleEntry } from '@/lib/routing/route-table'
import type { GatewayLimits } from './limits'
import { IDEMPOTENT_METHODS } from './request-head'
import type { ClusterRuntime } from './rule-runtime'
import type { Upstream, UpstreamFailure } from './upstream'

/** Why an attempt came to nothing before its response began. */
export type AttemptFailure = UpstreamFailure | 'timeout'

/**
 * How often one request may be sent. Without a `retry` in its rule: again at once, where that can help and cannot have an
 * effect twice. With one: as often and for what the rule says, after its backoff, within the backend's retry budget.
 * https://gateway-api.sigs.k8s.io/reference/spec/#httprouteretry
 */
export class Attempts {
  private readonly method: string
  private readonly retry: RuleEntry['retry']
  private readonly cluster: ClusterRuntime
  private readonly limits: GatewayLimits
  private made = 0
  /** Attempts that no backend has looked at. */
  private unprocessed = 0

  constructor(
    method: string,
    retry: RuleEntry['retry'],
    cluster: ClusterRuntime,
    limits: GatewayLimits,
  ) {
    this.method = method
    this.retry = retry
    this.cluster = cluster
    this.limits = limits
    if (retry !== undefined) cluster.retryBudget.countRequest()
  }

  /** Counts an attempt; true when it is not the first. */
  begin(): boolean {
    this.made++
    return this.made > 1
  }

  /** Milliseconds to wait before the request is sent again; null when it is not. `now` in monotonic milliseconds. */
  afterFailure(failure: AttemptFailure, connection: Upstream, now: number): number | null {
    if (this.retry === undefined) return this.mayRepeat(failure, connection) ? 0 : null
    const isUnprocessed =
      failure === 'connect_failed' || failure === 'refused' || failure === 'timeout'
    return isUnprocessed || this.isSafe(failure, connection) ? this.retryAfter(now) : null
  }

  /** The same for a response with this status, which is then not used. */
  afterStatus(status: number, now: number): number | null {
    return this.retry?.codes.includes(status) ? this.retryAfter(now) : null
  }

  private mayRepeat(failure: AttemptFailure, connection: Upstream): boolean {
    const { size } = this.cluster
    if (failure === 'connect_failed') {
      this.unprocessed++
      return this.unprocessed < Math.min(size, this.limits.connectAttemptsMax)
    }
    if (failure === 'refused') {
      this.unprocessed++
      return this.unprocessed < this.limits.connectAttemptsMax
    }
    if (this.made > this.unprocessed + 1) return false
    return this.isSafe(failure, connection) && (connection.wasUsed || size > 1)
  }

  /** Whether a lost connection leaves the request free to be sent again (RFC 9110 9.2.2). */
  private isSafe(failure: AttemptFailure, connection: Upstream): boolean {
    return failure === 'reset' && !connection.hasAnswered && IDEMPOTENT_METHODS.has(this.method)
  }

  /** Doubles from attempt to attempt, with up to half of it again by chance, so that retries do not come in waves. */
  private retryAfter(now: number): number | null {
    const { retry, limits } = this
    if (retry === undefined || this.made > Math.min(retry.attempts, limits.retryAttemptsMax)) {
      return null
    }
    if (!this.cluster.retryBudget.take(now)) return null
    const base = retry.backoffMs > 0 ? retry.backoffMs : limits.retryBackoffMs
    const longest = Math.max(base, limits.retryBackoffMaxMs)
    return Math.min(longest, base * 2 ** (this.made - 1) * (1 + Math.random() / 2))
  }
}
