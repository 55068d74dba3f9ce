'use client'

import { memo, useRef } from 'react'
import {
  Area,
  AreaChart,
  CartesianGrid,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'
import { formatClock } from '@/components/format/numbers'
import { isSamePicture } from './same-picture'
import type { ChartRow } from './series-rows'
import { useIsOnScreen } from './use-is-on-screen'

export interface ChartSeries {
  readonly key: string
  readonly label: string
  /** A CSS colour; beside the colour, `dashes` tells series apart. */
  readonly color: string
  readonly dashes?: string
  readonly isFilled?: boolean
}

interface TimeSeriesChartProps {
  rows: readonly ChartRow[]
  series: readonly ChartSeries[]
  rangeSeconds: number
  format: (value: number | null) => string
  height: number
}

const AXIS_TICK = { fontSize: 11, fill: 'var(--muted)' } as const
const TOOLTIP_STYLE = {
  background: 'var(--panel)',
  border: '1px solid var(--line)',
  borderRadius: 8,
  color: 'var(--fg)',
  fontSize: 12,
} as const
const MARGIN = { top: 6, right: 6, bottom: 0, left: 0 } as const
const INITIAL_SIZE = { width: 340, height: 160 } as const

function readValue(key: string) {
  return (row: ChartRow): number | null => row.values[key] ?? null
}

interface PlotProps extends TimeSeriesChartProps {
  isOnScreen: boolean
}

/** What nobody sees is not drawn anew: the last picture stays until the chart is scrolled back to. */
const Plot = memo(
  function Plot({ rows, series, rangeSeconds, format }: PlotProps) {
    const end = rows.at(-1)?.t ?? 0
    return (
      <ResponsiveContainer width="100%" height="100%" initialDimension={INITIAL_SIZE}>
        <AreaChart data={[...rows]} margin={MARGIN} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="t"
            type="number"
            scale="time"
            domain={[end - rangeSeconds * 1000, end]}
            tickFormatter={formatClock}
            minTickGap={40}
            tick={AXIS_TICK}
            axisLine={{ stroke: 'var(--line)' }}
            tickLine={false}
          />
          <YAxis
            tick={AXIS_TICK}
            axisLine={false}
            tickLine={false}
            width={44}
            tickCount={4}
            interval={0}
            tickFormatter={(value: number) => format(value)}
          />
          <Tooltip
            isAnimationActive={false}
            labelFormatter={(time) => formatClock(Number(time))}
            formatter={(value) => format(typeof value === 'number' ? value : null)}
            contentStyle={TOOLTIP_STYLE}
          />
          {series.map(({ key, label, color, dashes, isFilled }) => (
            <Area
              key={key}
              type="linear"
              dataKey={readValue(key)}
              name={label}
              stroke={color}
              strokeWidth={1.75}
              {...(dashes === undefined ? {} : { strokeDasharray: dashes })}
              fill={color}
              fillOpacity={isFilled ? 0.12 : 0}
              isAnimationActive={false}
              dot={false}
              connectNulls={false}
            />
          ))}
        </AreaChart>
      </ResponsiveContainer>
    )
  },
  (drawn, next) => !next.isOnScreen || isSamePicture(drawn, next),
)

/** Lines over time on one scale. Unknown steps are gaps; animation is off, because it costs a core at one update a second. */
export function TimeSeriesChart(props: TimeSeriesChartProps) {
  const host = useRef<HTMLDivElement>(null)
  const isOnScreen = useIsOnScreen(host)
  return (
    <div ref={host} aria-hidden style={{ height: props.height }}>
      <Plot {...props} isOnScreen={isOnScreen} />
    </div>
  )
}
