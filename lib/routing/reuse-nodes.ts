/** The graph before → this → `build-graph.ts`: which nodes of routes can be taken over as they are. */
import type { HTTPRoute } from '@/lib/gateway-api/types'
import type { ClusterState } from './cluster-state'
import type { ClassNode, GatewayNode, Graph, RouteNode } from './graph'
import { isEqual } from './is-equal'

const NONE: ReadonlyMap<HTTPRoute, RouteNode> = new Map()

/**
 * The nodes of `previous` by their source: all of them when everything else that a route's node is built from is the same,
 * none when it is not. Objects of the cluster are never modified, so the same object says the same.
 */
export function reusableNodes(
  previous: Graph | undefined,
  next: Pick<Graph, 'controllerNames' | 'state' | 'gateways'>,
): ReadonlyMap<HTTPRoute, RouteNode> {
  if (previous === undefined) return NONE
  const same =
    isEqual(previous.controllerNames, next.controllerNames) &&
    hasSameObjects(previous.state, next.state) &&
    previous.gateways.length === next.gateways.length &&
    previous.gateways.every((gateway, index) => isSameParent(gateway, next.gateways[index]))
  return same ? previous.nodes : NONE
}

/** What routes refer to. Secrets are no part of it: they decide what a listener serves, not what attaches to it. */
function hasSameObjects(left: ClusterState, right: ClusterState): boolean {
  const isSame = (one: readonly unknown[], other: readonly unknown[]) =>
    one.length === other.length && one.every((object, index) => object === other[index])
  return (
    isSame(left.services, right.services) &&
    isSame(left.endpointSlices, right.endpointSlices) &&
    isSame(left.namespaces, right.namespaces) &&
    isSame(left.referenceGrants, right.referenceGrants)
  )
}

/** A Gateway is a new object whenever its status is written, which no route looks at. */
function isSameParent(left: GatewayNode, right: GatewayNode | undefined): boolean {
  return (
    right !== undefined &&
    left.key === right.key &&
    isEqual(left.source.spec, right.source.spec) &&
    isSameClass(left.gatewayClass, right.gatewayClass)
  )
}

function isSameClass(left: ClassNode, right: ClassNode): boolean {
  return (
    left.source.metadata.name === right.source.metadata.name &&
    isEqual(left.source.spec, right.source.spec) &&
    isEqual(left.supportedFeatures, right.supportedFeatures)
  )
}

/**
 * The nodes of all routes, oldest first, then by `namespace/name`: the specification's tie-break. Those taken over are in
 * order already, so that sorting is little more than putting the others in between.
 */
export function sortByAge(
  reusable: ReadonlyMap<HTTPRoute, RouteNode>,
  routes: readonly HTTPRoute[],
  nodeOf: (source: HTTPRoute) => RouteNode,
): readonly RouteNode[] {
  const present = new Set(routes)
  const kept = [...reusable.values()].filter((node) => present.has(node.source))
  const fresh = routes.filter((source) => !reusable.has(source)).map(nodeOf)
  return [...kept, ...fresh].sort(compareAge)
}

function compareAge(left: RouteNode, right: RouteNode): number {
  if (left.createdAt !== right.createdAt) return left.createdAt - right.createdAt
  return left.key < right.key ? -1 : 1
}

/** When a route was stored, in epoch milliseconds. One without a time has not been stored yet, so it is the newest. */
export function createdAtOf({ metadata }: HTTPRoute): number {
  const time = Date.parse(metadata.creationTimestamp ?? '')
  return Number.isNaN(time) ? Number.MAX_SAFE_INTEGER : time
}
