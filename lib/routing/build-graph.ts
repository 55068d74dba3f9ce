/** Cluster objects → this → `build-route-table.ts` and `build-statuses.ts`. */
import { keyOf, type NamespacedName } from '@/lib/gateway-api/references'
import type { Gateway, GatewayClass, HTTPRoute, ParentReference } from '@/lib/gateway-api/types'
import { attachRoute, parentGatewayKey } from './attach-route'
import { buildListeners } from './build-listeners'
import { type BuiltRules, buildRules } from './build-rules'
import { type ClusterIndex, indexCluster } from './cluster-index'
import type { ClusterState } from './cluster-state'
import { type Finding, joinProblems, negative, type Problem, positive } from './condition'
import type { ClassNode, GatewayNode, Graph, ListenerNode, ParentNode, RouteNode } from './graph'
import { refuseRoutes } from './refused-routes'
import type { ClusterEntry } from './route-table'
import {
  MULTIPLE_MIRRORS_FEATURE,
  supportedFeatures,
  takesSeveralMirrors,
} from './supported-features'
import { createdAtOf, updateNodes } from './update-nodes'

export interface GraphOptions {
  /** GatewayClasses with one of these names are ours. */
  readonly controllerNames: readonly string[]
}

/**
 * Reads the cluster as the specification says. Never fails: what is wrong is a finding on the node it belongs to, and
 * the rest is built. With `previous`, nodes of routes for which nothing has changed are taken over: the result says the same.
 * https://gateway-api.sigs.k8s.io/reference/spec/
 */
export function buildGraph(state: ClusterState, options: GraphOptions, previous?: Graph): Graph {
  const { controllerNames } = options
  const index = indexCluster(state)
  const classes = state.gatewayClasses
    .filter((source) => controllerNames.includes(source.spec.controllerName))
    .map(buildClass)
  const classByName = new Map(classes.map((node) => [node.source.metadata.name, node]))
  const gateways: GatewayNode[] = []
  for (const source of state.gateways) {
    const gatewayClass = classByName.get(source.spec.gatewayClassName)
    if (gatewayClass !== undefined) gateways.push(buildGateway(index, source, gatewayClass))
  }
  const gatewayByKey = new Map(gateways.map((gateway) => [gateway.key, gateway]))
  const own = { controllerNames, classes, gateways, state }
  const { nodes, clusters } = updateNodes(previous, own, (source) =>
    buildRoute({ index, gatewayByKey }, source),
  )
  const routes = nodes.filter(
    (node) => node.parents.length > 0 || hasStatusOf(node.source, controllerNames),
  )
  const refused = refuseRoutes(state.grpcRoutes ?? [], gatewayByKey, controllerNames)
  return { ...own, routes, refused, clusters, nodes }
}

function buildClass(source: GatewayClass): ClassNode {
  const features = supportedFeatures(source.spec.controllerName)
  const reference = source.spec.parametersRef
  if (reference === undefined) {
    const accepted = positive('Accepted', 'The GatewayClass is accepted.')
    return { source, accepted, supportedFeatures: features }
  }
  const message = `Parameters of kind ${reference.kind}.${reference.group} are not supported.`
  const accepted = negative('Accepted', { reason: 'InvalidParameters', message })
  return { source, accepted, supportedFeatures: features }
}

function buildGateway(index: ClusterIndex, source: Gateway, gatewayClass: ClassNode): GatewayNode {
  const address = readAddress(source)
  const problem = findGatewayProblem(source, gatewayClass) ?? address.problem
  const built = buildListeners(index, source)
  const listeners = problem === null ? built : built.map(withoutEntry)
  return {
    key: keyOf(source),
    source,
    gatewayClass,
    accepted: problem === null ? acceptGateway(built) : negative('Accepted', problem),
    requestedAddress: address.value,
    listeners,
  }
}

function withoutEntry(listener: ListenerNode): ListenerNode {
  return { ...listener, entry: undefined }
}

function acceptGateway(listeners: readonly ListenerNode[]): Finding {
  const invalid = listeners.filter((listener) => listener.entry === undefined)
  if (invalid.length === 0) return positive('Accepted', 'The Gateway is accepted.')
  const names = invalid.map((listener) => listener.source.name).join(', ')
  const message = `Not valid: ${names}.`
  if (invalid.length < listeners.length) return positive('Accepted', message, 'ListenersNotValid')
  return negative('Accepted', { reason: 'ListenersNotValid', message })
}

/** Asked-for behaviour we do not have is refused: serving without it could let requests in that should not be. */
function findGatewayProblem(source: Gateway, gatewayClass: ClassNode): Problem | null {
  if (gatewayClass.accepted.status !== 'True') {
    const message = `GatewayClass ${gatewayClass.source.metadata.name} is not accepted.`
    return { reason: 'InvalidParameters', message }
  }
  if (source.spec.infrastructure !== undefined && 'parametersRef' in source.spec.infrastructure) {
    const message = 'spec.infrastructure.parametersRef is not supported.'
    return { reason: 'InvalidParameters', message }
  }
  if ('tls' in source.spec) return { reason: 'Invalid', message: 'spec.tls is not supported.' }
  return null
}

function readAddress(source: Gateway): { value: string | undefined; problem: Problem | null } {
  const addresses = (source.spec.addresses ?? []).filter(({ value }) => (value ?? '') !== '')
  const [first] = addresses
  if (first === undefined) return { value: undefined, problem: null }
  const { type = 'IPAddress', value } = first
  if (type === 'IPAddress' && addresses.length === 1) return { value, problem: null }
  const message = 'spec.addresses may hold one address of type IPAddress.'
  return { value: undefined, problem: { reason: 'UnsupportedAddress', message } }
}

interface RouteContext {
  readonly index: ClusterIndex
  readonly gatewayByKey: ReadonlyMap<NamespacedName, GatewayNode>
}

const NO_CLUSTERS: ReadonlyMap<string, ClusterEntry> = new Map()

function buildRoute(context: RouteContext, source: HTTPRoute): RouteNode {
  const targets: { parentRef: ParentReference; gateway: GatewayNode }[] = []
  for (const parentRef of source.spec.parentRefs ?? []) {
    const key = parentGatewayKey(source, parentRef)
    const gateway = key === null ? undefined : context.gatewayByKey.get(key)
    if (gateway !== undefined) targets.push({ parentRef, gateway })
  }
  const own = { key: keyOf(source), source, createdAt: createdAtOf(source) }
  if (targets.length === 0) return { ...own, rules: [], parents: [], clusters: NO_CLUSTERS }
  const clusters = new Map<string, ClusterEntry>()
  const built = buildRules(context.index, source, clusters)
  const parents = targets.map(({ parentRef, gateway }) =>
    buildParent(context.index, source, built, parentRef, gateway),
  )
  return { ...own, rules: built.rules, parents, clusters }
}

function buildParent(
  index: ClusterIndex,
  source: HTTPRoute,
  built: BuiltRules,
  parentRef: ParentReference,
  gateway: GatewayNode,
): ParentNode {
  const attached = attachRoute(index, source, parentRef, gateway)
  const attachProblem = 'reason' in attached ? attached : null
  const problem = attachProblem ?? findRouteProblem(built, gateway.gatewayClass)
  const unresolved = joinProblems(built.unresolved)
  return {
    parentRef,
    controllerName: gateway.gatewayClass.source.spec.controllerName,
    gateway,
    attachments: problem === null && !('reason' in attached) ? attached : [],
    findings: [
      problem === null
        ? positive('Accepted', 'The route is accepted.')
        : negative('Accepted', problem),
      unresolved === null
        ? positive('ResolvedRefs', 'All references are resolved.')
        : negative('ResolvedRefs', unresolved),
      ...(problem === null ? findPartiallyInvalid(built.dropped) : []),
    ],
  }
}

function findRouteProblem(built: BuiltRules, { source, supportedFeatures }: ClassNode) {
  if (built.mirrorsInOneRule > 1 && !takesSeveralMirrors(supportedFeatures)) {
    const message = `GatewayClass ${source.metadata.name} does not list ${MULTIPLE_MIRRORS_FEATURE}, and a rule has ${built.mirrorsInOneRule} RequestMirror filters.`
    return { reason: 'UnsupportedValue', message }
  }
  return built.rules.length === 0 ? joinProblems(built.dropped) : null
}

/** https://gateway-api.sigs.k8s.io/reference/spec/#routeconditiontype (PartiallyInvalid) */
function findPartiallyInvalid(dropped: readonly Problem[]): readonly Finding[] {
  const joined = joinProblems(dropped)
  if (joined === null) return []
  const message = `Dropped Rule: ${joined.message}`
  return [{ type: 'PartiallyInvalid', status: 'True', reason: joined.reason, message }]
}

function hasStatusOf(route: HTTPRoute, controllerNames: readonly string[]): boolean {
  const parents = route.status?.parents ?? []
  return parents.some((parent) => controllerNames.includes(parent.controllerName))
}
