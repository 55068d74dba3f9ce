import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import type { OpenApiSchema } from '../api/contracts'
import { goTypeOf } from '../api/go-format'
import { copyObject, isTooDeep, tooDeepMessage } from '../api/json-fields'
import { badRequest, internalError, unprocessable } from '../api/refusal'
import type { PatchOutcome } from './merge-patch'
import { PatchError } from './strategic-error'
import { mergeMap } from './strategic-merge'

/**
 * The object after a strategic merge patch; the inputs are left alone. Lists merge by the schema's
 * `x-kubernetes-patch-strategy` and `x-kubernetes-patch-merge-key`; `$patch`, `$setElementOrder`,
 * `$retainKeys` and `$deleteFromPrimitiveList` are followed. 400 for a directive of the wrong form, 422 for
 * what cannot be merged, 500 for a list item without its merge key, as kube-apiserver answers.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-update
 */
export function strategicMergePatch(
  live: JsonObject,
  patch: JsonValue,
  schema: OpenApiSchema,
): PatchOutcome {
  if (patch !== null && !isJsonObject(patch)) {
    return badRequest(
      `json: cannot unmarshal ${goTypeOf(patch)} into Go value of type map[string]interface {}`,
    )
  }
  if (patch === null) return { ok: true, object: live }
  if (isTooDeep(patch)) return badRequest(tooDeepMessage('the patch'))
  try {
    return { ok: true, object: mergeMap(copyObject(live), copyObject(patch), schema) }
  } catch (error) {
    if (!(error instanceof PatchError)) throw error
    if (error.kind === 'format') return badRequest(error.message)
    return error.kind === 'unprocessable' ? unprocessable() : internalError(error.message)
  }
}
