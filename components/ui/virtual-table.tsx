// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, and table elements lose their roles when they are not laid out as a table.
// biome-ignore-all lint/a11y/useFocusableInteractive: the link inside a row takes the focus.
'use client'

import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useRef } from 'react'
import { cn } from './class-names'

interface VirtualTableProps<Row extends { readonly key: string }> {
  label: string
  rows: readonly Row[]
  /** In pixels; every row has the same. */
  rowHeight: number
  /** Rows that exist beyond each edge of what is in view. */
  overscan: number
  className?: string
  /** Of the region that scrolls. */
  scrollerClassName: string
  /** The columns of a row. */
  rowClassName: string
  /** The first row. */
  header: ReactNode
  /** The cells of a row. */
  children: (row: Row) => ReactNode
}

/** Only the rows in view exist, so that 5,000 scroll like 50. */
export function VirtualTable<Row extends { readonly key: string }>(props: VirtualTableProps<Row>) {
  const { label, rows, rowHeight, overscan, rowClassName } = props
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan,
  })
  const rowAt = (index: number, offset: number) => {
    const row = rows[index]
    if (row === undefined) return null
    return (
      <div
        key={row.key}
        role="row"
        aria-rowindex={index + 2}
        className={cn(rowClassName, 'absolute inset-x-0 top-0 border-b border-line')}
        style={{ height: rowHeight, transform: `translateY(${offset}px)` }}
      >
        {props.children(row)}
      </div>
    )
  }
  return (
    <div
      role="table"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      className={props.className}
    >
      <div role="rowgroup">{props.header}</div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard. */}
      <div ref={scroller} tabIndex={0} role="rowgroup" className={props.scrollerClassName}>
        <div
          className="relative"
          style={{ height: virtualizer.getTotalSize() }}
          role="presentation"
        >
          {virtualizer.getVirtualItems().map(({ index, start }) => rowAt(index, start))}
        </div>
      </div>
    </div>
  )
}
