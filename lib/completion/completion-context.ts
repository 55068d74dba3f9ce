import type { HTTPRoute } from '@/lib/gateway-api/types'
import { type FieldPath, valueAt } from '@/lib/manifest/edit/field-edit'
import { objectsOf } from '@/lib/manifest/list-items'
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import type { ClusterFacts } from '@/lib/validation/lints/cluster-facts'
import { readRoute } from '@/lib/validation/lints/read-route'
import { withDocuments } from '@/lib/validation/lints/with-documents'
import type { Cursor } from './cursor'

/** A route being typed, where in it the cursor is, and what the cluster has. */
export interface CompletionContext {
  readonly cursor: Cursor
  readonly route: HTTPRoute
  /** The route's. */
  readonly namespace: string
  /** With the Services and grants that stand beside the route. */
  readonly facts: ClusterFacts
  /** The map in which the value is, as written; empty where it is none. */
  readonly holder: JsonObject
  /** The rule in which the cursor is, as written; empty outside of rules. */
  readonly rule: JsonObject
}

/** The context of a cursor; null in a document of another kind. A document without a kind may become a route. */
export function completionContext(
  inText: Cursor,
  facts: ClusterFacts,
  defaultNamespace: string,
): CompletionContext | null {
  const cursor = inItem(inText)
  const own = cursor.objects[cursor.documentIndex] ?? null
  const fields = isJsonObject(own) ? own : {}
  const kind = fields['kind'] ?? 'HTTPRoute'
  const route = readRoute({ ...fields, kind }, defaultNamespace)
  if (route === null) return null
  const objectAt = (path: FieldPath) => {
    const value = valueAt(fields, path)
    return isJsonObject(value) ? value : {}
  }
  return {
    cursor,
    route,
    namespace: route.metadata.namespace ?? defaultNamespace,
    facts: withDocuments(cursor.objects, facts, defaultNamespace),
    holder: objectAt(cursor.path.slice(0, -1)),
    rule: cursor.path[1] === 'rules' ? objectAt(cursor.path.slice(0, 3)) : {},
  }
}

/** In a list the cursor is in one of the items, which are objects as any other. */
function inItem(cursor: Cursor): Cursor {
  const [root, item, ...path] = cursor.path
  const list = cursor.objects[cursor.documentIndex]
  if (root !== 'items' || typeof item !== 'number' || !isJsonObject(list)) return cursor
  const held = objectsOf(list)
  if (typeof held === 'string' || held[item]?.item !== item) return cursor
  const others = cursor.objects.filter((_, index) => index !== cursor.documentIndex)
  const objects = [...held.map(({ object }) => object), ...others]
  return { ...cursor, path, objects, documentIndex: item }
}

/** The text of a field; empty where it is absent or no text. */
export function textOf(fields: JsonObject, key: string): string {
  const value = fields[key]
  return typeof value === 'string' ? value : ''
}
