'use client'

import { useQueries } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { assess, type Decision } from '@/lib/comparison/assess'
import { settingsOr } from '@/lib/comparison/route-settings'
import { COMPARISON_ANNOTATION, judgeRules } from '@/lib/comparison/settings'
import type { ComparisonSnapshot } from '@/lib/comparison/snapshot'
import type { ComparisonList, ComparisonListItem } from '@/lib/dashboard-api/comparison'
import { API } from '@/lib/dashboard-api/paths'
import { keyOf } from '@/lib/gateway-api/references'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { snapshotQuery } from './comparison'
import { getJson } from './dashboard-client'
import { useCachedQuery, useIsHydrated } from './use-cached-query'
import { useLiveList } from './use-live'

/** By `namespace/name`; of several mirrors the one that speaks most against promoting. */
export type Verdicts = ReadonlyMap<string, Decision>

/** Judging more comparisons at every refresh would cost a page too much; of the others nothing is said. */
export const VERDICTS_MAX = 20
const REFRESH_MS = 10_000

const RANK: Readonly<Record<Decision, number>> = {
  'do-not-promote': 0,
  'keep-watching': 1,
  promote: 2,
}

/** The comparisons that run on routes as they are now, those that were added to last. */
export function runningComparisons(
  items: readonly ComparisonListItem[],
  routes: readonly HTTPRoute[],
): readonly (readonly [ComparisonListItem, HTTPRoute])[] {
  const byKey = new Map<string, HTTPRoute>(routes.map((route) => [keyOf(route), route]))
  return items
    .flatMap((item) => {
      const route = byKey.get(item.route)
      const isOn = route?.metadata.annotations?.[COMPARISON_ANNOTATION] !== undefined
      const isNow = route?.metadata.generation === item.generation
      return route !== undefined && isOn && isNow && item.pairs > 0 ? [[item, route] as const] : []
    })
    .sort(([left], [right]) => right.lastAt - left.lastAt)
    .slice(0, VERDICTS_MAX)
}

/** What the snapshots of running comparisons say of each route; one that has not arrived says nothing. */
export function verdictsOf(
  running: readonly (readonly [ComparisonListItem, HTTPRoute])[],
  snapshots: readonly (ComparisonSnapshot | undefined)[],
): Verdicts {
  const verdicts = new Map<string, Decision>()
  for (const [index, [item, route]] of running.entries()) {
    const snapshot = snapshots[index]
    if (snapshot === undefined) continue
    const { decision } = assess(snapshot, judgeRules(settingsOr(route)))
    const known = verdicts.get(item.route)
    if (known === undefined || RANK[decision] < RANK[known]) verdicts.set(item.route, decision)
  }
  return verdicts
}

const NO_ITEMS: readonly ComparisonListItem[] = []

/** The verdicts of the comparisons that run now; empty while nothing is known of them. */
export function useVerdicts(): Verdicts {
  const { objects: routes } = useLiveList('httproutes')
  const isHydrated = useIsHydrated()
  const { data } = useCachedQuery<ComparisonList>({
    queryKey: ['comparisons-newest'],
    queryFn: ({ signal }) => getJson(`${API.comparison}/newest`, signal),
    refetchInterval: REFRESH_MS,
    staleTime: 0,
  })
  const items = data?.comparisons ?? NO_ITEMS
  const running = useMemo(() => runningComparisons(items, routes), [items, routes])
  const combine = useCallback(
    (results: readonly { data: ComparisonSnapshot | undefined }[]) =>
      verdictsOf(
        running,
        results.map((result) => result.data),
      ),
    [running],
  )
  const verdicts = useQueries({
    queries: running.map(([item]) => ({ ...snapshotQuery(item), refetchInterval: REFRESH_MS })),
    combine,
  })
  return isHydrated ? verdicts : NO_VERDICTS
}

const NO_VERDICTS: Verdicts = new Map()
