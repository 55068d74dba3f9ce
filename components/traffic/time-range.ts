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

const CUSTOM = /^(\d{1,6})s$/
const CUSTOM_SECONDS_MIN = 10
const SECONDS_MAX = Math.max(...SERIES_RANGES_SECONDS)

/** The range a URL names: one that is offered, or seconds as zooming writes them; five minutes for anything else. */
export function parseTimeRange(value: string): TimeRange {
  const offered = TIME_RANGES.find((range) => range.value === value)
  if (offered !== undefined) return offered
  const seconds = Number(CUSTOM.exec(value)?.[1] ?? 0)
  if (seconds < CUSTOM_SECONDS_MIN || seconds > SECONDS_MAX) return DEFAULT_RANGE
  return { value, label: value, name: `${formatSeconds(seconds)} chosen`, seconds }
}

/** `2 min 17 s`, `3 h 5 min`. */
function formatSeconds(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor((seconds % 86_400) / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'min'],
    [seconds % 60, 's'],
  ] as const
  const shown = parts.filter(([count]) => count > 0).slice(0, 2)
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ')
}

/** What the charts show: which time, against which, and which rule. */
export interface TrafficView {
  readonly range: TimeRange
  /** Epoch milliseconds where the view is paused; null while it is live. */
  readonly endMs: number | null
  readonly compare: Comparison
  /** Null for all rules. */
  readonly rule: string | null
}

export const COMPARISONS = ['off', 'before', 'day'] as const
export type Comparison = (typeof COMPARISONS)[number]

/** The view a URL names; what it does not say, or says wrongly, is the live one of all rules. */
export function parseView(get: (name: string) => string): TrafficView {
  const end = get('end')
  const rule = get('rule')
  return {
    range: parseTimeRange(get('range')),
    endMs: /^\d{10,14}$/.test(end) ? Number(end) : null,
    compare: COMPARISONS.find((known) => known === get('compare')) ?? 'off',
    rule: /^\d{1,3}$/.test(rule) ? rule : null,
  }
}

/** How much earlier the other range is; null without one. */
export function comparisonOffsetMs({ compare, range }: TrafficView): number | null {
  if (compare === 'off') return null
  return compare === 'day' ? 86_400_000 : range.seconds * 1000
}

/** How a span of time chosen on a chart is written into the URL. */
export function toZoom({ from, to }: { from: number; to: number }): { range: string; end: string } {
  const seconds = Math.round((to - from) / 1000)
  const within = Math.min(SECONDS_MAX, Math.max(CUSTOM_SECONDS_MIN, seconds))
  const offered = TIME_RANGES.find((range) => range.seconds === within)
  return { range: offered?.value ?? `${within}s`, end: String(to) }
}
