import type { GatewayLimits } from './limits'

/**
 * Bounds what retries add to a backend's load: a share of its requests, and a few a second besides, so that a backend in
 * trouble is not sent several times what brought it there. https://gateway-api.sigs.k8s.io/geps/gep-3388/
 */
export class RetryBudget {
  private readonly limits: GatewayLimits
  private tokens: number
  private filledAt = 0

  constructor(limits: GatewayLimits) {
    this.limits = limits
    this.tokens = limits.retriesPerSecondMin
  }

  /** A request that is not a retry. */
  countRequest(): void {
    this.add(this.limits.retryShareMax)
  }

  /** Takes one retry when there is one. `now` in monotonic milliseconds. */
  take(now: number): boolean {
    const seconds = Math.max(0, now - this.filledAt) / 1000
    this.filledAt = now
    this.add(seconds * this.limits.retriesPerSecondMin)
    if (this.tokens < 1) return false
    this.tokens -= 1
    return true
  }

  private add(tokens: number): void {
    this.tokens = Math.min(this.limits.retryBurstMax, this.tokens + tokens)
  }
}
