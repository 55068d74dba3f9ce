/** Two versions of an object → the fields that differ. */

import { alignItems } from '@/lib/manifest/align-items'
import type { FieldPath } from '@/lib/manifest/edit/field-edit'
import type { JsonValue } from '@/lib/shared/json'
import { equalJson, isJsonObject, ownValue } from '@/lib/shared/json-values'

export interface FieldChange {
  /** In the later version; for what is only in the former one, in that. */
  readonly path: FieldPath
  /** Undefined: the field was not there. */
  readonly before: JsonValue | undefined
  /** Undefined: the field is gone. */
  readonly after: JsonValue | undefined
}

/** Changes found at most: beyond, an object is simply another one. */
export const CHANGES_MAX = 500

/** The changes in the order of the later version; what is added or removed as a whole is one change. */
export function fieldChanges(before: JsonValue, after: JsonValue): readonly FieldChange[] {
  const found: FieldChange[] = []
  compare({ path: [], before, after }, found)
  return found
}

function compare(change: FieldChange, found: FieldChange[]): void {
  const { path, before, after } = change
  if (found.length >= CHANGES_MAX || equalJson(before, after)) return
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
      compare(
        { path: [...path, key], before: ownValue(before, key), after: ownValue(after, key) },
        found,
      )
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    for (const item of itemChanges(path, before, after)) compare(item, found)
  } else found.push(change)
}

function itemChanges(
  path: FieldPath,
  before: readonly JsonValue[],
  after: readonly JsonValue[],
): FieldChange[] {
  return alignItems(before, after).map(([left, right]) => ({
    path: [...path, right ?? left ?? 0],
    before: left === null ? undefined : before[left],
    after: right === null ? undefined : after[right],
  }))
}

/** Whether a path is another one or leads into it. */
export function isWithin(path: FieldPath, outer: FieldPath): boolean {
  return outer.every((step, index) => path[index] === step)
}
