import type { RouteEntry, RouteTable, RuleEntry } from '@/lib/routing/route-table'
import { changedRange } from '@/lib/shared/changed-range'
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
 * forgotten, and so are mirrors their rule no longer has. Follows one table after another by what changed between them.
 */
export class TableLabels {
  private readonly labels = new Map<string, RuleEntry | null>()
  private table: RouteTable | undefined

  /** The labels of `table`; valid until the next call. */
  of(table: RouteTable): LiveLabels {
    const before = this.table
    this.table = table
    const { start, endBefore, endAfter } = changedRange(before?.routes ?? [], table.routes)
    for (const labels of listenersOf(before)) this.labels.delete(labels)
    for (const route of before?.routes.slice(start, endBefore) ?? []) {
      for (const [labels] of rulesOf(route)) this.labels.delete(labels)
    }
    for (const labels of listenersOf(table)) this.labels.set(labels, null)
    for (const route of table.routes.slice(start, endAfter)) {
      for (const [labels, rule] of rulesOf(route)) this.labels.set(labels, rule)
    }
    return this.labels
  }
}

function listenersOf(table: RouteTable | undefined): readonly string[] {
  return (table?.gateways ?? []).flatMap(({ key, listeners }) =>
    ['', ...listeners.map(({ name }) => name)].map((name) => listenerLabels(key, name)),
  )
}

function rulesOf(route: RouteEntry): readonly (readonly [string, RuleEntry])[] {
  return route.attachments.flatMap(({ gateway, listener }) =>
    route.rules.map((rule) => [ruleLabels(gateway, listener, route, rule.index), rule] as const),
  )
}
