'use client'

import { type UseQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { ComparisonKey, ComparisonSnapshot } from '@/lib/comparison/snapshot'
import type {
  ComparedPair,
  ComparisonList,
  PairFilter,
  PairList,
} from '@/lib/dashboard-api/comparison'
import { API } from '@/lib/dashboard-api/paths'
import { type DashboardRequestError, getJson, sendDelete } from './dashboard-client'
import { useCachedQuery } from './use-cached-query'

/** Counts move on with every pair; this often the page looks again. */
const REFRESH_MS = 2_000

function queryOf(key: ComparisonKey, more: Readonly<Record<string, string | undefined>> = {}) {
  const { route, generation, rule, filterIndex } = key
  const parameters = new URLSearchParams({
    route,
    generation: String(generation),
    rule: String(rule),
    filterIndex: String(filterIndex),
  })
  for (const [name, value] of Object.entries(more)) if (value) parameters.set(name, value)
  return parameters.toString()
}

/** The comparisons of a route, `namespace/name`; newest generation first. */
export function useComparisons(route: string) {
  return useCachedQuery<ComparisonList>({
    queryKey: ['comparisons', route],
    queryFn: ({ signal }) => getJson(`${API.comparison}?${new URLSearchParams({ route })}`, signal),
    refetchInterval: REFRESH_MS,
    staleTime: 0,
  })
}

/** How what one comparison has counted is asked for. */
export function snapshotQuery(key: ComparisonKey | null): UseQueryOptions<ComparisonSnapshot> {
  const query = key === null ? '' : queryOf(key)
  return {
    queryKey: ['comparison', query],
    queryFn: ({ signal }) => getJson(`${API.comparison}/snapshot?${query}`, signal),
    enabled: key !== null,
    refetchInterval: REFRESH_MS,
    staleTime: 0,
  }
}

/** What one comparison has counted, while there is one. */
export function useSnapshot(key: ComparisonKey | null) {
  return useCachedQuery<ComparisonSnapshot>(snapshotQuery(key))
}

/** Kept pairs of a comparison that fit a filter. */
export function useComparedPairs(key: ComparisonKey | null, filter: PairFilter) {
  const query = key === null ? '' : queryOf(key, { ...filter })
  return useCachedQuery<PairList>({
    queryKey: ['compared-pairs', query],
    queryFn: ({ signal }) => getJson(`${API.comparison}/pairs?${query}`, signal),
    enabled: key !== null,
    refetchInterval: REFRESH_MS,
    staleTime: 0,
  })
}

/** One kept pair; it does not change. */
export function useComparedPair(key: ComparisonKey | null, id: string) {
  const query = key === null ? '' : queryOf(key, { id })
  return useCachedQuery<ComparedPair>({
    queryKey: ['compared-pair', query],
    queryFn: ({ signal }) => getJson(`${API.comparison}/pair?${query}`, signal),
    enabled: key !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
}

/** Every kept pair that fits none in particular, for a file: asked for once. */
export async function fetchPairs(key: ComparisonKey): Promise<readonly ComparedPair[]> {
  const { pairs } = await getJson<PairList>(`${API.comparison}/pairs?${queryOf(key)}`)
  const found = await Promise.allSettled(
    pairs.map(({ id }) => getJson<ComparedPair>(`${API.comparison}/pair?${queryOf(key, { id })}`)),
  )
  // One that newer pairs have replaced meanwhile is left out.
  return found.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

/** Forgets what was counted of a route. */
export function useResetComparison() {
  const queryClient = useQueryClient()
  return useMutation<void, DashboardRequestError, string>({
    mutationFn: (route) => sendDelete(`${API.comparison}?${new URLSearchParams({ route })}`),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['comparisons'] }),
  })
}
