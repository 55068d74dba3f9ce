/** A route's history → this → GET /series?route=… */
import type { RouteSeries, SourceState } from '@/lib/dashboard-api/series'
import { POINTS_MAX } from '@/lib/series/tiers'
import { blindSpotsOf, nameBlindSpot } from './blind-spots'
import { toRouteSeries } from './route-series'
import type { SeriesStore } from './series-store'
import { countSlots } from './slot-counts'
import type { Timeline } from './timeline'
import { type Window, windowOf } from './window'

export interface QueryContext {
  readonly store: SeriesStore
  readonly timeline: Timeline
  readonly intervalMs: number
  readonly source: SourceState
}

export interface RouteQuestion {
  readonly route: string
  readonly rangeTicks: number
  /** Null for the whole route. */
  readonly rule: string | null
  /** Null for a range that ends now. */
  readonly endTick: number | null
}

/** Returns the series of a route over a range; one nothing is known of has no traffic. */
export function queryRoute(context: QueryContext, question: RouteQuestion): RouteSeries {
  const { store, timeline, intervalMs, source } = context
  const { route: key, rule, rangeTicks, endTick } = question
  const window = windowOf(store, rangeTicks, POINTS_MAX, endTick)
  const route = store.routes.get(key)
  return toRouteSeries({
    route: key,
    rule,
    drawn: {
      stepSeconds: (window.width * intervalMs) / 1000,
      timestamps: timestampsOf(timeline, window),
      known: window.known,
    },
    counts: route === undefined ? [] : countSlots(store, route, window),
    source,
    blindSpots:
      route === undefined ? nameBlindSpot(key, store.dialects()) : blindSpotsOf(route.dialects),
  })
}

/** Epoch milliseconds of the end of each step in the window. */
export function timestampsOf(timeline: Timeline, window: Window): number[] {
  return window.known.map((_, index) =>
    timeline.timestampOf(window.from + (index + 1) * window.width),
  )
}
