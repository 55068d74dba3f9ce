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
