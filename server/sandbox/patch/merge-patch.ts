import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { cloneJson, isJsonObject, ownValue, setOwnValue } from '@/lib/shared/json-values'
import { goTypeOf } from '../api/go-format'
import { isTooDeep, tooDeepMessage } from '../api/json-fields'
import { badRequest, type Refusal } from '../api/refusal'

export type PatchOutcome = { readonly ok: true; readonly object: JsonObject } | Refusal

/**
 * The object after a JSON merge patch (https://www.rfc-editor.org/rfc/rfc7396); the inputs are left alone.
 * A patch that is not an object, or that nests too deeply, is refused with a 400.
 */
export function mergePatch(live: JsonObject, patch: JsonValue): PatchOutcome {
  if (patch === null) return badRequest('Invalid JSON Patch')
  if (!isJsonObject(patch)) {
    return badRequest(
      `error decoding patch: json: cannot unmarshal ${goTypeOf(patch)} into Go value of type map[string]interface {}`,
    )
  }
  if (isTooDeep(patch)) return badRequest(`error decoding patch: ${tooDeepMessage('the patch')}`)
  return { ok: true, object: mergeObjects(live, patch) }
}

function mergeObjects(live: JsonObject, patch: JsonObject): JsonObject {
  const merged: JsonObject = {}
  for (const key of Object.keys(live)) {
    if (ownValue(patch, key) === null) continue
    setOwnValue(merged, key, cloneJson(live[key] ?? null))
  }
  for (const key of Object.keys(patch)) {
    const value = ownValue(patch, key) ?? null
    if (value !== null) setOwnValue(merged, key, mergeValue(ownValue(live, key), value))
  }
  return merged
}

function mergeValue(live: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return cloneJson(patch)
  return mergeObjects(isJsonObject(live) ? live : {}, patch)
}
