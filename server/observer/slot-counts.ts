/** A route's history → this → one row of counts for each of its slots. */
import { TIERS } from '@/lib/series/tiers'
import type { RouteHistory } from './route-history'
import type { SeriesStore } from './series-store'
import type { Slot, SlotKind } from './slots'
import { forEachInWindow, type Window } from './window'

/** Counts of one slot in the window. */
export interface SlotCounts {
  readonly slot: Slot
  readonly steps: Float64Array
  /**
   * Counts of the tier's own steps, of which several make a drawn one; null where they are the same, or no one asks for
   * the busiest of them.
   */
  readonly fine: Float64Array | null
  /** All of the window, gaps and the step that is not over included. */
  total: number
  /** What the newest scrape says. */
  readonly live: number
  /** A gauge's value when the window ended. */
  atEnd: number
}

/** Kinds a short spike of is looked for. */
const PEAKED_KINDS: ReadonlySet<SlotKind> = new Set<SlotKind>([
  'requests',
  'responses',
  'decided',
  'ended',
])

/** Returns every slot of the route, also those without a count: an empty bucket still bounds its neighbours. */
export function countSlots(store: SeriesStore, route: RouteHistory, window: Window): SlotCounts[] {
  const tierWidth = (TIERS[window.tier] ?? TIERS[0]).width
  const parts = window.width / tierWidth
  const counts = route.slots.map((slot, index) => ({
    slot,
    steps: new Float64Array(window.points),
    fine: parts > 1 && PEAKED_KINDS.has(slot.kind) ? new Float64Array(window.points * parts) : null,
    total: 0,
    live: route.live[index] ?? 0,
    atEnd: route.live[index] ?? 0,
  }))
  forEachInWindow(store, route, window, (point, index, value, tick) => {
    const count = counts[index]
    if (count === undefined) return
    count.total += value
    if (point === null) return
    count.steps[point] = (count.steps[point] ?? 0) + value
    if (count.fine === null) return
    const part = Math.ceil((tick - window.from) / tierWidth) - 1
    count.fine[part] = (count.fine[part] ?? 0) + value
  })
  if (window.to < store.coverage.lastTick) rewindGauges(store, route, window, counts)
  return counts
}

/** What was in flight when a window in the past ended is what is now, less every change since. */
function rewindGauges(
  store: SeriesStore,
  route: RouteHistory,
  window: Window,
  counts: readonly SlotCounts[],
): void {
  const { to } = window
  const since = { ...window, from: to, gapsFrom: to, to: store.coverage.lastTick, points: 0 }
  forEachInWindow(store, route, since, (_, index, value) => {
    const count = counts[index]
    if (count?.slot.kind === 'mirrorInFlight') count.atEnd -= value
  })
}

/** The counts of one kind of slot. */
export function ofKind(counts: readonly SlotCounts[], kind: SlotKind): SlotCounts[] {
  return counts.filter(({ slot }) => slot.kind === kind)
}

/** Increase over the whole window, of all the counts together. */
export function totalOf(counts: readonly SlotCounts[]): number {
  return counts.reduce((total, count) => total + count.total, 0)
}

/** What the newest scrape says, of all the counts together. */
export function liveOf(counts: readonly SlotCounts[]): number {
  return counts.reduce((total, count) => total + count.live, 0)
}

/** Returns whether anything was counted in the window, or is in the newest scrape. */
export function hasTraffic(counts: readonly SlotCounts[]): boolean {
  return counts.some(
    ({ total, live, steps }) => total !== 0 || live !== 0 || steps.some((value) => value !== 0),
  )
}
