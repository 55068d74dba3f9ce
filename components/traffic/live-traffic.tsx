'use client'

import Link from 'next/link'
import type { ReactNode } from 'react'
import { LoadingState } from '@/components/ui/empty-state'
import { Notice } from '@/components/ui/notice'
import { page } from '@/lib/dashboard-api/paths'
import { AccountPanel } from './account-panel'
import {
  ClassesChart,
  LatencyChart,
  OutcomesChart,
  RequestsChart,
  type RouteChartProps,
} from './route-charts'
import { SourceNotice } from './source-notice'
import { BackendsPanel, MirrorsPanel } from './split-panel'
import type { TimeRange } from './time-range'
import { TrafficToolbar } from './traffic-toolbar'
import { useTrafficView } from './use-traffic-view'
import { WindowTotals } from './window-totals'

function RouteCharts({ chart, range }: { chart: RouteChartProps; range: TimeRange }) {
  const { route } = chart
  const hasAnswers = Object.keys(route.primary.responsesByClass).length > 0
  return (
    <>
      <SourceNotice source={route.source} />
      <RequestsChart {...chart} />
      <WindowTotals route={route} rangeName={range.name} />
      <AccountPanel
        mirrors={route.mirrors}
        rangeName={range.name}
        blindSpot={route.blindSpots.account}
        captures={route.captures}
      />
      <BackendsPanel series={route} />
      <MirrorsPanel series={route} />
      <LatencyChart {...chart} />
      {hasAnswers ? <ClassesChart {...chart} height={120} /> : null}
      {route.mirrors.length === 0 ? null : <OutcomesChart {...chart} height={120} />}
    </>
  )
}

interface LiveTrafficProps {
  namespace: string
  name: string
  /** Sits between the heading and the charts: the traffic panel. */
  children?: ReactNode
}

/** What flows through one route now, and what became of every mirrored copy. */
export function LiveTraffic({ namespace, name, children }: LiveTrafficProps) {
  const { view, series, connection, earlier, zoom } = useTrafficView(`${namespace}/${name}`)
  return (
    <section aria-labelledby="live-traffic" className="flex flex-col gap-3 p-3 md:p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h2 id="live-traffic" className="flex-1 text-sm font-semibold">
          Live traffic
        </h2>
        <Link
          href={page.routeTraffic(namespace, name)}
          className="text-xs text-accent hover:underline"
        >
          All charts
        </Link>
      </div>
      <TrafficToolbar view={view} series={series} />
      {children}
      {connection === 'disconnected' ? (
        <Notice tone="warn" title="Traffic numbers are not updating">
          The dashboard's observer does not answer. Check that the server is running; the page keeps
          trying.
        </Notice>
      ) : null}
      {series === undefined ? (
        connection === 'disconnected' ? null : (
          <LoadingState label="Loading traffic" />
        )
      ) : (
        <RouteCharts
          range={view.range}
          chart={{ route: series, earlier, rangeSeconds: view.range.seconds, onZoom: zoom }}
        />
      )}
    </section>
  )
}
