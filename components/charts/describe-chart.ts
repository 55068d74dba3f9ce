import { plural, timeFormat } from '@/components/format/numbers'
import { type ChartRow, countGaps, extentOf } from './series-rows'

interface DescribedChart {
  title: string
  rows: readonly ChartRow[]
  series: readonly { key: string; label: string }[]
  format: (value: number | null) => string
}

/** One paragraph that says what the picture shows. */
export function describeChart({ title, rows, series, format }: DescribedChart): string {
  const first = rows[0]
  const last = rows.at(-1)
  if (first === undefined || last === undefined) return `${title}: no measurements yet.`
  const parts = series.map(({ key, label }) => {
    const { latest, min, max } = extentOf(rows, key)
    if (latest === null) return `${label} has no values`
    // Not `now`: the range may be past.
    return `${label} is ${format(latest)} at its end, between ${format(min)} and ${format(max)}`
  })
  const gaps = countGaps(rows)
  const formatTime = timeFormat((last.t - first.t) / 1000)
  const missing = gaps === 0 ? '' : ` ${plural(gaps, 'step')} without a measurement.`
  return `${title} from ${formatTime(first.t)} to ${formatTime(last.t)}: ${parts.join('; ')}.${missing}`
}
