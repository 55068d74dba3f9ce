/** The graph before → this → `build-graph.ts`: the nodes of routes, taken over where nothing has changed for them. */
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { changedRange } from '@/lib/shared/changed-range'
import type { ClusterState } from './cluster-state'
import type { ClassNode, GatewayNode, Graph, RouteNode } from './graph'
import { isEqual } from './is-equal'

/**
 * The nodes of all routes, oldest first, then by `namespace/name`, the specification's tie-break, and the upstreams they refer
 * to. Those of `previous` are kept for routes that are the same objects, when everything else that a node is built from is
 * the same: objects of the cluster are never modified, so the same object says the same.
 */
export function updateNodes(
  previous: Graph | undefined,
  next: Pick<Graph, 'controllerNames' | 'state' | 'gateways'>,
  build: (source: HTTPRoute) => RouteNode,
): Pick<Graph, 'nodes' | 'clusters'> {
  const known = previous !== undefined && isSameContext(previous, next) ? previous : undefined
  const before = known?.state.httpRoutes ?? []
  const after = next.state.httpRoutes
  const { start, endBefore, endAfter } = changedRange(before, after)
  const old = new Set(before.slice(start, endBefore))
  const fresh: RouteNode[] = []
  for (const source of after.slice(start, endAfter))
    if (!old.delete(source)) fresh.push(build(source))
  const kept = old.size === 0 ? known?.nodes : known?.nodes.filter(({ source }) => !old.has(source))
  if (known !== undefined && fresh.length === 0 && old.size === 0) return known
  // What is kept is in order, so that sorting is little more than putting the others in between.
  const nodes = [...(kept ?? []), ...fresh].sort(compareAge)
  const added = old.size === 0 ? fresh : nodes
  const clusters = new Map(old.size === 0 ? known?.clusters : undefined)
  for (const node of added) for (const [key, entry] of node.clusters) clusters.set(key, entry)
  return { nodes, clusters }
}

function isSameContext(
  previous: Graph,
  next: Pick<Graph, 'controllerNames' | 'state' | 'gateways'>,
): boolean {
  return (
    isEqual(previous.controllerNames, next.controllerNames) &&
    hasSameObjects(previous.state, next.state) &&
    previous.gateways.length === next.gateways.length &&
    previous.gateways.every((gateway, index) => isSameParent(gateway, next.gateways[index]))
  )
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

function compareAge(left: RouteNode, right: RouteNode): number {
  if (left.createdAt !== right.createdAt) return left.createdAt - right.createdAt
  return left.key < right.key ? -1 : 1
}

/** When a route was stored, in epoch milliseconds. One without a time has not been stored yet, so it is the newest. */
export function createdAtOf({ metadata }: HTTPRoute): number {
  const time = Date.parse(metadata.creationTimestamp ?? '')
  return Number.isNaN(time) ? Number.MAX_SAFE_INTEGER : time
}
