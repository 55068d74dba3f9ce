/** Live objects → the little of them that the lints need, small enough to send to the worker. Pure. */
import { keyOf } from '@/lib/gateway-api/references'
import type {
  EndpointSlice,
  Gateway,
  GatewayClass,
  HTTPRoute,
  Namespace,
  ReferenceGrant,
  Service,
} from '@/lib/gateway-api/types'
import type { Version } from '@/lib/implementations/envoy-gateway-version'
import { resolveBackendRef } from '@/lib/routing/backend-ref'
import { type ClusterIndex, indexCluster } from '@/lib/routing/cluster-index'
import type { ClusterFacts, ServicePortFacts } from '@/lib/validation/lints/cluster-facts'

interface Known<T> {
  readonly objects: readonly T[]
  readonly isSynced: boolean
}

export interface LiveLists {
  readonly services: Known<Service>
  readonly endpointSlices: Known<EndpointSlice>
  readonly gateways: Known<Gateway>
  readonly gatewayClasses: Known<GatewayClass>
  readonly namespaces: Known<Namespace>
  readonly referenceGrants: Known<ReferenceGrant> & { readonly apiVersion: string }
  readonly httpRoutes: Known<HTTPRoute>
  readonly isSandbox: boolean | null
  readonly envoyGatewayVersion: Version | null
}

/** The facts known so far: a list that has not arrived is null, not empty. */
export function clusterFacts(lists: LiveLists): ClusterFacts {
  return {
    services: serviceFacts(lists),
    gateways: reduce(lists.gateways, ({ apiVersion, kind, metadata, spec }) => ({
      apiVersion,
      kind,
      metadata: identity(metadata),
      spec,
    })),
    gatewayClasses: reduce(lists.gatewayClasses, ({ apiVersion, kind, metadata, ...rest }) => ({
      apiVersion,
      kind,
      metadata: identity(metadata),
      spec: rest.spec,
      status: { supportedFeatures: rest.status?.supportedFeatures ?? [] },
    })),
    namespaces: reduce(lists.namespaces, ({ apiVersion, kind, metadata }) => ({
      apiVersion,
      kind,
      metadata: { ...identity(metadata), labels: metadata.labels ?? {} },
    })),
    referenceGrants: reduce(lists.referenceGrants, ({ apiVersion, kind, metadata, spec }) => ({
      apiVersion,
      kind,
      metadata: identity(metadata),
      spec,
    })),
    grantApiVersion: lists.referenceGrants.apiVersion,
    httpRoutes: routeFacts(lists.httpRoutes),
    isSandbox: lists.isSandbox,
    envoyGatewayVersion: lists.envoyGatewayVersion,
  }
}

function identity({ name, namespace }: { name: string; namespace?: string }) {
  return { name, ...(namespace === undefined ? {} : { namespace }) }
}

function reduce<T, Reduced>(
  { objects, isSynced }: Known<T>,
  toFacts: (object: T) => Reduced,
): readonly Reduced[] | null {
  return isSynced ? objects.map(toFacts) : null
}

function serviceFacts({ services, endpointSlices }: LiveLists): ClusterFacts['services'] {
  if (!services.isSynced) return null
  const index = indexCluster({
    services: services.objects,
    endpointSlices: endpointSlices.objects,
    gateways: [],
    gatewayClasses: [],
    namespaces: [],
    referenceGrants: [],
    httpRoutes: [],
    secrets: [],
  })
  return Object.fromEntries(
    services.objects.map((service) => {
      const isExternalName = service.spec.type === 'ExternalName'
      const ports = (service.spec.ports ?? []).map(
        ({ port, protocol = 'TCP', appProtocol }): ServicePortFacts => ({
          port,
          protocol,
          ...(appProtocol === undefined ? {} : { appProtocol }),
          ready: endpointSlices.isSynced ? readyBehind(index, service, port) : null,
        }),
      )
      return [keyOf(service), { isExternalName, ports }]
    }),
  )
}

/** As many as the gateway would find; null where it would not look. */
function readyBehind(index: ClusterIndex, service: Service, port: number): number | null {
  const { name, namespace = '' } = service.metadata
  const route: HTTPRoute = {
    apiVersion: '',
    kind: 'HTTPRoute',
    metadata: { name, namespace },
    spec: {},
  }
  const resolved = resolveBackendRef(index, route, { name, port })
  return 'entry' in resolved ? resolved.entry.endpoints.length : null
}

function routeFacts({ objects, isSynced }: Known<HTTPRoute>): ClusterFacts['httpRoutes'] {
  if (!isSynced) return null
  return objects.filter(isServed).map(({ apiVersion, kind, metadata, spec }) => ({
    apiVersion,
    kind,
    metadata: {
      ...identity(metadata),
      ...(metadata.creationTimestamp === undefined
        ? {}
        : { creationTimestamp: metadata.creationTimestamp }),
    },
    spec: {
      ...(spec.parentRefs === undefined ? {} : { parentRefs: spec.parentRefs }),
      ...(spec.hostnames === undefined ? {} : { hostnames: spec.hostnames }),
      ...(spec.rules === undefined
        ? {}
        : { rules: spec.rules.map(({ matches }) => (matches === undefined ? {} : { matches })) }),
    },
  }))
}

/** A route that is refused, or served in part, may not take the requests its matches ask for. */
function isServed({ status }: HTTPRoute): boolean {
  const conditions = status?.parents.flatMap((parent) => parent.conditions) ?? []
  return !conditions.some(
    ({ type, status: state }) =>
      (type === 'Accepted' && state === 'False') ||
      (type === 'PartiallyInvalid' && state === 'True'),
  )
}
