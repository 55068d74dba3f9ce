import { memo } from 'react'
import type { Points } from '@/lib/dashboard-api/series'
import { sparklinePath } from './sparkline-path'

interface SparklineProps {
  primary: Points
  mirrored: Points
  width?: number
  height?: number
}

/** Two lines on one scale, drawn by hand: a Recharts instance per table row would be too slow. */
export const Sparkline = memo(function Sparkline(props: SparklineProps) {
  const { primary, mirrored, width = 96, height = 22 } = props
  const peak = Math.max(
    1,
    ...primary.map((point) => point ?? 0),
    ...mirrored.map((point) => point ?? 0),
  )
  const size = { width, height, peak }
  return (
    <svg
      aria-hidden
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      className="shrink-0"
    >
      <path d={`M0 ${height - 0.5}H${width}`} stroke="var(--line)" fill="none" />
      <path
        d={sparklinePath(primary, size)}
        stroke="var(--series-primary)"
        strokeWidth={1.5}
        fill="none"
      />
      <path
        d={sparklinePath(mirrored, size)}
        stroke="var(--series-mirror)"
        strokeDasharray="3 2"
        strokeWidth={1.5}
        fill="none"
      />
    </svg>
  )
})
