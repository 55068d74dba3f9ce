'use client'

import { useMemo } from 'react'
import { ChartCard } from '@/components/charts/chart-card'
import { useLiveList } from '@/components/data/use-live'
import { useSeriesOverview } from '@/components/data/use-live-series'
import { useUrlState } from '@/components/data/use-url-state'
import { useVerdicts } from '@/components/data/verdicts'
import {
  ATTENTION_RULES,
  attentionRows,
  attentionSentence,
  type ClusterFindings,
  totalsSentence,
} from '@/components/findings/attention'
import { exactRate, formatRate } from '@/components/format/numbers'
import { LiveLoading } from '@/components/layout/live-loading'
import { PageHeader } from '@/components/layout/page-header'
import { EMPTY_FORM, formForRoute } from '@/components/request/traffic-form'
import { EmptyState, LoadingState } from '@/components/ui/empty-state'
import { Panel } from '@/components/ui/panel'
import { SearchBox } from '@/components/ui/search-box'
import type { SeriesOverview } from '@/lib/dashboard-api/series'
import { keyOf } from '@/lib/gateway-api/references'
import { healthOf } from '@/lib/gateway-api/route-summary'
import { AttentionTable } from './attention-table'
import { overviewRates } from './chart-series'
import { RangeToggle } from './range-toggle'
import { SourceNotice } from './source-notice'
import { parseTimeRange } from './time-range'
import { TrafficPanel } from './traffic-panel'

/** What the cluster's conditions say of every route. */
function useClusterFindings(): ClusterFindings {
  const { objects } = useLiveList('httproutes')
  return useMemo(() => {
    const findings = objects.map((route) => {
      const { state, text } = healthOf(route)
      const finding = state === 'bad' || state === 'warn' ? { urgency: state, text } : null
      return [keyOf(route), finding] as const
    })
    return new Map(findings)
  }, [objects])
}

function Attention({ overview, rangeName }: { overview: SeriesOverview; rangeName: string }) {
  const url = useUrlState()
  const filter = url.get('filter')
  const cluster = useClusterFindings()
  const verdicts = useVerdicts()
  const rows = useMemo(
    () => attentionRows(overview, cluster, verdicts),
    [overview, cluster, verdicts],
  )
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  const shown = rows.filter(({ key }) => words.every((word) => key.toLowerCase().includes(word)))
  return (
    <Panel title="Routes by what needs attention" bodyClassName="px-0!">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3 pb-2">
        <SearchBox
          label="Filter routes"
          value={filter}
          onChange={(value) => url.set({ filter: value })}
          className="min-w-40 flex-1 sm:max-w-72"
        />
        <p role="status" className="text-xs text-muted">
          {attentionSentence(rows)}
        </p>
        <p className="text-xs text-muted tabular-nums sm:ml-auto">
          {totalsSentence(rows, rangeName)}
        </p>
      </div>
      <AttentionTable rows={shown} />
      <details className="px-3 pt-2 text-2xs text-muted">
        <summary className="cursor-pointer">What needs attention</summary>
        <ul className="list-disc pl-4">
          {ATTENTION_RULES.map((rule) => (
            <li key={rule}>{rule}</li>
          ))}
        </ul>
      </details>
    </Panel>
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
      <EmptyState tone="bad" title="Traffic numbers are not updating">
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
        exact={exactRate}
        height={220}
      />
      <Attention overview={series} rangeName={range.name} />
    </div>
  )
}

function SendTraffic() {
  const url = useUrlState()
  const { objects: routes, isSynced } = useLiveList('httproutes')
  if (!isSynced) return <LiveLoading kinds={['httproutes']} label="Loading routes" />
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
