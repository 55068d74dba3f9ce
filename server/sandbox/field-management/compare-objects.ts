import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { equalJson, isJsonObject, ownValue } from '@/lib/shared/json-values'
import { FieldSet } from './field-set'
import { indexItems } from './list-items'
import { fieldElement, type PathElement } from './path-element'
import { type Atom, DEDUCED, deduce, type ListAtom, type MapAtom, shapeOf } from './schema-atom'

/** What changed between two versions of an object. No path is in more than one of the sets. */
export interface Comparison {
  readonly removed: FieldSet
  readonly modified: FieldSet
  readonly added: FieldSet
}

interface Walk extends Comparison {
  error: string | undefined
}

type Side = JsonValue | undefined

/**
 * Compares two objects field by field, as their type merges: an atomic list is one field, a keyed list
 * has a field per item. The error is a list item without its keys, whose changes cannot be named.
 */
export function compareObjects(
  before: JsonObject,
  after: JsonObject,
  atom: Atom,
): Comparison | { readonly error: string } {
  const walk: Walk = {
    removed: new FieldSet(),
    modified: new FieldSet(),
    added: new FieldSet(),
    error: undefined,
  }
  compare(walk, atom, before, after, [])
  const { removed, modified, added, error } = walk
  return error === undefined ? { removed, modified, added } : { error }
}

/** Whether the comparison found no change at all. */
export function isSame(comparison: Comparison): boolean {
  return comparison.removed.isEmpty() && comparison.modified.isEmpty() && comparison.added.isEmpty()
}

function compare(walk: Walk, atom: Atom, left: Side, right: Side, path: PathElement[]): void {
  const leftAtom = deduce(atom, left)
  const rightAtom = deduce(atom, right)
  let isLeaf: boolean
  if (right === undefined) {
    isLeaf = compareAs(walk, leftAtom, left, right, path)
  } else {
    if (left !== undefined && shapeOf(leftAtom) !== shapeOf(rightAtom)) {
      compareAs(walk, leftAtom, left, right, path)
    }
    isLeaf = compareAs(walk, rightAtom, left, right, path)
  }
  if (isLeaf) return
  if (left === undefined) walk.added.insert(path)
  else if (right === undefined) walk.removed.insert(path)
}

/** Compares as one of the shapes an untyped value can have. Returns whether it was handled as one whole value. */
function compareAs(walk: Walk, atom: Atom, left: Side, right: Side, path: PathElement[]): boolean {
  if (atom.map !== undefined) return compareMaps(walk, atom.map, left, right, path)
  if (atom.scalar === undefined && atom.list !== undefined) {
    return compareLists(walk, atom.list, left, right, path)
  }
  return compareLeaves(walk, left, right, path)
}

function compareLeaves(walk: Walk, left: Side, right: Side, path: PathElement[]): true {
  if (left === undefined) walk.added.insert(path)
  else if (right === undefined) walk.removed.insert(path)
  else if (!equalJson(left, right)) walk.modified.insert(path)
  return true
}

const NO_FIELDS: JsonObject = {}

function compareMaps(
  walk: Walk,
  map: MapAtom,
  left: Side,
  right: Side,
  path: PathElement[],
): boolean {
  const before = isJsonObject(left) ? left : NO_FIELDS
  const after = isJsonObject(right) ? right : NO_FIELDS
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  // Two empty values are one leaf, which keeps null, empty and absent apart.
  if (map.atomic || names.size === 0) return compareLeaves(walk, left, right, path)
  for (const name of names) {
    path.push(fieldElement(name))
    // A field the schema does not know is tracked all the same; only apply refuses it.
    const atom = map.field(name) ?? DEDUCED
    compare(walk, atom, ownValue(before, name), ownValue(after, name), path)
    path.pop()
  }
  return false
}

function compareLists(
  walk: Walk,
  list: ListAtom,
  left: Side,
  right: Side,
  path: PathElement[],
): boolean {
  const before = Array.isArray(left) ? left : []
  const after = Array.isArray(right) ? right : []
  if (!list.associative || (before.length === 0 && after.length === 0)) {
    return compareLeaves(walk, left, right, path)
  }
  const leftItems = indexItems(list, before)
  const rightItems = indexItems(list, after)
  if ('error' in leftItems) walk.error = leftItems.error
  else if ('error' in rightItems) walk.error = rightItems.error
  else {
    const elements = new Set([...leftItems.index.keys(), ...rightItems.index.keys()])
    for (const element of elements) {
      path.push(element)
      const lefts = leftItems.index.get(element) ?? []
      compareItems(walk, list.element(), lefts, rightItems.index.get(element) ?? [], path)
      path.pop()
    }
  }
  return false
}

/** Compares the items of one key. Duplicates have no fields of their own: the group is one field. */
function compareItems(
  walk: Walk,
  atom: Atom,
  left: readonly JsonValue[],
  right: readonly JsonValue[],
  path: PathElement[],
): void {
  if (left.length <= 1 && right.length <= 1) {
    compare(walk, atom, left[0], right[0], path)
  } else if (left.length >= 2 && right.length >= 2) {
    if (!equalJson([...left], [...right])) walk.modified.insert(path)
  } else if (left.length >= 2) {
    if (right.length > 0) compare(walk, atom, undefined, right[0], path)
    walk.removed.insert(path)
  } else {
    if (left.length > 0) compare(walk, atom, left[0], undefined, path)
    walk.added.insert(path)
  }
}
