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

/** Nanoseconds of a duration as Go's time.ParseDuration reads it (`1h30m`, `-1.5s`, `0`); undefined for any other text. */
export function parseGoDuration(text: string): bigint | undefined {
  const negative = text.startsWith('-')
  const magnitude = negative || text.startsWith('+') ? text.slice(1) : text
  if (magnitude === '0') return 0n
  const parsed = sumOfParts(magnitude)
  return negative && parsed !== undefined ? -parsed : parsed
}

function sumOfParts(text: string): bigint | undefined {
  if (text === '') return undefined
  let rest = text
  let total = 0n
  while (rest !== '') {
    const [whole = '', digits = '', fraction = '', unit = ''] = PART.exec(rest) ?? []
    const scale = UNIT_NANOSECONDS[unit]
    if ((digits === '' && fraction === '') || scale === undefined) return undefined
    total += BigInt(`0${digits}`) * scale
    total += BigInt(Math.floor(Number(`0.${fraction}0`) * Number(scale)))
    if (total > NANOSECONDS_MAX) return undefined
    rest = rest.slice(whole.length)
  }
  return total
}
