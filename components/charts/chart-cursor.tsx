'use client'

import { type KeyboardEvent, type PointerEvent, useState } from 'react'
import { timeFormat } from '@/components/format/numbers'
import type { ChartSeries } from './chart-model'
import {
  moveCursor,
  nearestRow,
  PLOT,
  selectedSpan,
  shareOf,
  type TimeSpan,
  timeAt,
  zoomedSpan,
} from './cursor'
import type { ChartRow } from './series-rows'

interface ChartCursorProps {
  title: string
  rows: readonly ChartRow[]
  series: readonly ChartSeries[]
  span: TimeSpan
  format: (value: number | null) => string
  /** Shows another span of time; absent where the page cannot. */
  onZoom?: ((span: TimeSpan) => void) | undefined
}

function timeOfRow({ span }: Pick<ChartCursorProps, 'span'>, { t }: ChartRow): string {
  return timeFormat((span.to - span.from) / 1000)(t)
}

function valuesAt(props: ChartCursorProps, row: ChartRow): string {
  const values = props.series.map(({ key, label }) => {
    return `${label} ${props.format(row.values[key] ?? null)}`
  })
  return `${timeOfRow(props, row)}: ${values.join(', ')}`
}

function ValueBox({ row, series, format, span }: ChartCursorProps & { row: ChartRow }) {
  const share = shareOf(row.t, span)
  const side = share > 0.5 ? { right: `${(1 - share) * 100}%` } : { left: `${share * 100}%` }
  return (
    <div
      className="absolute top-0 z-10 mx-2 max-w-72 rounded-md border border-line bg-panel px-2 py-1 text-2xs shadow-sm"
      style={side}
    >
      <p className="font-semibold tabular-nums">{timeOfRow({ span }, row)}</p>
      {series.map(({ key, label, color }) => (
        <p key={key} className="flex items-center gap-1.5 whitespace-nowrap">
          <span className="h-0.5 w-2.5 shrink-0" style={{ background: color }} />
          <span className="truncate text-muted">{label}</span>
          <span className="ml-auto pl-2 font-medium tabular-nums">
            {format(row.values[key] ?? null)}
          </span>
        </p>
      ))}
    </div>
  )
}

/** Lies over a plot: the exact values of one step by pointer or keyboard, and a span chosen by dragging. */
export function ChartCursor(props: ChartCursorProps) {
  const { title, rows, span, onZoom } = props
  const [time, setTime] = useState<number | null>(null)
  const [start, setStart] = useState<number | null>(null)
  const isGone = time === null || time < span.from
  const index = isGone ? -1 : nearestRow(rows, time)
  const row = rows[index]

  const timeOf = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    return timeAt(event.clientX - box.left, box.width, span)
  }
  const finish = (event: PointerEvent<HTMLDivElement>) => {
    const chosen = start === null ? null : selectedSpan(start, timeOf(event), span)
    setStart(null)
    if (chosen !== null) onZoom?.(chosen)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const next = moveCursor(event.key, index, rows.length)
    if (next !== null) setTime(rows[next]?.t ?? null)
    else if (event.key === 'Escape') setTime(null)
    else if (event.key === '+') onZoom?.(zoomedSpan(row?.t ?? span.to, span, 0.5))
    else if (event.key === '-') onZoom?.(zoomedSpan(row?.t ?? span.to, span, 2))
    else return
    event.preventDefault()
  }
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={`${title}: values by time`}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={Math.max(0, rows.length - 1)}
      aria-valuenow={row === undefined ? Math.max(0, rows.length - 1) : index}
      aria-valuetext={
        row === undefined ? 'Use the arrow keys to read the values' : valuesAt(props, row)
      }
      className="absolute inset-0 cursor-crosshair touch-pan-y rounded-sm select-none"
      onKeyDown={onKeyDown}
      onBlur={() => setTime(null)}
      onPointerMove={(event) => setTime(timeOf(event))}
      onPointerLeave={() => setTime(null)}
      onPointerDown={(event) => {
        if (event.button !== 0 || onZoom === undefined) return
        event.currentTarget.setPointerCapture(event.pointerId)
        setStart(timeOf(event))
      }}
      onPointerUp={finish}
      onPointerCancel={() => setStart(null)}
    >
      <div
        className="pointer-events-none absolute"
        style={{ left: PLOT.left, right: PLOT.right, top: PLOT.top, bottom: PLOT.bottom }}
      >
        {row === undefined ? null : (
          <>
            <div
              className="absolute inset-y-0 w-px bg-fg/50"
              style={{ left: `${shareOf(row.t, span) * 100}%` }}
            />
            <ValueBox {...props} row={row} />
          </>
        )}
        {start === null || time === null ? null : (
          <div
            className="absolute inset-y-0 border-x border-accent bg-accent/15"
            style={{
              left: `${shareOf(Math.min(start, time), span) * 100}%`,
              width: `${Math.abs(shareOf(time, span) - shareOf(start, span)) * 100}%`,
            }}
          />
        )}
      </div>
    </div>
  )
}
