'use client'

import { ChartSpline, Table2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { formatClock } from '@/components/format/numbers'
import { Button } from '@/components/ui/button'
import { Panel } from '@/components/ui/panel'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { describeChart } from './describe-chart'
import { type ChartRow, countGaps } from './series-rows'
import { type ChartSeries, TimeSeriesChart } from './time-series-chart'

interface ChartCardProps {
  title: string
  rows: readonly ChartRow[]
  series: readonly ChartSeries[]
  rangeSeconds: number
  format: (value: number | null) => string
  height?: number
  /** Something the picture does not show: resolution, or what the source can't see. */
  note?: string
  /** Chooses what is drawn; takes a row of its own, with the legend. */
  control?: ReactNode
}

function Legend({ series }: { series: readonly ChartSeries[] }) {
  return (
    <ul
      className="flex flex-wrap items-center gap-x-3 gap-y-0.5 text-xs text-muted"
      aria-label="Legend"
    >
      {series.map(({ key, label, color, dashes }) => (
        <li key={key} className="inline-flex items-center gap-1.5">
          <svg aria-hidden width="14" height="4" viewBox="0 0 14 4">
            <line
              x1="0"
              y1="2"
              x2="14"
              y2="2"
              stroke={color}
              strokeWidth="2.5"
              strokeDasharray={dashes}
            />
          </svg>
          {label}
        </li>
      ))}
    </ul>
  )
}

function ChartTable({ title, rows, series, format }: ChartCardProps) {
  return (
    <ScrollRegion label={`${title}, table`} className="max-h-56 overflow-auto">
      <table className="w-full text-xs tabular-nums">
        <thead className="sticky top-0 bg-panel text-left text-muted">
          <tr>
            <th scope="col" className="py-1 pr-3 font-medium">
              Time
            </th>
            {series.map(({ key, label }) => (
              <th key={key} scope="col" className="py-1 pl-3 text-right font-medium">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map((row) => (
            <tr key={row.t} className="border-t border-line">
              <th scope="row" className="py-0.5 pr-3 text-left font-normal">
                {formatClock(row.t)}
              </th>
              {series.map(({ key }) => (
                <td key={key} className="py-0.5 pl-3 text-right">
                  {format(row.values[key] ?? null)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

/** A chart, its sentence for those who can't see it, and the same numbers as a table. */
export function ChartCard(props: ChartCardProps) {
  const { title, rows, series, rangeSeconds, format, height = 150, note, control } = props
  const [isTable, setIsTable] = useState(false)
  const gaps = countGaps(rows)
  const Icon = isTable ? ChartSpline : Table2
  return (
    <Panel
      title={title}
      actions={
        <>
          {control === undefined ? <Legend series={series} /> : null}
          <Button
            variant="ghost"
            size="sm"
            aria-pressed={isTable}
            aria-label={`${title}: show as table`}
            icon={<Icon size={14} aria-hidden />}
            onClick={() => setIsTable(!isTable)}
          />
        </>
      }
    >
      {control === undefined ? null : (
        <div className="flex items-center justify-between gap-2 pb-2">
          <Legend series={series} />
          {control}
        </div>
      )}
      <p className="sr-only">{describeChart({ title, rows, series, format })}</p>
      {isTable ? (
        <ChartTable {...props} />
      ) : (
        <TimeSeriesChart
          rows={rows}
          series={series}
          rangeSeconds={rangeSeconds}
          format={format}
          height={height}
        />
      )}
      {gaps > 0 && gaps === rows.length ? (
        <p className="pt-1 text-2xs text-muted">Nothing was measured in this time.</p>
      ) : null}
      {note === undefined ? null : <p className="pt-1 text-2xs text-muted">{note}</p>}
    </Panel>
  )
}
