import type { PathStep } from '@/lib/comparison/path-pattern'

/** What a verdict is judged by; each can be set for a route. */
export interface Thresholds {
  /** Share of pairs that may differ, net of noise. */
  readonly maxMismatchRate: number
  /** Share of requests the primary answers without a server error that the mirror may fail. */
  readonly maxErrorRate: number
  /** The median pair's mirror may be slower by this; counted at the next edge of the latency buckets. */
  readonly latencyToleranceMs: number
  /** Share of the known endpoints that must have been compared. */
  readonly minEndpointCoverage: number
  /** Chance of a wrong verdict in either direction, however often one looks. */
  readonly level: number
}

export const DEFAULT_THRESHOLDS: Thresholds = {
  maxMismatchRate: 0.01,
  maxErrorRate: 0.005,
  latencyToleranceMs: 10,
  minEndpointCoverage: 0.9,
  level: 0.05,
}

/** What of the snapshot does not count, and what is too much. */
export interface JudgeRules {
  readonly ignorePaths: readonly (readonly PathStep[])[]
  /** Lower case. */
  readonly ignoreHeaders: readonly string[]
  readonly thresholds: Thresholds
}
