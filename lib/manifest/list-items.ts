import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, ownValue } from '@/lib/shared/json-values'

/** An object of a document: itself, or an item of a list. */
export interface HeldObject {
  readonly object: JsonObject
  /** Index in `items`; undefined for the document itself. */
  readonly item: number | undefined
}

/**
 * The objects that kubectl makes of a document: the items of a `List`, or of a list of one kind such as `HTTPRouteList`, whose
 * items need not say their kind. A text instead says why there are none.
 * https://github.com/kubernetes/apimachinery/blob/v0.35.0/pkg/apis/meta/v1/unstructured/helpers.go (decodeToList)
 */
export function objectsOf(document: JsonObject): readonly HeldObject[] | string {
  const kind = ownValue(document, 'kind')
  const items = ownValue(document, 'items')
  const isList = typeof kind === 'string' && kind.endsWith('List')
  if (!isList || (items === undefined && kind !== 'List')) {
    return [{ object: document, item: undefined }]
  }
  if (!Array.isArray(items)) {
    return `the items of a ${kind} must be a list of objects, each with apiVersion, kind and metadata.name`
  }
  const held = items.map((object, item) => ({ object: withKind(object, document, kind), item }))
  const wrong = held.findIndex(({ object }) => !isJsonObject(object))
  if (wrong !== -1) return `item ${wrong} of the ${kind} is no object`
  return held.filter((one): one is { object: JsonObject; item: number } => isJsonObject(one.object))
}

function withKind(item: JsonValue, list: JsonObject, kind: string): JsonValue {
  const isNamed = isJsonObject(item) && (item['kind'] ?? item['apiVersion'] ?? '') !== ''
  if (!isJsonObject(item) || isNamed || kind === 'List') return item
  const apiVersion = ownValue(list, 'apiVersion') ?? ''
  return { ...item, apiVersion, kind: kind.slice(0, -'List'.length) }
}
