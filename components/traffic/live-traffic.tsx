'use client'

import { type ReactNode, useMemo, useState } from 'react'
import { ChartCard } from '@/components/charts/chart-card'
import { useRouteSeries } from '@/components/data/use-live-series'
import { useUrlState } from '@/components/data/use-url-state'
import { formatLatency, formatRate } from '@/components/format/numbers'
import { LoadingState } from '@/components/ui/empty-state'
import { Notice } from '@/components/ui/notice'
import { Segmented } from '@/components/ui/segmented'
import type { RouteSeries } from '@/lib/dashboard-api/series'
import { AccountPanel } from './account-panel'
import {
  latencies,
  mirrorOutcomes,
  type Percentile,
  requestRates,
  responseClasses,
} from './chart-series'
import { RangeToggle } from './range-toggle'
import { SourceNotice } from './source-notice'
import { BackendsPanel, MirrorsPanel } from './split-panel'
import { parseTimeRange, type TimeRange } from './time-range'
import { WindowTotals } from './window-totals'

const PERCENTILES = [
  { value: 'p50', label: 'p50' },
  { value: 'p90', label: 'p90' },
  { value: 'p99', label: 'p99' },
] as const

function LatencyChart({ route, range }: { route: RouteSeries; range: TimeRange }) {
  const [percentile, setPercentile] = useState<Percentile>('p99')
  const model = useMemo(() => latencies(route, percentile), [route, percentile])
  return (
    <ChartCard
      title={`Latency, ${percentile}`}
      {...model}
      rangeSeconds={range.seconds}
      format={formatLatency}
      note={
        route.blindSpots.latency ??
        "From histogram buckets: a value is exact to its bucket's width."
      }
      control={
        <Segmented
          label="Percentile"
          value={percentile}
          options={PERCENTILES}
          onChange={setPercentile}
        />
      }
    />
  )
}

function RouteCharts({ route, range }: { route: RouteSeries; range: TimeRange }) {
  const rates = useMemo(() => requestRates(route), [route])
  const classes = useMemo(() => responseClasses(route), [route])
  const outcomes = useMemo(() => mirrorOutcomes(route), [route])
  const chart = { rangeSeconds: range.seconds, format: formatRate }
  return (
    <>
      <SourceNotice source={route.source} />
      <ChartCard title="Requests per second" {...rates} {...chart} />
      <WindowTotals route={route} rangeName={range.name} />
      <AccountPanel
        mirrors={route.mirrors}
        rangeName={range.name}
        blindSpot={route.blindSpots.account}
      />
      <BackendsPanel series={route} />
      <MirrorsPanel series={route} />
      <LatencyChart route={route} range={range} />
      {classes.series.length === 0 ? null : (
        <ChartCard title="Responses by status class" {...classes} {...chart} height={120} />
      )}
      {route.mirrors.length === 0 ? null : (
        <ChartCard title="Mirrored copies by outcome" {...outcomes} {...chart} height={120} />
      )}
    </>
  )
}

interface LiveTrafficProps {
  /** `namespace/name`. */
  route: string
  /** Sits between the heading and the charts: the traffic panel. */
  children?: ReactNode
}

/** What flows through one route now, and what became of every mirrored copy. */
export function LiveTraffic({ route, children }: LiveTrafficProps) {
  const url = useUrlState()
  const range = parseTimeRange(url.get('range'))
  const { series, connection } = useRouteSeries(route, range.seconds)
  return (
    <section aria-labelledby="live-traffic" className="flex flex-col gap-3 p-3 md:p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h2 id="live-traffic" className="flex-1 text-sm font-semibold">
          Live traffic
        </h2>
        <RangeToggle />
      </div>
      {children}
      {connection === 'disconnected' ? (
        <Notice tone="warn" title="Traffic numbers are interrupted">
          The dashboard's observer does not answer. Check that the server is running; the page keeps
          trying.
        </Notice>
      ) : null}
      {series === undefined ? (
        connection === 'disconnected' ? null : (
          <LoadingState label="Loading traffic" />
        )
      ) : (
        <RouteCharts route={series} range={range} />
      )}
    </section>
  )
}
