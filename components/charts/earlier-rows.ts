/** A chart and the same chart of an earlier range → one chart with both. Pure. */

import type { ChartModel } from './chart-model'

const EARLIER = 'earlier '

/**
 * The chart with the earlier values of its own series at the same places, `offsetMs` later than they were. An earlier
 * step may be wider: its value is drawn for every step it covers.
 */
export function withEarlier(now: ChartModel, earlier: ChartModel, offsetMs: number): ChartModel {
  const keys = earlier.series
    .filter(({ isFaint }) => isFaint !== true)
    .map(({ key }) => key)
    .filter((key) => now.series.some((series) => series.key === key))
  let index = 0
  const rows = now.rows.map(({ t, values }) => {
    // A row's time is its step's end: the earlier row that covers it is the first that ends no sooner.
    while ((earlier.rows[index]?.t ?? Number.POSITIVE_INFINITY) + offsetMs < t - TOLERANCE_MS) {
      index += 1
    }
    const before = earlier.rows[index]?.values
    const added = keys.map((key) => [EARLIER + key, before?.[key] ?? null] as const)
    return { t, values: { ...values, ...Object.fromEntries(added) } }
  })
  const series = now.series.flatMap((one) =>
    keys.includes(one.key)
      ? [
          {
            key: EARLIER + one.key,
            label: `${one.label}, earlier`,
            color: one.color,
            dashes: '1 3',
            isFaint: true,
          },
        ]
      : [],
  )
  return { rows, series: [...now.series, ...series] }
}

/** Scrapes are not at the same fraction of a second every time. */
const TOLERANCE_MS = 500
