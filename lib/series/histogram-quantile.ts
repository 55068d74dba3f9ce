/** A histogram by bucket, not cumulative. `upperBounds` ascend and end with Infinity. */
export interface HistogramBuckets {
  readonly upperBounds: readonly number[]
  readonly counts: readonly number[]
}

/**
 * Returns the quantile as Prometheus' histogram_quantile() does: linear within the bucket it falls in, the lowest
 * bucket starting at 0, the highest finite bound when it falls in the last bucket. Null without observations.
 * It is exact to its bucket's width: see `quantileResolution`.
 * https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
export function histogramQuantile(quantile: number, buckets: HistogramBuckets): number | null {
  const index = bucketOfQuantile(quantile, buckets)
  if (index === null) return null
  const { upperBounds, counts } = buckets
  const upper = upperBounds[index] ?? Number.POSITIVE_INFINITY
  const lower = lowerBound(upperBounds, index)
  if (upper === Number.POSITIVE_INFINITY) return index === 0 ? null : lower
  if (index === 0 && upper <= 0) return upper
  const below = sum(counts, index)
  const inBucket = counts[index] ?? 0
  return lower + ((upper - lower) * (quantile * sum(counts, counts.length) - below)) / inBucket
}

/** Returns the width of the bucket the quantile falls in (Infinity for the last one), null without observations. */
export function quantileResolution(quantile: number, buckets: HistogramBuckets): number | null {
  const index = bucketOfQuantile(quantile, buckets)
  if (index === null) return null
  const upper = buckets.upperBounds[index] ?? Number.POSITIVE_INFINITY
  return upper - lowerBound(buckets.upperBounds, index)
}

function bucketOfQuantile(quantile: number, buckets: HistogramBuckets): number | null {
  const total = sum(buckets.counts, buckets.counts.length)
  if (!(total > 0) || !(quantile >= 0 && quantile <= 1)) return null
  const rank = quantile * total
  let below = 0
  for (const [index, count] of buckets.counts.entries()) {
    below += count
    if (count > 0 && below >= rank) return index
  }
  return buckets.counts.length - 1
}

function lowerBound(upperBounds: readonly number[], index: number): number {
  return index === 0 ? 0 : (upperBounds[index - 1] ?? 0)
}

function sum(counts: readonly number[], length: number): number {
  let total = 0
  for (let index = 0; index < length; index += 1) total += counts[index] ?? 0
  return total
}
