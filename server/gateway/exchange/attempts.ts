/** How an attempt ended → this → how long to wait for the next, or that there is none. */
import type { RuleEntry } from '@/lib/routing/route-table'
import type { GatewayLimits } from '../bounds/limits'
import { IDEMPOTENT_METHODS } from '../http/request-head'
import type { RetryRefusal, RuleMetrics } from '../metrics/metrics'
import type { ClusterRuntime } from '../rules/rule-runtime'
import type { Upstream, UpstreamFailure } from '../upstream/upstream'

/** Why an attempt came to nothing before its response began. */
export type AttemptFailure = UpstreamFailure | 'timeout'

/** The rule of a request, and where its retries are counted. */
interface AttemptsRule {
  readonly rule: Pick<RuleEntry, 'retry'>
  readonly metrics: Pick<RuleMetrics, 'countRetry' | 'countRetryRefused'>
}

/**
 * How often one request may be sent. Without a `retry` in its rule: again at once, where that can help and cannot have an
 * effect twice. With one: as often and for what the rule says, after its backoff, within the backend's retry budget;
 * a retry that the rule allows and a limit does not is counted by its reason.
 * https://gateway-api.sigs.k8s.io/reference/spec/#httprouteretry
 */
export class Attempts {
  private readonly method: string
  private readonly retry: RuleEntry['retry']
  private readonly cluster: Pick<ClusterRuntime, 'size' | 'retryBudget'>
  private readonly limits: GatewayLimits
  private readonly metrics: AttemptsRule['metrics']
  /** The first has been made when this begins. */
  private made = 1
  /** Attempts that no backend has looked at. */
  private unprocessed = 0
  private isRetrying = false

  constructor(
    method: string,
    { rule, metrics }: AttemptsRule,
    cluster: Pick<ClusterRuntime, 'size' | 'retryBudget'>,
    limits: GatewayLimits,
  ) {
    this.method = method
    this.retry = rule.retry
    this.cluster = cluster
    this.limits = limits
    this.metrics = metrics
  }

  /** Milliseconds to wait before the request is sent again; null when it is not. `isKept` says that its body is there still. */
  afterFailure(failure: AttemptFailure, connection: Upstream, isKept: boolean): number | null {
    if (this.retry === undefined)
      return isKept && this.mayRepeat(failure, connection) ? this.again(0) : null
    const isUnprocessed =
      failure === 'connect_failed' || failure === 'refused' || failure === 'timeout'
    return isUnprocessed || this.isSafe(failure, connection) ? this.retryAfter(isKept) : null
  }

  /** The same for a response with this status, which is then not used. */
  afterStatus(status: number, isKept: boolean): number | null {
    return this.retry?.codes.includes(status) ? this.retryAfter(isKept) : null
  }

  /** The request has ended. May be called again. */
  end(): void {
    if (this.isRetrying) this.cluster.retryBudget.release()
    this.isRetrying = false
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
  private retryAfter(isKept: boolean): number | null {
    const { retry, limits } = this
    this.end()
    if (retry === undefined || this.made > retry.attempts) return null
    const refusal = this.refusal(isKept)
    if (refusal !== null) {
      this.metrics.countRetryRefused(refusal)
      return null
    }
    const base = retry.backoffMs > 0 ? retry.backoffMs : limits.retryBackoffMs
    const longest = Math.max(base, limits.retryBackoffMaxMs)
    return this.again(Math.min(longest, base * 2 ** (this.made - 1) * (1 + Math.random() / 2)))
  }

  private refusal(isKept: boolean): RetryRefusal | null {
    if (this.made > this.limits.retryAttemptsMax) return 'attempts_limit'
    if (!isKept) return 'body_limit'
    this.isRetrying = this.cluster.retryBudget.take()
    return this.isRetrying ? null : 'in_flight_limit'
  }

  private again(waitMs: number): number {
    this.made++
    this.metrics.countRetry()
    return waitMs
  }
}
