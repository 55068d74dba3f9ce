/**
 * A histogram of latencies with a fixed size and a fixed relative error: each power of two is cut into 64 equal
 * parts, so a reported value is at most 1.6 % above the true one. After HdrHistogram, https://hdrhistogram.org.
 */
const PARTS = 64
const PART_BITS = 6
/** Microseconds; about 9 hours. Longer latencies are counted there. */
const VALUE_MAX = 2 ** 35 - 1
const SLOTS = (35 - PART_BITS + 1) * PARTS

/** Latencies in a fixed number of parts: memory does not grow, and a quantile is off by at most a part, 1/64. */
export class LatencyHistogram {
  private readonly counts = new Uint32Array(SLOTS)
  private total = 0
  private largest = 0

  /** Values below zero count as zero. */
  record(milliseconds: number): void {
    const micros = Math.min(VALUE_MAX, Math.max(0, Math.round(milliseconds * 1000)))
    const slot = slotOf(micros)
    this.counts[slot] = (this.counts[slot] ?? 0) + 1
    this.total += 1
    this.largest = Math.max(this.largest, micros)
  }

  get count(): number {
    return this.total
  }

  /** Milliseconds, exact; null when nothing was recorded. */
  get max(): number | null {
    return this.total === 0 ? null : this.largest / 1000
  }

  /** Milliseconds: the upper edge of the part the quantile falls in, never above `max`; null when empty. */
  quantile(quantile: number): number | null {
    if (this.total === 0) return null
    const rank = Math.max(1, Math.ceil(quantile * this.total))
    let seen = 0
    for (const [slot, count] of this.counts.entries()) {
      seen += count
      if (seen >= rank) return Math.min(this.largest, upperEdge(slot)) / 1000
    }
    return this.largest / 1000
  }
}

function slotOf(micros: number): number {
  if (micros < PARTS) return micros
  const exponent = Math.floor(Math.log2(micros)) - PART_BITS
  return (exponent + 1) * PARTS + (Math.floor(micros / 2 ** exponent) - PARTS)
}

function upperEdge(slot: number): number {
  if (slot < PARTS) return slot
  const exponent = Math.floor(slot / PARTS) - 1
  return (PARTS + (slot % PARTS) + 1) * 2 ** exponent - 1
}
