/** A range of time → this → the steps that are drawn, and a walk over a route's counts in it. */
import { chooseResolution, TIERS } from '@/lib/series/tiers'
import { GAP_LOG, type RouteHistory } from './route-history'
import type { SeriesStore } from './series-store'

export interface Window {
  readonly tier: number
  /** Ticks in a drawn step. */
  readonly width: number
  readonly points: number
  /** The window covers the ticks after this one. */
  readonly from: number
  /** A gap that began before this tick is left out. */
  readonly gapsFrom: number
  /** The newest tick; up to `width - 1` ticks of it are in the totals and not yet in a drawn step. */
  readonly to: number
  /** Per drawn step: whether its counts are known. */
  readonly known: readonly boolean[]
}

/**
 * Returns the window of `rangeTicks` that ends now, or with the step `endTick` is in, in no more than `pointsMax` steps.
 * Its steps are as fine as they are still kept for its beginning.
 */
export function windowOf(
  store: SeriesStore,
  rangeTicks: number,
  pointsMax: number,
  endTick: number | null = null,
): Window {
  const now = store.coverage.lastTick
  const age = endTick === null ? 0 : Math.max(0, now - endTick)
  const { tier, width, points } = chooseResolution(rangeTicks, pointsMax, age)
  const isPast = endTick !== null && endTick < now
  const end = (isPast ? Math.ceil(endTick / width) : Math.floor(now / width)) * width
  const to = isPast ? Math.min(now, end) : now
  const from = end - points * width
  const keptFrom = store.droppedBefore[tier] ?? 0
  const known = Array.from({ length: points }, (_, index) => {
    const end = from + (index + 1) * width
    return end - width >= keptFrom && store.coverage.isKnown(tier, width, end)
  })
  return { tier, width, points, from, gapsFrom: from, to, known }
}

/** Returns the part of a window that is its newest complete step; gaps that end in it are those of the whole window. */
export function newestStepOf(window: Window): Window {
  const from = window.from + (window.points - 1) * window.width
  return { ...window, from, points: 1, known: window.known.slice(-1) }
}

/** `point` is the drawn step's index, or null for a count that is only in the totals; `tick` the step's own end. */
export type WindowVisitor = (
  point: number | null,
  slot: number,
  value: number,
  tick: number,
) => void

/** Visits every count of a route in the window once. */
export function forEachInWindow(
  store: SeriesStore,
  route: RouteHistory,
  window: Window,
  visit: WindowVisitor,
): void {
  let after = window.from
  for (let log = window.tier; log >= 0; log -= 1) {
    const width = (TIERS[log] ?? TIERS[0]).width
    const until = log === 0 ? window.to : Math.min(window.to, (store.closed[log] ?? 0) * width)
    route.logs[log]?.forEach(after / width + 1, until / width, (step, slot, value) => {
      visit(pointOf(window, step * width), slot, value, step * width)
    })
    after = Math.max(after, until)
  }
  visitGaps(store, route, window, visit)
}

/** The drawn step a tick is in; null for one that is not drawn yet. */
export function pointOf(window: Window, tick: number): number | null {
  const point = Math.ceil((tick - window.from) / window.width) - 1
  return point < window.points ? point : null
}

/** What was counted during a gap is in the totals when the whole gap lies in the range. */
function visitGaps(
  store: SeriesStore,
  route: RouteHistory,
  window: Window,
  visit: WindowVisitor,
): void {
  const log = route.logs[GAP_LOG]
  if (log === undefined || log.chunks.length === 0) return
  const ends = new Set<number>()
  for (const gap of store.coverage.gaps) if (gap.from >= window.gapsFrom) ends.add(gap.to)
  if (ends.size === 0) return
  log.forEach(window.from + 1, window.to, (tick, slot, value) => {
    if (ends.has(tick)) visit(null, slot, value, tick)
  })
}
