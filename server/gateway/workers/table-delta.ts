/** Supervisor → this → worker: what changed between two tables, as the largest part of a table rarely does. */

import { isEqual } from '@/lib/routing/is-equal'
import type { ClusterEntry, GatewayEntry, RouteEntry, RouteTable } from '@/lib/routing/route-table'
import { changedRange } from '@/lib/shared/changed-range'

export interface TableDelta {
  /** Everything but routes and upstreams. */
  readonly rest: Omit<RouteTable, 'routes' | 'clusters'>
  /** Keys of routes that are gone, or come again by `placed`. */
  readonly removed: readonly string[]
  /** Routes that are new, different or elsewhere, with their places in the new table, ascending. */
  readonly placed: readonly (readonly [at: number, route: RouteEntry])[]
  /** How many routes the new table has. */
  readonly count: number
  /** Upstreams that are new or different; null for those that are gone. */
  readonly clusters: Readonly<Record<string, ClusterEntry | null>>
}

/** What a worker that has `previous` needs to have `next`; everything when it has nothing. */
export function deltaBetween(previous: RouteTable | undefined, next: RouteTable): TableDelta {
  const { routes, clusters, ...rest } = next
  const before = previous?.routes ?? []
  const { start, endBefore, endAfter } = changedRange(before, routes)
  const places = new Map<string, number>()
  for (let at = start; at < endBefore; at++) places.set(before[at]?.key ?? '', at)
  const kept = new Set<string>()
  const placed: (readonly [number, RouteEntry])[] = []
  let last = -1
  for (const [offset, route] of routes.slice(start, endAfter).entries()) {
    const place = places.get(route.key) ?? -1
    if (place > last && isEqual(before[place], route)) {
      last = place
      kept.add(route.key)
    } else {
      placed.push([start + offset, route])
    }
  }
  const removed = before.slice(start, endBefore).map((route) => route.key)
  return {
    rest,
    removed: removed.filter((key) => !kept.has(key)),
    placed,
    count: routes.length,
    clusters: changedClusters(previous?.clusters ?? {}, clusters),
  }
}

function changedClusters(
  before: RouteTable['clusters'],
  after: RouteTable['clusters'],
): TableDelta['clusters'] {
  const changed: Record<string, ClusterEntry | null> = {}
  if (before === after) return changed
  for (const key of Object.keys(before)) if (after[key] === undefined) changed[key] = null
  for (const [key, entry] of Object.entries(after)) {
    if (!isEqual(before[key], entry)) changed[key] = entry
  }
  return changed
}

/**
 * The table a delta leads to. What is unchanged are the same objects as in `previous`, whose part of the matcher is then kept.
 * Throws when the delta was made against another table.
 */
export function applyDelta(previous: RouteTable | undefined, delta: TableDelta): RouteTable {
  const { rest, placed, count } = delta
  return {
    ...rest,
    gateways: rest.gateways.map((gateway) => reuse(previous, gateway)),
    routes: applyRoutes(previous?.routes ?? [], delta.removed, { placed, count }),
    clusters: applyClusters(previous?.clusters ?? {}, delta.clusters),
  }
}

function applyRoutes(
  before: readonly RouteEntry[],
  removed: readonly string[],
  { placed, count }: Pick<TableDelta, 'placed' | 'count'>,
): readonly RouteEntry[] {
  const gone = new Set(removed)
  const routes: RouteEntry[] = []
  let next = 0
  const place = () => {
    for (let entry = placed[next]; entry?.[0] === routes.length; entry = placed[++next]) {
      routes.push(entry[1])
    }
  }
  place()
  for (const route of before) {
    if (gone.has(route.key)) continue
    routes.push(route)
    place()
  }
  if (routes.length !== count || next !== placed.length) {
    throw new Error(`The worker has ${routes.length} routes where ${count} were meant.`)
  }
  return routes
}

function applyClusters(
  before: RouteTable['clusters'],
  changed: TableDelta['clusters'],
): RouteTable['clusters'] {
  const entries = Object.entries(changed)
  if (entries.length === 0) return before
  const clusters = { ...before }
  for (const [key, entry] of entries) {
    if (entry === null) delete clusters[key]
    else clusters[key] = entry
  }
  return clusters
}

function reuse(previous: RouteTable | undefined, gateway: GatewayEntry): GatewayEntry {
  const old = previous?.gateways.find(({ key }) => key === gateway.key)
  if (old === undefined) return gateway
  const listeners = gateway.listeners.map((listener) => {
    const known = old.listeners.find(({ name }) => name === listener.name)
    return known !== undefined && isEqual(known, listener) ? known : listener
  })
  return { ...gateway, listeners }
}
