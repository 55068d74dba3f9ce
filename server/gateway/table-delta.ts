/** Supervisor → this → worker: what changed between two tables, as the largest part of a table rarely does. */
import { isEqual } from '@/lib/routing/build-route-table'
import type { GatewayEntry, RouteEntry, RouteTable } from '@/lib/routing/route-table'

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
 * The table a delta leads to. Unchanged Gateways and routes are the same objects as in `previous`, whose part of the matcher
 * is then kept.
 * Throws when the delta was made against another table.
 */
export function applyDelta(previous: RouteTable | undefined, delta: TableDelta): RouteTable {
  const routes = new Map<string, RouteEntry>(previous?.routes.map((route) => [route.key, route]))
  for (const route of delta.changed) routes.set(route.key, route)
  return {
    ...delta.rest,
    gateways: delta.rest.gateways.map((gateway) => reuse(previous, gateway)),
    routes: delta.order.map((key) => {
      const route = routes.get(key)
      if (route === undefined) throw new Error(`The worker has no route ${key}.`)
      return route
    }),
  }
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
