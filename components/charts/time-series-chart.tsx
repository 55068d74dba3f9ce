'use client'

import { memo, useRef } from 'react'
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from 'recharts'
import { timeFormat } from '@/components/format/numbers'
import { ChartCursor } from './chart-cursor'
import type { ChartSeries } from './chart-model'
import { PLOT, type TimeSpan } from './cursor'
import { isSamePicture } from './same-picture'
import type { ChartRow } from './series-rows'
import { useIsOnScreen } from './use-is-on-screen'

export interface TimeSeriesChartProps {
  title: string
  rows: readonly ChartRow[]
  series: readonly ChartSeries[]
  rangeSeconds: number
  format: (value: number | null) => string
  /** For one value that is asked for; `format` where there is none. */
  exact?: (value: number | null) => string
  height: number
  onZoom?: ((span: TimeSpan) => void) | undefined
}

const AXIS_TICK = { fontSize: 11, fill: 'var(--muted)' } as const
/** The axes take what PLOT has on the left and below. */
const MARGIN = { top: PLOT.top, right: PLOT.right, bottom: 0, left: 0 } as const
const DAY_SECONDS = 86_400
const INITIAL_SIZE = { width: 340, height: 160 } as const

/** Evenly spaced, as many as fit a narrow screen; given, so that no label has to be measured. */
function timeTicks(end: number, rangeSeconds: number): number[] {
  const count = rangeSeconds > DAY_SECONDS / 2 ? 3 : 5
  return Array.from({ length: count }, (_, index) =>
    Math.round(end - rangeSeconds * 1000 * (1 - (index + 0.5) / count)),
  )
}

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
        <ComposedChart data={[...rows]} margin={MARGIN} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="t"
            type="number"
            scale="time"
            domain={[end - rangeSeconds * 1000, end]}
            height={PLOT.bottom}
            tickFormatter={timeFormat(rangeSeconds)}
            ticks={timeTicks(end, rangeSeconds)}
            interval={0}
            tick={AXIS_TICK}
            axisLine={{ stroke: 'var(--line)' }}
            tickLine={false}
          />
          <YAxis
            tick={AXIS_TICK}
            axisLine={false}
            tickLine={false}
            width={PLOT.left}
            tickCount={4}
            interval={0}
            tickFormatter={(value: number) => format(value)}
          />
          {series.map(({ key, label, color, dashes, isFilled, isFaint }) => {
            const look = {
              type: 'linear',
              dataKey: readValue(key),
              name: label,
              stroke: color,
              strokeWidth: 1.75,
              strokeOpacity: isFaint ? 0.7 : 1,
              isAnimationActive: false,
              dot: false,
              activeDot: false,
              connectNulls: false,
              ...(dashes === undefined ? {} : { strokeDasharray: dashes }),
            } as const
            // An area draws its line twice, filled or not.
            return isFilled ? (
              <Area key={key} {...look} fill={color} fillOpacity={0.12} />
            ) : (
              <Line key={key} {...look} />
            )
          })}
        </ComposedChart>
      </ResponsiveContainer>
    )
  },
  (drawn, next) => !next.isOnScreen || isSamePicture(drawn, next),
)

/** Lines over time on one scale. Unknown steps are gaps; animation is off, because it costs a core at one update a second. */
export function TimeSeriesChart(props: TimeSeriesChartProps) {
  const host = useRef<HTMLDivElement>(null)
  const isOnScreen = useIsOnScreen(host)
  const { title, rows, series, rangeSeconds, height, onZoom } = props
  const format = props.exact ?? props.format
  const to = rows.at(-1)?.t ?? 0
  const span = { from: to - rangeSeconds * 1000, to }
  return (
    <div ref={host} className="relative" style={{ height }}>
      <div aria-hidden className="h-full">
        <Plot {...props} isOnScreen={isOnScreen} />
      </div>
      <ChartCursor {...{ title, rows, series, span, format, onZoom }} />
    </div>
  )
}
