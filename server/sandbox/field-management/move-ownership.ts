import type { JsonObject } from '@/lib/shared/json'
import { type Comparison, compareObjects } from './compare-objects'
import { FieldSet } from './field-set'
import type { Owner, Owners } from './managed-fields'
import type { PathElement } from './path-element'
import type { Atom } from './schema-atom'

/** A field that a change takes from an owner. */
export interface Conflict {
  readonly owner: Owner
  readonly path: readonly PathElement[]
}

export interface OwnershipChange {
  readonly before: JsonObject
  readonly after: JsonObject
  readonly atom: Atom
  /** Fields that this endpoint resets, such as status outside of /status: their changes do not count. */
  readonly ignored: FieldSet
}

/**
 * Takes from every owner but `self` the fields that a change removed or gave other values, and drops owners
 * left with nothing. Without `force` a changed field of another owner is a conflict instead. Owners of
 * other API versions are compared in this one: the sandbox's versions of a kind share one structure.
 */
export function moveOwnership(
  owners: Owners,
  change: OwnershipChange,
  self: string,
  force: boolean,
):
  | { readonly owners: Map<string, Owner>; readonly comparison: Comparison }
  | { readonly conflicts: readonly Conflict[] }
  | { readonly error: string } {
  const compared = compareObjects(change.before, change.after, change.atom)
  if ('error' in compared) return compared
  const comparison = {
    removed: compared.removed.recursiveDifference(change.ignored),
    modified: compared.modified.recursiveDifference(change.ignored),
    added: compared.added.recursiveDifference(change.ignored),
  }
  const taken = comparison.modified.union(comparison.added)
  if (!force) {
    const conflicts = findConflicts(owners, taken, self)
    if (conflicts.length > 0) return { conflicts }
  }
  const moved = new Map<string, Owner>()
  for (const [id, owner] of owners) {
    const fields =
      id === self ? owner.fields : owner.fields.difference(taken).difference(comparison.removed)
    if (!fields.isEmpty()) moved.set(id, { ...owner, fields })
  }
  return { owners: moved, comparison }
}

function findConflicts(owners: Owners, taken: FieldSet, self: string): Conflict[] {
  const conflicts: Conflict[] = []
  for (const id of [...owners.keys()].sort()) {
    const owner = owners.get(id)
    if (owner === undefined || id === self) continue
    for (const path of owner.fields.intersection(taken).paths()) conflicts.push({ owner, path })
  }
  return conflicts
}

/** Identity fields, which no manager owns. */
const UNTRACKED = FieldSet.of(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => ['f:metadata', `f:${name}`]),
)

/** Removes from one owner what no manager owns; an owner of nothing else is dropped. */
export function stripIdentity(owners: Map<string, Owner>, id: string): void {
  const owner = owners.get(id)
  if (owner === undefined) return
  const fields = owner.fields.difference(UNTRACKED)
  if (fields.isEmpty()) owners.delete(id)
  else owners.set(id, { ...owner, fields })
}

/** Fields reset by an endpoint, when the caller does not say: /status writes status alone, the object all else. */
export function ignoredFields(
  subresource: string,
  resetFields: readonly (readonly string[])[] | undefined,
): FieldSet {
  const paths = resetFields ?? defaultResetFields(subresource)
  return FieldSet.of(...paths.map((path) => path.map((name) => `f:${name}`)))
}

function defaultResetFields(subresource: string): string[][] {
  if (subresource === 'status') return [['metadata'], ['spec']]
  return subresource === '' ? [['status']] : []
}
