/** A route's series → this → the same with its newest step only: what a stream sends each second. */
import type { ByteSeries, LatencySeries, Points, RouteSeries } from '@/lib/dashboard-api/series'

/** Returns the same series with their newest complete step only; totals stay those of the whole range. */
export function newestStepOfRoute(series: RouteSeries): RouteSeries {
  const { primary } = series
  return {
    ...series,
    timestamps: series.timestamps.slice(-1),
    primary: {
      ...primary,
      requests: last(primary.requests),
      responsesByClass: lastOfEach(primary.responsesByClass),
      latency: lastLatency(primary.latency),
      bytes: lastBytes(primary.bytes),
      peaks: lastOfEach(primary.peaks),
    },
    rules: series.rules.map((rule) => ({ ...rule, requests: last(rule.requests) })),
    backends: series.backends.map((backend) => ({
      ...backend,
      responses: last(backend.responses),
      responsesByClass: lastOfEach(backend.responsesByClass),
      latency: lastLatency(backend.latency),
    })),
    mirrors: series.mirrors.map((mirror) => ({
      ...mirror,
      mirrored: last(mirror.mirrored),
      answered: last(mirror.answered),
      failed: last(mirror.failed),
      responsesByClass: lastOfEach(mirror.responsesByClass),
      latency: lastLatency(mirror.latency),
      bytes: lastBytes(mirror.bytes),
      peaks: lastOfEach(mirror.peaks),
    })),
  }
}

function last(points: Points): Points {
  return points.slice(-1)
}

function lastOfEach(points: Readonly<Record<string, Points>>): Record<string, Points> {
  return Object.fromEntries(Object.entries(points).map(([name, of]) => [name, last(of)]))
}

function lastLatency(latency: LatencySeries): LatencySeries {
  const { p50, p90, p99 } = latency
  return { ...latency, p50: last(p50), p90: last(p90), p99: last(p99) }
}

function lastBytes({ request, response, total }: ByteSeries): ByteSeries {
  return { request: last(request), response: last(response), total }
}
