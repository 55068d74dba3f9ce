import type { ListAndNumberRules } from '@/lib/comparison/exchange'
import type { Redactor } from '@/lib/comparison/redaction/redactor'
import type { RouteMatch } from '@/lib/routing/compile-matcher'
import type { RuleMetrics } from '../metrics/metrics'
import type { AnswerRecorder } from './answer-recorder'
import type { CalibrationRun } from './calibration-run'
import type { PathCounts } from './request-paths'

/** How a rule's requests are captured, prepared once per table. */
export interface CaptureRuntime {
  /** Whether the next mirrored request is captured. */
  isNext(): boolean
  readonly redactor: Redactor
  readonly rules: ListAndNumberRules
  readonly calibration: CalibrationRun | undefined
  /** What the rule's requests ask for. */
  readonly paths: PathCounts
}

/** The rule that took a captured request. */
export interface CapturedRule extends Pick<RouteMatch, 'rule'> {
  readonly match: Pick<RouteMatch, 'route'>
  readonly metrics: RuleMetrics
  readonly capture: CaptureRuntime | undefined
}

/** A copy whose answer can be recorded. */
export interface RecordableCopy {
  /** Index in rule.filters; -1 for a calibration. */
  readonly filterIndex: number
  /** Cluster key, `namespace/service:port`. */
  readonly target: string
  record(recorder: AnswerRecorder): void
}
