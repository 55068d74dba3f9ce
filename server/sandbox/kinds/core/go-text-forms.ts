/** Text forms that Go types decode themselves: times, quantities and base64, with their complaints. */
import type { JsonValue } from '@/lib/shared/json'
import { goTypeOf } from '../../api/go-format'

/** Pieces of Go's RFC 3339 layout, each with what it takes. */
const TIME_PIECES: readonly (readonly [layout: string, pattern: RegExp])[] = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^\d{2}/],
  ['-', /^-/],
  ['02', /^\d{2}/],
  ['T', /^T/],
  ['15', /^\d{2}/],
  [':', /^:/],
  ['04', /^\d{2}/],
  [':', /^:/],
  ['05', /^\d{2}(?:[.,]\d+)?/],
  ['Z07:00', /^(?:Z|[+-]\d{2}:\d{2})/],
]
const MICRO_PIECES: typeof TIME_PIECES = [
  ...TIME_PIECES.slice(0, 10),
  ['05', /^\d{2}/],
  ['.000000', /^[.,]\d{6}/],
  ...TIME_PIECES.slice(11),
]

/** Why metav1.Time, or MicroTime, cannot be read from a value, in the words of Go's time.Parse. */
export function timeProblem(value: JsonValue, isMicro: boolean): string | undefined {
  if (typeof value !== 'string') {
    return `json: cannot unmarshal ${goTypeOf(value)} into Go value of type string`
  }
  const pieces = isMicro ? MICRO_PIECES : TIME_PIECES
  const layout = pieces.map(([text]) => text).join('')
  const problem = (why: string) => `parsing time ${JSON.stringify(value)} as "${layout}"${why}`
  let rest = value
  for (const [piece, pattern] of pieces) {
    const match = pattern.exec(rest)
    if (match === null) return problem(`: cannot parse ${JSON.stringify(rest)} as "${piece}"`)
    rest = rest.slice(match[0].length)
  }
  if (rest !== '')
    return `parsing time ${JSON.stringify(value)}: extra text: ${JSON.stringify(rest)}`
  const outside = elementOutside(value)
  return outside === undefined
    ? undefined
    : `parsing time ${JSON.stringify(value)}: ${outside} out of range`
}

function elementOutside(text: string): string | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (
    text.match(/\d+/g) ?? []
  ).map(Number)
  if (month < 1 || month > 12) return 'month'
  if (day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return 'day'
  if (hour > 23) return 'hour'
  if (minute > 59) return 'minute'
  return second > 59 ? 'second' : undefined
}

const QUANTITY = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/

/** Why a resource.Quantity cannot be read from a value. */
export function quantityProblem(value: JsonValue): string | undefined {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (QUANTITY.test(text)) return undefined
  return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
}

/** Why a text is no standard base64. Line ends are skipped, as Go does. */
export function base64Problem(value: string): string | undefined {
  const at = value.search(/[^A-Za-z0-9+/=\r\n]/)
  if (at >= 0) return `illegal base64 data at input byte ${at}`
  const text = value.replace(/[\r\n]/g, '')
  const body = text.replace(/={0,2}$/, '')
  const padding = body.indexOf('=')
  if (padding >= 0) return `illegal base64 data at input byte ${padding}`
  if (text.length % 4 === 0) return undefined
  return `illegal base64 data at input byte ${body.length - (body.length % 4)}`
}

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** A resource.Quantity as a number, for comparing; NaN when it is none. */
export function quantityValue(value: JsonValue): number {
  const [, number = '', suffix = ''] =
    /^([+-]?[0-9.]+(?:[eE][+-]?\d+)?)(\D*)$/.exec(String(value)) ?? []
  return number === '' ? Number.NaN : Number(number) * (SUFFIXES[suffix] ?? Number.NaN)
}
