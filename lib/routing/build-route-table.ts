/** Graph → this → gateway workers. */
import type { GatewayNode, Graph, RouteNode } from './graph'
import { isEqual } from './is-equal'
import type {
  ClusterEntry,
  GatewayEntry,
  RouteAttachment,
  RouteEntry,
  RouteTable,
} from './route-table'

/** Annotations of a route that say how it is mirrored, captured and compared; the gateway reads them. */
const SETTINGS_PREFIX = 'mirrorboard.dev/'

/**
 * The table of what can be served, frozen. Entries equal to those of `previous` are the same objects, so that
 * `compileMatcher` and anything else that compares by identity sees only what changed.
 */
export function buildRouteTable(graph: Graph, version: number, previous?: RouteTable): RouteTable {
  const served = servedListeners(graph.gateways)
  const routes: RouteEntry[] = []
  const known = lazily(() => new Map(previous?.routes.map((route) => [route.key, route])))
  for (const node of graph.routes) {
    const entry = entryOf(node, served, known)
    if (entry !== null) routes.push(entry)
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

/** Entries of nodes all of whose listeners are served. A node never changes, so neither does its entry. */
const entries = new WeakMap<RouteNode, RouteEntry>()

function entryOf(
  node: RouteNode,
  served: ReadonlySet<string>,
  known: () => ReadonlyMap<string, RouteEntry>,
): RouteEntry | null {
  const isServed = ({ gateway, listener }: RouteAttachment) => served.has(`${gateway} ${listener}`)
  const remembered = entries.get(node)
  if (remembered?.attachments.every(isServed)) return remembered
  const { key, source, rules } = node
  const all = node.parents.flatMap((parent) => parent.attachments)
  const attachments = all.filter(isServed)
  if (attachments.length === 0) return null
  const { namespace = '', name, generation = 0, annotations = {} } = source.metadata
  const settings = Object.entries(annotations).filter(([name]) => name.startsWith(SETTINGS_PREFIX))
  const built = {
    key,
    namespace,
    name,
    generation,
    attachments,
    rules,
    ...(settings.length === 0 ? {} : { settings: Object.fromEntries(settings.sort()) }),
  }
  const entry = reuse(known().get(key), built)
  if (attachments.length === all.length) entries.set(node, entry)
  return entry
}

/** A value that is made when it is first asked for. */
function lazily<Value>(make: () => Value): () => Value {
  let made: Value | undefined
  return () => {
    made ??= make()
    return made
  }
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
): RouteTable['clusters'] {
  const names = new Set<string>()
  for (const route of routes) for (const name of clustersOf(route)) names.add(name)
  const before = Object.keys(previous?.clusters ?? {})
  const isSameSet = before.length === names.size && before.every((name) => names.has(name))
  const clusters: Record<string, ClusterEntry> = {}
  let isSame = isSameSet
  for (const name of isSameSet ? before : [...names].sort()) {
    const entry = graph.clusters.get(name)
    if (entry !== undefined) clusters[name] = reuse(previous?.clusters[name], entry)
    isSame &&= clusters[name] === previous?.clusters[name]
  }
  return isSame && previous !== undefined ? previous.clusters : clusters
}

const clusterNames = new WeakMap<RouteEntry, readonly string[]>()

/** The upstreams an entry refers to. */
function clustersOf(entry: RouteEntry): readonly string[] {
  const known = clusterNames.get(entry)
  if (known !== undefined) return known
  const names = entry.rules.flatMap(({ backends, mirrors }) => [
    ...backends.filter((backend) => !backend.invalid).map((backend) => backend.cluster),
    ...mirrors.map((mirror) => mirror.cluster),
  ])
  clusterNames.set(entry, names)
  return names
}

/** The old value when the new one equals it, else the new one, frozen. */
function reuse<Value extends object>(old: Value | undefined, value: Value): Value {
  return old !== undefined && isEqual(old, value) ? old : deepFreeze(value)
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
