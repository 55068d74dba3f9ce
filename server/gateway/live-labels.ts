import type { RouteEntry, RouteTable, RuleEntry } from '@/lib/routing/route-table'
import { listenerLabels } from './metrics'
import { escapeLabel, type LiveLabels } from './metrics-snapshot'

/** The labels all series of one rule on one listener share. */
export function ruleLabels(
  gateway: string,
  listener: string,
  route: { readonly namespace: string; readonly name: string },
  ruleIndex: number,
): string {
  const routeLabels = `route_namespace="${escapeLabel(route.namespace)}",route_name="${escapeLabel(route.name)}"`
  return `${listenerLabels(gateway, listener)},${routeLabels},rule="${ruleIndex}"`
}

/**
 * The label groups a table can have series for, with their rule, or null for a listener's own; anything else is to be
 * forgotten, and so are mirrors their rule no longer has.
 */
export function liveLabels(table: RouteTable): LiveLabels {
  const live = new Map<string, RuleEntry | null>()
  for (const gateway of table.gateways) {
    live.set(listenerLabels(gateway.key, ''), null)
    for (const listener of gateway.listeners) {
      live.set(listenerLabels(gateway.key, listener.name), null)
    }
  }
  for (const route of table.routes) {
    for (const [labels, rule] of labelsOf(route)) live.set(labels, rule)
  }
  return live
}

const labelsByRoute = new WeakMap<RouteEntry, readonly (readonly [string, RuleEntry])[]>()

/** Labels and rule of everything a route can have series for; made once, as a route in a table never changes. */
function labelsOf(route: RouteEntry): readonly (readonly [string, RuleEntry])[] {
  const known = labelsByRoute.get(route)
  if (known !== undefined) return known
  const labels = route.attachments.flatMap(({ gateway, listener }) =>
    route.rules.map((rule) => [ruleLabels(gateway, listener, route, rule.index), rule] as const),
  )
  labelsByRoute.set(route, labels)
  return labels
}
