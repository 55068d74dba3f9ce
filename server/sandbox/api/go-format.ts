import type { JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { goNumber } from '@/lib/validation/go-text'

/** The JSON type of a value in the words of Go's json package, as in `cannot unmarshal object into …`. */
export function goTypeOf(value: JsonValue): string {
  if (Array.isArray(value)) return 'array'
  if (value === null) return 'null'
  if (typeof value === 'boolean') return 'bool'
  return typeof value
}

/** A value as Go's fmt `%v` prints it: `map[a:1 b:[x y]]`, `<nil>`. */
export function goFormat(value: JsonValue): string {
  if (value === null) return '<nil>'
  if (typeof value === 'number') return goNumber(value)
  if (Array.isArray(value)) return `[${value.map(goFormat).join(' ')}]`
  if (!isJsonObject(value)) return String(value)
  const keys = Object.keys(value).sort(compareUtf8)
  return `map[${keys.map((key) => `${key}:${goFormat(value[key] ?? null)}`).join(' ')}]`
}

/** Orders strings by their UTF-8 bytes, as Go does; UTF-16 order differs above U+FFFF. */
export function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index)
    const b = right.charCodeAt(index)
    if (a !== b) return surrogatesLast(a) - surrogatesLast(b)
  }
  return left.length - right.length
}

/** Surrogates stand for code points above every other code unit, so they must compare above U+FFFF. */
function surrogatesLast(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x2000 : unit
}
