/** Seconds of its rate that a bucket holds at most: how much a quiet moment may be made up for. */
const BURST_SECONDS = 0.1

/** Allows a rate: over any time t, at most rate × t + the larger of 1 and a tenth of a second's worth. */
export class TokenBucket {
  private readonly perMs: number
  private readonly capacity: number
  private readonly now: () => number
  private tokens: number
  private filledAt: number

  /** `now` gives monotonic milliseconds. */
  constructor(perSecond: number, now: () => number) {
    this.perMs = perSecond / 1000
    this.capacity = Math.max(1, perSecond * BURST_SECONDS)
    this.now = now
    this.tokens = this.capacity
    this.filledAt = now()
  }

  /** Whether `take` would succeed. */
  get hasToken(): boolean {
    this.refill()
    return this.tokens >= 1
  }

  /** Takes one when there is one. */
  take(): boolean {
    if (!this.hasToken) return false
    this.tokens -= 1
    return true
  }

  private refill(): void {
    const now = this.now()
    this.tokens = Math.min(this.capacity, this.tokens + (now - this.filledAt) * this.perMs)
    this.filledAt = now
  }
}
