/** Texts that are equal when values are: keys sorted, so that the order of fields does not matter. */
import {
  exactNumber,
  isNumberText,
  isRepeatedField,
  NUMBER_KEY,
  REPEATED_KEY,
} from '@/lib/comparison/json-number'
import { shapeOf } from '@/lib/comparison/value-shape'

/** The value as one text; equal values give equal texts. */
export function canonical(value: unknown): string {
  return write(value, false)
}

/** The same with ids and times replaced by their shape, so that items that differ in nothing else are equal. */
export function maskedCanonical(value: unknown): string {
  return write(value, true)
}

function write(value: unknown, isMasked: boolean): string {
  if (Array.isArray(value)) return `[${value.map((item) => write(item, isMasked)).join(',')}]`
  if (isObject(value)) {
    const fields = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${write(value[key], isMasked)}`)
    return `{${fields.join(',')}}`
  }
  if (isRepeatedField(value)) {
    return value[REPEATED_KEY].map((one) => write(one, isMasked)).join('&')
  }
  const shape = isMasked ? shapeOf(isNumberText(value) ? value[NUMBER_KEY] : value) : 'other'
  if (shape !== 'other') return `<${shape}>`
  if (isNumberText(value)) return canonicalNumber(value[NUMBER_KEY])
  return JSON.stringify(value) ?? 'null'
}

/** As a plain number is written, where that is the same number; what no double holds as its exact digits. */
export function canonicalNumber(text: string): string {
  const plain = String(Number(text))
  const exact = exactNumber(text)
  return exactNumber(plain) === exact ? plain : exact
}

/** Whether the value is a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !isNumberText(value) &&
    !isRepeatedField(value)
  )
}

/** FNV-1a over UTF-16 units, 32 bits: for telling values apart, never for secrecy. http://www.isthe.com/chongo/tech/comp/fnv/ */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}
