'use client'

import { useComparisons, useSnapshot } from '@/components/data/comparison'
import { type Assessment, assess } from '@/lib/comparison/assess'
import { settingsOr } from '@/lib/comparison/route-settings'
import { judgeRules } from '@/lib/comparison/settings'
import type { ComparisonSnapshot } from '@/lib/comparison/snapshot'
import { keyOf } from '@/lib/gateway-api/references'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { comparisonOfStep } from '@/lib/promotion/comparison-of-step'
import type { Ladder } from '@/lib/promotion/ladder'

/** The verdict on the step the route stands on; null while there are no pairs of it. */
export interface Gate {
  readonly assessment: Assessment
  readonly snapshot: ComparisonSnapshot
}

/** Judges the comparison that speaks of the ladder's step. */
export function useGate(route: HTTPRoute, ladder: Ladder | null): Gate | null {
  const { data } = useComparisons(keyOf(route))
  const comparison =
    ladder === null ? null : comparisonOfStep(route, ladder, data?.comparisons ?? [])
  const { data: snapshot } = useSnapshot(comparison)
  if (comparison === null || snapshot === undefined) return null
  return { assessment: assess(snapshot, judgeRules(settingsOr(route))), snapshot }
}
