import type { RouteTable } from '@/lib/routing/route-table'
import { listenerLabels } from './metrics'
import { escapeLabel } from './metrics-snapshot'

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

/** The label groups a table can have series for; anything else is to be forgotten. */
export function liveLabels(table: RouteTable): ReadonlySet<string> {
  const live = new Set<string>()
  for (const gateway of table.gateways) {
    live.add(listenerLabels(gateway.key, ''))
    for (const listener of gateway.listeners) live.add(listenerLabels(gateway.key, listener.name))
  }
  for (const route of table.routes) {
    for (const { gateway, listener } of route.attachments) {
      for (const rule of route.rules) live.add(ruleLabels(gateway, listener, route, rule.index))
    }
  }
  return live
}
