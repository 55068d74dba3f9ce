import { keyOf } from '@/lib/gateway-api/references'
import type { HTTPRoute, HTTPRouteFilter } from '@/lib/gateway-api/types'
import { parentGatewayKey } from '@/lib/routing/attach-route'
import { buildGraph } from '@/lib/routing/build-graph'
import type { Graph, RouteNode } from '@/lib/routing/graph'
import type { ClusterFacts } from './cluster-facts'
import { implementationsOf, type ParentClass, type Served } from './implementation'

/** A route and what all its lints look at. */
export interface LintContext extends Served {
  readonly route: HTTPRoute
  readonly namespace: string
  readonly facts: ClusterFacts
  /** Gateways named by the route that exist, with a class that exists. */
  readonly parents: readonly ParentClass[]
  /** The route as the controller would build it beside nothing else; undefined while Gateways are unknown. */
  readonly node: RouteNode | undefined
  /** The other routes of the cluster as the controller builds them. */
  readonly live: Graph | undefined
}

interface KnownGraph extends Pick<ClusterFacts, 'gateways' | 'gatewayClasses' | 'namespaces'> {
  readonly graph: Graph
}

const liveGraphs = new WeakMap<readonly HTTPRoute[], KnownGraph>()

/** Building thousands of routes takes a while, and they change far less often than a text in an editor. */
function liveGraph(facts: ClusterFacts): Graph | undefined {
  const { httpRoutes, gateways, gatewayClasses, namespaces } = facts
  if (httpRoutes === null) return undefined
  const known = liveGraphs.get(httpRoutes)
  const isSame =
    known?.gateways === gateways &&
    known.gatewayClasses === gatewayClasses &&
    known.namespaces === namespaces
  if (known !== undefined && isSame) return known.graph
  const graph = graphOf(facts, httpRoutes)
  if (graph !== undefined) {
    liveGraphs.set(httpRoutes, { gateways, gatewayClasses, namespaces, graph })
  }
  return graph
}

function graphOf(facts: ClusterFacts, httpRoutes: readonly HTTPRoute[]): Graph | undefined {
  const { gateways, gatewayClasses, namespaces } = facts
  if (gateways === null || gatewayClasses === null || namespaces === null) return undefined
  const controllerNames = gatewayClasses.map(({ spec }) => spec.controllerName)
  const state = {
    gateways,
    gatewayClasses,
    namespaces,
    httpRoutes,
    referenceGrants: facts.referenceGrants ?? [],
    services: [],
    endpointSlices: [],
    secrets: [],
  }
  return buildGraph(state, { controllerNames })
}

function parentClasses(route: HTTPRoute, facts: ClusterFacts): readonly ParentClass[] {
  return (route.spec.parentRefs ?? []).flatMap((parentRef) => {
    const key = parentGatewayKey(route, parentRef)
    const gateway = facts.gateways?.find((candidate) => keyOf(candidate) === key)
    const className = gateway?.spec.gatewayClassName ?? ''
    const found = facts.gatewayClasses?.find(({ metadata }) => metadata.name === className)
    if (gateway === undefined || found === undefined) return []
    const implementations = implementationsOf(found.spec.controllerName, facts.isSandbox)
    const features = (found.status?.supportedFeatures ?? []).map(({ name }) => name)
    return [{ gateway, className, implementations, supportedFeatures: features }]
  })
}

/** The route keeps the age of the object it replaces. */
function withAge(route: HTTPRoute, facts: ClusterFacts): HTTPRoute {
  const stored = facts.httpRoutes?.find((candidate) => keyOf(candidate) === keyOf(route))
  const { creationTimestamp } = stored?.metadata ?? {}
  if (creationTimestamp === undefined) return route
  return { ...route, metadata: { ...route.metadata, creationTimestamp } }
}

/** The route with what the cluster says about its parents, gathered once for all lints. */
export function lintContext(given: HTTPRoute, facts: ClusterFacts): LintContext {
  const route = withAge(given, facts)
  const parents = parentClasses(route, facts)
  return {
    route,
    namespace: route.metadata.namespace ?? '',
    facts,
    parents,
    implementations: new Set(parents.flatMap(({ implementations }) => implementations)),
    envoyGatewayVersion: facts.envoyGatewayVersion,
    node: graphOf(facts, [route])?.routes[0],
    live: liveGraph(facts),
  }
}

/** A RequestMirror filter of a rule with its place. */
export interface MirrorPlace {
  readonly ruleIndex: number
  readonly filterIndex: number
  readonly path: string
  readonly mirror: NonNullable<HTTPRouteFilter['requestMirror']>
}

/** The mirrors of a rule's own filters, in order. */
export function mirrorsOfRule(route: HTTPRoute, ruleIndex: number): readonly MirrorPlace[] {
  const filters = route.spec.rules?.[ruleIndex]?.filters ?? []
  return filters.flatMap(({ type, requestMirror }, filterIndex) => {
    if (type !== 'RequestMirror' || requestMirror === undefined) return []
    const path = `spec.rules[${ruleIndex}].filters[${filterIndex}]`
    return [{ ruleIndex, filterIndex, path, mirror: requestMirror }]
  })
}
