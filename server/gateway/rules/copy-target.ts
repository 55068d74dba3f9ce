import type { CopyMetrics } from '../metrics/metrics'

/** Where a copy goes and where it is counted: a mirror, or the primary's own backend once more. */
export interface CopyTarget {
  /** Index in rule.filters; -1 for a calibration. */
  readonly filterIndex: number
  /** Cluster key, `namespace/service:port`. */
  readonly target: string
  readonly metrics: CopyMetrics
}
