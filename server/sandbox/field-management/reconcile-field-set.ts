import { FieldSet } from './field-set'
import { fieldNameOf, type PathElement } from './path-element'
import type { Atom } from './schema-atom'

/**
 * A stored set brought up to date with a schema that has since made lists or maps atomic: whoever owned
 * a part of one now owns the whole of it. Granular again is not undone, as upstream.
 */
export function reconcileFieldSet(set: FieldSet, atom: Atom): FieldSet {
  const result = new FieldSet()
  for (const member of set.members) result.members.add(member)
  for (const [element, child] of set.children) {
    const below = atomBelow(atom, element)
    if (below === undefined) result.children.set(element, child)
    else if (isAtomic(below)) result.members.add(element)
    else result.children.set(element, reconcileFieldSet(child, below))
  }
  return result
}

function atomBelow(atom: Atom, element: PathElement): Atom | undefined {
  const name = fieldNameOf(element)
  if (name !== undefined) return atom.map?.field(name)
  return atom.map === undefined ? atom.list?.element() : undefined
}

function isAtomic(atom: Atom): boolean {
  if (atom.map !== undefined) return atom.map.atomic && !atom.map.isDeduced
  return atom.scalar === undefined && atom.list?.associative === false
}
