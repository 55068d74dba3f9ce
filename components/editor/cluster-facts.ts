import { keyOf } from '@/lib/gateway-api/references'
import type { Gateway, GatewayClass, Service } from '@/lib/gateway-api/types'
import type { ClusterFacts } from './validation-messages'

interface Known<T> {
  readonly objects: readonly T[]
  readonly isSynced: boolean
}

/** Ports by Service, for the reference checks. */
export function servicePorts({ objects, isSynced }: Known<Service>): ClusterFacts['services'] {
  if (!isSynced) return null
  const entries = objects.map((service) => [
    keyOf(service),
    (service.spec.ports ?? []).map(({ port }) => port),
  ])
  return Object.fromEntries(entries)
}

/** What of Gateways and classes decides whether a rule may mirror more than once. */
export function mirrorCapabilities(
  gateways: Known<Gateway>,
  gatewayClasses: Known<GatewayClass>,
): ClusterFacts['mirrors'] {
  if (!gateways.isSynced || !gatewayClasses.isSynced) return null
  return {
    gateways: gateways.objects.map(({ metadata, spec }) => ({
      metadata: { name: metadata.name, namespace: metadata.namespace ?? '' },
      spec: { gatewayClassName: spec.gatewayClassName },
    })),
    gatewayClasses: gatewayClasses.objects.map(({ metadata, status }) => ({
      metadata: { name: metadata.name },
      status: { supportedFeatures: status?.supportedFeatures ?? [] },
    })),
  }
}
