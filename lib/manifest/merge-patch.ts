import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { equalJson, isJsonObject, ownValue, setOwnValue } from '@/lib/shared/json-values'

/** The JSON merge patch that makes one object the other: maps merge, lists are replaced whole, null removes. RFC 7396 */
export function mergePatchBetween(before: JsonObject, after: JsonObject): JsonObject {
  const patch: JsonObject = {}
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [ownValue(before, key), ownValue(after, key)]
    if (!equalJson(was, is)) setOwnValue(patch, key, fieldPatch(was, is))
  }
  return patch
}

function fieldPatch(before: JsonValue | undefined, after: JsonValue | undefined): JsonValue {
  if (after === undefined) return null
  return isJsonObject(before) && isJsonObject(after) ? mergePatchBetween(before, after) : after
}
