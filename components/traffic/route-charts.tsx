'use client'

import { useMemo } from 'react'
import { ChartCard } from '@/components/charts/chart-card'
import type { ChartModel } from '@/components/charts/chart-model'
import type { TimeSpan } from '@/components/charts/cursor'
import { withEarlier } from '@/components/charts/earlier-rows'
import { useUrlState } from '@/components/data/use-url-state'
import {
  exactLatency,
  exactRate,
  exactSize,
  formatLatency,
  formatRate,
  formatSize,
} from '@/components/format/numbers'
import { inputClass } from '@/components/ui/field'
import { Segmented } from '@/components/ui/segmented'
import type { RouteSeries } from '@/lib/dashboard-api/series'
import {
  backendRates,
  byteRates,
  latencies,
  mirrorOutcomes,
  type Percentile,
  percentiles,
  requestRates,
  responseClasses,
  type Subject,
  subjectsOf,
} from './chart-series'
import { latencyNote } from './latency-note'
import type { Earlier } from './use-traffic-view'

export interface RouteChartProps {
  route: RouteSeries
  earlier: Earlier | null
  rangeSeconds: number
  height?: number
  onZoom?: ((span: TimeSpan) => void) | undefined
}

/** The chart a function draws of the route, with the earlier range behind it. */
function useModel({ route, earlier }: RouteChartProps, draw: (route: RouteSeries) => ChartModel) {
  const now = useMemo(() => draw(route), [route, draw])
  const before = useMemo(
    () => (earlier === null ? null : draw(earlier.series)),
    [earlier?.series, draw, earlier],
  )
  return useMemo(
    () => (before === null || earlier === null ? now : withEarlier(now, before, earlier.offsetMs)),
    [now, before, earlier],
  )
}

export function RequestsChart(props: RouteChartProps) {
  const { route, earlier: _, ...chart } = props
  const model = useModel(props, requestRates)
  return (
    <ChartCard
      title="Requests per second"
      {...model}
      {...chart}
      format={formatRate}
      exact={exactRate}
      note={route.blindSpots.steps ?? stepNote(route)}
    />
  )
}

/** What a point stands for, where it is more than the shortest time that is kept. */
function stepNote({ primary, stepSeconds }: RouteSeries): string | undefined {
  if ((primary.peaks.requests ?? []).length === 0) return undefined
  const step =
    stepSeconds >= 60 ? `${Math.round(stepSeconds / 60)} min` : `${Math.round(stepSeconds)} s`
  return `A point is the mean over ${step}; the dotted line is the peak within that time.`
}

export const PERCENTILES = [
  { value: 'p50', label: 'p50' },
  { value: 'p90', label: 'p90' },
  { value: 'p99', label: 'p99' },
] as const

/** One percentile of the primary and of every mirror; which one is in the URL. */
export function LatencyChart(props: RouteChartProps) {
  const { route, earlier: _, ...chart } = props
  const url = useUrlState()
  const percentile: Percentile =
    PERCENTILES.find(({ value }) => value === url.get('percentile'))?.value ?? 'p99'
  const draw = useMemo(() => (of: RouteSeries) => latencies(of, percentile), [percentile])
  const model = useModel(props, draw)
  return (
    <ChartCard
      title={`Latency, ${percentile}`}
      {...model}
      {...chart}
      format={formatLatency}
      exact={exactLatency}
      note={latencyNote(route, percentile)}
      control={
        <Segmented
          label="Percentile"
          value={percentile}
          options={PERCENTILES}
          onChange={(value) => url.set({ percentile: value === 'p99' ? '' : value })}
        />
      }
    />
  )
}

function useSubject(route: RouteSeries): { subject: Subject; subjects: readonly Subject[] } {
  const url = useUrlState()
  const subjects = subjectsOf(route)
  const wanted = url.get('of')
  const subject = subjects.find(({ value }) => value === wanted) ?? subjects[0]
  return { subject: subject ?? { value: '', label: 'Primary', ...route.primary }, subjects }
}

function SubjectChoice({ route }: { route: RouteSeries }) {
  const url = useUrlState()
  const { subject, subjects } = useSubject(route)
  if (subjects.length < 2) return null
  return (
    <select
      aria-label="Answers of"
      value={subject.value}
      onChange={(event) => url.set({ of: event.target.value })}
      className={`${inputClass} h-7! w-auto! max-w-44 text-xs`}
    >
      {subjects.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  )
}

/** Charts of one part: the primary, a backend or a mirror, chosen in the URL. */
function useSubjectModel(
  props: RouteChartProps,
  draw: (route: RouteSeries, subject: Subject) => ChartModel,
) {
  const { subject } = useSubject(props.route)
  const { value } = subject
  const drawSubject = useMemo(
    () => (route: RouteSeries) => {
      const found = subjectsOf(route).find((candidate) => candidate.value === value)
      return found === undefined ? { rows: [], series: [] } : draw(route, found)
    },
    [value, draw],
  )
  return { subject, model: useModel(props, drawSubject) }
}

export function ClassesChart(props: RouteChartProps) {
  const { route, earlier: _, ...chart } = props
  const { subject, model } = useSubjectModel(props, responseClasses)
  return (
    <ChartCard
      title={`Answers by status class, ${subject.label.toLowerCase()}`}
      {...model}
      {...chart}
      format={formatRate}
      exact={exactRate}
      note={subject.value === '' ? undefined : route.blindSpots.failures}
      control={<SubjectChoice route={route} />}
    />
  )
}

export function PercentilesChart(props: RouteChartProps) {
  const { route, earlier: _, ...chart } = props
  const { subject, model } = useSubjectModel(props, percentiles)
  return (
    <ChartCard
      title={`Latency percentiles, ${subject.label.toLowerCase()}`}
      {...model}
      {...chart}
      format={formatLatency}
      exact={exactLatency}
      note={route.blindSpots.latency}
      control={<SubjectChoice route={route} />}
    />
  )
}

export function OutcomesChart(props: RouteChartProps) {
  const { route, earlier: _, ...chart } = props
  const model = useModel(props, mirrorOutcomes)
  return (
    <ChartCard
      title="Mirrored requests by outcome"
      {...model}
      {...chart}
      format={formatRate}
      exact={exactRate}
      note={route.blindSpots.failures}
    />
  )
}

export function BackendsChart(props: RouteChartProps) {
  const { route: _, earlier: __, ...chart } = props
  const model = useModel(props, backendRates)
  return (
    <ChartCard
      title="Answers per second by backend"
      {...model}
      {...chart}
      format={formatRate}
      exact={exactRate}
    />
  )
}

export function BytesChart(props: RouteChartProps) {
  const { route, earlier: _, ...chart } = props
  const model = useModel(props, byteRates)
  return (
    <ChartCard
      title="Bytes per second"
      {...model}
      {...chart}
      format={formatSize}
      exact={exactSize}
      note={route.blindSpots.bytes ?? 'Bytes of bodies, without headers.'}
    />
  )
}
