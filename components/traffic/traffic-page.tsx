'use client'

import Link from 'next/link'
import { useMemo } from 'react'
import { ChartCard } from '@/components/charts/chart-card'
import { useLiveList } from '@/components/data/use-live'
import { useSeriesOverview } from '@/components/data/use-live-series'
import { useUrlState } from '@/components/data/use-url-state'
import { formatCount, formatRate } from '@/components/format/numbers'
import { PageHeader } from '@/components/layout/page-header'
import { EmptyState, LoadingState } from '@/components/ui/empty-state'
import { Panel } from '@/components/ui/panel'
import { page } from '@/lib/dashboard-api/paths'
import type { SeriesOverview } from '@/lib/dashboard-api/series'
import { keyOf } from '@/lib/gateway-api/references'
import { overviewRates } from './chart-series'
import { busiestRoutes, ROUTES_SHOWN_MAX } from './overview-rows'
import { RangeToggle } from './range-toggle'
import { SourceNotice } from './source-notice'
import { parseTimeRange } from './time-range'
import { EMPTY_FORM, formForRoute } from './traffic-form'
import { TrafficPanel } from './traffic-panel'

function BusiestRoutes({ overview }: { overview: SeriesOverview }) {
  const rows = busiestRoutes(overview)
  if (rows.length === 0)
    return <p className="text-muted">No route has taken a request in this time.</p>
  return (
    <table className="w-full text-xs tabular-nums">
      <thead className="text-left text-muted">
        <tr>
          <th scope="col" className="py-1 font-medium">
            Route
          </th>
          <th scope="col" className="py-1 text-right font-medium">
            Requests/s
          </th>
          <th scope="col" className="py-1 text-right font-medium">
            Requests
          </th>
          <th scope="col" className="py-1 text-right font-medium">
            Mirrored
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, namespace, name, rate, requests, mirrored }) => (
          <tr key={key} className="border-t border-line">
            <th scope="row" className="py-1.5 text-left font-medium">
              <Link href={page.route(namespace, name)} className="text-accent hover:underline">
                {key}
              </Link>
            </th>
            <td className="py-1.5 text-right">{formatRate(rate)}</td>
            <td className="py-1.5 text-right">{formatCount(requests)}</td>
            <td className="py-1.5 text-right">{formatCount(mirrored)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Overview() {
  const url = useUrlState()
  const range = parseTimeRange(url.get('range'))
  const { series, connection } = useSeriesOverview(range.seconds)
  const model = useMemo(() => (series === undefined ? undefined : overviewRates(series)), [series])
  if (series === undefined || model === undefined) {
    if (connection !== 'disconnected') return <LoadingState label="Loading traffic" />
    return (
      <EmptyState tone="bad" title="Traffic numbers are interrupted">
        The dashboard's observer does not answer. Check that the server is running; the page keeps
        trying.
      </EmptyState>
    )
  }
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <SourceNotice source={series.source} />
      <ChartCard
        title="Requests per second, all routes"
        {...model}
        rangeSeconds={range.seconds}
        format={formatRate}
        height={220}
      />
      <Panel title={`Busiest routes, up to ${ROUTES_SHOWN_MAX}`}>
        <BusiestRoutes overview={series} />
      </Panel>
    </div>
  )
}

function SendTraffic() {
  const url = useUrlState()
  const { objects: routes, isSynced } = useLiveList('httproutes')
  if (!isSynced) return <LoadingState label="Loading routes" />
  const wanted = url.get('route')
  const route = routes.find((candidate) => keyOf(candidate) === wanted) ?? routes[0]
  return (
    <div className="flex flex-col gap-3">
      {routes.length === 0 ? null : (
        <div className="flex flex-col gap-1">
          <label htmlFor="prefill" className="text-xs font-medium text-muted">
            Fill in from route
          </label>
          <select
            id="prefill"
            className="h-8 rounded-md border border-control bg-panel px-2"
            value={route === undefined ? '' : keyOf(route)}
            onChange={(event) => url.set({ route: event.target.value })}
          >
            {routes.map((candidate) => (
              <option key={keyOf(candidate)}>{keyOf(candidate)}</option>
            ))}
          </select>
        </div>
      )}
      <TrafficPanel
        key={route === undefined ? '' : keyOf(route)}
        initial={route === undefined ? EMPTY_FORM : formForRoute(route)}
      />
    </div>
  )
}

export function TrafficPage() {
  return (
    <>
      <PageHeader
        title="Traffic"
        description="What flows through every route, and requests of your own."
        actions={<RangeToggle />}
      />
      <div className="grid gap-3 px-4 pb-6 md:px-6 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <Overview />
        <Panel title="Send traffic" className="self-start">
          <SendTraffic />
        </Panel>
      </div>
    </>
  )
}
