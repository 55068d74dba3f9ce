import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, ownValue } from '@/lib/shared/json-values'
import { FieldSet } from './field-set'
import { indexItems } from './list-items'
import { fieldElement, type PathElement } from './path-element'
import { type Atom, DEDUCED, deduce, type ListAtom, type MapAtom } from './schema-atom'

/**
 * The fields an applied configuration claims: its leaves, its items of keyed lists and its entries of
 * free maps, but not the structs on the way. Items without their keys are left out.
 */
export function toFieldSet(object: JsonObject, atom: Atom): FieldSet {
  const set = new FieldSet()
  collect(set, atom, object, [])
  return set
}

function collect(set: FieldSet, atom: Atom, value: JsonValue, path: PathElement[]): void {
  const { map, scalar, list } = deduce(atom, value)
  if (map !== undefined) collectMap(set, map, value, path)
  else if (scalar !== undefined || list === undefined) set.insert(path)
  else collectList(set, list, value, path)
}

function collectMap(set: FieldSet, map: MapAtom, value: JsonValue, path: PathElement[]): void {
  if (map.atomic) {
    set.insert(path)
    return
  }
  if (!isJsonObject(value)) return
  for (const name of Object.keys(value)) {
    const field = ownValue(value, name) ?? null
    path.push(fieldElement(name))
    collect(set, map.field(name) ?? DEDUCED, field, path)
    const isEmpty = field === null || (isJsonObject(field) && Object.keys(field).length === 0)
    if (isEmpty || !map.hasField(name)) set.insert(path)
    path.pop()
  }
}

function collectList(set: FieldSet, list: ListAtom, value: JsonValue, path: PathElement[]): void {
  if (!list.associative) {
    set.insert(path)
    return
  }
  const items = indexItems(list, Array.isArray(value) ? value : [])
  if ('error' in items) return
  for (const [element, group] of items.index) {
    path.push(element)
    const [only] = group
    if (only !== undefined && group.length === 1) collect(set, list.element(), only, path)
    set.insert(path)
    path.pop()
  }
}
