'use client'

import { ChartSpline, FileDown, ImageDown, Table2 } from 'lucide-react'
import { type ReactNode, useRef, useState } from 'react'
import { timeFormat } from '@/components/format/numbers'
import { Button } from '@/components/ui/button'
import { Panel } from '@/components/ui/panel'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { showToast } from '@/components/ui/toast-store'
import { fileName, toCsv } from './chart-export'
import type { ChartSeries } from './chart-model'
import { describeChart } from './describe-chart'
import { savePicture, saveText } from './save-chart'
import { countGaps } from './series-rows'
import { TimeSeriesChart, type TimeSeriesChartProps } from './time-series-chart'

interface ChartCardProps extends Omit<TimeSeriesChartProps, 'height'> {
  height?: number
  /** Something the picture does not show: resolution, or what the source can't see. */
  note?: string | undefined
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

function ChartTable({ title, rows, series, format, exact = format, rangeSeconds }: ChartCardProps) {
  const formatTime = timeFormat(rangeSeconds)
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
                {formatTime(row.t)}
              </th>
              {series.map(({ key }) => (
                <td key={key} className="py-0.5 pl-3 text-right">
                  {exact(row.values[key] ?? null)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

interface ChartActionsProps extends ChartCardProps {
  isTable: boolean
  onToggle: () => void
  findPicture: () => SVGSVGElement | null
}

function ChartActions(props: ChartActionsProps) {
  const { title, rows, series, isTable, onToggle, findPicture } = props
  const Icon = isTable ? ChartSpline : Table2
  const exportPicture = async () => {
    const svg = findPicture()
    if (svg === null) return
    try {
      await savePicture(fileName(title, 'png'), svg, { title, legend: series })
    } catch {
      showToast({
        tone: 'bad',
        title: 'The image could not be created',
        description: 'Save the numbers as CSV instead.',
      })
    }
  }
  return (
    <div className="flex items-center">
      <Button
        variant="ghost"
        size="sm"
        aria-label={`${title}: save as CSV`}
        title="Save as CSV"
        icon={<FileDown size={14} aria-hidden />}
        onClick={() => saveText(fileName(title, 'csv'), 'text/csv', toCsv(rows, series))}
      />
      <Button
        variant="ghost"
        size="sm"
        aria-label={`${title}: save as PNG`}
        title="Save as PNG"
        icon={<ImageDown size={14} aria-hidden />}
        disabledReason={isTable ? 'Show the chart first' : undefined}
        onClick={() => void exportPicture()}
      />
      <Button
        variant="ghost"
        size="sm"
        aria-pressed={isTable}
        aria-label={`${title}: show as table`}
        title={isTable ? 'Show as chart' : 'Show as table'}
        icon={<Icon size={14} aria-hidden />}
        onClick={onToggle}
      />
    </div>
  )
}

/** A chart, its sentence for those who can't see it, and the same numbers as a table. */
export function ChartCard(props: ChartCardProps) {
  const { title, rows, series, format, height = 150, note, control } = props
  const [isTable, setIsTable] = useState(false)
  const picture = useRef<HTMLDivElement>(null)
  const gaps = countGaps(rows)
  return (
    <Panel
      title={title}
      actions={
        <ChartActions
          {...props}
          isTable={isTable}
          onToggle={() => setIsTable(!isTable)}
          findPicture={() => picture.current?.querySelector('svg') ?? null}
        />
      }
    >
      <div className="flex flex-wrap items-center justify-between gap-2 pb-2">
        <Legend series={series} />
        {control}
      </div>
      <p className="sr-only">{describeChart({ title, rows, series, format })}</p>
      {isTable ? (
        <ChartTable {...props} />
      ) : (
        <div ref={picture}>
          <TimeSeriesChart {...props} height={height} />
        </div>
      )}
      {gaps > 0 && gaps === rows.length ? (
        <p className="pt-1 text-2xs text-muted">No metrics were read in this period.</p>
      ) : null}
      {note === undefined ? null : <p className="pt-1 text-2xs text-muted">{note}</p>}
    </Panel>
  )
}
