/** What every built-in kind's definition repeats. */
import type { ResourceKind } from '@/lib/gateway-api/kinds'
import type { JsonObject } from '@/lib/shared/json'
import { isDeepEqual, objectAt, setDefault } from './json-access'

/** Identity of a core kind. */
export function resourceKind(
  group: string,
  kind: string,
  plural: string,
  namespaced = true,
): ResourceKind {
  return { group, version: 'v1', kind, plural, namespaced }
}

/** A deep copy to default in place. */
export function copyOf(object: JsonObject): JsonObject {
  return structuredClone(object)
}

/** The object at `key`, created empty when absent. */
export function ensureObject(parent: JsonObject, key: string): JsonObject {
  setDefault(parent, key, {})
  return objectAt(parent, key) ?? {}
}

/** For kinds without metadata.generation. */
export function neverChangesGeneration(): boolean {
  return false
}

/** For kinds whose generation counts changes of `spec`. */
export function specChanges(object: JsonObject, old: JsonObject): boolean {
  return !isDeepEqual(object['spec'], old['spec'])
}
