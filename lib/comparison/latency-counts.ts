/** Milliseconds counted in fixed buckets: bounded, addable, and exact at the buckets' edges. */

/** Upper edges of the positive half. */
export const LATENCY_EDGES_MS = [
  1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 2000, 5000, 10_000,
] as const

/** Edges of a signed difference: a bucket holds what is above the edge before it, up to its own; the last has none. */
export const DIFFERENCE_EDGES_MS: readonly number[] = [
  ...LATENCY_EDGES_MS.map((edge) => -edge).reverse(),
  0,
  ...LATENCY_EDGES_MS,
]

/** Zero in every bucket, the one above the last edge included. */
export function emptyCounts(edges: readonly number[]): number[] {
  return edges.map(() => 0).concat(0)
}

/** Counts one value. */
export function count(counts: number[], edges: readonly number[], value: number): void {
  let bucket = 0
  while (bucket < edges.length && value > (edges[bucket] ?? 0)) bucket += 1
  counts[bucket] = (counts[bucket] ?? 0) + 1
}

/** The smallest edge that is at least `value`: where a tolerance is counted. */
export function edgeAtLeast(edges: readonly number[], value: number): number {
  return edges.find((edge) => edge >= value) ?? edges.at(-1) ?? value
}

/** How many values are above an edge. */
export function countAbove(
  counts: readonly number[],
  edges: readonly number[],
  edge: number,
): number {
  return counts.reduce((sum, value, bucket) => {
    const from = bucket === 0 ? Number.NEGATIVE_INFINITY : (edges[bucket - 1] ?? 0)
    return from >= edge ? sum + value : sum
  }, 0)
}

/** The total of all buckets. */
export function total(counts: readonly number[]): number {
  return counts.reduce((sum, value) => sum + value, 0)
}
/** The share `quantile` of the values is at most this edge; null without values, infinite above the last edge. */
export function quantileEdge(
  counts: readonly number[],
  edges: readonly number[],
  quantile: number,
): number | null {
  const all = total(counts)
  if (all === 0) return null
  let seen = 0
  for (const [bucket, value] of counts.entries()) {
    seen += value
    if (seen >= quantile * all) return edges[bucket] ?? Number.POSITIVE_INFINITY
  }
  return Number.POSITIVE_INFINITY
}
