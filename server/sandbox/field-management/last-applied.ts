import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, ownValue } from '@/lib/shared/json-values'
import { goJson } from '@/lib/validation/go-text'
import { isTooDeep } from '../api/json-fields'
import { compareObjects } from './compare-objects'
import type { FieldSet } from './field-set'
import { ANNOTATIONS_BYTES_MAX } from './limits'
import { withManagedFields } from './managed-fields'
import type { Conflict } from './move-ownership'
import type { Atom } from './schema-atom'
import { toFieldSet } from './to-field-set'

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration'

/** The only manager that takes over from client-side apply, because it is the same tool. */
export const kubectlManager = 'kubectl'

/**
 * The conflicts that remain when kubectl applies over its own client-side apply: fields that the last-applied
 * annotation lists with the very value they still have are not in conflict. All of them when there is no
 * usable annotation.
 */
export function conflictsBeyondLastApplied(
  conflicts: readonly Conflict[],
  live: JsonObject,
  apiVersion: string,
  atom: Atom,
): readonly Conflict[] {
  const owned = ownedByLastApplied(live, apiVersion, atom)
  return owned === undefined ? conflicts : conflicts.filter(({ path }) => !owned.has(path))
}

function ownedByLastApplied(
  live: JsonObject,
  apiVersion: string,
  atom: Atom,
): FieldSet | undefined {
  const applied = parseObject(lastAppliedOf(live))
  if (applied === undefined || ownValue(applied, 'apiVersion') !== apiVersion) return undefined
  const comparison = compareObjects(applied, withManagedFields(live, undefined), atom)
  if ('error' in comparison) return undefined
  const { removed, modified, added } = comparison
  return toFieldSet(applied, atom).difference(modified).difference(added).difference(removed)
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue
    return isJsonObject(value) && !isTooDeep(value) ? value : undefined
  } catch {
    return undefined
  }
}

function lastAppliedOf(object: JsonObject): string {
  const value = ownValue(annotationsOf(object) ?? {}, ANNOTATION)
  return typeof value === 'string' ? value : ''
}

function annotationsOf(object: JsonObject): JsonObject | undefined {
  const metadata = ownValue(object, 'metadata')
  const annotations = isJsonObject(metadata) ? ownValue(metadata, 'annotations') : undefined
  return isJsonObject(annotations) ? annotations : undefined
}

/**
 * The object with its last-applied annotation, if it has one, brought up to what was just applied, so that
 * client-side apply can still be used afterwards. Dropped when the annotations would grow too large.
 */
export function syncLastApplied(object: JsonObject, applied: JsonObject): JsonObject {
  if (lastAppliedOf(object) === '') return object
  const { [ANNOTATION]: _, ...others } = annotationsOf(object) ?? {}
  const synced = { ...others, [ANNOTATION]: `${goJson(withoutAnnotation(applied))}\n` }
  const metadata = ownValue(object, 'metadata')
  return {
    ...object,
    metadata: {
      ...(isJsonObject(metadata) ? metadata : {}),
      annotations: annotationBytes(synced) > ANNOTATIONS_BYTES_MAX ? others : synced,
    },
  }
}

function withoutAnnotation(applied: JsonObject): JsonObject {
  const annotations = annotationsOf(applied)
  const metadata = ownValue(applied, 'metadata')
  if (annotations === undefined || !isJsonObject(metadata)) return applied
  const { [ANNOTATION]: _, ...others } = annotations
  return { ...applied, metadata: { ...metadata, annotations: others } }
}

function annotationBytes(annotations: JsonObject): number {
  let total = 0
  for (const [key, value] of Object.entries(annotations)) {
    total += Buffer.byteLength(key) + (typeof value === 'string' ? Buffer.byteLength(value) : 0)
  }
  return total
}
