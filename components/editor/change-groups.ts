/** What an apply changes, in words and by who makes the change. Pure. */
import type { Tone } from '@/components/ui/chip'
import type { ManifestResult } from '@/lib/dashboard-api/manifests'
import { pathText } from '@/lib/manifest/edit/field-edit'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import { changeText, shortValue } from '@/lib/manifest/three-way/change-text'
import {
  type ChangeOrigin,
  type ReviewedChange,
  type ReviewedChanges,
  reviewChanges,
} from '@/lib/manifest/three-way/review-changes'
import { editablePart } from '@/lib/manifest/to-editable-yaml'
import type { JsonObject } from '@/lib/shared/json'

const HEADINGS: Record<ChangeOrigin, string> = {
  draft: 'You change',
  default: 'The server fills in defaults',
  webhook: 'An admission webhook changes',
  server: 'The server adds or changes',
}

/** What stands beside a line that is not the draft's. */
export const ORIGIN_NOTES: Record<Exclude<ChangeOrigin, 'draft'>, string> = {
  default: 'default',
  webhook: 'by a webhook',
  server: 'by the server',
}

const TONES: Record<ChangeOrigin, Tone> = {
  draft: 'accent',
  default: 'neutral',
  webhook: 'warn',
  server: 'neutral',
}

export interface ChangeGroup {
  readonly origin: ChangeOrigin
  readonly heading: string
  readonly tone: Tone
  readonly lines: readonly string[]
  readonly count: number
}

/** Lines of one group; the difference beside them shows all. */
const LINES_MAX = 8

function lineOf(change: ReviewedChange): string {
  const { origin, path, before, after, drafted } = change
  if (origin === 'draft') return changeText({ path, before, after: drafted })
  const field = pathText(path)
  if (drafted !== undefined) {
    return after === undefined
      ? `${field}: your ${shortValue(drafted)} is dropped`
      : `${field}: your ${shortValue(drafted)} becomes ${shortValue(after)}`
  }
  return before === undefined ? `${field}: ${shortValue(after)}` : changeText(change)
}

/** The draft's group first; groups without a change are left out. */
export function changeGroups({ changes }: ReviewedChanges): readonly ChangeGroup[] {
  const origins: ChangeOrigin[] = ['draft', 'webhook', 'server', 'default']
  return origins.flatMap((origin) => {
    const own = changes.filter((change) => change.origin === origin)
    if (own.length === 0) return []
    const lines = own.slice(0, LINES_MAX).map(lineOf)
    return [{ origin, heading: HEADINGS[origin], tone: TONES[origin], lines, count: own.length }]
  })
}

/** A document as it will be sent: without status and what the server writes, in the namespace it goes to. */
export function draftObject(manifest: string, result: ManifestResult): JsonObject | null {
  const documents = parseManifest(manifest).documents
  const document = documents.find(({ index }) => index === result.documentIndex)
  if (document === undefined) return null
  const object = editablePart(document.object) as JsonObject
  const { metadata } = object
  if (result.namespace === '' || typeof metadata !== 'object' || Array.isArray(metadata)) {
    return object
  }
  return { ...object, metadata: { ...metadata, namespace: result.namespace } }
}

/** The changes a result stands for; null where the server gave no object. */
export function changesOf(
  result: ManifestResult,
  draft: JsonObject | null,
  schema: JsonObject | undefined,
): ReviewedChanges | null {
  if (result.result === null || draft === null) return null
  return reviewChanges({
    live: result.live === null ? null : (editablePart(result.live) as JsonObject),
    draft,
    answer: editablePart(result.result) as JsonObject,
    schema,
  })
}

export interface LineNote {
  readonly line: number
  readonly text: string
}

/** For each line of the server's answer that is not the draft's, who made it. */
export function lineNotes(text: string, { changes }: ReviewedChanges): readonly LineNote[] {
  const [document] = parseManifest(text).documents
  if (document === undefined) return []
  const notes = new Map<number, string>()
  for (const { origin, path, after } of changes) {
    const field = pathText(path)
    if (origin === 'draft' || after === undefined || !document.has(field)) continue
    notes.set(document.rangeOf(field, 'key').startLine, ORIGIN_NOTES[origin])
  }
  return [...notes].map(([line, note]) => ({ line, text: note }))
}
