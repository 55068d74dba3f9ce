/**
 * JSON numbers as they were written. A number that a double gives back digit for digit is a plain one; any other is kept as
 * its text, `{"\u0000number": "1.0"}`, which survives every further serialisation. Keys of an answer's own that begin with
 * U+0000 are given one more, so that no answer can pretend to be such a number.
 */

export const NUMBER_KEY = '\u0000number'
/** An object that has a name several times: the field holds its values in order, below this key. */
export const REPEATED_KEY = '\u0000repeated'

export interface NumberText {
  readonly [NUMBER_KEY]: string
}
export interface RepeatedField {
  readonly [REPEATED_KEY]: readonly unknown[]
}

/** Whether the value is a number kept as its text. */
export function isNumberText(value: unknown): value is NumberText {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, NUMBER_KEY)
}

/** Whether the value stands for several of one name. */
export function isRepeatedField(value: unknown): value is RepeatedField {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, REPEATED_KEY)
}

/** The value of a JSON number: plain where a double gives the same digits back, else kept as its text. */
export function readNumber(text: string): number | NumberText {
  const value = Number(text)
  return String(value) === text ? value : { [NUMBER_KEY]: text }
}

/** A number's digits as they were written; null for what is none. */
export function numberText(value: unknown): string | null {
  if (typeof value === 'number') return String(value)
  return isNumberText(value) ? value[NUMBER_KEY] : null
}

/** The nearest double; null for what is no number. */
export function numberValue(value: unknown): number | null {
  if (typeof value === 'number') return value
  return isNumberText(value) ? Number(value[NUMBER_KEY]) : null
}

const PARTS = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
/** Digits of an exponent that are reckoned with; a number with more is equal to its own text only. */
const EXPONENT_DIGITS_MAX = 400

/** One text for all spellings of one decimal number: `1.0`, `1` and `10e-1` give the same. Zero has no sign. */
export function exactNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = PARTS.exec(text) ?? []
  if (whole === '' || exponent.length > EXPONENT_DIGITS_MAX) return text
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = withoutZerosAtEnd(digits)
  if (significant === '') return '0'
  const shift = digits.length - significant.length - fraction.length
  return `${sign}${significant}e${BigInt(exponent) + BigInt(shift)}`
}

/** An expression would look at every run of zeros from each of its places. */
function withoutZerosAtEnd(digits: string): string {
  let end = digits.length
  while (end > 0 && digits.charCodeAt(end - 1) === 48) end -= 1
  return digits.slice(0, end)
}

/** Whether two values are one number, differently written or not. */
export function isSameNumber(left: unknown, right: unknown): boolean {
  const [first, second] = [numberText(left), numberText(right)]
  if (first === null || second === null) return false
  return first === second || exactNumber(first) === exactNumber(second)
}
