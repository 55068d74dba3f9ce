import { SERIES_RANGES_SECONDS } from '@/lib/dashboard-api/series'

export interface TimeRange {
  readonly value: string
  readonly label: string
  readonly name: string
  readonly seconds: number
}

function toTimeRange(seconds: number): TimeRange {
  const isHours = seconds >= 3600
  const count = isHours ? seconds / 3600 : seconds / 60
  const unit = isHours ? 'hour' : 'minute'
  return {
    value: `${count}${isHours ? 'h' : 'm'}`,
    label: `${count}${isHours ? 'h' : 'm'}`,
    name: `Last ${count === 1 ? unit : `${count} ${unit}s`}`,
    seconds,
  }
}

export const TIME_RANGES: readonly TimeRange[] = SERIES_RANGES_SECONDS.map(toTimeRange)
const DEFAULT_RANGE = toTimeRange(300)

/** The range a URL names; five minutes for anything else. */
export function parseTimeRange(value: string): TimeRange {
  return TIME_RANGES.find((range) => range.value === value) ?? DEFAULT_RANGE
}
