'use client'

import { Plus } from 'lucide-react'
import Link from 'next/link'
import { useMemo } from 'react'
import { useLiveList } from '@/components/data/use-live'
import { useSeriesOverview } from '@/components/data/use-live-series'
import { useUrlState } from '@/components/data/use-url-state'
import { useVerdicts } from '@/components/data/verdicts'
import { plural } from '@/components/format/numbers'
import { LiveLoading } from '@/components/layout/live-loading'
import { PageHeader } from '@/components/layout/page-header'
import { Button, buttonClass } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { inputClass } from '@/components/ui/field'
import { SearchBox } from '@/components/ui/search-box'
import { page } from '@/lib/dashboard-api/paths'
import { type RouteSummary, summariseRoute } from '@/lib/gateway-api/route-summary'
import {
  filterRoutes,
  formatSort,
  joinRates,
  parseSort,
  type RouteRow,
  sortRows,
} from './route-rows'
import { RoutesTable } from './routes-table'

const OVERVIEW_RANGE_SECONDS = 300
const NEW_ROUTE = (
  <Link href={page.newRoute()} className={buttonClass({ variant: 'primary' })}>
    <Plus size={15} aria-hidden />
    New route
  </Link>
)

interface FilterBarProps {
  shown: number
  total: number
  namespaces: readonly string[]
}

function FilterBar({ shown, total, namespaces }: FilterBarProps) {
  const url = useUrlState()
  const counted = shown === total ? plural(total, 'route') : `${shown} of ${plural(total, 'route')}`
  return (
    <div className="flex flex-wrap items-center gap-2 px-4 pb-3 md:px-6">
      <SearchBox
        label="Filter routes"
        value={url.get('filter')}
        onChange={(filter) => url.set({ filter })}
        className="min-w-40 flex-1 sm:max-w-80"
      />
      <select
        aria-label="Namespace"
        value={url.get('namespace')}
        onChange={(event) => url.set({ namespace: event.target.value })}
        className={`${inputClass} w-44!`}
      >
        <option value="">All namespaces</option>
        {namespaces.map((namespace) => (
          <option key={namespace} value={namespace}>
            {namespace}
          </option>
        ))}
      </select>
      <p role="status" className="text-xs text-muted">
        {counted}
      </p>
    </div>
  )
}

function NothingShown({ total }: { total: number }) {
  const url = useUrlState()
  if (total === 0) {
    return (
      <EmptyState title="No HTTPRoutes yet" action={NEW_ROUTE}>
        Create the first one from a template here, or apply a manifest with kubectl: it appears on
        this page by itself.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      title="No route matches the filter"
      action={
        <Button onClick={() => url.set({ filter: '', namespace: '' })}>Clear the filter</Button>
      }
    >
      The filter looks at names, namespaces, hostnames, Gateways and mirror targets.
    </EmptyState>
  )
}

function useRows(summaries: readonly RouteSummary[]): readonly RouteRow[] {
  const url = useUrlState()
  const { series } = useSeriesOverview(OVERVIEW_RANGE_SECONDS)
  const verdicts = useVerdicts()
  const text = url.get('filter')
  const namespace = url.get('namespace')
  const sort = url.get('sort')
  const filtered = useMemo(
    () => filterRoutes(summaries, { text, namespace }),
    [summaries, text, namespace],
  )
  return useMemo(
    () => sortRows(joinRates(filtered, series, verdicts), parseSort(sort)),
    [filtered, series, verdicts, sort],
  )
}

export function RoutesPage() {
  const url = useUrlState()
  const { objects, isSynced } = useLiveList('httproutes')
  const summaries = useMemo(() => objects.map(summariseRoute), [objects])
  const namespaces = useMemo(
    () => [...new Set(summaries.map(({ namespace }) => namespace))].sort(),
    [summaries],
  )
  const rows = useRows(summaries)
  return (
    <div className="flex h-full flex-col">
      <PageHeader
        title="Routes"
        description="Every HTTPRoute of the cluster, live: what it mirrors, and what flows through it now."
        actions={NEW_ROUTE}
      />
      {isSynced ? (
        <>
          <FilterBar shown={rows.length} total={summaries.length} namespaces={namespaces} />
          {rows.length === 0 ? (
            <NothingShown total={summaries.length} />
          ) : (
            <RoutesTable
              rows={rows}
              sort={parseSort(url.get('sort'))}
              onSort={(sort) => url.set({ sort: formatSort(sort) })}
            />
          )}
        </>
      ) : (
        <LiveLoading kinds={['httproutes']} label="Loading routes" />
      )}
    </div>
  )
}
