// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, and table elements lose their roles when they are not laid out as a table.
// biome-ignore-all lint/a11y/useFocusableInteractive: the link inside a row takes the focus.
'use client'

import { useVirtualizer } from '@tanstack/react-virtual'
import Link from 'next/link'
import { useRef } from 'react'
import { Sparkline } from '@/components/charts/sparkline'
import type { AttentionRow } from '@/components/findings/attention'
import { formatCount, formatRate } from '@/components/format/numbers'
import { cn } from '@/components/ui/class-names'
import { StatusIcon } from '@/components/ui/status-icon'
import { page } from '@/lib/dashboard-api/paths'

const ROW_HEIGHT = 46
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

function Row({ row, index, offset }: { row: AttentionRow; index: number; offset: number }) {
  const findings = row.findings.map(({ text }) => text).join(' · ')
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={cn(GRID, 'absolute inset-x-0 top-0 border-b border-line hover:bg-sunken')}
      style={{ height: ROW_HEIGHT, transform: `translateY(${offset}px)` }}
    >
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
    </div>
  )
}

/** Only the rows in view exist, so that 5,000 routes scroll like 50. */
export function AttentionTable({ rows }: { rows: readonly AttentionRow[] }) {
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 8,
  })
  return (
    <div role="table" aria-label="Routes by attention" aria-rowcount={rows.length + 1}>
      <div role="rowgroup">
        <Header />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard. */}
      <div ref={scroller} tabIndex={0} role="rowgroup" className="max-h-[30rem] overflow-y-auto">
        <div
          className="relative"
          style={{ height: virtualizer.getTotalSize() }}
          role="presentation"
        >
          {virtualizer.getVirtualItems().map(({ index, start, key }) => {
            const row = rows[index]
            return row ? <Row key={key} row={row} index={index} offset={start} /> : null
          })}
        </div>
      </div>
    </div>
  )
}
