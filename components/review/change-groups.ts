/** What an apply changes, in words and by who makes the change. Pure. */
import type { LineNote } from '@/components/editor/manifest-diff'
import type { Tone } from '@/components/ui/chip'
import type { ManifestResult } from '@/lib/dashboard-api/manifests'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { pathText } from '@/lib/manifest/edit/field-edit'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import { changeText, shortValue } from '@/lib/manifest/three-way/change-text'
import {
  type ChangeOrigin,
  type ReviewedChange,
  type ReviewVersions,
  reviewChanges,
} from '@/lib/manifest/three-way/review-changes'
import { editablePart, LAST_APPLIED, toEditableYaml } from '@/lib/manifest/to-editable-yaml'
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'

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
export function changeGroups(changes: readonly ReviewedChange[]): readonly ChangeGroup[] {
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

/** All that is reviewed as it would be stored, a document each; as it was sent where the server gave no object. */
export function answersText(results: readonly ManifestResult[], manifest: string): string {
  const texts = results.map((result) => {
    const object = result.result ?? draftObject(manifest, result)
    return object === null ? '{}\n' : toEditableYaml(object)
  })
  return texts.join('---\n')
}

type Versions = Omit<ReviewVersions, 'schema'>

/**
 * What is compared: the live object, the draft and the server's answer as a person writes them; null where the server gave none.
 * kubectl's record of its last apply is in them where it changes, so that nothing changes unseen.
 */
export function versionsOf(result: ManifestResult, draft: JsonObject | null): Versions | null {
  const { live, result: answer } = result
  if (answer === null || draft === null) return null
  const record = answer.metadata.annotations?.[LAST_APPLIED]
  const isSame = live === null || live.metadata.annotations?.[LAST_APPLIED] === record
  const part = (object: KubernetesObject) => {
    const text = object.metadata.annotations?.[LAST_APPLIED]
    return isSame ? (editablePart(object) as JsonObject) : withRecord(object, text)
  }
  return {
    live: live === null ? null : part(live),
    draft: isSame ? draft : withRecord(draft, record),
    answer: part(answer),
  }
}

function withRecord(object: object, record: string | undefined): JsonObject {
  const part = editablePart(object) as JsonObject
  if (record === undefined || !isJsonObject(part['metadata'])) return part
  const { annotations = {}, ...metadata } = part['metadata']
  const all = isJsonObject(annotations) ? { ...annotations, [LAST_APPLIED]: record } : annotations
  return { ...part, metadata: { ...metadata, annotations: all } }
}

/** The changes the versions stand for. */
export function changesOf(
  versions: Versions | null,
  schema: JsonObject | undefined,
): readonly ReviewedChange[] {
  return versions === null ? [] : reviewChanges({ ...versions, schema })
}

/** For each line of the server's answer that is not the draft's, who made it. */
export function lineNotes(text: string, changes: readonly ReviewedChange[]): readonly LineNote[] {
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
