/** Graph → this → gateway workers. */
import type { GatewayNode, Graph, RouteNode } from './graph'
import type { ClusterEntry, GatewayEntry, RouteEntry, RouteTable } from './route-table'

/**
 * The table of what can be served, frozen. Entries equal to those of `previous` are the same objects, so that
 * `compileMatcher` and anything else that compares by identity sees only what changed.
 */
export function buildRouteTable(graph: Graph, version: number, previous?: RouteTable): RouteTable {
  const served = servedListeners(graph.gateways)
  const routes: RouteEntry[] = []
  const known = new Map(previous?.routes.map((route) => [route.key, route]))
  for (const node of graph.routes) {
    const entry = toRouteEntry(node, served)
    if (entry !== null) routes.push(reuse(known.get(entry.key), entry))
  }
  return Object.freeze({
    version,
    gateways: Object.freeze(buildGateways(graph.gateways, previous)),
    routes: Object.freeze(routes),
    clusters: Object.freeze(buildClusters(graph, routes, previous)),
  })
}

function servedListeners(gateways: readonly GatewayNode[]): ReadonlySet<string> {
  const served = new Set<string>()
  for (const gateway of gateways) {
    for (const { entry } of gateway.listeners) {
      if (entry !== undefined) served.add(`${gateway.key} ${entry.name}`)
    }
  }
  return served
}

function toRouteEntry(node: RouteNode, served: ReadonlySet<string>): RouteEntry | null {
  const { key, source, rules } = node
  const attachments = node.parents
    .flatMap((parent) => parent.attachments)
    .filter(({ gateway, listener }) => served.has(`${gateway} ${listener}`))
  if (attachments.length === 0) return null
  const { namespace = '', name, generation = 0 } = source.metadata
  return { key, namespace, name, generation, attachments, rules }
}

function buildGateways(
  gateways: readonly GatewayNode[],
  previous: RouteTable | undefined,
): GatewayEntry[] {
  const known = new Map(previous?.gateways.map((gateway) => [gateway.key, gateway]))
  const entries: GatewayEntry[] = []
  for (const { key, requestedAddress, listeners } of gateways) {
    const served = listeners.flatMap(({ entry }) => (entry === undefined ? [] : [entry]))
    const old = known.get(key)
    const same = new Map(old?.listeners.map((listener) => [listener.name, listener]))
    if (served.length === 0) continue
    const entry: GatewayEntry = {
      key,
      ...(requestedAddress === undefined ? {} : { requestedAddress }),
      listeners: served.map((listener) => reuse(same.get(listener.name), listener)),
    }
    entries.push(reuse(old, entry))
  }
  // The order objects are listed in is no change.
  return entries.sort((left, right) => (left.key < right.key ? -1 : 1))
}

function buildClusters(
  graph: Graph,
  routes: readonly RouteEntry[],
  previous: RouteTable | undefined,
): Record<string, ClusterEntry> {
  const clusters: Record<string, ClusterEntry> = {}
  for (const name of [...new Set(routes.flatMap(clustersOf))].sort()) {
    const entry = graph.clusters.get(name)
    if (entry !== undefined) clusters[name] = reuse(previous?.clusters[name], entry)
  }
  return clusters
}

function clustersOf({ rules }: RouteEntry): readonly string[] {
  return rules.flatMap(({ backends, mirrors }) => [
    ...backends.filter((backend) => !backend.invalid).map((backend) => backend.cluster),
    ...mirrors.map((mirror) => mirror.cluster),
  ])
}

/** The old value when the new one equals it, else the new one, frozen. */
function reuse<Value extends object>(old: Value | undefined, value: Value): Value {
  return old !== undefined && isEqual(old, value) ? old : deepFreeze(value)
}

/** Whether two JSON values say the same; a key with the value undefined is as good as absent. */
export function isEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (Array.isArray(left) || Array.isArray(right)) return isEqualList(left, right)
  if (!isRecord(left) || !isRecord(right)) return false
  for (const key in left) if (!isEqual(left[key], right[key])) return false
  for (const key in right) if (right[key] !== undefined && left[key] === undefined) return false
  return true
}

function isEqualList(left: unknown, right: unknown): boolean {
  if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false
  return left.every((item: unknown, index) => isEqual(item, right[index]))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function deepFreeze<Value extends object>(value: Value): Value {
  if (Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const child of Object.values(value)) {
    if (typeof child === 'object' && child !== null) deepFreeze(child)
  }
  return value
}

/** Whether two tables serve the same, whatever their versions: then nothing need be published. */
export function isSameTable(left: RouteTable, right: RouteTable): boolean {
  return (
    isSameList(left.gateways, right.gateways) &&
    isSameList(left.routes, right.routes) &&
    isSameList(Object.keys(left.clusters), Object.keys(right.clusters)) &&
    isSameList(Object.values(left.clusters), Object.values(right.clusters))
  )
}

/** Entries of a table built after another are the same objects where they are equal. */
function isSameList(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index])
}
