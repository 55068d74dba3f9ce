/** Every bound of the comparison store, with what happens at it; those of one comparison are in lib/comparison/limits.ts. */
export interface ComparisonStoreLimits {
  /**
   * Comparisons kept, and rules whose requests are counted; beyond, the one that has waited longest for a pair, or for a
   * request, is forgotten.
   */
  readonly comparisonsMax: number
  /** Generations of one mirror filter kept; beyond, the oldest is forgotten. */
  readonly generationsMax: number
  /** Newest pairs of a comparison kept as examples, whatever they show. */
  readonly recentPairsMax: number
  /** Pairs kept of each difference, and of each cell of the status matrix: a fair sample of all there were. */
  readonly pairsPerKindMax: number
  /** Bytes of one comparison's examples; beyond, its oldest are forgotten. A pair of more is kept without its bodies. */
  readonly exampleBytesMax: number
  /** Bytes of all examples; beyond, each comparison keeps its share of them. */
  readonly totalExampleBytesMax: number
  /** Pairs in one answer. */
  readonly pairsListedMax: number
  /** Counts and examples are written this often; a process that is killed loses what came after the last time. */
  readonly persistIntervalMs: number
}

export const COMPARISON_STORE_LIMITS: ComparisonStoreLimits = {
  comparisonsMax: 200,
  generationsMax: 3,
  recentPairsMax: 60,
  pairsPerKindMax: 4,
  exampleBytesMax: 4 * 1024 * 1024,
  totalExampleBytesMax: 64 * 1024 * 1024,
  pairsListedMax: 100,
  persistIntervalMs: 15_000,
}
