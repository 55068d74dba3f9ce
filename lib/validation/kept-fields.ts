import { FIELD_MANAGER } from '@/lib/gateway-api/field-manager'
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject, ownValue } from '@/lib/shared/json-values'

/** The object at `key`, or an empty one. */
export function objectAt(parent: JsonObject, key: string): JsonObject {
  const value = ownValue(parent, key)
  return isJsonObject(value) ? value : {}
}

/**
 * The object with the fields of `spec` that it leaves out and that stay when it is applied, because another manager owns them: what
 * admission is asked about. Exact for fields that have one owner, as atomic lists do.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function withKeptFields(object: JsonObject, stored: JsonObject | undefined): JsonObject {
  if (stored === undefined) return object
  const spec = objectAt(object, 'spec')
  const kept = Object.entries(objectAt(stored, 'spec')).filter(
    ([field]) => !Object.hasOwn(spec, field) && isOwnedByAnother(stored, field),
  )
  return kept.length === 0 ? object : { ...object, spec: { ...Object.fromEntries(kept), ...spec } }
}

function isOwnedByAnother(stored: JsonObject, field: string): boolean {
  const entries = ownValue(objectAt(stored, 'metadata'), 'managedFields')
  return (Array.isArray(entries) ? entries : []).some((entry) => {
    if (!isJsonObject(entry)) return false
    const isOurs = entry['manager'] === FIELD_MANAGER && entry['operation'] === 'Apply'
    return !isOurs && Object.hasOwn(objectAt(objectAt(entry, 'fieldsV1'), 'f:spec'), `f:${field}`)
  })
}
