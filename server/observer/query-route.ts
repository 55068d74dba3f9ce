/** A route's history → this → GET /series?route=… */
import type {
  BackendSeries,
  LatencySeries,
  MirrorAccount,
  MirrorSeries,
  Points,
  RouteSeries,
  SourceState,
} from '@/lib/dashboard-api/series'
import { histogramQuantile } from '@/lib/series/histogram-quantile'
import { POINTS_MAX } from '@/lib/series/tiers'
import { accountOf } from './mirror-account'
import type { SeriesStore } from './series-store'
import { countSlots, hasTraffic, liveOf, ofKind, type SlotCounts, totalOf } from './slot-counts'
import type { Slot } from './slots'
import type { Timeline } from './timeline'
import { type Window, windowOf } from './window'

export interface QueryContext {
  readonly store: SeriesStore
  readonly timeline: Timeline
  readonly intervalMs: number
  readonly source: SourceState
}

/** Returns the series of a route over the newest `rangeTicks`; one nothing is known of has no traffic. */
export function queryRoute(context: QueryContext, key: string, rangeTicks: number): RouteSeries {
  const window = windowOf(context.store, rangeTicks, POINTS_MAX)
  const route = context.store.routes.get(key)
  const counts = route === undefined ? [] : countSlots(context.store, route, window)
  const requests = ofKind(counts, 'requests')
  const responses = ofKind(counts, 'responses')
  return {
    route: key,
    stepSeconds: (window.width * context.intervalMs) / 1000,
    timestamps: timestampsOf(context.timeline, window),
    primary: {
      requests: pointsOf(window, requests),
      responsesByClass: byClass(window, responses),
      totalsByCode: totalsByCode(responses),
      latency: latencyOf(window, ofKind(counts, 'duration')),
      total: totalOf(requests),
      inFlight: liveOf(ofKind(counts, 'requestsInFlight')),
    },
    rules: groupBy(requests, ({ rule }) => rule).map(([rule, slots]) => ({
      rule,
      requests: pointsOf(window, slots),
      total: totalOf(slots),
    })),
    backends: backendsOf(window, counts),
    mirrors: mirrorsOf(window, counts),
    source: context.source,
  }
}

/** Returns the same series with their newest complete step only; totals stay those of the whole range. */
export function newestStepOfRoute(series: RouteSeries): RouteSeries {
  const { primary } = series
  const byClass = Object.entries(primary.responsesByClass).map(
    ([name, points]) => [name, last(points)] as const,
  )
  return {
    ...series,
    timestamps: series.timestamps.slice(-1),
    primary: {
      ...primary,
      requests: last(primary.requests),
      responsesByClass: Object.fromEntries(byClass),
      latency: lastLatency(primary.latency),
    },
    rules: series.rules.map((rule) => ({ ...rule, requests: last(rule.requests) })),
    backends: series.backends.map((backend) => ({
      ...backend,
      responses: last(backend.responses),
      latency: lastLatency(backend.latency),
    })),
    mirrors: series.mirrors.map((mirror) => ({
      ...mirror,
      mirrored: last(mirror.mirrored),
      answered: last(mirror.answered),
      failed: last(mirror.failed),
      latency: lastLatency(mirror.latency),
    })),
  }
}

function last(points: Points): Points {
  return points.slice(-1)
}

function lastLatency({ p50, p90, p99, window }: LatencySeries): LatencySeries {
  return { p50: last(p50), p90: last(p90), p99: last(p99), window }
}

/** Epoch milliseconds of the end of each step in the window. */
export function timestampsOf(timeline: Timeline, window: Window): number[] {
  return window.known.map((_, index) =>
    timeline.timestampOf(window.from + (index + 1) * window.width),
  )
}

/** Sums the slots' steps; a step that is not known is null. */
function pointsOf(window: Window, counts: readonly SlotCounts[]): Points {
  return window.known.map((isKnown, point) =>
    isKnown ? counts.reduce((total, { steps }) => total + (steps[point] ?? 0), 0) : null,
  )
}

/** Groups in the order of their names, numbers by value. */
function groupBy(
  counts: readonly SlotCounts[],
  nameOf: (slot: Slot) => string,
): [string, SlotCounts[]][] {
  const groups = new Map<string, SlotCounts[]>()
  for (const count of counts) {
    const name = nameOf(count.slot)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [count])
    else group.push(count)
  }
  return [...groups].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
}

function byClass(window: Window, responses: readonly SlotCounts[]): Record<string, Points> {
  const groups = groupBy(responses, ({ code }) => classOf(code))
  return Object.fromEntries(groups.map(([name, slots]) => [name, pointsOf(window, slots)]))
}

function classOf(code: string): string {
  if (code === '') return 'aborted'
  return /^[1-5]/.test(code) ? `${code[0]}xx` : 'other'
}

function totalsByCode(counts: readonly SlotCounts[]): Record<string, number> {
  const groups = groupBy(
    counts.filter(({ slot, total }) => slot.code !== '' && total !== 0),
    ({ code }) => code,
  )
  return Object.fromEntries(groups.map(([code, slots]) => [code, totalOf(slots)]))
}

function latencyOf(window: Window, buckets: readonly SlotCounts[]): LatencySeries {
  const byBound = groupBy(buckets, ({ upperBound }) => String(upperBound))
    .map(([, slots]) => slots)
    .sort((a, b) => boundOf(a) - boundOf(b))
  // A bound with no count between it and its neighbours still says where a quantile lies.
  const upperBounds = byBound.map(boundOf)
  const at = (quantile: number, counts: readonly number[]) =>
    toMilliseconds(histogramQuantile(quantile, { upperBounds, counts }))
  const series = (quantile: number): Points =>
    window.known.map((isKnown, point) =>
      isKnown
        ? at(
            quantile,
            byBound.map((slots) => slots.reduce((n, { steps }) => n + (steps[point] ?? 0), 0)),
          )
        : null,
    )
  const totals = byBound.map(totalOf)
  return {
    p50: series(0.5),
    p90: series(0.9),
    p99: series(0.99),
    window: { p50: at(0.5, totals), p90: at(0.9, totals), p99: at(0.99, totals) },
  }
}

function boundOf(slots: readonly SlotCounts[]): number {
  return slots[0]?.slot.upperBound ?? 0
}

function toMilliseconds(seconds: number | null): number | null {
  return seconds === null ? null : Math.round(seconds * 1e6) / 1e3
}

function backendsOf(window: Window, counts: readonly SlotCounts[]): BackendSeries[] {
  const ofBackend = counts.filter(
    ({ slot }) => (slot.kind === 'responses' || slot.kind === 'duration') && slot.subject !== '',
  )
  const groups = groupBy(ofBackend, ({ subject }) => subject)
  return groups
    .filter(([, slots]) => hasTraffic(slots))
    .map(([backend, slots]) => {
      const responses = ofKind(slots, 'responses')
      return {
        backend,
        responses: pointsOf(window, responses),
        total: totalOf(responses),
        totalsByCode: totalsByCode(responses),
        latency: latencyOf(window, ofKind(slots, 'duration')),
      }
    })
}

function mirrorsOf(window: Window, counts: readonly SlotCounts[]): MirrorSeries[] {
  const ofMirrors = counts.filter(({ slot }) => slot.mirror !== '')
  const groups = groupBy(ofMirrors, ({ rule, mirror, subject }) => `${rule} ${mirror} ${subject}`)
  return groups.flatMap(([, slots]) => {
    const [first] = slots
    return first === undefined || !hasTraffic(slots) ? [] : [mirrorOf(window, first.slot, slots)]
  })
}

function mirrorOf(window: Window, slot: Slot, slots: readonly SlotCounts[]): MirrorSeries {
  const ended = ofKind(slots, 'ended')
  const of = (from: readonly SlotCounts[], outcome: string) =>
    from.filter((count) => count.slot.outcome === outcome)
  const account: MirrorAccount = accountOf(slots, 'live')
  return {
    rule: slot.rule,
    mirror: slot.mirror,
    target: slot.subject,
    mirrored: pointsOf(window, of(ofKind(slots, 'decided'), 'mirrored')),
    answered: pointsOf(window, of(ended, 'answered')),
    failed: pointsOf(window, of(ended, 'failed')),
    totalsByCode: totalsByCode(of(ended, 'answered')),
    latency: latencyOf(window, ofKind(slots, 'mirrorDuration')),
    account,
    windowAccount: accountOf(slots, 'window'),
  }
}
