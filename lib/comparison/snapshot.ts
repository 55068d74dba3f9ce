/**
 * What a comparison has counted: `takeSnapshot` → this → `assess`. Plain JSON of bounded size, from which every number on the pages
 * follows, so that a page, a file and a test judge by the same.
 */
import type { DifferenceKind } from '@/lib/comparison/diff-json'
import type { ValueModelName } from '@/lib/comparison/value-model'
import type { NamespacedName } from '@/lib/gateway-api/references'

/** One mirror filter of one generation of a route. */
export interface ComparisonKey {
  readonly route: NamespacedName
  readonly generation: number
  readonly rule: number
  readonly filterIndex: number
}

export interface ComparisonSnapshot extends ComparisonKey {
  readonly ruleName: string
  /** `namespace/service:port` that answered, the primary's in order of appearance. */
  readonly primaryBackends: readonly string[]
  readonly mirrorBackend: string
  /** Epoch milliseconds of the first and the last pair. */
  readonly firstAt: number
  readonly lastAt: number
  /** Pairs of primary and mirror that were compared. */
  readonly pairs: number
  /** Pairs of two answers of the primary's own backend. */
  readonly calibrationPairs: number
  /** Epoch milliseconds of the last of them; 0 without. */
  readonly calibratedAt: number
  /** Pairs that were captured and say nothing of the mirror, by reason: `same_backend`, `primary_failed`. */
  readonly notComparable: Readonly<Record<string, number>>
  /** Pairs whose bodies could not be compared, by reason; their status and headers were. */
  readonly bodiesNotCompared: Readonly<Record<string, number>>
  /** Pairs of which only the first values were compared. */
  readonly cutShort: number
  readonly statuses: readonly StatusCell[]
  readonly groups: readonly DifferenceGroup[]
  /** Pairs by the set of differences they showed, as indexes of `groups`; equal pairs are not listed. */
  readonly signatures: readonly Signature[]
  readonly latency: LatencySnapshot
  readonly endpoints: readonly EndpointCount[]
  /** Endpoints that requests, and pairs of other generations and filters, have asked of this rule, and no pair here. */
  readonly unseenEndpoints: readonly string[]
  readonly requests: RequestsSnapshot
}

/** Requests of the rule, captured or not, by endpoint. */
export interface RequestsSnapshot {
  readonly endpoints: readonly { readonly endpoint: string; readonly requests: number }[]
  /** Requests for paths that were too many at once to be named. */
  readonly beyond: number
  /** Epoch milliseconds of the first count; 0 where nobody counts. */
  readonly since: number
}

export interface StatusCell {
  /** `200`, or `failed: timeout`. */
  readonly primary: string
  readonly mirror: string
  readonly pairs: number
}

export interface DifferenceGroup {
  readonly kind: DifferenceKind
  /** `$.items[*].price`, `header.content-type`, `status.200.503`. */
  readonly pattern: string
  /** Pairs that have the place, and those that differ there. */
  readonly seen: number
  readonly differing: number
  /** The same of calibration pairs. */
  readonly calibrationSeen: number
  readonly calibrationDiffering: number
  readonly model: ValueModelName
  /** Differing values the model has looked at. */
  readonly modelOf: number
  /** How one side's values are written otherwise than the other's; absent or '' where they are not. */
  readonly apart?: string | undefined
  readonly firstAt: number
  readonly lastAt: number
  readonly endpoints: readonly string[]
  readonly samples: readonly ValueSample[]
}

export interface ValueSample {
  readonly pair: string
  /** JSON, shortened; '' where the value is not there. */
  readonly primary: string
  readonly mirror: string
}

export interface Signature {
  /** Empty where the pairs differ in ways that were not kept apart. */
  readonly groups: readonly number[]
  readonly pairs: number
  readonly calibrationPairs: number
}

/** Counts by the edges of `latency-counts.ts`. */
export interface LatencySnapshot {
  /** Mirror minus primary, of pairs where both answered. */
  readonly difference: readonly number[]
  /** Second minus first answer of calibration pairs. */
  readonly calibration: readonly number[]
  readonly primary: readonly number[]
  readonly mirror: readonly number[]
}

export interface EndpointCount {
  readonly endpoint: string
  readonly pairs: number
  readonly differing: number
}
