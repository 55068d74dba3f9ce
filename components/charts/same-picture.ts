/** Whether two chart models draw the same. Pure. */
import type { ChartRow } from './series-rows'

interface DrawnSeries {
  readonly key: string
  readonly label: string
  readonly color: string
  readonly dashes?: string
  readonly isFilled?: boolean
}

interface Picture {
  readonly rows: readonly ChartRow[]
  readonly series: readonly DrawnSeries[]
  readonly rangeSeconds: number
  readonly format: (value: number | null) => string
}

function isSameRow(left: ChartRow, right: ChartRow | undefined): boolean {
  if (right === undefined || left.t !== right.t) return false
  const names = Object.keys(left.values)
  return (
    names.length === Object.keys(right.values).length &&
    names.every((name) => left.values[name] === right.values[name])
  )
}

function isSameSeries(left: DrawnSeries, right: DrawnSeries | undefined): boolean {
  return (
    right !== undefined &&
    left.key === right.key &&
    left.label === right.label &&
    left.color === right.color &&
    left.dashes === right.dashes &&
    left.isFilled === right.isFilled
  )
}

/** Compares by value: new arrays with the same numbers need no new drawing. */
export function isSamePicture(left: Picture, right: Picture): boolean {
  return (
    left.rangeSeconds === right.rangeSeconds &&
    left.format === right.format &&
    left.rows.length === right.rows.length &&
    left.series.length === right.series.length &&
    left.rows.every((row, index) => isSameRow(row, right.rows[index])) &&
    left.series.every((series, index) => isSameSeries(series, right.series[index]))
  )
}
