/**
 * GET /api/comparison?route=namespace/name: the comparisons of a route; DELETE starts them anew.
 * GET /api/comparison/newest: of every route, the comparisons of its newest compared generation.
 * GET /api/comparison/snapshot, /api/comparison/pairs, /api/comparison/pair: one comparison's counts, its kept pairs, one
 * of them. A page judges a snapshot by itself, with lib/comparison/assess.
 */
import { z } from 'zod'
import type { CapturedExchange } from '@/lib/comparison/exchange'
import type { ComparisonKey } from '@/lib/comparison/snapshot'
import type { NamespacedName } from '@/lib/gateway-api/references'

const wholeNumber = z.coerce.number().int().min(-1).max(Number.MAX_SAFE_INTEGER)

export const comparisonQuery = z.object({
  route: z.custom<NamespacedName>(
    (value) => typeof value === 'string' && /^[a-z0-9.-]+\/[a-z0-9.-]+$/.test(value),
  ),
  generation: wholeNumber,
  rule: wholeNumber,
  filterIndex: wholeNumber,
})

const text = z.string().max(2_000).optional()

/** Which kept pairs: those with these statuses, this difference, this endpoint, or not compared for this reason. */
export const pairQuery = comparisonQuery.extend({
  primaryStatus: text,
  mirrorStatus: text,
  kind: text,
  pattern: text,
  endpoint: text,
  leftOut: text,
})
export type PairQuery = z.output<typeof pairQuery>

/** The part of the query that chooses pairs; a pair must fit all that is said. */
export type PairFilter = Partial<
  Record<
    'primaryStatus' | 'mirrorStatus' | 'kind' | 'pattern' | 'endpoint' | 'leftOut',
    string | undefined
  >
>

export interface ComparisonListItem extends ComparisonKey {
  readonly ruleName: string
  readonly pairs: number
  readonly primaryBackends: readonly string[]
  readonly mirrorBackend: string
  readonly firstAt: number
  readonly lastAt: number
}

export interface ComparisonList {
  readonly comparisons: readonly ComparisonListItem[]
}

export interface PairSummary {
  readonly id: string
  readonly capturedAt: number
  readonly method: string
  readonly path: string
  readonly endpoint: string
  /** Why it, or a part of it, was not compared: a reason of the snapshot's; absent or '' when all of it was. */
  readonly leftOut?: string | undefined
  /** `200`, `OK`, or `failed: timeout`. */
  readonly primaryStatus: string
  readonly mirrorStatus: string
  readonly primaryMs: number
  readonly mirrorMs: number
  readonly differences: readonly { readonly kind: string; readonly pattern: string }[]
}

export interface PairList {
  /** Newest first; the first of those kept. */
  readonly pairs: readonly PairSummary[]
  /** How many kept pairs there are in all. */
  readonly kept: number
}

export interface ComparedPair {
  readonly summary: PairSummary
  readonly exchange: CapturedExchange
}

/** Whether a pair fits a filter. */
export function fitsFilter(pair: PairSummary, filter: PairFilter): boolean {
  const { primaryStatus, mirrorStatus, kind, pattern, endpoint, leftOut } = filter
  return (
    (primaryStatus === undefined || pair.primaryStatus === primaryStatus) &&
    (mirrorStatus === undefined || pair.mirrorStatus === mirrorStatus) &&
    (endpoint === undefined || pair.endpoint === endpoint) &&
    (leftOut === undefined || pair.leftOut === leftOut) &&
    (pattern === undefined ||
      pair.differences.some(
        (difference) =>
          difference.pattern === pattern && (kind === undefined || difference.kind === kind),
      ))
  )
}
