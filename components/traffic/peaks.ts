/** A chart of means → the same with the busiest part of every step behind it. Pure. */
import type { ChartModel } from '@/components/charts/chart-model'
import { toChartRows } from '@/components/charts/series-rows'
import type { Points, RouteSeries } from '@/lib/dashboard-api/series'

const PEAK = 'peak '

/**
 * The chart with a faint line for each of its series that has peaks, by key. Without peaks, as in ranges whose steps are
 * the finest that are kept, it is the chart itself.
 */
export function withPeaks(
  model: ChartModel,
  { timestamps, stepSeconds }: RouteSeries,
  peaks: Readonly<Record<string, Points | undefined>>,
): ChartModel {
  const sources = model.series.flatMap(({ key }) => {
    const points = peaks[key]
    return points === undefined || points.length === 0 ? [] : [{ key: PEAK + key, points }]
  })
  if (sources.length === 0) return model
  const rows = toChartRows(timestamps, sources, { divisor: stepSeconds, merge: 'max' })
  const lines = model.series
    .filter(({ key }) => sources.some((source) => source.key === PEAK + key))
    .map(({ key, label, color }) => ({
      key: PEAK + key,
      label: `${label}, peak`,
      color,
      dashes: '1 2',
      isFaint: true,
    }))
  return {
    rows: model.rows.map(({ t, values }, index) => ({
      t,
      values: { ...values, ...rows[index]?.values },
    })),
    series: [...model.series, ...lines],
  }
}

/** The larger of several series at each step; undefined without any. */
export function largest(series: readonly (Points | undefined)[]): Points | undefined {
  const known = series.filter((points) => points !== undefined)
  const [first] = known
  return first?.map((_, index) => {
    const values = known.map((points) => points[index] ?? null).filter((point) => point !== null)
    return values.length === 0 ? null : Math.max(...values)
  })
}
