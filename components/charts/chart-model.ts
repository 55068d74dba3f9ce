/** What a chart draws. */
import type { ChartRow } from './series-rows'

export interface ChartSeries {
  readonly key: string
  readonly label: string
  /** A CSS colour; beside the colour, `dashes` tells series apart. */
  readonly color: string
  readonly dashes?: string
  readonly isFilled?: boolean
  /** Drawn behind the others: an earlier range. */
  readonly isFaint?: boolean
}

export interface ChartModel {
  readonly rows: readonly ChartRow[]
  readonly series: readonly ChartSeries[]
}
