/** Series events → the window a chart shows. Pure; previous step: event-stream.ts, next step: use-live-series.ts. */
import type {
  BackendSeries,
  ByteSeries,
  LatencySeries,
  MirrorSeries,
  Points,
  RouteOverview,
  RouteSeries,
  SeriesOverview,
} from '@/lib/dashboard-api/series'
import { ROUTE_SIGNALS } from '@/lib/dashboard-api/series'

/** How a point event changes the time axis: how many old steps leave, and whether the last one is replaced. */
interface Shift {
  readonly length: number
  readonly drop: number
  readonly replacesLast: boolean
}

interface TimeAxis {
  readonly timestamps: readonly number[]
  readonly shift: Shift
}

/** A point at or before the newest step replaces it; a later one is appended and the oldest leaves. */
function advance(timestamps: readonly number[], newest: number, stepsMax: number): TimeAxis {
  const last = timestamps.at(-1)
  const replacesLast = last !== undefined && newest <= last
  const kept = replacesLast ? timestamps.slice(0, -1) : timestamps
  const drop = Math.max(0, kept.length + 1 - stepsMax)
  return {
    timestamps: [...kept.slice(drop), replacesLast ? last : newest],
    shift: { length: timestamps.length, drop, replacesLast },
  }
}

/** A series that was not there before is unknown, not zero, for the steps before it. */
function append(
  points: Points | undefined,
  value: number | null | undefined,
  shift: Shift,
): Points {
  const known = points ?? new Array<null>(shift.length).fill(null)
  const kept = shift.replacesLast ? known.slice(0, -1) : known
  return [...kept.slice(shift.drop), value ?? null]
}

type PointsByName = Readonly<Record<string, Points>>

function appendByName(before: PointsByName, point: PointsByName, shift: Shift): PointsByName {
  const names = new Set([...Object.keys(before), ...Object.keys(point)])
  const entries = [...names].map((name) => [name, append(before[name], point[name]?.at(-1), shift)])
  return Object.fromEntries(entries)
}

function appendLatency(
  before: LatencySeries | undefined,
  point: LatencySeries,
  shift: Shift,
): LatencySeries {
  return {
    p50: append(before?.p50, point.p50.at(-1), shift),
    p90: append(before?.p90, point.p90.at(-1), shift),
    p99: append(before?.p99, point.p99.at(-1), shift),
    window: point.window,
    resolution: point.resolution,
  }
}

function appendBytes(before: ByteSeries | undefined, point: ByteSeries, shift: Shift): ByteSeries {
  return {
    request: append(before?.request, point.request.at(-1), shift),
    response: append(before?.response, point.response.at(-1), shift),
    total: point.total,
  }
}

function appendBackend(
  before: BackendSeries | undefined,
  point: BackendSeries,
  shift: Shift,
): BackendSeries {
  return {
    ...point,
    responses: append(before?.responses, point.responses.at(-1), shift),
    responsesByClass: appendByName(before?.responsesByClass ?? {}, point.responsesByClass, shift),
    latency: appendLatency(before?.latency, point.latency, shift),
  }
}

function appendMirror(
  before: MirrorSeries | undefined,
  point: MirrorSeries,
  shift: Shift,
): MirrorSeries {
  return {
    ...point,
    mirrored: append(before?.mirrored, point.mirrored.at(-1), shift),
    answered: append(before?.answered, point.answered.at(-1), shift),
    failed: append(before?.failed, point.failed.at(-1), shift),
    responsesByClass: appendByName(before?.responsesByClass ?? {}, point.responsesByClass, shift),
    bytes: appendBytes(before?.bytes, point.bytes, shift),
    peaks: appendByName(before?.peaks ?? {}, point.peaks, shift),
    latency: appendLatency(before?.latency, point.latency, shift),
  }
}

/**
 * The window after a point. Totals and accounts are the point's own, because the observer computes them over the
 * whole window; the page never adds counts up by itself.
 */
export function appendRoutePoint(
  window: RouteSeries,
  point: RouteSeries,
  stepsMax: number,
): RouteSeries {
  const newest = point.timestamps.at(-1)
  if (newest === undefined) return { ...window, source: point.source }
  const { timestamps, shift } = advance(window.timestamps, newest, stepsMax)
  const { primary } = point
  return {
    ...point,
    timestamps,
    primary: {
      ...primary,
      requests: append(window.primary.requests, primary.requests.at(-1), shift),
      responsesByClass: appendByName(
        window.primary.responsesByClass,
        primary.responsesByClass,
        shift,
      ),
      latency: appendLatency(window.primary.latency, primary.latency, shift),
      bytes: appendBytes(window.primary.bytes, primary.bytes, shift),
      peaks: appendByName(window.primary.peaks, primary.peaks, shift),
    },
    rules: point.rules.map((rule) => {
      const before = window.rules.find((candidate) => candidate.rule === rule.rule)
      return { ...rule, requests: append(before?.requests, rule.requests.at(-1), shift) }
    }),
    backends: point.backends.map((backend) =>
      appendBackend(
        window.backends.find((candidate) => candidate.backend === backend.backend),
        backend,
        shift,
      ),
    ),
    mirrors: point.mirrors.map((mirror) =>
      appendMirror(
        window.mirrors.find(
          ({ rule, mirror: index, target }) =>
            rule === mirror.rule && index === mirror.mirror && target === mirror.target,
        ),
        mirror,
        shift,
      ),
    ),
  }
}

/** The overview after a point. A route that is gone from the point leaves. */
export function appendOverviewPoint(
  window: SeriesOverview,
  point: SeriesOverview,
  stepsMax: number,
): SeriesOverview {
  const newest = point.timestamps.at(-1)
  if (newest === undefined) return { ...window, source: point.source }
  const { timestamps, shift } = advance(window.timestamps, newest, stepsMax)
  const routes = Object.entries(point.routes).map(([key, route]) => {
    const before = window.routes[key]
    const signals = appendSignals(before?.signals ?? {}, route.signals ?? {}, shift)
    return [
      key,
      {
        requests: append(before?.requests, route.requests.at(-1), shift),
        mirrored: append(before?.mirrored, route.mirrored.at(-1), shift),
        ...(signals === null ? {} : { signals }),
        ...(route.isUnbalanced === true ? { isUnbalanced: true as const } : {}),
      },
    ] as const
  })
  return { ...point, timestamps, routes: Object.fromEntries(routes) }
}

type Signals = NonNullable<RouteOverview['signals']>

/** A signal that is left out is zero wherever the step is known; null when all of them are. */
function appendSignals(before: Signals, point: Signals, shift: Shift): Signals | null {
  const entries = ROUTE_SIGNALS.flatMap((signal) => {
    if (before[signal] === undefined && point[signal] === undefined) return []
    const zeros = new Array<number>(shift.length).fill(0)
    const points = append(before[signal] ?? zeros, point[signal]?.at(-1) ?? 0, shift)
    return points.some((count) => count !== null && count > 0) ? [[signal, points] as const] : []
  })
  return entries.length === 0 ? null : Object.fromEntries(entries)
}

/** How many steps a range holds; one more than the range divided by the step would draw outside the axis. */
export function stepsIn(rangeSeconds: number, stepSeconds: number): number {
  return Math.max(1, Math.ceil(rangeSeconds / Math.max(stepSeconds, 0.001)))
}
