'use client'

import type { UseQueryOptions } from '@tanstack/react-query'
import type { ClusterInfo, HealthResponse, SchemaResponse } from '@/lib/dashboard-api/live'
import { API, apiPath } from '@/lib/dashboard-api/paths'
import type { TrafficRun } from '@/lib/dashboard-api/traffic'
import { apiVersionOf, KINDS, type KnownPlural } from '@/lib/gateway-api/kinds'
import type { JsonObject } from '@/lib/shared/json'
import { getJson } from './dashboard-client'
import { useCachedQuery } from './use-cached-query'

/** Which API server the dashboard talks to; asked again every few seconds, since it may come and go. */
export function useCluster() {
  return useCachedQuery({
    queryKey: ['cluster'],
    queryFn: ({ signal }) => getJson<ClusterInfo>(API.cluster, signal),
    refetchInterval: 10_000,
  })
}

/** The planes' readiness and memory. A 503 carries the same body, so it is an answer and not an error. */
export function useHealth() {
  return useCachedQuery({
    queryKey: ['health'],
    queryFn: async ({ signal }) => {
      const response = await fetch(API.health, { cache: 'no-store', signal })
      return (await response.json()) as HealthResponse
    },
    refetchInterval: 5_000,
  })
}

function schemaQuery(plural: KnownPlural): UseQueryOptions<SchemaResponse> {
  return {
    queryKey: ['schema', plural],
    queryFn: ({ signal }) => getJson<SchemaResponse>(`${API.schemas}?plural=${plural}`, signal),
    staleTime: 5 * 60_000,
    retry: 10,
    retryDelay: 2_000,
  }
}

/** The schema the connected cluster serves for a kind. */
export function useSchema(plural: KnownPlural) {
  return useCachedQuery(schemaQuery(plural))
}

/** The schema of a kind of the Gateway API; undefined while it is on its way, and for every other kind. */
export function useKindSchema(of: { apiVersion: string; kind: string }): JsonObject | undefined {
  const plurals: readonly KnownPlural[] = ['httproutes', 'gateways', 'referencegrants']
  const plural = plurals.find(
    (name) => apiVersionOf(KINDS[name]) === of.apiVersion && KINDS[name].kind === of.kind,
  )
  const { data } = useCachedQuery({
    ...schemaQuery(plural ?? 'httproutes'),
    enabled: plural !== undefined,
  })
  return plural === undefined ? undefined : (data?.openAPIV3Schema as JsonObject | undefined)
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
