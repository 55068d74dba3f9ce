/** What values look like: the ids and times that differ between any two answers. From the values alone. */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const HEX = /^(?=.*\d)(?=.*[a-f])[0-9a-f]{12,}$/i
/** https://github.com/ulid/spec */
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/
const LONG_NUMBER = /^\d{12,}$/
/** Letters of both cases and digits, as random base64url has them. */
const TOKEN = /^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[\w-]{20,}={0,2}$/
/** `req_8f2c…`, `ord-01H…`: a word, then what no word is. */
const PREFIXED = /^[a-z]{1,12}[_-](?=.*\d)[A-Za-z0-9]{10,}$/
/** A Pod of a Deployment: its name, the ReplicaSet's hash, five letters of no word. */
const POD = /^[a-z0-9.-]+-[0-9a-f]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$/
const ISO_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/
const HTTP_TIME = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/
/** Seconds and milliseconds of the years 2001 to 2100. */
const EPOCHS = [
  [1e9, 4.102e9],
  [1e12, 4.102e12],
] as const
const TEXT_LENGTH_MAX = 256

export type ValueShape = 'id' | 'time' | 'other'

/** Whether a text looks like a generated id: no person would have chosen it. */
export function isIdText(text: string): boolean {
  if (text.length < 8 || text.length > TEXT_LENGTH_MAX) return false
  return [UUID, HEX, ULID, LONG_NUMBER, PREFIXED, POD, TOKEN].some((shape) => shape.test(text))
}

/** Whether a key or a path segment is one: stricter with words, since names are words; any number is one. */
export function isIdKey(key: string): boolean {
  if (key.length > TEXT_LENGTH_MAX) return false
  return /^\d+$/.test(key) || [UUID, HEX, ULID, POD].some((shape) => shape.test(key))
}

/** Whether a text is the name of a Pod, which is another for every Deployment. */
export function isInstanceName(text: string): boolean {
  return text.length <= TEXT_LENGTH_MAX && POD.test(text)
}

/** What a value looks like. */
export function shapeOf(value: unknown): ValueShape {
  if (typeof value === 'string') {
    if (value.length > TEXT_LENGTH_MAX) return 'other'
    if (ISO_TIME.test(value) || HTTP_TIME.test(value)) return 'time'
    return isIdText(value) ? 'id' : 'other'
  }
  if (typeof value === 'number' && Number.isFinite(value)) {
    return EPOCHS.some(([from, to]) => value >= from && value < to) ? 'time' : 'other'
  }
  return 'other'
}
