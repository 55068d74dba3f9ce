import type {
  EndpointSlice,
  Gateway,
  GatewayClass,
  GRPCRoute,
  HTTPRoute,
  Namespace,
  ReferenceGrant,
  Secret,
  Service,
} from '@/lib/gateway-api/types'

/** Everything `buildGraph` looks at: watch → this → graph. Arrays hold live objects, unmodified. */
export interface ClusterState {
  readonly gatewayClasses: readonly GatewayClass[]
  readonly gateways: readonly Gateway[]
  readonly httpRoutes: readonly HTTPRoute[]
  /** Only to say that they are not served. */
  readonly grpcRoutes?: readonly GRPCRoute[]
  readonly referenceGrants: readonly ReferenceGrant[]
  readonly namespaces: readonly Namespace[]
  readonly services: readonly Service[]
  readonly endpointSlices: readonly EndpointSlice[]
  readonly secrets: readonly Secret[]
}
