import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, ownValue, setOwnValue } from '@/lib/shared/json-values'
import { FieldSet } from './field-set'
import { itemElement } from './list-items'
import { fieldElement, fieldNameOf } from './path-element'
import { type Atom, DEDUCED, deduce, type ListAtom, type MapAtom } from './schema-atom'

/** What a map or list that lost its last entry becomes, unless it is itself removed. */
type Emptied = 'empty' | 'null'

/**
 * The object without the fields of a set. A field that loses its last entry without being removed itself
 * stays, empty; with `null`, as null, which every field set counts. A list item emptied goes altogether.
 */
export function removeItems(
  object: JsonObject,
  removed: FieldSet,
  atom: Atom,
  emptied: Emptied = 'empty',
): JsonObject {
  const rest = remove(object, removed, atom, emptied)
  return isJsonObject(rest) ? rest : {}
}

/** Undefined when nothing is left of a map or list. */
function remove(
  value: JsonValue,
  removed: FieldSet,
  atom: Atom,
  emptied: Emptied,
): JsonValue | undefined {
  if (removed.isEmpty()) return value
  const { map, list } = deduce(atom, value)
  if (isJsonObject(value) && map !== undefined && !map.atomic) {
    return removeFields(value, removed, map, emptied)
  }
  if (Array.isArray(value) && list?.associative === true) {
    return removeEntries(value, removed, list, emptied)
  }
  return value
}

function removeFields(
  value: JsonObject,
  removed: FieldSet,
  map: MapAtom,
  emptied: Emptied,
): JsonObject | undefined {
  const out: JsonObject = {}
  for (const name of Object.keys(value)) {
    const element = fieldElement(name)
    if (removed.members.has(element)) continue
    const field = ownValue(value, name) ?? null
    const rest = remove(field, removed.below(element), map.field(name) ?? DEDUCED, emptied)
    setOwnValue(out, name, rest === undefined ? emptyLike(field, emptied) : rest)
  }
  return Object.keys(out).length > 0 ? out : undefined
}

function emptyLike(value: JsonValue, emptied: Emptied): JsonValue {
  if (emptied === 'null') return null
  return Array.isArray(value) ? [] : {}
}

function removeEntries(
  value: readonly JsonValue[],
  removed: FieldSet,
  list: ListAtom,
  emptied: Emptied,
): JsonValue[] | undefined {
  const out: JsonValue[] = []
  for (const item of value) {
    const found = itemElement(list, item)
    if ('error' in found) {
      out.push(item)
      continue
    }
    if (removed.members.has(found.element)) continue
    const rest = remove(item, removed.below(found.element), list.element(), emptied)
    if (rest !== undefined) out.push(rest)
  }
  return out.length > 0 ? out : undefined
}

/**
 * The set with every declared struct field on the way to a path as a path of its own, so that a struct
 * can be removed together with its last field.
 */
export function withNamedFields(set: FieldSet, atom: Atom | undefined): FieldSet {
  const result = new FieldSet()
  for (const member of set.members) result.members.add(member)
  for (const [element, child] of set.children) {
    const name = fieldNameOf(element)
    if (name !== undefined && atom?.map?.hasField(name) === true) result.members.add(element)
    const below = name === undefined ? itemAtom(atom, element) : atom?.map?.field(name)
    result.children.set(element, withNamedFields(child, below))
  }
  return result
}

function itemAtom(atom: Atom | undefined, element: string): Atom | undefined {
  return element.startsWith('k:') ? atom?.list?.element() : undefined
}
