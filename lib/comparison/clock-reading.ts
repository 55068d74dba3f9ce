/** A value → this → the instant it tells, in whichever of the usual forms services write one. */
import { numberText } from '@/lib/comparison/json-number'

export interface ClockReading {
  /** Equal for values written in the same form: `epoch ms`, `date Z`, `date +01:00`. */
  readonly format: string
  /** Epoch milliseconds; without a zone as if it were UTC. */
  readonly ms: number
}

const TEXT_LENGTH_MAX = 80
const DAY_MS = 86_400_000
/** A number is a time only this close to the moment it was given, or any long number would be one. */
const EPOCH_REACH_MS = 400 * DAY_MS
const UNITS = [
  ['s', 1e3],
  ['ms', 1],
  ['us', 1e-3],
  ['ns', 1e-6],
] as const

const EPOCH = /^(?:\/Date\()?(\d{9,19}(?:\.\d{1,9})?)(?:\)\/)?$/
/** ISO 8601, extended and basic, RFC 3339, and its usual variations. */
const NUMERIC =
  /^(\d{4})([-/.]?)(\d{2})\2(\d{2})[T _,]{0,2}(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,:](\d{1,9}))?)?\s?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$/i
/** `Tue, 01 Dec 2026 03:18:37 GMT` and its kin: RFC 9110 5.6.7, RFC 5322, access logs, `date`, JavaScript, en-US. */
const NAMED =
  /^(?:[A-Z][a-z]{2,8},? )?(?:(\d{1,2})[ /-]([A-Z][a-z]{2})[a-z]{0,6}|([A-Z][a-z]{2})[a-z]{0,6} {1,2}(\d{1,2}),?)[ /-](?:(\d{4}|\d{2})[ :,]{1,2})?(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?: ?([AP]M))?(?: ?(Z|[A-Z]{2,5}|(?:GMT)?[+-]\d{2}:?\d{2}))?(?: (\d{4}))?(?: \(.{1,40}\))?$/
/** Month or day first: told apart by neither, which matters little between two answers of one moment. */
const LOCAL =
  /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}),? (\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([AP]M))?$/i
const OF_DAY = /^(\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(Z?)$/

/** Null for what tells no instant. `at` is when it was given, in epoch milliseconds. */
export function readClock(value: unknown, at: number): ClockReading | null {
  const text = typeof value === 'string' ? value : numberText(value)
  if (text === null || text.length < 8 || text.length > TEXT_LENGTH_MAX) return null
  if (!/\d/.test(text)) return null
  return (
    readEpoch(text, at) ??
    readNumeric(text) ??
    readNamed(text) ??
    readLocal(text) ??
    ofDay(text, at)
  )
}

function readEpoch(text: string, at: number): ClockReading | null {
  const digits = EPOCH.exec(text)?.[1]
  if (digits === undefined) return null
  for (const [unit, factor] of UNITS) {
    const ms = Number(digits) * factor
    if (Math.abs(ms - at) < EPOCH_REACH_MS) return { format: `epoch ${unit}`, ms }
  }
  return null
}

function readNumeric(text: string): ClockReading | null {
  const match = NUMERIC.exec(text)
  if (match === null) return null
  const [, year, separator, month, day, hour, minute, second, fraction, zone = ''] = match
  const parts = [year, month, day, hour, minute, second].map(toNumber)
  const format = `date ${separator} ${zone.toUpperCase()}`
  return reading(format, parts, fraction, zone)
}

function readNamed(text: string): ClockReading | null {
  const match = NAMED.exec(text)
  if (match === null) return null
  const [, dayFirst, monthAfter, monthFirst, dayAfter, year, hour, minute, second] = match
  const [fraction, half, zone = '', yearLast] = match.slice(9)
  const month = MONTHS.indexOf((monthAfter ?? monthFirst ?? '').toLowerCase()) + 1
  const written = toNumber(year ?? yearLast)
  if (month === 0 || written === 0) return null
  const parts = [
    written < 100 ? written + 2000 : written,
    month,
    toNumber(dayFirst ?? dayAfter),
    hourOf(toNumber(hour), half),
    toNumber(minute),
    toNumber(second),
  ]
  return reading(`date in words ${zone}`, parts, fraction, zone.replace('GMT', ''))
}

function readLocal(text: string): ClockReading | null {
  const match = LOCAL.exec(text)
  if (match === null) return null
  const [, first, separator, second, year, hour, minute, seconds, fraction, half] = match
  const isDayFirst = toNumber(first) > 12 || separator !== '/'
  const [month, day] = isDayFirst ? [second, first] : [first, second]
  const parts = [year, month, day].map(toNumber)
  parts.push(hourOf(toNumber(hour), half), toNumber(minute), toNumber(seconds))
  return reading(`local date ${separator}`, parts, fraction, '')
}

function ofDay(text: string, at: number): ClockReading | null {
  const match = OF_DAY.exec(text)
  if (match === null) return null
  const [, hour, minute, second, fraction] = match
  const parts = [1970, 1, 1, toNumber(hour), toNumber(minute), toNumber(second)]
  const told = reading('time of day', parts, fraction, '')
  // Of the day that is nearest, or midnight would be a day's jump.
  return told && { ...told, ms: told.ms + Math.round((at - told.ms) / DAY_MS) * DAY_MS }
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

function toNumber(text: string | undefined): number {
  return text === undefined ? 0 : Number(text)
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour
  return (hour % 12) + (half.toUpperCase() === 'PM' ? 12 : 0)
}

/** Null where the parts are no date. */
function reading(
  format: string,
  [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0]: readonly number[],
  fraction: string | undefined,
  zone: string,
): ClockReading | null {
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= 31
  if (!isDate || hour > 24 || minute > 59 || second > 60) return null
  const ms = Date.UTC(year, month - 1, day, hour, minute, second)
  return { format, ms: ms + Number(`0.${fraction ?? 0}`) * 1000 - zoneMs(zone) }
}

function zoneMs(zone: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone)
  if (match === null) return 0
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  return (match[1] === '-' ? -minutes : minutes) * 60_000
}
