/** Cluster objects → this → route table and statuses. Errors live on the nodes they belong to, as findings. */
import type { NamespacedName } from '@/lib/gateway-api/references'
import type {
  Gateway,
  GatewayClass,
  GRPCRoute,
  HTTPRoute,
  Listener,
  ParentReference,
} from '@/lib/gateway-api/types'
import type { ClusterState } from './cluster-state'
import type { Finding } from './condition'
import type { ClusterEntry, ListenerEntry, RouteAttachment, RuleEntry } from './route-table'

export interface Graph {
  readonly controllerNames: readonly string[]
  readonly classes: readonly ClassNode[]
  readonly gateways: readonly GatewayNode[]
  /** Oldest first, then by `namespace/name`. Only routes that name a Gateway of ours, or carry a status of ours. */
  readonly routes: readonly RouteNode[]
  /** Routes of kinds that are not served. */
  readonly refused: readonly RefusedNode[]
  /** Every upstream a rule refers to. */
  readonly clusters: ReadonlyMap<string, ClusterEntry>
  /** What the graph was built from, and the nodes of all routes there: what the next graph need not build again. */
  readonly state: ClusterState
  readonly nodes: readonly RouteNode[]
}

export interface ClassNode {
  readonly source: GatewayClass
  readonly accepted: Finding
  readonly supportedFeatures: readonly string[]
}

export interface GatewayNode {
  readonly key: NamespacedName
  readonly source: Gateway
  readonly gatewayClass: ClassNode
  readonly accepted: Finding
  readonly requestedAddress: string | undefined
  readonly listeners: readonly ListenerNode[]
}

export interface ListenerNode {
  readonly source: Listener
  readonly accepted: Finding
  readonly conflicted: Finding
  readonly resolvedRefs: Finding
  readonly supportedKinds: readonly { readonly group: string; readonly kind: string }[]
  /** What the gateway serves; absent when a finding stands against it. */
  readonly entry: ListenerEntry | undefined
}

export interface RouteNode {
  readonly key: NamespacedName
  readonly source: HTTPRoute
  /** Epoch milliseconds. A route that has not been stored yet is the newest. */
  readonly createdAt: number
  /** Rules that can be served, the others having been dropped. */
  readonly rules: readonly RuleEntry[]
  readonly parents: readonly ParentNode[]
  /** The upstreams its rules refer to, by key. */
  readonly clusters: ReadonlyMap<string, ClusterEntry>
}

/** A route of a kind that is not served, with its parents of ours. */
export interface RefusedNode {
  readonly source: GRPCRoute
  readonly parents: readonly Pick<ParentNode, 'parentRef' | 'controllerName' | 'findings'>[]
}

/** One parentRef of a route that leads to a Gateway of ours. */
export interface ParentNode {
  readonly parentRef: ParentReference
  readonly controllerName: string
  /** In a node taken over from an earlier graph, that graph's: of the same spec, but maybe an older status. */
  readonly gateway: GatewayNode
  /** Empty unless the route is accepted. Includes listeners that are not served: they count the route all the same. */
  readonly attachments: readonly RouteAttachment[]
  /** Accepted, ResolvedRefs, and PartiallyInvalid where rules were dropped. */
  readonly findings: readonly Finding[]
}
