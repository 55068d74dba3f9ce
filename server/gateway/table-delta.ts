/** Supervisor → this → worker: what changed between two tables, as the largest part of a table rarely does. */
import type { RouteEntry, RouteTable } from '@/lib/routing/route-table'

export interface TableDelta {
  /** Everything but the routes. */
  readonly rest: Omit<RouteTable, 'routes'>
  /** Keys of all routes, in order. */
  readonly order: readonly string[]
  /** Routes that are new or different. */
  readonly changed: readonly RouteEntry[]
}

/** What a worker that has `previous` needs to have `next`; everything when it has nothing. */
export function deltaBetween(previous: RouteTable | undefined, next: RouteTable): TableDelta {
  const { routes, ...rest } = next
  const known = new Map(previous?.routes.map((route) => [route.key, route]))
  const changed = routes.filter((route) => {
    const old = known.get(route.key)
    return old !== route && (old === undefined || JSON.stringify(old) !== JSON.stringify(route))
  })
  return { rest, order: routes.map((route) => route.key), changed }
}

/**
 * The table a delta leads to. Unchanged routes are the same objects as in `previous`, which the matcher knows to reuse.
 * Throws when the delta was made against another table.
 */
export function applyDelta(previous: RouteTable | undefined, delta: TableDelta): RouteTable {
  const routes = new Map<string, RouteEntry>(previous?.routes.map((route) => [route.key, route]))
  for (const route of delta.changed) routes.set(route.key, route)
  return {
    ...delta.rest,
    routes: delta.order.map((key) => {
      const route = routes.get(key)
      if (route === undefined) throw new Error(`The worker has no route ${key}.`)
      return route
    }),
  }
}
