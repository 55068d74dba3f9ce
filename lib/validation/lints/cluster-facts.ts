import { apiVersionOf, KINDS } from '@/lib/gateway-api/kinds'
import type {
  Gateway,
  GatewayClass,
  HTTPRoute,
  Namespace,
  ReferenceGrant,
} from '@/lib/gateway-api/types'
import type { Version } from '@/lib/implementations/envoy-gateway-version'

/** One port of a Service with what stands behind it. */
export interface ServicePortFacts {
  readonly port: number
  readonly protocol: string
  readonly appProtocol?: string
  /** Ready endpoints; null while unknown. */
  readonly ready: number | null
}

export interface ServiceFacts {
  readonly isExternalName: boolean
  readonly ports: readonly ServicePortFacts[]
}

/**
 * What the lints need to know of a cluster, small enough to send to a worker. Each part is null until it is known, and
 * what depends on it is then not judged. Objects may be reduced to the fields the lints read.
 */
export interface ClusterFacts {
  /** By `namespace/name`. */
  readonly services: Readonly<Record<string, ServiceFacts>> | null
  readonly gateways: readonly Gateway[] | null
  readonly gatewayClasses: readonly GatewayClass[] | null
  readonly namespaces: readonly Namespace[] | null
  readonly referenceGrants: readonly ReferenceGrant[] | null
  /** In which the cluster serves ReferenceGrants. */
  readonly grantApiVersion: string
  /** Routes that compete for requests: parents, hostnames and matches are enough. */
  readonly httpRoutes: readonly HTTPRoute[] | null
  /** Whether Mirrorboard's own gateway answers to Envoy Gateway's name. */
  readonly isSandbox: boolean | null
  readonly envoyGatewayVersion: Version | null
}

export const UNKNOWN_CLUSTER: ClusterFacts = {
  services: null,
  gateways: null,
  gatewayClasses: null,
  namespaces: null,
  referenceGrants: null,
  grantApiVersion: apiVersionOf(KINDS.referencegrants),
  httpRoutes: null,
  isSandbox: null,
  envoyGatewayVersion: null,
}
