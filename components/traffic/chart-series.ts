/** RouteSeries → what each chart of the live view draws. Pure. */

import type { ChartModel, ChartSeries } from '@/components/charts/chart-model'
import { type ChartSource, toChartRows } from '@/components/charts/series-rows'
import type {
  LatencySeries,
  Peaks,
  Points,
  RouteSeries,
  SeriesOverview,
} from '@/lib/dashboard-api/series'
import { localName, mirrorName } from '@/lib/traffic/names'
import { largest, withPeaks } from './peaks'

const PRIMARY = 'var(--series-primary)'
/** The dash pattern tells lines apart without colour, and lets the primary show through a mirror at 100 %. */
const MIRROR_LOOKS = [
  { color: 'var(--series-mirror)', dashes: '4 2' },
  { color: 'var(--series-3)', dashes: '6 3' },
  { color: 'var(--series-4)', dashes: '2 3' },
  { color: 'var(--series-5)', dashes: '8 3 2 3' },
] as const

function mirrorLook(index: number): Pick<ChartSeries, 'color' | 'dashes'> {
  const { color, dashes } = MIRROR_LOOKS[index % MIRROR_LOOKS.length] ?? MIRROR_LOOKS[0]
  return { color, dashes }
}

/** More lines than this on one chart can't be told apart; the tables below list every mirror. */
export const MIRROR_LINES_MAX = 4
const BACKEND_LINES_MAX = 4

/** Sum of several series; a step is unknown only when all of them are. */
export function sumPoints(series: readonly Points[]): Points {
  const length = Math.max(0, ...series.map((points) => points.length))
  return Array.from({ length }, (_, index) => {
    const known = series.map((points) => points[index] ?? null).filter((point) => point !== null)
    return known.length === 0 ? null : known.reduce((sum, point) => sum + point, 0)
  })
}

/** What the charts of a part say: the whole primary, one backend, or one mirror. */
export interface Subject {
  readonly value: string
  readonly label: string
  readonly responsesByClass: Readonly<Record<string, Points>>
  readonly latency: LatencySeries
  /** Of a backend there are none. */
  readonly peaks: Peaks<'requests' | 'mirrored' | 'answered' | 'failed'>
}

/** Everything that answers: the primary, its backends where they are counted apart, and each mirror. */
export function subjectsOf(route: RouteSeries): readonly Subject[] {
  const { primary, backends, mirrors } = route
  return [
    { value: '', label: 'Primary', ...primary },
    ...backends.map((backend) => ({
      ...backend,
      peaks: {},
      value: backend.backend,
      label: localName(backend.backend, route.route),
    })),
    ...mirrors.map((mirror) => ({
      ...mirror,
      value: `${mirror.rule}/${mirror.mirror}/${mirror.target}`,
      label: `Mirror ${mirrorName(mirror, route)}`,
    })),
  ]
}

/** Requests per second, answered by the primary and copied to each mirror. */
export function requestRates(route: RouteSeries): ChartModel {
  const mirrors = route.mirrors.slice(0, MIRROR_LINES_MAX)
  const isOne = mirrors.length === 1
  const sources: ChartSource[] = [
    { key: 'primary', points: route.primary.requests },
    ...mirrors.map(({ mirrored }, index) => ({ key: `mirror-${index}`, points: mirrored })),
  ]
  const model: ChartModel = {
    rows: toChartRows(route.timestamps, sources, { divisor: route.stepSeconds, merge: 'mean' }),
    series: [
      { key: 'primary', label: 'Primary', color: PRIMARY, isFilled: true },
      ...mirrors.map((mirror, index) => ({
        key: `mirror-${index}`,
        label: isOne ? 'Mirrored' : `Mirrored to ${mirrorName(mirror, route)}`,
        ...mirrorLook(index),
      })),
    ],
  }
  const ofMirrors = mirrors.map(({ peaks }, index) => [`mirror-${index}`, peaks.mirrored] as const)
  return withPeaks(model, route, {
    primary: route.primary.peaks.requests,
    ...Object.fromEntries(ofMirrors),
  })
}

/** Requests per second of all routes together. */
export function overviewRates(overview: SeriesOverview): ChartModel {
  const routes = Object.values(overview.routes)
  const sources = [
    { key: 'primary', points: sumPoints(routes.map(({ requests }) => requests)) },
    { key: 'mirror', points: sumPoints(routes.map(({ mirrored }) => mirrored)) },
  ]
  return {
    rows: toChartRows(overview.timestamps, sources, {
      divisor: overview.stepSeconds,
      merge: 'mean',
    }),
    series: [
      { key: 'primary', label: 'Primary', color: PRIMARY, isFilled: true },
      { key: 'mirror', label: 'Mirrored', ...mirrorLook(0) },
    ],
  }
}

const CLASS_COLORS: Readonly<Record<string, string>> = {
  '2xx': 'var(--ok)',
  '3xx': 'var(--accent)',
  '4xx': 'var(--warn)',
  '5xx': 'var(--bad)',
  aborted: 'var(--muted)',
}

/** Responses per second of one part by status class, only classes that occurred. */
export function responseClasses(route: RouteSeries, subject: Subject): ChartModel {
  const classes = Object.entries(subject.responsesByClass)
    .filter(([, points]) => points.some((point) => point !== null && point > 0))
    .sort(([left], [right]) => left.localeCompare(right))
  const model: ChartModel = {
    rows: toChartRows(
      route.timestamps,
      classes.map(([key, points]) => ({ key, points })),
      { divisor: route.stepSeconds, merge: 'mean' },
    ),
    series: classes.map(([key], index) => ({
      key,
      label: key,
      color: CLASS_COLORS[key] ?? 'var(--series-6)',
      ...(index === 0 ? {} : { dashes: `${8 - index} 3` }),
    })),
  }
  // A burst of failures is what a mean over half an hour would hide.
  const { peaks } = subject
  return withPeaks(model, route, { '5xx': peaks['5xx'], aborted: peaks.aborted })
}

export type Percentile = 'p50' | 'p90' | 'p99'

/** One latency percentile: the primary's and each mirror's. */
export function latencies(route: RouteSeries, percentile: Percentile): ChartModel {
  const mirrors = route.mirrors.slice(0, MIRROR_LINES_MAX)
  const isOne = mirrors.length === 1
  const sources = [
    { key: 'primary', points: route.primary.latency[percentile] },
    ...mirrors.map(({ latency }, index) => ({
      key: `mirror-${index}`,
      points: latency[percentile],
    })),
  ]
  return {
    rows: toChartRows(route.timestamps, sources, { divisor: 1, merge: 'max' }),
    series: [
      { key: 'primary', label: 'Primary', color: PRIMARY },
      ...mirrors.map((mirror, index) => ({
        key: `mirror-${index}`,
        label: isOne ? 'Mirror' : mirrorName(mirror, route),
        ...mirrorLook(index),
      })),
    ],
  }
}

/** The three percentiles of one part. */
export function percentiles(route: RouteSeries, { latency }: Subject): ChartModel {
  const looks = [
    { color: PRIMARY },
    { color: 'var(--series-3)', dashes: '6 3' },
    { color: 'var(--series-5)', dashes: '2 3' },
  ]
  const names = ['p50', 'p90', 'p99'] as const
  return {
    rows: toChartRows(
      route.timestamps,
      names.map((key) => ({ key, points: latency[key] })),
      { divisor: 1, merge: 'max' },
    ),
    series: names.map((key, index) => ({ key, label: key, color: PRIMARY, ...looks[index] })),
  }
}

/** Answers per second of each backend. */
export function backendRates(route: RouteSeries): ChartModel {
  const backends = route.backends.slice(0, BACKEND_LINES_MAX)
  return {
    rows: toChartRows(
      route.timestamps,
      backends.map(({ backend, responses }) => ({ key: backend, points: responses })),
      { divisor: route.stepSeconds, merge: 'mean' },
    ),
    series: backends.map(({ backend }, index) => ({
      key: backend,
      label: localName(backend, route.route),
      ...(index === 0 ? { color: PRIMARY } : mirrorLook(index)),
    })),
  }
}

/** Bytes per second: bodies of requests and answers, and what the mirrors got and sent. */
export function byteRates(route: RouteSeries): ChartModel {
  const mirrors = route.mirrors.map(({ bytes }) => bytes)
  const sources = [
    { key: 'request', points: route.primary.bytes.request },
    { key: 'response', points: route.primary.bytes.response },
    ...(mirrors.length === 0
      ? []
      : [
          { key: 'copied', points: sumPoints(mirrors.map(({ request }) => request)) },
          { key: 'discarded', points: sumPoints(mirrors.map(({ response }) => response)) },
        ]),
  ]
  const series = [
    { key: 'request', label: 'Requests', color: PRIMARY },
    { key: 'response', label: 'Answers', color: 'var(--series-3)', dashes: '6 3' },
    { key: 'copied', label: 'Mirrored requests', color: 'var(--series-mirror)', dashes: '4 2' },
    { key: 'discarded', label: 'Mirrors’ answers', color: 'var(--series-5)', dashes: '2 3' },
  ]
  return {
    rows: toChartRows(route.timestamps, sources, { divisor: route.stepSeconds, merge: 'mean' }),
    series: series.slice(0, sources.length),
  }
}

/** Copies per second by what became of them, over all mirrors. */
export function mirrorOutcomes(route: RouteSeries): ChartModel {
  const sources = [
    { key: 'answered', points: sumPoints(route.mirrors.map(({ answered }) => answered)) },
    { key: 'failed', points: sumPoints(route.mirrors.map(({ failed }) => failed)) },
    {
      key: 'errors',
      // Answers without a class of their own are none of 5xx; where none was counted, that is not known either.
      points: sumPoints(
        route.mirrors.map(
          ({ responsesByClass, answered }) =>
            responsesByClass['5xx'] ?? answered.map((count) => (count === null ? null : 0)),
        ),
      ),
    },
  ]
  const model: ChartModel = {
    rows: toChartRows(route.timestamps, sources, { divisor: route.stepSeconds, merge: 'mean' }),
    series: [
      { key: 'answered', label: 'Answered', color: 'var(--series-mirror)', isFilled: true },
      { key: 'failed', label: 'Failed', color: 'var(--bad)', dashes: '6 3' },
      { key: 'errors', label: 'Answered with 5xx', color: 'var(--bad)' },
    ],
  }
  return withPeaks(model, route, {
    failed: largest(route.mirrors.map(({ peaks }) => peaks.failed)),
  })
}
