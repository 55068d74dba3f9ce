import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { cloneJson, isDeeperThan, ownValue, setOwnValue } from '@/lib/shared/json-values'
import { NESTING_DEPTH_MAX } from './limits'

/** A deep copy of an object that shares nothing with it. */
export function copyObject(object: JsonObject): JsonObject {
  const copy: JsonObject = {}
  for (const key of Object.keys(object)) {
    setOwnValue(copy, key, cloneJson(ownValue(object, key) ?? null))
  }
  return copy
}

/** Whether the value nests deeper than `NESTING_DEPTH_MAX`; such values are refused before any recursion. */
export function isTooDeep(value: JsonValue): boolean {
  return isDeeperThan(value, NESTING_DEPTH_MAX)
}

/** What a refusal says about a value for which `isTooDeep` holds. */
export function tooDeepMessage(what: string): string {
  return `${what} nests deeper than ${NESTING_DEPTH_MAX} levels`
}
