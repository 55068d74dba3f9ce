'use client'

import type { RevisionManifest, RouteHistory } from '@/lib/dashboard-api/history'
import { apiPath } from '@/lib/dashboard-api/paths'
import { type DashboardRequestError, getJson } from './dashboard-client'
import { useCachedQuery } from './use-cached-query'

/** The revisions of a route; asked for again as long as the page is open, since anybody may change it. */
export function useRouteHistory(route: string) {
  return useCachedQuery<RouteHistory, DashboardRequestError>({
    queryKey: ['history', route],
    queryFn: ({ signal }) => getJson<RouteHistory>(apiPath.routeHistory(route), signal),
    refetchInterval: 2_000,
  })
}

/** One revision with its manifest, which never changes; null asks for none. */
export function useRevision(route: string, id: number | null) {
  return useCachedQuery<RevisionManifest, DashboardRequestError>({
    queryKey: ['revision', route, id],
    queryFn: ({ signal }) => getJson<RevisionManifest>(apiPath.revision(route, id ?? 0), signal),
    enabled: id !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
}
