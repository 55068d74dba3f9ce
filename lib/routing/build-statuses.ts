/** Graph and acknowledgement → this → the controller's status writer. */
import type {
  Condition,
  Gateway,
  GatewayClass,
  GRPCRoute,
  HTTPRoute,
  ListenerStatus,
  RouteParentStatus,
} from '@/lib/gateway-api/types'
import { type Finding, negative, positive } from './condition'
import type { ClassNode, GatewayNode, Graph, ListenerNode, RefusedNode, RouteNode } from './graph'
import { isEqual } from './is-equal'
import { CONDITIONS_MAX, STATUS_PARENTS_MAX } from './limits'
import type { GatewayAcknowledgement } from './route-table'

export interface StatusOptions {
  /** Version of the table built from the graph. */
  readonly version: number
  /** What the data plane last said; null when it has said nothing. */
  readonly acknowledgement: GatewayAcknowledgement | null
  /** RFC 3339, whole seconds. */
  readonly now: string
}

/** The status an object should have. Objects whose status is right already are left out. */
export type StatusUpdate =
  | {
      readonly plural: 'gatewayclasses'
      readonly source: GatewayClass
      readonly status: NonNullable<GatewayClass['status']>
    }
  | {
      readonly plural: 'gateways'
      readonly source: Gateway
      readonly status: NonNullable<Gateway['status']>
    }
  | {
      readonly plural: 'httproutes'
      readonly source: HTTPRoute
      readonly status: NonNullable<HTTPRoute['status']>
    }
  | {
      readonly plural: 'grpcroutes'
      readonly source: GRPCRoute
      readonly status: NonNullable<GRPCRoute['status']>
    }

type AcknowledgedGateway = GatewayAcknowledgement['gateways'][number]

/**
 * The statuses that differ from what is stored. They never run ahead of traffic: until the data plane serves `version`, routes
 * keep the status they have, and nothing new is Programmed.
 */
export function buildStatuses(graph: Graph, options: StatusOptions): readonly StatusUpdate[] {
  const serving = (options.acknowledgement?.version ?? -1) >= options.version
  const attached = countAttached(graph.routes)
  const updates: StatusUpdate[] = []
  for (const node of graph.classes) {
    const status = classStatus(node, options.now)
    if (!isEqual(status, node.source.status)) {
      updates.push({ plural: 'gatewayclasses', source: node.source, status })
    }
  }
  for (const node of graph.gateways) {
    const status = gatewayStatus(node, attached, options, serving)
    if (!isEqual(status, node.source.status)) {
      updates.push({ plural: 'gateways', source: node.source, status })
    }
  }
  return serving ? [...updates, ...routeUpdates(graph, options.now)] : updates
}

function routeUpdates(graph: Graph, now: string): readonly StatusUpdate[] {
  const updates: StatusUpdate[] = []
  for (const node of graph.routes) {
    if (settled.has(node)) continue
    const status = routeStatus(node, graph.controllerNames, now)
    if (isEqual(status, node.source.status ?? { parents: [] })) settled.add(node)
    else updates.push({ plural: 'httproutes', source: node.source, status })
  }
  for (const node of graph.refused) {
    const status = routeStatus(node, graph.controllerNames, now)
    if (isEqual(status, node.source.status ?? { parents: [] })) continue
    updates.push({ plural: 'grpcroutes', source: node.source, status })
  }
  return updates
}

/** Nodes whose route carries the right status. A node never changes, so it stays right. */
const settled = new WeakSet<RouteNode>()

function classStatus({ source, accepted, supportedFeatures }: ClassNode, now: string) {
  const generation = source.metadata.generation ?? 0
  const conditions = mergeConditions(source.status?.conditions, [accepted], generation, now)
  return { conditions, supportedFeatures: supportedFeatures.map((name) => ({ name })) }
}

/** Routes accepted on each listener; a route with two parentRefs to one listener counts once. */
function countAttached(routes: readonly RouteNode[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const add = (listener: string) => counts.set(listener, (counts.get(listener) ?? 0) + 1)
  for (const { parents } of routes) {
    const [only] = parents
    if (parents.length === 1 && only?.attachments.length === 1) {
      for (const { gateway, listener } of only.attachments) add(`${gateway} ${listener}`)
      continue
    }
    const listeners = new Set(
      parents.flatMap(({ attachments }) =>
        attachments.map(({ gateway, listener }) => `${gateway} ${listener}`),
      ),
    )
    for (const listener of listeners) add(listener)
  }
  return counts
}

function gatewayStatus(
  node: GatewayNode,
  attached: ReadonlyMap<string, number>,
  { acknowledgement, now }: StatusOptions,
  serving: boolean,
): NonNullable<Gateway['status']> {
  const { source, key } = node
  const stored = source.status
  const generation = source.metadata.generation ?? 0
  const said = serving ? acknowledgement?.gateways.find((one) => one.key === key) : undefined
  const listeners = node.listeners.map((listener) =>
    listenerStatus(node, listener, attached, { said, serving, now }),
  )
  const findings = [node.accepted, gatewayProgrammed(node, said, serving)]
  const conditions = mergeConditions(stored?.conditions, findings, generation, now)
  const addresses = serving ? addressesOf(said) : (stored?.addresses ?? [])
  return { ...(addresses.length === 0 ? {} : { addresses }), conditions, listeners }
}

function addressesOf(said: AcknowledgedGateway | undefined) {
  const address = said?.address
  return address === undefined || address === null ? [] : [{ ...address }]
}

function gatewayProgrammed(
  node: GatewayNode,
  said: AcknowledgedGateway | undefined,
  serving: boolean,
): Finding {
  if (node.accepted.status !== 'True') {
    const message = `The Gateway is not accepted: ${node.accepted.message}`
    return negative('Programmed', { reason: 'Invalid', message })
  }
  if (!serving) return storedProgrammed(node.source.status?.conditions)
  if (said === undefined || said.address === null) {
    const reason = node.requestedAddress === undefined ? 'AddressNotAssigned' : 'AddressNotUsable'
    const message = said?.listeners.find((listener) => listener.message !== '')?.message
    return negative('Programmed', { reason, message: message ?? 'The gateway has no address.' })
  }
  const bound = said.listeners.filter((listener) => listener.bound).length
  if (bound === 0) {
    const message = said.listeners.map((listener) => listener.message).join(' ')
    return negative('Programmed', { reason: 'Invalid', message: message || 'No port is bound.' })
  }
  const message = `Served at ${said.address.value}, ${bound} of ${node.listeners.length} listeners.`
  return positive('Programmed', message)
}

/** What was programmed before is still served; what never was waits. */
function storedProgrammed(stored: readonly Condition[] | undefined): Finding {
  const condition = stored?.find(({ type }) => type === 'Programmed')
  if (condition?.status === 'True') return condition
  const message = 'Waiting for the gateway to serve this configuration.'
  return negative('Programmed', { reason: 'Pending', message })
}

interface ListenerOptions {
  readonly said: AcknowledgedGateway | undefined
  readonly serving: boolean
  readonly now: string
}

function listenerStatus(
  gateway: GatewayNode,
  listener: ListenerNode,
  attached: ReadonlyMap<string, number>,
  { said, serving, now }: ListenerOptions,
): ListenerStatus {
  const { name } = listener.source
  const stored = gateway.source.status?.listeners?.find((one) => one.name === name)
  const generation = gateway.source.metadata.generation ?? 0
  const bound = said?.listeners.find((one) => one.name === name)
  const unusable = bound?.reason
  const refused = listener.entry !== undefined && bound?.bound === false && unusable === undefined
  const accepted = refused
    ? negative('Accepted', { reason: 'PortUnavailable', message: bound.message })
    : listener.accepted
  const findings = [
    accepted,
    listener.conflicted,
    unusable === undefined
      ? listener.resolvedRefs
      : negative('ResolvedRefs', { reason: unusable, message: bound?.message ?? '' }),
    listenerProgrammed(listener, bound, serving, stored?.conditions),
  ]
  const count = attached.get(`${gateway.key} ${name}`) ?? 0
  return {
    name,
    supportedKinds: listener.supportedKinds.map((kind) => ({ ...kind })),
    attachedRoutes: serving ? count : (stored?.attachedRoutes ?? 0),
    conditions: mergeConditions(stored?.conditions, findings, generation, now),
  }
}

function listenerProgrammed(
  listener: ListenerNode,
  bound: AcknowledgedGateway['listeners'][number] | undefined,
  serving: boolean,
  stored: readonly Condition[] | undefined,
): Finding {
  if (listener.entry === undefined) {
    return negative('Programmed', { reason: 'Invalid', message: 'The listener is not valid.' })
  }
  if (!serving) return storedProgrammed(stored)
  if (bound === undefined) {
    return negative('Programmed', { reason: 'Pending', message: 'The gateway does not serve it.' })
  }
  if (!bound.bound) return negative('Programmed', { reason: 'Invalid', message: bound.message })
  return positive('Programmed', bound.message || `Listening on port ${bound.port}.`)
}

/** Our parents in the order of `spec.parentRefs`, after those of other controllers, which are not ours to touch. */
function routeStatus(
  { source, parents }: Pick<RouteNode, 'source' | 'parents'> | RefusedNode,
  controllerNames: readonly string[],
  now: string,
): NonNullable<HTTPRoute['status']> {
  const stored = source.status?.parents ?? []
  const foreign = stored.filter((parent) => !controllerNames.includes(parent.controllerName))
  const own = parents.map((parent) => parentStatus(source, parent, stored, now))
  return { parents: [...foreign, ...own].slice(0, STATUS_PARENTS_MAX) }
}

function parentStatus(
  route: Pick<HTTPRoute, 'metadata'>,
  { parentRef, controllerName, findings }: RefusedNode['parents'][number],
  stored: readonly RouteParentStatus[],
  now: string,
): RouteParentStatus {
  const before = stored.find(
    (parent) => parent.controllerName === controllerName && isEqual(parent.parentRef, parentRef),
  )
  const generation = route.metadata.generation ?? 0
  const ours = ['Accepted', 'ResolvedRefs', 'PartiallyInvalid']
  const kept = before?.conditions.filter(
    ({ type }) => !ours.includes(type) || findings.some((finding) => finding.type === type),
  )
  return {
    parentRef,
    controllerName,
    conditions: mergeConditions(kept, findings, generation, now),
  }
}

/**
 * Findings as conditions: the time stays while the status does, and conditions of other types stay as they are.
 * https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#typical-status-properties
 */
function mergeConditions(
  stored: readonly Condition[] | undefined,
  findings: readonly Finding[],
  observedGeneration: number,
  now: string,
): Condition[] {
  const own = findings.map((finding): Condition => {
    const { type, status, reason, message } = finding
    const before = stored?.find((condition) => condition.type === type)
    // Kept as it was, with the generation it was true for.
    if (before !== undefined && before === finding) return before
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : now
    return { type, status, reason, message, lastTransitionTime, observedGeneration }
  })
  const others = (stored ?? []).filter(
    (condition) => !findings.some((finding) => finding.type === condition.type),
  )
  return [...own, ...others].slice(0, CONDITIONS_MAX)
}
