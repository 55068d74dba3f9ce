/** The shape every stored object has, and safe access to the JSON inside it. */
import type { KubernetesObject } from '@/lib/gateway-api/types'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, setOwnValue } from '@/lib/shared/json-values'

export interface MetadataJson extends JsonObject {
  name: string
}

/** A Kubernetes object as JSON: `metadata` is an object with a name, everything else is unknown. */
export interface ApiObject extends JsonObject {
  apiVersion: string
  kind: string
  metadata: MetadataJson
}

/** The object at `key`, or an empty one. */
export function objectAt(parent: JsonObject | undefined, key: string): JsonObject {
  const value = parent?.[key]
  return isJsonObject(value) ? value : {}
}

/** The text at `key`, or ''. */
export function textAt(parent: JsonObject | undefined, key: string): string {
  const value = parent?.[key]
  return typeof value === 'string' ? value : ''
}

/** The list at `key`, or an empty one. */
export function listAt(parent: JsonObject | undefined, key: string): readonly JsonValue[] {
  const value = parent?.[key]
  return Array.isArray(value) ? value : []
}

/** The whole number at `key`, or undefined. */
export function integerAt(parent: JsonObject | undefined, key: string): number | undefined {
  const value = parent?.[key]
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined
}

/** `metadata`, or an empty object when the body has none. */
export function metadataOf(object: JsonObject): JsonObject {
  return objectAt(object, 'metadata')
}

/** metadata.namespace, or '' when the object has none. */
export function namespaceOf(object: JsonObject): string {
  return textAt(metadataOf(object), 'namespace')
}

/** metadata.name, or ''. */
export function nameOf(object: JsonObject): string {
  return textAt(metadataOf(object), 'name')
}

/** metadata.uid, or ''. */
export function uidOf(object: JsonObject): string {
  return textAt(metadataOf(object), 'uid')
}

/** metadata.finalizers as text; other values are ignored. */
export function finalizersOf(object: JsonObject): string[] {
  return listAt(metadataOf(object), 'finalizers').filter((item) => typeof item === 'string')
}

/** Whether metadata.deletionTimestamp is set: the object waits for its end. */
export function isBeingDeleted(object: JsonObject): boolean {
  return textAt(metadataOf(object), 'deletionTimestamp') !== ''
}

/** A copy with some metadata fields replaced; a value of undefined removes the field. */
export function withMetadata<T extends JsonObject>(
  object: T,
  changes: Record<string, JsonValue | undefined>,
): T {
  const metadata: JsonObject = { ...metadataOf(object) }
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) delete metadata[key]
    else metadata[key] = value
  }
  return { ...object, metadata }
}

/** Narrows JSON whose metadata.name, apiVersion and kind were checked on the way in. */
export function asApiObject(object: JsonObject): ApiObject {
  return object as ApiObject
}

/** JSON of a stored object under the type the product's other parts use. */
export function asKubernetesObject(object: JsonObject): KubernetesObject {
  return object as unknown as KubernetesObject
}

/** The JSON of a typed object; undefined fields disappear as they would on the wire. */
export function asJson(object: KubernetesObject): JsonObject {
  return JSON.parse(JSON.stringify(object)) as JsonObject
}

/** RFC 3339 in whole seconds, as metav1.Time prints. */
export function timestamp(epochMilliseconds: number): string {
  return `${new Date(epochMilliseconds).toISOString().slice(0, 19)}Z`
}

/** Freezes a value and everything inside it, so that stored objects cannot be changed through a reference. */
export function deepFreeze<T extends JsonValue>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const child of Object.values(value)) deepFreeze(child as JsonValue)
  }
  return value
}

/** JSON text with keys sorted, as Go prints a map. */
export function sortedJson(value: JsonValue): string {
  return JSON.stringify(sortKeys(value))
}

/** A copy with the keys of every object in order. */
export function sortKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (!isJsonObject(value)) return value
  const sorted: JsonObject = {}
  for (const key of Object.keys(value).sort()) {
    const child = value[key]
    if (child !== undefined) setOwnValue(sorted, key, sortKeys(child))
  }
  return sorted
}
