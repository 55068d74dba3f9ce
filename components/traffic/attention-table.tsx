// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, and table elements lose their roles when they are not laid out as a table.
// biome-ignore-all lint/a11y/useFocusableInteractive: the link inside a row takes the focus.
'use client'

import Link from 'next/link'
import { Sparkline } from '@/components/charts/sparkline'
import type { AttentionRow } from '@/components/findings/attention'
import { formatCount, formatRate } from '@/components/format/numbers'
import { cn } from '@/components/ui/class-names'
import { StatusIcon } from '@/components/ui/status-icon'
import { VirtualTable } from '@/components/ui/virtual-table'
import { page } from '@/lib/dashboard-api/paths'

const GRID =
  'grid items-center gap-3 px-3 grid-cols-[minmax(0,1fr)_5rem] md:grid-cols-[minmax(0,14rem)_minmax(0,1fr)_6rem_5.5rem_5.5rem_5.5rem]'

function Header() {
  return (
    <div
      role="row"
      aria-rowindex={1}
      className={cn(GRID, 'border-b border-line py-1.5 text-xs font-medium text-muted')}
    >
      <span role="columnheader">Route</span>
      <span role="columnheader" className="max-md:hidden">
        Findings
      </span>
      <span role="columnheader" className="max-md:hidden">
        Trend
      </span>
      <span role="columnheader" className="text-right">
        Per second
      </span>
      <span role="columnheader" className="text-right max-md:hidden">
        Requests
      </span>
      <span role="columnheader" className="text-right max-md:hidden">
        Mirrored
      </span>
    </div>
  )
}

function Cells({ row }: { row: AttentionRow }) {
  const findings = row.findings.map(({ text }) => text).join(' · ')
  return (
    <>
      <div role="cell" className="flex min-w-0 items-center gap-2">
        <StatusIcon status={row.urgency} />
        <div className="min-w-0">
          <Link
            href={page.routeTraffic(row.namespace, row.name)}
            className="block truncate text-xs font-medium after:absolute after:inset-0"
          >
            {row.name}
          </Link>
          <span className="block truncate text-2xs text-muted">
            <span className="md:hidden">{findings === '' ? '' : `${findings} · `}</span>
            {row.namespace}
          </span>
        </div>
      </div>
      <div
        role="cell"
        title={findings}
        className={cn(
          'truncate text-xs max-md:hidden',
          row.urgency === 'bad' ? 'text-bad' : 'text-muted',
        )}
      >
        {findings === '' ? 'No findings' : findings}
      </div>
      <div role="cell" className="max-md:hidden">
        <Sparkline primary={row.requestPoints} mirrored={row.mirroredPoints} />
      </div>
      <div role="cell" className="text-right text-xs font-semibold tabular-nums">
        {formatRate(row.rate)}
        <span className="block text-2xs font-normal text-muted md:hidden">
          {formatCount(row.requests)} in total
        </span>
      </div>
      <div role="cell" className="text-right text-xs tabular-nums max-md:hidden">
        {formatCount(row.requests)}
      </div>
      <div role="cell" className="text-right text-xs tabular-nums max-md:hidden">
        {formatCount(row.mirrored)}
      </div>
    </>
  )
}

/** Routes with what was found of each, as sorted by `attentionRows`. */
export function AttentionTable({ rows }: { rows: readonly AttentionRow[] }) {
  return (
    <VirtualTable
      label="Routes by attention"
      rows={rows}
      rowHeight={46}
      overscan={8}
      scrollerClassName="max-h-[30rem] overflow-y-auto"
      rowClassName={cn(GRID, 'hover:bg-sunken')}
      header={<Header />}
    >
      {(row) => <Cells row={row} />}
    </VirtualTable>
  )
}
