'use client'

import { useMemo } from 'react'
import { useLiveList } from '@/components/data/use-live'
import type { ClusterFacts } from '@/lib/validation/lints/cluster-facts'
import { clusterFacts } from './cluster-facts'

/**
 * What the lints need to know of the cluster. The same value until one of the facts changes: objects change far more often
 * in what does not matter here, and every new value is sent to the worker and checks the text again.
 */
export function useClusterFacts(): ClusterFacts {
  const services = useLiveList('services')
  const endpointSlices = useLiveList('endpointslices')
  const gateways = useLiveList('gateways')
  const gatewayClasses = useLiveList('gatewayclasses')
  const namespaces = useLiveList('namespaces')
  const referenceGrants = useLiveList('referencegrants')
  const httpRoutes = useLiveList('httproutes')
  const json = useMemo(
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
        }),
      ),
    [services, endpointSlices, gateways, gatewayClasses, namespaces, referenceGrants, httpRoutes],
  )
  return useMemo(() => JSON.parse(json) as ClusterFacts, [json])
}
