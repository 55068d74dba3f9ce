/** Reading untyped Kubernetes objects without casts: every accessor answers undefined for another type. */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'

/** The object at `key`, or undefined when absent or of another type. */
export function objectAt(parent: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = parent?.[key]
  return isJsonObject(value) ? value : undefined
}

/** The object at the end of `keys`, or undefined as soon as one is missing. */
export function objectIn(parent: JsonObject, ...keys: string[]): JsonObject | undefined {
  let current: JsonObject | undefined = parent
  for (const key of keys) current = objectAt(current, key)
  return current
}

/** The objects in the list at `key`; entries of another type are left out, absent means none. */
export function objectsAt(parent: JsonObject | undefined, key: string): JsonObject[] {
  const value = parent?.[key]
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

/** The strings in the list at `key`; entries of another type are left out, absent means none. */
export function stringsAt(parent: JsonObject | undefined, key: string): string[] {
  const value = parent?.[key]
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}

/** The string at `key`; the empty string when absent, as Go's zero value. */
export function stringAt(parent: JsonObject | undefined, key: string): string {
  const value = parent?.[key]
  return typeof value === 'string' ? value : ''
}

/** The number at `key`, or undefined. */
export function numberAt(parent: JsonObject | undefined, key: string): number | undefined {
  const value = parent?.[key]
  return typeof value === 'number' ? value : undefined
}

/** The string-to-string map at `key`; values of another type are left out. */
export function stringMapAt(
  parent: JsonObject | undefined,
  key: string,
): Record<string, string> | undefined {
  const value = objectAt(parent, key)
  if (value === undefined) return undefined
  const entries: [string, string][] = []
  for (const [name, entry] of Object.entries(value)) {
    if (typeof entry === 'string') entries.push([name, entry])
  }
  return Object.fromEntries(entries)
}

/** Whether two JSON values are equal, with key order and absent-versus-null ignored. */
export function isDeepEqual(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === right) return true
  if (left === undefined || left === null) return right === undefined || right === null
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((entry, index) => isDeepEqual(entry, right[index]))
    )
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false
  const keys = new Set([...Object.keys(left), ...Object.keys(right)])
  for (const key of keys) if (!isDeepEqual(left[key], right[key])) return false
  return true
}

/** Assigns `value` when the property is absent or null, as Go's nil checks in defaulting do. */
export function setDefault(target: JsonObject, key: string, value: JsonValue): void {
  if (target[key] === undefined || target[key] === null) target[key] = value
}

/** Assigns `value` also over the empty string, as Go's zero-value checks in defaulting do. */
export function setDefaultText(target: JsonObject, key: string, value: string): void {
  if (target[key] === '') target[key] = value
  setDefault(target, key, value)
}
