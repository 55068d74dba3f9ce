import { goQuote } from '@/lib/validation/go-text'

const UNIT_NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  '\u00b5s': 1_000n,
  '\u03bcs': 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

/** An int64 holds no more. */
const NANOSECONDS_MAX = 9_223_372_036_854_775_807n

const PART = /^([0-9]*)(?:[.]([0-9]*))?([^0-9.]*)/

export type GoDuration =
  | { readonly ok: true; readonly nanoseconds: bigint }
  | { readonly ok: false; readonly reason: string }

/** A duration as Go's time.ParseDuration reads it (`1h30m`, `-1.5s`, `0`), or its error text. */
export function parseGoDuration(text: string): GoDuration {
  const negative = text.startsWith('-')
  const magnitude = negative || text.startsWith('+') ? text.slice(1) : text
  if (magnitude === '0') return { ok: true, nanoseconds: 0n }
  const parsed = sumOfParts(magnitude)
  if (typeof parsed === 'string') return { ok: false, reason: `time: ${parsed} ${goQuote(text)}` }
  return { ok: true, nanoseconds: negative ? -parsed : parsed }
}

const INVALID = 'invalid duration'

/** Nanoseconds of `1h30m`, or what is wrong with it. */
function sumOfParts(text: string): bigint | string {
  if (text === '') return INVALID
  let rest = text
  let total = 0n
  while (rest !== '') {
    const [whole = '', digits = '', fraction = '', unit = ''] = PART.exec(rest) ?? []
    if (digits === '' && fraction === '') return INVALID
    if (unit === '') return 'missing unit in duration'
    const scale = UNIT_NANOSECONDS[unit]
    if (scale === undefined) return `unknown unit ${goQuote(unit)} in duration`
    total += BigInt(`0${digits}`) * scale
    total += BigInt(Math.floor(Number(`0.${fraction}0`) * Number(scale)))
    if (total > NANOSECONDS_MAX) return INVALID
    rest = rest.slice(whole.length)
  }
  return total
}
