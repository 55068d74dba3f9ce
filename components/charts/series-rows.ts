/** Points by series → rows a chart draws: rates, gaps as null, never more than a screen can show. Pure. */
import type { Points } from '@/lib/dashboard-api/series'

/** Recharts costs main-thread time per drawn point; more than this a series and a chart stutters. */
export const CHART_POINTS_MAX = 300

export interface ChartRow {
  /** Epoch milliseconds. */
  readonly t: number
  /** By series key; null draws a gap. */
  readonly values: Readonly<Record<string, number | null>>
}

export interface ChartSource {
  readonly key: string
  readonly points: Points
}

/** How several steps become one drawn point: counts by their mean, latencies by their worst. */
export type Merge = 'mean' | 'max'

function mergePoints(points: Points, merge: Merge): number | null {
  const known = points.filter((point) => point !== null)
  if (known.length === 0) return null
  if (merge === 'max') return Math.max(...known)
  return known.reduce((sum, point) => sum + point, 0) / known.length
}

/** One row per drawn point. `divisor` turns counts per step into rates per second. */
export function toChartRows(
  timestamps: readonly number[],
  sources: readonly ChartSource[],
  options: { divisor: number; merge: Merge },
): readonly ChartRow[] {
  const size = Math.max(1, Math.ceil(timestamps.length / CHART_POINTS_MAX))
  const rows: ChartRow[] = []
  for (let start = 0; start < timestamps.length; start += size) {
    const end = Math.min(start + size, timestamps.length)
    const t = timestamps[end - 1]
    if (t === undefined) break
    const values = sources.map(({ key, points }) => {
      const merged = mergePoints(points.slice(start, end), options.merge)
      return [key, merged === null ? null : merged / options.divisor] as const
    })
    rows.push({ t, values: Object.fromEntries(values) })
  }
  return rows
}

export interface SeriesExtent {
  readonly latest: number | null
  readonly min: number | null
  readonly max: number | null
}

/** Newest, smallest and largest known value of one series, for the chart's sentence. */
export function extentOf(rows: readonly ChartRow[], key: string): SeriesExtent {
  const known = rows.flatMap(({ values }) => {
    const value = values[key]
    return value === null || value === undefined ? [] : [value]
  })
  if (known.length === 0) return { latest: null, min: null, max: null }
  return { latest: known.at(-1) ?? null, min: Math.min(...known), max: Math.max(...known) }
}

/** Rows without a value in any series. */
export function countGaps(rows: readonly ChartRow[]): number {
  return rows.filter(({ values }) => Object.values(values).every((value) => value === null)).length
}
