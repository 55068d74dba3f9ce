'use client'

import { useMemo } from 'react'
import { SANDBOX_CONTEXT } from '@/lib/dashboard-api/live'
import { API } from '@/lib/dashboard-api/paths'
import type { Deployment, HTTPRoute } from '@/lib/gateway-api/types'
import type { GatewayCapabilities } from '@/lib/implementations/capabilities'
import {
  ENVOY_GATEWAY_DEPLOYMENT,
  envoyGatewayVersion,
  type Version,
} from '@/lib/implementations/envoy-gateway-version'
import { serversOf } from '@/lib/implementations/route-capabilities'
import { ENVOY_CONTROLLER_NAME } from '@/lib/routing/supported-features'
import { getJson } from './dashboard-client'
import { useCluster } from './queries'
import { useCachedQuery } from './use-cached-query'
import { useLiveList } from './use-live'

export interface ImplementationFacts {
  /** Null until it is known. */
  readonly isSandbox: boolean | null
  /** Null where it is not known, or may not be read. */
  readonly envoyGatewayVersion: Version | null
}

const VERSION_STALE_MS = 5 * 60_000

/** Which cluster this is, and which Envoy Gateway it runs. */
export function useImplementationFacts(): ImplementationFacts {
  const { data: cluster } = useCluster()
  const { objects: classes } = useLiveList('gatewayclasses')
  const isSandbox = cluster === undefined ? null : cluster.context === SANDBOX_CONTEXT
  const isEnvoy = classes.some(({ spec }) => spec.controllerName === ENVOY_CONTROLLER_NAME)
  const { namespace, name } = ENVOY_GATEWAY_DEPLOYMENT
  const { data: deployment } = useCachedQuery<Deployment>({
    queryKey: ['deployment', namespace, name],
    queryFn: ({ signal }) => getJson(`${API.objects}/deployments/${namespace}/${name}`, signal),
    enabled: isSandbox === false && isEnvoy,
    staleTime: VERSION_STALE_MS,
    retry: false,
  })
  return useMemo(
    () => ({
      isSandbox,
      envoyGatewayVersion: deployment === undefined ? null : envoyGatewayVersion(deployment),
    }),
    [isSandbox, deployment],
  )
}

/** Who serves a route, with what they can do; empty until it is known. */
export function useServers(route: HTTPRoute): readonly GatewayCapabilities[] {
  const gateways = useLiveList('gateways')
  const gatewayClasses = useLiveList('gatewayclasses')
  const facts = useImplementationFacts()
  return useMemo(
    () =>
      serversOf(route, {
        gateways: gateways.isSynced ? gateways.objects : null,
        gatewayClasses: gatewayClasses.isSynced ? gatewayClasses.objects : null,
        ...facts,
      }),
    [route, gateways, gatewayClasses, facts],
  )
}
