import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, ownValue, setOwnValue } from '@/lib/shared/json-values'
import { keyElement, type PathElement, valueElement } from './path-element'
import type { ListAtom } from './schema-atom'

export type ItemElement = { readonly element: PathElement } | { readonly error: string }

/** The path element of an item of an associative list, or why it has none. Keys left out take their default. */
export function itemElement(list: ListAtom, item: JsonValue): ItemElement {
  return list.keys.length > 0 ? keyedItem(list, item) : setItem(item)
}

function keyedItem(list: ListAtom, item: JsonValue): ItemElement {
  if (item === null) return { error: 'associative list with keys may not have a null element' }
  if (!isJsonObject(item)) {
    return { error: 'associative list with keys may not have non-map elements' }
  }
  const defaults = list.element().map
  const keys: JsonObject = {}
  for (const name of list.keys) {
    const value = ownValue(item, name) ?? defaults?.fieldDefault(name)
    if (value === undefined) {
      return {
        error: `associative list with keys has an element that omits key field ${JSON.stringify(name)} (and doesn't have default value)`,
      }
    }
    setOwnValue(keys, name, value)
  }
  return { element: keyElement(keys) }
}

function setItem(item: JsonValue): ItemElement {
  if (item === null) {
    return { error: "associative list without keys has an element that's an explicit null" }
  }
  if (Array.isArray(item)) {
    return { error: 'not supported: associative list with lists as elements' }
  }
  if (isJsonObject(item)) {
    return { error: "associative list without keys has an element that's a map type" }
  }
  return { element: valueElement(item) }
}

/** Items by path element in list order, duplicates together; or the first error, with its index. */
export function indexItems(
  list: ListAtom,
  items: readonly JsonValue[],
): { readonly index: Map<PathElement, JsonValue[]> } | { readonly error: string } {
  const index = new Map<PathElement, JsonValue[]>()
  for (const [position, item] of items.entries()) {
    const found = itemElement(list, item)
    if ('error' in found) return { error: `element ${position}: ${found.error}` }
    const known = index.get(found.element)
    if (known === undefined) index.set(found.element, [item])
    else known.push(item)
  }
  return { index }
}
