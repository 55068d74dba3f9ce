// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, and table elements lose their roles when they are not laid out as a table.
// biome-ignore-all lint/a11y/useFocusableInteractive: the link inside a row takes the focus.
'use client'

import { ArrowDown, ArrowUp } from 'lucide-react'
import Link from 'next/link'
import { Sparkline } from '@/components/charts/sparkline'
import { formatRate } from '@/components/format/numbers'
import { cn } from '@/components/ui/class-names'
import { StatusIcon } from '@/components/ui/status-icon'
import { VirtualTable } from '@/components/ui/virtual-table'
import { page } from '@/lib/dashboard-api/paths'
import { MirrorList } from './mirror-list'
import type { RouteRow, Sort, SortColumn } from './route-rows'

const GRID =
  'grid items-center gap-x-4 px-4 md:px-6 grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(10rem,1.3fr)_minmax(8rem,1.2fr)_minmax(10rem,1.4fr)_minmax(9rem,1.2fr)_13rem] xl:grid-cols-[minmax(12rem,1.3fr)_minmax(7rem,.8fr)_minmax(10rem,1.2fr)_minmax(12rem,1.5fr)_minmax(11rem,1.3fr)_15rem]'

interface Column {
  label: string
  sort?: SortColumn
  className?: string
}

const COLUMNS: readonly Column[] = [
  { label: 'Route', sort: 'name' },
  { label: 'Gateways', className: 'max-xl:hidden' },
  { label: 'Hostnames', sort: 'hostname', className: 'max-md:hidden' },
  { label: 'Mirrors', sort: 'mirrors', className: 'max-md:hidden' },
  { label: 'Status', sort: 'status', className: 'max-md:hidden' },
  { label: 'Requests/s', sort: 'rate', className: 'justify-self-end' },
]

interface HeaderProps {
  sort: Sort
  onSort: (sort: Sort) => void
}

function TableHeader({ sort, onSort }: HeaderProps) {
  const Arrow = sort.descending ? ArrowDown : ArrowUp
  return (
    <div role="row" aria-rowindex={1} className={cn(GRID, 'h-9 border-y border-line bg-panel')}>
      {COLUMNS.map(({ label, sort: column, className }) => {
        const isSorted = column === sort.column
        const direction = sort.descending ? 'descending' : 'ascending'
        return (
          <div
            key={label}
            role="columnheader"
            tabIndex={-1}
            {...(column ? { 'aria-sort': isSorted ? direction : 'none' } : {})}
            className={cn('text-xs font-medium text-muted', className)}
          >
            {column === undefined ? (
              label
            ) : (
              <button
                type="button"
                className="inline-flex items-center gap-1 rounded hover:text-fg"
                onClick={() => onSort({ column, descending: isSorted && !sort.descending })}
              >
                {label}
                {isSorted ? <Arrow size={12} aria-hidden /> : null}
              </button>
            )}
          </div>
        )
      })}
    </div>
  )
}

function RateCell({ row }: { row: RouteRow }) {
  const spoken = `${formatRate(row.requestRate)} requests per second, ${formatRate(row.mirrorRate)} mirrored`
  return (
    <div role="cell" className="flex items-center justify-end gap-3">
      <span className="sr-only">{spoken}</span>
      <span className="max-md:hidden">
        <Sparkline primary={row.requests} mirrored={row.mirrored} />
      </span>
      <span aria-hidden className="w-24 text-right text-xs tabular-nums">
        <span className="font-semibold">{formatRate(row.requestRate)}</span>
        <span className="text-mirror"> / {formatRate(row.mirrorRate)}</span>
      </span>
    </div>
  )
}

function RouteCells({ row }: { row: RouteRow }) {
  return (
    <>
      <div role="cell" className="flex min-w-0 items-center gap-2.5">
        <StatusIcon status={row.state} />
        <div className="min-w-0">
          <Link
            href={page.route(row.namespace, row.name)}
            className="block truncate font-medium after:absolute after:inset-0"
          >
            {row.name}
          </Link>
          <span className="block truncate text-2xs leading-4 text-muted">
            {row.namespace}
            <span className="md:hidden">{row.state === 'ok' ? '' : ` · ${row.statusText}`}</span>
            <span className="md:hidden"> · {row.hostnames.join(', ') || 'any host'}</span>
          </span>
        </div>
      </div>
      <div role="cell" className="truncate max-xl:hidden">
        {row.gateways.join(', ') || <span className="text-muted">none</span>}
      </div>
      <div role="cell" className="truncate max-md:hidden" title={row.hostnames.join('\n')}>
        {row.hostnames.join(', ') || <span className="text-muted">any host</span>}
      </div>
      <div role="cell" className="min-w-0 overflow-hidden max-md:hidden">
        <MirrorList mirrors={row.mirrors} />
      </div>
      <div
        role="cell"
        className={cn('truncate max-md:hidden', row.state === 'bad' && 'text-bad')}
        title={[
          row.statusText,
          ...row.health.parents.map(({ parent, text }) => `${parent}: ${text}`),
        ].join('\n')}
      >
        {row.statusText}
      </div>
      <RateCell row={row} />
    </>
  )
}

interface RoutesTableProps extends HeaderProps {
  rows: readonly RouteRow[]
}

/** Every route with its mirrors, status and rate; sorted by the column that was chosen. */
export function RoutesTable({ rows, sort, onSort }: RoutesTableProps) {
  return (
    <VirtualTable
      label="Routes"
      rows={rows}
      rowHeight={44}
      overscan={12}
      className="flex min-h-0 flex-1 flex-col"
      scrollerClassName="min-h-0 flex-1 overflow-y-auto"
      rowClassName={cn(GRID, 'bg-panel hover:bg-sunken focus-within:bg-sunken')}
      header={<TableHeader sort={sort} onSort={onSort} />}
    >
      {(row) => <RouteCells row={row} />}
    </VirtualTable>
  )
}
