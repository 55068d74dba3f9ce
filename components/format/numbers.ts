/** Numbers as the pages write them: English, short, never more precise than they are. */
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const oneDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const twoDigits = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })

export const UNKNOWN = '–'

/** `1,000`. */
export function formatCount(count: number): string {
  return whole.format(count)
}

/** Per second: `0`, `0.25`, `9.8`, `120`; a dash when unknown. */
export function formatRate(rate: number | null): string {
  if (rate === null) return UNKNOWN
  if (rate >= 100) return whole.format(rate)
  return rate >= 10 ? oneDigit.format(rate) : twoDigits.format(rate)
}

/** Milliseconds with a unit a person reads: `0.4 ms`, `84 ms`, `1.2 s`. */
export function formatLatency(milliseconds: number | null): string {
  if (milliseconds === null) return UNKNOWN
  if (milliseconds >= 1000) return `${twoDigits.format(milliseconds / 1000)} s`
  return milliseconds >= 10
    ? `${whole.format(milliseconds)} ms`
    : `${oneDigit.format(milliseconds)} ms`
}

/** `12.3 %`, never rounded to none or to all: `< 0.1 %`, `> 99.9 %`; a dash when there is nothing to divide by. */
export function formatShare(part: number, total: number): string {
  if (total === 0) return UNKNOWN
  const percent = (100 * part) / total
  if (part > 0 && percent < 0.05) return '< 0.1 %'
  if (part < total && percent >= 99.95) return '> 99.9 %'
  return `${oneDigit.format(percent)} %`
}

/** Mebibytes: `128 MiB`. */
export function formatBytes(bytes: number): string {
  return `${whole.format(bytes / (1024 * 1024))} MiB`
}

const AGE_UNITS = [
  { seconds: 86_400, suffix: 'd' },
  { seconds: 3_600, suffix: 'h' },
  { seconds: 60, suffix: 'm' },
] as const

/** Time since an RFC 3339 timestamp, as kubectl writes it: `12s`, `5m`, `3h`, `2d`. */
export function formatAge(timestamp: string | undefined, now: number): string {
  const started = timestamp === undefined ? Number.NaN : Date.parse(timestamp)
  if (Number.isNaN(started) || now === 0) return UNKNOWN
  const seconds = Math.max(0, Math.floor((now - started) / 1000))
  const unit = AGE_UNITS.find((candidate) => seconds >= candidate.seconds)
  return unit === undefined ? `${seconds}s` : `${Math.floor(seconds / unit.seconds)}${unit.suffix}`
}

/** `1 route`, `2 routes`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`
}

/** Local day and time of an epoch in milliseconds, for spans longer than some hours: `25 Nov 14:03`. */
export function formatDayTime(epochMs: number): string {
  const date = new Date(epochMs)
  const day = date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
  return `${day} ${date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`
}

const tinyPercent = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 })

/** `25 %`, `0.05 %`, `0.0001 %`: a filter may ask for one in millions. */
export function formatFraction(share: number): string {
  const format = share < 0.0001 ? tinyPercent : twoDigits
  return `${format.format(share * 100)} %`
}

const SIZE_UNITS = ['kB', 'MB', 'GB', 'TB'] as const

/** Bytes with a unit a person reads: `512 B`, `1.4 kB`, `12 MB`; a dash when unknown. */
export function formatSize(bytes: number | null): string {
  if (bytes === null) return UNKNOWN
  if (bytes < 1000) return `${whole.format(bytes)} B`
  const power = Math.min(SIZE_UNITS.length, Math.floor(Math.log10(bytes) / 3))
  return `${oneDigit.format(bytes / 1000 ** power)} ${SIZE_UNITS[power - 1]}`
}

/** Local wall-clock time of an epoch in milliseconds: `14:03:20`. */
export function formatClock(epochMs: number): string {
  return new Date(epochMs).toLocaleTimeString('en-GB', { hour12: false })
}

/** Writes the times of a span: with their day where it is longer than half a day. */
export function timeFormat(spanSeconds: number): (epochMs: number) => string {
  return spanSeconds > 43_200 ? formatDayTime : formatClock
}

const threeDigits = new Intl.NumberFormat('en', { maximumFractionDigits: 3 })

/** A chart's value to three decimal places, for whoever asks for one: `1,234.567`; a dash when unknown. */
export function exactRate(rate: number | null): string {
  return rate === null ? UNKNOWN : threeDigits.format(rate)
}

/** `84.423 ms`. */
export function exactLatency(milliseconds: number | null): string {
  return milliseconds === null ? UNKNOWN : `${threeDigits.format(milliseconds)} ms`
}

/** `1,400.5 B`. */
export function exactSize(bytes: number | null): string {
  return bytes === null ? UNKNOWN : `${threeDigits.format(bytes)} B`
}
