import { SERIES_RANGES_SECONDS } from '@/lib/dashboard-api/series'

export interface TimeRange {
  readonly value: string
  readonly label: string
  readonly name: string
  readonly seconds: number
}

const UNITS = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3600 },
  { unit: 'minute', seconds: 60 },
] as const

function toTimeRange(seconds: number): TimeRange {
  const { unit, seconds: size } =
    UNITS.find((candidate) => seconds >= candidate.seconds) ?? UNITS[2]
  const count = seconds / size
  const label = `${count}${unit[0]}`
  return {
    value: label,
    label,
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
