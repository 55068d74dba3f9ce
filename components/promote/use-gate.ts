'use client'

import { settingsOr } from '@/components/compare/route-settings'
import { useComparisons, useSnapshot } from '@/components/data/comparison'
import { type Assessment, assess } from '@/lib/comparison/assess'
import { judgeRules } from '@/lib/comparison/settings'
import type { ComparisonSnapshot } from '@/lib/comparison/snapshot'
import { keyOf } from '@/lib/gateway-api/references'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import type { Ladder } from './ladder'

/** The verdict on the step the route stands on; null while there are no pairs of it. */
export interface Gate {
  readonly assessment: Assessment
  readonly snapshot: ComparisonSnapshot
}

/**
 * Pairs of an earlier step say nothing of this one, so each is judged by its own generation. With all of the traffic on the
 * candidate there is no other answer to compare with: then the step before is what counts.
 */
export function useGate(route: HTTPRoute, ladder: Ladder | null): Gate | null {
  const { data } = useComparisons(keyOf(route))
  const comparison = data?.comparisons.find(
    ({ generation, rule, filterIndex, pairs }) =>
      rule === ladder?.promotion.rule &&
      filterIndex === ladder.promotion.filterIndex &&
      pairs > 0 &&
      (ladder.share >= 100 || generation === route.metadata.generation),
  )
  const { data: snapshot } = useSnapshot(comparison ?? null)
  if (comparison === undefined || snapshot === undefined) return null
  return { assessment: assess(snapshot, judgeRules(settingsOr(route))), snapshot }
}
