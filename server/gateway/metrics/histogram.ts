/** Upper bounds in seconds: fine enough around 1 ms to tell p50, p90 and p99 of a local hop apart. */
export const DURATION_BUCKETS_SECONDS: readonly number[] = [
  0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.04, 0.06, 0.1, 0.15, 0.25, 0.4,
  0.6, 1, 2, 5, 10, 30, 60,
]

/** Durations by bucket; the last count is of those above every bound. */
export class Histogram {
  readonly counts = new Float64Array(DURATION_BUCKETS_SECONDS.length + 1)
  sum = 0

  observe(seconds: number): void {
    let low = 0
    let high = DURATION_BUCKETS_SECONDS.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (seconds <= (DURATION_BUCKETS_SECONDS[middle] ?? 0)) high = middle
      else low = middle + 1
    }
    this.counts[low] = (this.counts[low] ?? 0) + 1
    this.sum += seconds
  }

  /** Adds another histogram's observations to this one. */
  add(other: Histogram): void {
    for (let index = 0; index < this.counts.length; index++) {
      this.counts[index] = (this.counts[index] ?? 0) + (other.counts[index] ?? 0)
    }
    this.sum += other.sum
  }
}
