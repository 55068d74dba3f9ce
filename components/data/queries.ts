'use client'

import { type UseQueryOptions, type UseQueryResult, useQueries } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import type { ClusterInfo, HealthResponse, SchemaResponse } from '@/lib/dashboard-api/live'
import { API, apiPath } from '@/lib/dashboard-api/paths'
import type { TrafficRun } from '@/lib/dashboard-api/traffic'
import { KINDS, type KnownPlural } from '@/lib/gateway-api/kinds'
import { type SchemaWish, wishFor, wishKey } from '@/lib/gateway-api/wanted-schemas'
import type { JsonObject } from '@/lib/shared/json'
import { DashboardRequestError, getJson } from './dashboard-client'
import { useCachedQuery, useIsHydrated } from './use-cached-query'

/** Which API server the dashboard talks to; asked again every few seconds, since it may come and go. */
export function useCluster() {
  return useCachedQuery({
    queryKey: ['cluster'],
    queryFn: ({ signal }) => getJson<ClusterInfo>(API.cluster, signal),
    refetchInterval: 10_000,
  })
}

/** The planes' readiness and memory. */
export function useHealth() {
  return useCachedQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => getJson<HealthResponse>(API.planes, signal),
    refetchInterval: 5_000,
  })
}

function schemaQuery(
  plural: KnownPlural,
  version: string = KINDS[plural].version,
): UseQueryOptions<SchemaResponse> {
  const address = `${API.schemas}?plural=${plural}&version=${version}`
  return {
    queryKey: ['schema', plural, version],
    queryFn: ({ signal }) => getJson<SchemaResponse>(address, signal),
    staleTime: 5 * 60_000,
    retry: (count, error) => !isUnserved(error) && count < 10,
    retryDelay: 2_000,
  }
}

function isUnserved(error: Error | null): boolean {
  return error instanceof DashboardRequestError && error.code === 'not-found'
}

export interface KnownSchemas {
  /** Those that have arrived, in the order asked for. */
  readonly schemas: readonly SchemaResponse[]
  /** `wishKey` of each that the cluster does not serve. */
  readonly unserved: readonly string[]
  /** Why the first of them, the one of the routes, can't be had. */
  readonly error: Error | null
}

const NO_SCHEMAS: KnownSchemas = { schemas: [], unserved: [], error: null }

/** The schemas the connected cluster serves for HTTPRoutes and for what else is wished for. */
export function useSchemas(wishes: readonly SchemaWish[]): KnownSchemas {
  const isHydrated = useIsHydrated()
  const asked = useMemo(() => {
    const routes: SchemaWish = { plural: 'httproutes', version: KINDS.httproutes.version }
    const all = [routes, ...wishes]
    return all.filter((wish, index) => all.findIndex((one) => isSameWish(one, wish)) === index)
  }, [wishes])
  const combine = useCallback(
    (results: readonly UseQueryResult<SchemaResponse>[]): KnownSchemas => ({
      schemas: results.flatMap(({ data }) => (data === undefined ? [] : [data])),
      unserved: asked.filter((_, index) => isUnserved(results[index]?.error ?? null)).map(wishKey),
      error: results[0]?.error ?? null,
    }),
    [asked],
  )
  const known = useQueries({
    queries: asked.map(({ plural, version }) => schemaQuery(plural, version)),
    combine,
  })
  return isHydrated ? known : NO_SCHEMAS
}

function isSameWish(left: SchemaWish, right: SchemaWish): boolean {
  return wishKey(left) === wishKey(right)
}

/** The schema of a kind of the Gateway API; undefined while it is on its way, and for every other kind. */
export function useKindSchema(of: { apiVersion: string; kind: string }): JsonObject | undefined {
  const wish = wishFor({ ...of })
  const { data } = useCachedQuery({
    ...schemaQuery(wish?.plural ?? 'httproutes', wish?.version),
    enabled: wish !== undefined,
  })
  return wish === undefined ? undefined : (data?.openAPIV3Schema as JsonObject | undefined)
}

/** A traffic run, asked for twice a second while it runs. */
export function useTrafficRun(id: string | null) {
  return useCachedQuery({
    queryKey: ['traffic', id],
    queryFn: ({ signal }) => getJson<TrafficRun>(apiPath.trafficRun(id ?? ''), signal),
    enabled: id !== null,
    staleTime: 0,
    refetchInterval: (query) => (query.state.data?.state === 'running' ? 500 : false),
  })
}
