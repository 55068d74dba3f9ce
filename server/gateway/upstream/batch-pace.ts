import type { GatewayLimits } from '../bounds/limits'

type PaceLimits = Pick<
  GatewayLimits,
  'mirrorBatchCopiesMax' | 'mirrorBatchQuickMs' | 'mirrorBatchSlowMs' | 'mirrorBatchPauseMs'
>

/** Batches an endpoint must have answered before more than one may be under way. */
const PROOFS = 4
const SMALLEST = 2
const GROWTH = 0.25

/**
 * How many copies one endpoint is sent at once on one connection. Answers come in the order of the requests, so a copy may wait
 * for those before it: only an endpoint that answers quickly gets batches, and one that does not answer all of its first
 * batches never gets another.
 */
export class BatchPace {
  private readonly limits: PaceLimits
  private size = SMALLEST
  private underWay = 0
  private proofs = 0
  private isUnfit = false
  private pausedUntil = 0

  constructor(limits: PaceLimits) {
    this.limits = limits
  }

  /** The most copies for the next batch; 1 when there is to be none. `now` in monotonic milliseconds. */
  most(now: number): number {
    if (this.isUnfit || now < this.pausedUntil) return 1
    if (this.proofs < PROOFS && this.underWay > 0) return 1
    return Math.floor(this.size)
  }

  begin(): void {
    this.underWay++
  }

  /** Every copy of a batch was answered, the last one after `tookMs`. */
  answered(tookMs: number, now: number): void {
    this.underWay--
    this.proofs++
    const { mirrorBatchCopiesMax, mirrorBatchQuickMs, mirrorBatchSlowMs } = this.limits
    if (tookMs > mirrorBatchSlowMs) this.pause(now)
    else if (tookMs > mirrorBatchQuickMs) this.size = Math.max(SMALLEST, this.size / 2)
    else this.size = Math.min(mirrorBatchCopiesMax, this.size + GROWTH)
  }

  /** The endpoint said with an answer that it would not take more on this connection, which it may. */
  closed(): void {
    this.underWay--
  }

  /** The connection broke or hung before all was answered. */
  broken(now: number): void {
    this.underWay--
    if (this.proofs < PROOFS) this.isUnfit = true
    this.proofs = 0
    this.pause(now)
  }

  private pause(now: number): void {
    this.size = SMALLEST
    this.pausedUntil = now + this.limits.mirrorBatchPauseMs
  }
}
