/** Fields whose values any two answers of one backend differ in: ids in many alphabets, times in many forms, counters. */

export interface FieldContext {
  readonly random: () => number
  /** Epoch milliseconds of the answer. */
  readonly now: number
  /** Answers the side has given so far. */
  readonly served: number
  /** Differs between sides: where a host, a worker or a counter's beginning is in a value. */
  readonly host: number
}

export type Field = (context: FieldContext) => unknown

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const DIGITS = '0123456789'
const HEX = `${DIGITS}abcdef`
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const BASE62 = DIGITS + UPPER + LOWER
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

export function chars(random: () => number, alphabet: string, length: number): string {
  let text = ''
  while (text.length < length) text += alphabet[Math.floor(random() * alphabet.length)]
  return text
}

const drawn =
  (alphabet: string, length: number, prefix = ''): Field =>
  ({ random }) =>
    prefix + chars(random, alphabet, length)

const timed = (now: number, alphabet: string, length: number) => {
  let left = BigInt(Math.floor(now))
  let text = ''
  while (text.length < length) {
    text = alphabet[Number(left % BigInt(alphabet.length))] + text
    left /= BigInt(alphabet.length)
  }
  return text
}

const uuid = (random: () => number, start: string, version: number) => {
  const hex = (length: number) => chars(random, HEX, length)
  return `${start.slice(0, 8)}-${start.slice(8, 12)}-${version}${hex(3)}-${chars(random, '89ab', 1)}${hex(3)}-${hex(12)}`
}

const snowflake = ({ served, now, host }: FieldContext) =>
  String(
    ((BigInt(Math.floor(now)) - 1_288_834_974_657n) << 22n) |
      (BigInt(host) << 12n) |
      BigInt(served % 4096),
  )

/** Ids and measurements: from the values alone, no one can tell whether they belong to the answer or to what was asked. */
export const UNTOLD_FIELDS: Readonly<Record<string, Field>> = {
  uuid4: ({ random }) => uuid(random, chars(random, HEX, 12), 4),
  uuid7: ({ random, now }) => uuid(random, timed(now, HEX, 12), 7),
  uuidUpper: ({ random }) => uuid(random, chars(random, HEX, 12), 4).toUpperCase(),
  ulid: ({ random, now }) => timed(now, CROCKFORD, 10) + chars(random, CROCKFORD, 16),
  nanoid: drawn(`${BASE62}_-`, 21),
  ksuid: ({ random, now }) => timed(now / 1000, BASE62, 6) + chars(random, BASE62, 21),
  objectId: ({ random, now, host }) =>
    timed(now / 1000, HEX, 8) + chars(() => host / 9, HEX, 10) + chars(random, HEX, 6),
  base58: drawn(BASE58, 22),
  base62: drawn(BASE62, 10),
  base64: ({ random }) => `${chars(random, `${BASE62}+/`, 22)}==`,
  letters: drawn(LOWER, 12),
  short: drawn(LOWER + DIGITS, 7),
  hex: drawn(HEX, 16),
  ofThousands: drawn(DIGITS, 4, 'node-'),
  hexUpper: drawn(HEX.toUpperCase(), 32),
  digits: drawn(DIGITS, 12),
  varying: ({ random }) => chars(random, BASE62, 8 + Math.floor(random() * 6)),
  prefixed: drawn(BASE62, 14, 'req_'),
  prefixedTwice: drawn(HEX, 12, 'acct_live_'),
  snowflake,
  snowflakeNumber: (context) => ({ '\u0000number': snowflake(context) }),
  bigNumber: ({ random }) => ({ '\u0000number': `9${chars(random, DIGITS, 18)}` }),
  number: ({ random }) => Math.floor(random() * 1e9),
  tookMs: ({ random }) => random() * 20,
  tookText: ({ random }) => `${(random() * 900 + 100).toFixed(3)}ms`,
  etag: ({ random }) => `W/"${chars(random, HEX, 20)}"`,
  redacted: ({ random }) => `sid=[redacted ${chars(random, HEX, 12)}]; Path=/; HttpOnly`,
  underAsked: ({ random, served }) =>
    `/orders/${(served * 7_919) % 100_000}/jobs/${chars(random, BASE62, 9)}`,
  page: ({ random }) =>
    `<p>${'Hello there. '.repeat(30)}</p> <i id="${chars(random, DIGITS, 12)}"></i>`,
  sentence: ({ random }) => `Request ${chars(random, DIGITS, 9)} was taken`,
  url: ({ random }) => `https://x.example/jobs/${chars(random, BASE62, 12)}`,
}

const iso = (now: number) => new Date(now).toISOString()
const utc = (now: number) => new Date(now).toUTCString()
const two = (number: number) => String(number).padStart(2, '0')

/** Times of their own answers, and counters: these explain themselves. */
export const EXPLAINED_FIELDS: Readonly<Record<string, Field>> = {
  isoMs: ({ now }) => iso(now),
  isoSeconds: ({ now }) => iso(now).replace(/\.\d+/, ''),
  isoZone: ({ now }) => iso(now + 7_200_000).replace('Z', '+02:00'),
  isoNanos: ({ now, random }) => iso(now).replace('Z', `${chars(random, DIGITS, 6)}Z`),
  isoSpaced: ({ now }) => iso(now).replace('T', ' ').replace('Z', ''),
  basic: ({ now }) => iso(now).replace(/[-:]|\.\d+/g, ''),
  http: ({ now }) => utc(now),
  ctime: ({ now }) => {
    const [, day, month, year, time] = utc(now).split(' ')
    return `Tue ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`
  },
  accessLog: ({ now }) => {
    const [, day, month, year, time] = utc(now).split(' ')
    return `${day}/${month}/${year}:${time} +0000`
  },
  american: ({ now }) => {
    const at = new Date(now)
    const hour = at.getUTCHours()
    return `${at.getUTCMonth() + 1}/${at.getUTCDate()}/${at.getUTCFullYear()}, ${hour % 12 || 12}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} ${hour < 12 ? 'AM' : 'PM'}`
  },
  epochSeconds: ({ now }) => Math.floor(now / 1000),
  epochMs: ({ now }) => Math.floor(now),
  epochMsText: ({ now }) => String(Math.floor(now)),
  epochFloat: ({ now }) => Math.floor(now) / 1000,
  epochMicros: ({ now }) => Math.floor(now * 1000),
  epochNanos: ({ now, random }) => ({
    '\u0000number': `${Math.floor(now)}${chars(random, DIGITS, 5)}1`,
  }),
  ofDay: ({ now }) => iso(now).slice(11, 23),
  counter: ({ served, host }) => host * 1_000 + served,
  counterFast: ({ served, host, random }) =>
    served * 700 + host * 99_000 + Math.floor(random() * 90),
}
