/**
 * The part of an object that one manager owns by server-side apply. Applying it again with a change in it changes just that:
 * what the manager owned and leaves out would be removed, and what it never owned stays others'. The way of client-go's
 * Extract functions. https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { type FieldTree, isItem, stepsOf } from '@/lib/manifest/ownership/field-tree'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'

/** The manager's part, with the object's identity; only that where it owns nothing. */
export function ownedPart(
  object: KubernetesObject,
  manager: string,
): JsonObject & KubernetesObject {
  const { apiVersion, kind, metadata } = object
  const { name, namespace } = metadata
  const entry = (metadata.managedFields ?? []).find(
    (fields) =>
      fields.manager === manager &&
      fields.operation === 'Apply' &&
      (fields.subresource ?? '') === '',
  )
  const owned = entry === undefined ? {} : pick(object as unknown as JsonObject, entry.fieldsV1)
  const part = isJsonObject(owned) ? owned : {}
  const ownedMetadata = isJsonObject(part['metadata']) ? part['metadata'] : {}
  return {
    ...part,
    apiVersion,
    kind,
    metadata: { ...ownedMetadata, name, ...(namespace === undefined ? {} : { namespace }) },
  }
}

/** The value as far as a set of fields goes; a set without fields is the whole value. */
function pick(value: JsonValue, fields: FieldTree): JsonValue {
  const names = stepsOf(fields)
  if (names.length === 0) return value
  if (Array.isArray(value)) return pickItems(value, fields, names)
  if (!isJsonObject(value)) return value
  const picked: JsonObject = {}
  for (const name of names) {
    const key = name.slice(2)
    const inner = value[key]
    if (!name.startsWith('f:') || inner === undefined) continue
    picked[key] = pick(inner, toFields(fields[name]))
  }
  return picked
}

/** Items by their keys (`k:`) or their values (`v:`), in the list's order. */
function pickItems(items: readonly JsonValue[], fields: FieldTree, names: readonly string[]) {
  return items.flatMap((item) => {
    const name = names.find((candidate) => isItem(item, candidate))
    if (name === undefined) return []
    const keys = name.startsWith('k:') ? (JSON.parse(name.slice(2)) as JsonObject) : {}
    const picked = pick(item, toFields(fields[name]))
    return [isJsonObject(picked) ? { ...keys, ...picked } : picked]
  })
}

function toFields(value: unknown): FieldTree {
  return isJsonObject(value) ? value : {}
}
