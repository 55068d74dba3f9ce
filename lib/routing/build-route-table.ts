/** Graph → this → gateway workers. */

import { changedRange } from '@/lib/shared/changed-range'
import type { GatewayNode, Graph, RouteNode } from './graph'
import { isEqual } from './is-equal'
import type { ClusterEntry, GatewayEntry, RouteEntry, RouteTable } from './route-table'

/** Annotations of a route that say how it is mirrored, captured and compared; the gateway reads them. */
const SETTINGS_PREFIX = 'mirrorboard.dev/'

/**
 * The table of what can be served, frozen. Entries equal to those of `previous` are the same objects, so that
 * `compileMatcher` and anything else that compares by identity sees only what changed.
 */
export function buildRouteTable(graph: Graph, version: number, previous?: RouteTable): RouteTable {
  const served = servedListeners(graph.gateways)
  const known = lazily(() => new Map(previous?.routes.map((route) => [route.key, route])))
  const old = previous === undefined ? undefined : origins.get(previous)
  const origin = updateEntries(old, { nodes: graph.routes, served }, (node) =>
    entryOf(node, served, known),
  )
  const table = Object.freeze({
    version,
    gateways: Object.freeze(buildGateways(graph.gateways, previous)),
    routes: Object.freeze(origin.entries.filter((entry) => entry !== null)),
    clusters: Object.freeze(buildClusters(graph, origin.uses, previous)),
  })
  origins.set(table, origin)
  return table
}

/** How a table came to be: what the next one need not work out again. */
interface TableOrigin {
  readonly nodes: readonly RouteNode[]
  readonly served: ReadonlySet<string>
  /** The entry of each node; null for one that is not served. */
  readonly entries: readonly (RouteEntry | null)[]
  /** Upstreams, with the number of references to each. */
  readonly uses: ReadonlyMap<string, number>
}

const origins = new WeakMap<RouteTable, TableOrigin>()

/** The entries of the nodes; of nodes that are where they were before, only moved along. */
function updateEntries(
  old: TableOrigin | undefined,
  { nodes, served }: Pick<TableOrigin, 'nodes' | 'served'>,
  build: (node: RouteNode) => RouteEntry | null,
): TableOrigin {
  const isKnown = old?.served.size === served.size && isSubset(served, old.served)
  const known = isKnown ? old : undefined
  const { start, endBefore, endAfter } = changedRange(known?.nodes ?? [], nodes)
  const gone = new Map<RouteNode, RouteEntry | null>()
  for (let at = start; at < endBefore; at++) {
    const node = known?.nodes[at]
    if (node !== undefined) gone.set(node, known?.entries[at] ?? null)
  }
  const fresh = nodes.slice(start, endAfter).map((node) => gone.get(node) ?? build(node))
  const before = known?.entries.slice(0, start) ?? []
  const after = known?.entries.slice(endBefore) ?? []
  const uses = new Map(known?.uses)
  const count = (entry: RouteEntry | null, by: number) => {
    for (const name of entry === null ? [] : clustersOf(entry)) {
      const total = (uses.get(name) ?? 0) + by
      if (total === 0) uses.delete(name)
      else uses.set(name, total)
    }
  }
  for (const entry of fresh) count(entry, 1)
  for (const entry of gone.values()) count(entry, -1)
  return { nodes, served, entries: [...before, ...fresh, ...after], uses }
}

function isSubset(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  for (const item of left) if (!right.has(item)) return false
  return true
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

function entryOf(
  { key, source, rules, parents }: RouteNode,
  served: ReadonlySet<string>,
  known: () => ReadonlyMap<string, RouteEntry>,
): RouteEntry | null {
  const attachments = parents
    .flatMap((parent) => parent.attachments)
    .filter(({ gateway, listener }) => served.has(`${gateway} ${listener}`))
  if (attachments.length === 0) return null
  const { namespace = '', name, generation = 0, annotations = {} } = source.metadata
  const settings = Object.entries(annotations).filter(([name]) => name.startsWith(SETTINGS_PREFIX))
  return reuse(known().get(key), {
    key,
    namespace,
    name,
    generation,
    attachments,
    rules,
    ...(settings.length === 0 ? {} : { settings: Object.fromEntries(settings.sort()) }),
  })
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
  names: ReadonlyMap<string, unknown>,
  previous: RouteTable | undefined,
): RouteTable['clusters'] {
  const before = Object.keys(previous?.clusters ?? {})
  const isSameSet = before.length === names.size && before.every((name) => names.has(name))
  const clusters: Record<string, ClusterEntry> = {}
  let isSame = isSameSet
  for (const name of isSameSet ? before : [...names.keys()].sort()) {
    const entry = graph.clusters.get(name)
    if (entry !== undefined) clusters[name] = reuse(previous?.clusters[name], entry)
    isSame &&= clusters[name] === previous?.clusters[name]
  }
  return isSame && previous !== undefined ? previous.clusters : clusters
}

/** The upstreams an entry refers to. */
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
