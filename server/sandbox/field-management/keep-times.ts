import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { equalJson, isJsonObject } from '@/lib/shared/json-values'
import { managedFieldsOf, withManagedFields } from './managed-fields'

/**
 * `after`, or `before` when the two differ in nothing but the times of managedFields entries: such a write is
 * no change and must not be stored. Call it with the defaulted object, before generation moves.
 */
export function keepTimes(before: JsonObject, after: JsonObject): JsonObject {
  const stored = withoutTimes(managedFieldsOf(before))
  const proposed = withoutTimes(managedFieldsOf(after))
  if (!equalJson(stored, proposed)) return after
  const same = equalJson(withManagedFields(before, undefined), withManagedFields(after, undefined))
  return same ? before : after
}

function withoutTimes(entries: JsonValue | undefined): JsonValue[] {
  if (!Array.isArray(entries)) return []
  return entries.map((entry) => {
    if (!isJsonObject(entry)) return entry
    const { time: _, ...rest } = entry
    return rest
  })
}
