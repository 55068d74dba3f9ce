/** Two versions of an object → what differs, in a line for each field. */
import { changeText } from '@/lib/manifest/three-way/change-text'
import { fieldChanges } from '@/lib/manifest/three-way/field-changes'
import type { JsonObject } from '@/lib/shared/json'

export interface ChangeSummary {
  /** `spec.rules[0].backendRefs[0].weight: 1 → 9`, in the order of the object. */
  readonly lines: readonly string[]
  /** Differences beyond `lines`. */
  readonly more: number
}

const LINES_MAX = 6

/** Returns the first few differences. List items are recognised by what they share, so that an insertion is one difference. */
export function summariseChange(before: JsonObject, after: JsonObject): ChangeSummary {
  const changes = fieldChanges(before, after)
  return {
    lines: changes.slice(0, LINES_MAX).map(changeText),
    more: Math.max(0, changes.length - LINES_MAX),
  }
}
