/** Every route's history → this → GET /series without a route. */
import type { Points, SeriesOverview } from '@/lib/dashboard-api/series'
import { type QueryContext, timestampsOf } from './query-route'
import type { RouteHistory } from './route-history'
import { forEachInWindow, newestStepOf, type Window, windowOf } from './window'

/**
 * Returns primary and mirrored requests of every route that has traffic in the range or series in the newest scrape;
 * with `newestOnly` of the newest complete step alone, which costs a fraction.
 */
export function queryOverview(
  context: QueryContext,
  rangeTicks: number,
  pointsMax: number,
  newestOnly = false,
): SeriesOverview {
  const whole = windowOf(context.store, rangeTicks, pointsMax)
  const window = newestOnly ? newestStepOf(whole) : whole
  const routes: Record<string, { requests: Points; mirrored: Points }> = {}
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

function countRoute(
  { store }: QueryContext,
  route: RouteHistory,
  window: Window,
): { requests: Points; mirrored: Points } | null {
  const requests = new Float64Array(window.points)
  const mirrored = new Float64Array(window.points)
  let isBusy = route.seriesCount > 0
  forEachInWindow(store, route, window, (point, index, value) => {
    const slot = route.slots[index]
    isBusy = true
    if (point === null || slot === undefined) return
    if (slot.kind === 'requests') requests[point] = (requests[point] ?? 0) + value
    else if (slot.kind === 'decided' && slot.outcome === 'mirrored') {
      mirrored[point] = (mirrored[point] ?? 0) + value
    }
  })
  if (!isBusy) return null
  const toPoints = (steps: Float64Array) =>
    window.known.map((isKnown, point) => (isKnown ? (steps[point] ?? 0) : null))
  return { requests: toPoints(requests), mirrored: toPoints(mirrored) }
}
