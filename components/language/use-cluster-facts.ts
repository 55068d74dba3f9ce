'use client'

import { useMemo } from 'react'
import { useImplementationFacts } from '@/components/data/implementations'
import { useLiveList } from '@/components/data/use-live'
import { clusterFacts } from './cluster-facts'

/**
 * What the lints need to know of the cluster, as the JSON of `ClusterFacts`. The same text until one of the facts changes:
 * objects change far more often in what does not matter here. Text, since thousands of objects would take the page
 * longer to hand to a worker than a person waits for a letter to appear.
 */
export function useClusterFacts(): string {
  const services = useLiveList('services')
  const endpointSlices = useLiveList('endpointslices')
  const gateways = useLiveList('gateways')
  const gatewayClasses = useLiveList('gatewayclasses')
  const namespaces = useLiveList('namespaces')
  const referenceGrants = useLiveList('referencegrants')
  const httpRoutes = useLiveList('httproutes')
  const { isSandbox, envoyGatewayVersion } = useImplementationFacts()
  return useMemo(
    () =>
      JSON.stringify(
        clusterFacts({
          services,
          endpointSlices,
          gateways,
          gatewayClasses,
          namespaces,
          referenceGrants,
          httpRoutes,
          isSandbox,
          envoyGatewayVersion,
        }),
      ),
    [
      services,
      endpointSlices,
      gateways,
      gatewayClasses,
      namespaces,
      referenceGrants,
      httpRoutes,
      isSandbox,
      envoyGatewayVersion,
    ],
  )
}
