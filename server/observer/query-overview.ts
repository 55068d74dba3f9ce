/** Every route's history → this → GET /series without a route. */
import type { Points, RouteOverview, RouteSignal, SeriesOverview } from '@/lib/dashboard-api/series'
import { ROUTE_SIGNALS } from '@/lib/dashboard-api/series'
import { accountOf } from './mirror-account'
import { type QueryContext, timestampsOf } from './query-route'
import type { RouteHistory } from './route-history'
import type { SlotCounts } from './slot-counts'
import type { Slot } from './slots'
import { forEachInWindow, newestStepOf, pointOf, type Window, windowOf } from './window'

/**
 * Returns requests, mirrored copies and signals of every route that has traffic in the range or series in the newest
 * scrape; with `newestOnly` of the newest complete step alone, which costs a fraction.
 */
export function queryOverview(
  context: QueryContext,
  rangeTicks: number,
  pointsMax: number,
  newestOnly = false,
): SeriesOverview {
  const whole = windowOf(context.store, rangeTicks, pointsMax)
  const window = newestOnly ? newestStepOf(whole) : whole
  const routes: Record<string, RouteOverview> = {}
  for (const route of context.store.routes.values()) {
    const counts = countRoute(context, route, window)
    if (counts !== null) routes[route.key] = counts
  }
  return {
    stepSeconds: (window.width * context.intervalMs) / 1000,
    timestamps: timestampsOf(context.timeline, window),
    routes,
    source: context.source,
  }
}

type Series = 'requests' | 'mirrored' | RouteSignal

/** Where counts go that belong to no known step; others are in no total. */
const UNPLACED: Partial<Record<Series, RouteSignal>> = {
  requests: 'unplacedRequests',
  mirrored: 'unplacedMirrored',
}

/** Which of the overview's series a count belongs to; null for none. */
export function overviewSeriesOf(slot: Slot): Series | null {
  const { kind, outcome, code } = slot
  if (kind === 'requests') return 'requests'
  if (kind === 'responses') return code.startsWith('5') ? 'errors' : null
  if (kind === 'decided') {
    return outcome === 'mirrored' || outcome === 'dropped' ? outcome : null
  }
  if (kind !== 'ended') return null
  if (outcome === 'failed') return 'failed'
  return code.startsWith('5') ? 'mirrorErrors' : null
}

function countRoute(
  { store }: QueryContext,
  route: RouteHistory,
  window: Window,
): RouteOverview | null {
  const counts = new Map<Series, Float64Array>()
  const seriesOf = route.slots.map(overviewSeriesOf)
  let isBusy = route.seriesCount > 0
  forEachInWindow(store, route, window, (point, index, value, tick) => {
    isBusy = true
    const counted = seriesOf[index] ?? null
    const step = point ?? pointOf(window, tick)
    if (step === null || counted === null) return
    const isPlaced = point !== null && window.known[point] === true
    const series = isPlaced ? counted : UNPLACED[counted]
    if (series === undefined) return
    const steps = counts.get(series) ?? new Float64Array(window.points)
    counts.set(series, steps)
    steps[step] = (steps[step] ?? 0) + value
  })
  if (!isBusy) return null
  return toRouteOverview(window.known, (series) => counts.get(series), isUnbalanced(route))
}

/** Assembles a route's overview; a signal without counts is left out. */
export function toRouteOverview(
  known: readonly boolean[],
  stepsOf: (series: Series) => ArrayLike<number> | undefined,
  isUnbalanced: boolean,
): RouteOverview {
  const points = (series: Series): Points => {
    const steps = stepsOf(series)
    const isAlways = series === 'unplacedRequests' || series === 'unplacedMirrored'
    return known.map((isKnown, point) => (isKnown || isAlways ? (steps?.[point] ?? 0) : null))
  }
  const signals = ROUTE_SIGNALS.filter((signal) => stepsOf(signal) !== undefined)
  return {
    requests: points('requests'),
    mirrored: points('mirrored'),
    ...(signals.length === 0
      ? {}
      : { signals: Object.fromEntries(signals.map((signal) => [signal, points(signal)])) }),
    ...(isUnbalanced ? { isUnbalanced: true } : {}),
  }
}

/** Whether the identity fails for one of the route's mirrors; unknown, so no, where an Envoy counted. */
function isUnbalanced(route: RouteHistory): boolean {
  if (route.seriesCount === 0 || route.dialects.has('envoy')) return false
  const byMirror = new Map<string, SlotCounts[]>()
  for (const [index, slot] of route.slots.entries()) {
    if (slot.mirror === '') continue
    const live = route.live[index] ?? 0
    const key = `${slot.rule} ${slot.mirror} ${slot.subject}`
    const counts = byMirror.get(key) ?? []
    byMirror.set(key, counts)
    counts.push({ slot, steps: NO_STEPS, fine: null, total: 0, live, atEnd: live })
  }
  return [...byMirror.values()].some((counts) => !accountOf(counts, 'live').holds)
}

const NO_STEPS = new Float64Array(0)
