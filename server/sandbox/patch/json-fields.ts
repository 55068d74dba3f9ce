import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { nestingDepthMax } from './limits'

/** Whether the value is a JSON object; arrays and null are not. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object's own field, or undefined. Never a field of Object.prototype, whatever the key. */
export function getField(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

/** Sets a field as plain data: the key `__proto__` becomes a field too, not a prototype. */
export function setField(object: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  } else {
    object[key] = value
  }
}

/** A deep copy that shares nothing with the original. The value must not nest too deeply (`isTooDeep`). */
export function cloneJson<T extends JsonValue>(value: T): T
export function cloneJson(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item) => cloneJson(item))
  if (!isJsonObject(value)) return value
  const copy: JsonObject = {}
  for (const key of Object.keys(value)) setField(copy, key, cloneJson(value[key] ?? null))
  return copy
}

/** Deep equality of JSON values; the order of object keys does not count, a null field is not an absent one. */
export function jsonEquals(left: JsonValue, right: JsonValue): boolean {
  if (left === right) return true
  if (Array.isArray(left)) return Array.isArray(right) && listEquals(left, right)
  if (!isJsonObject(left) || !isJsonObject(right)) return false
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  return keys.every(
    (key) => Object.hasOwn(right, key) && jsonEquals(left[key] ?? null, right[key] ?? null),
  )
}

function listEquals(left: readonly JsonValue[], right: readonly JsonValue[]): boolean {
  return (
    left.length === right.length &&
    left.every((item, index) => jsonEquals(item, right[index] ?? null))
  )
}

/** Whether the value nests deeper than `nestingDepthMax`; such values are refused before any recursion. */
export function isTooDeep(value: JsonValue, levels: number = nestingDepthMax): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  const children = Array.isArray(value) ? value : Object.values(value)
  for (const child of children) {
    if (isTooDeep(child, levels - 1)) return true
  }
  return false
}

/** What a refusal says about a value for which `isTooDeep` holds. */
export function tooDeepMessage(what: string): string {
  return `${what} nests deeper than ${nestingDepthMax} levels`
}
