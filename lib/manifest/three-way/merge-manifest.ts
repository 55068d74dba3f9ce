/** Someone else's change of an object → the draft's text with that change in it. */
import { rewriteManifest } from '@/lib/manifest/edit/edit-manifest'
import { type ManifestDocument, parseManifest } from '@/lib/manifest/parse-manifest'
import { type FieldChange, fieldChanges, isWithin } from '@/lib/manifest/three-way/field-changes'
import {
  type MergeChoice,
  type MergeConflict,
  mergeObjects,
} from '@/lib/manifest/three-way/merge-objects'
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'

/** Texts: what the draft was made from, what is live now, and the draft, which may have further documents. */
export interface MergeTexts {
  readonly base: string
  readonly live: string
  readonly draft: string
}

export type ManifestMerge =
  | {
      readonly ok: true
      readonly text: string
      readonly conflicts: readonly MergeConflict[]
      /** What the other changed, without what is in conflict. */
      readonly brought: readonly FieldChange[]
    }
  | { readonly ok: false; readonly message: string }

/**
 * The draft's text with the other's changes in it: only the lines they concern change, so that comments, order and quoting of the
 * draft stay. Of a conflict the draft's side is kept unless `choices` says otherwise.
 */
export function mergeManifest(
  texts: MergeTexts,
  choices: readonly MergeChoice[] = [],
): ManifestMerge {
  const base = parseManifest(texts.base).documents[0]?.object
  const live = parseManifest(texts.live).documents[0]?.object
  if (base === undefined || live === undefined) return failure('There is nothing to merge with.')
  const { documents, problems } = parseManifest(texts.draft)
  const [problem] = problems
  if (problem !== undefined) {
    return failure(`Line ${problem.range.startLine} must be corrected first: ${problem.message}`)
  }
  const draft = counterpartOf(live, documents)
  if (draft === undefined) {
    return failure('Your draft is of another object: discard it, or keep it as it is.')
  }
  const { object, conflicts } = mergeObjects({ base, live, draft: draft.object }, choices)
  const rewritten = rewriteManifest(texts.draft, draft.index, object)
  if (!rewritten.ok) return rewritten
  const brought = fieldChanges(base, live).filter(
    ({ path }) =>
      !conflicts.some((conflict) => isWithin(path, conflict.path) || isWithin(conflict.path, path)),
  )
  return { ok: true, text: rewritten.text, conflicts, brought }
}

function counterpartOf(live: JsonObject, documents: readonly ManifestDocument[]) {
  const identity = identityOf(live)
  return documents.find(({ object }) => identityOf(object) === identity)
}

function identityOf({ kind, metadata }: JsonObject): string {
  return JSON.stringify([kind, isJsonObject(metadata) ? metadata['name'] : null])
}

function failure(message: string): ManifestMerge {
  return { ok: false, message }
}
