/** Two versions of an object → what differs, in a line for each field. */
import { pathText } from '@/lib/manifest/edit/field-edit'
import { type FieldChange, fieldChanges } from '@/lib/manifest/three-way/field-changes'
import type { JsonObject, JsonValue } from '@/lib/shared/json'

export interface ChangeSummary {
  /** `spec.rules[0].backendRefs[0].weight: 1 → 9`, in the order of the object. */
  readonly lines: readonly string[]
  /** Differences beyond `lines`. */
  readonly more: number
}

const LINES_MAX = 6
const VALUE_CHARACTERS_MAX = 60

/** Returns the first few differences. List items are recognised by what they share, so that an insertion is one difference. */
export function summariseChange(before: JsonObject, after: JsonObject): ChangeSummary {
  const changes = fieldChanges(before, after)
  return {
    lines: changes.slice(0, LINES_MAX).map(lineOf),
    more: Math.max(0, changes.length - LINES_MAX),
  }
}

function lineOf({ path, before, after }: FieldChange): string {
  const field = pathText(path)
  if (before === undefined) return `${field} added${suffix(after)}`
  if (after === undefined) return `${field} removed${suffix(before)}`
  return `${field}: ${shown(before)} → ${shown(after)}`
}

function suffix(value: JsonValue | undefined): string {
  return value === undefined || typeof value === 'object' ? '' : `: ${shown(value)}`
}

function shown(value: JsonValue): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > VALUE_CHARACTERS_MAX ? `${text.slice(0, VALUE_CHARACTERS_MAX)}…` : text
}
