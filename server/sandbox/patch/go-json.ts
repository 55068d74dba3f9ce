import type { JsonValue } from '@/lib/shared/json'
import { isJsonObject } from './json-fields'

/** The JSON type of a value in the words of Go's json package, as in `cannot unmarshal object into …`. */
export function goTypeOf(value: JsonValue): string {
  if (Array.isArray(value)) return 'array'
  if (value === null) return 'null'
  if (typeof value === 'boolean') return 'bool'
  return typeof value
}

/** JSON text as Go's json.Marshal writes a map: keys sorted, no spaces, `<`, `>` and `&` escaped. */
export function goJson(value: JsonValue): string {
  if (typeof value === 'string') return goString(value)
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`
  if (isJsonObject(value)) {
    const keys = Object.keys(value).sort(compareUtf8)
    return `{${keys.map((key) => `${goString(key)}:${goJson(value[key] ?? null)}`).join(',')}}`
  }
  return JSON.stringify(value)
}

const ESCAPED = /[<>&\u2028\u2029]/g

function goString(text: string): string {
  return JSON.stringify(text).replace(
    ESCAPED,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** A value as Go's fmt `%v` prints it: `map[a:1 b:[x y]]`, `<nil>`. */
export function goFormat(value: JsonValue): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goFormat).join(' ')}]`
  if (!isJsonObject(value)) return String(value)
  const keys = Object.keys(value).sort(compareUtf8)
  return `map[${keys.map((key) => `${key}:${goFormat(value[key] ?? null)}`).join(' ')}]`
}

/** A value as Go's fmt `%#v` prints it: `map[string]interface {}{"a":1}`. */
export function goSyntax(value: JsonValue): string {
  if (value === null) return 'interface {}(nil)'
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (!isJsonObject(value)) return String(value)
  const keys = Object.keys(value).sort(compareUtf8)
  const fields = keys.map((key) => `${JSON.stringify(key)}:${goSyntax(value[key] ?? null)}`)
  return `map[string]interface {}{${fields.join(', ')}}`
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
