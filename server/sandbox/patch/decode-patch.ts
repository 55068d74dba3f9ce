/** The body of a PATCH → a patch. json-patch.ts, merge-patch.ts and strategic-merge-patch.ts apply it: an object and a patch → the patched object, or a refusal. */
import type { JsonValue } from '@/lib/shared/json'
import { goJsonError } from '../api/go-json-error'
import { badRequest, type Refusal } from '../api/refusal'

export type PatchType = 'json' | 'merge' | 'strategic'

/** The patch in a request body, or the 400 of kube-apiserver when the text is not JSON. */
export function decodePatch(
  text: string,
  type: PatchType,
): { readonly ok: true; readonly patch: JsonValue } | Refusal {
  try {
    return { ok: true, patch: JSON.parse(text) as JsonValue }
  } catch {
    const error = goJsonError(text) ?? 'invalid JSON'
    return badRequest(type === 'strategic' ? error : `error decoding patch: ${error}`)
  }
}
