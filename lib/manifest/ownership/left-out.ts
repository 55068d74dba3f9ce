/** The fields that a draft leaves out and an apply lets stay, because they are not this manager's alone. */
import { FIELD_MANAGER } from '@/lib/gateway-api/field-manager'
import type { KubernetesObject, ManagedFieldsEntry } from '@/lib/gateway-api/types'
import {
  branch,
  type FieldSteps,
  type FieldTree,
  isItem,
  stepsOf,
  stepValue,
} from '@/lib/manifest/ownership/field-tree'
import { editablePart } from '@/lib/manifest/to-editable-yaml'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, ownValue } from '@/lib/shared/json-values'

export interface LeftField {
  readonly path: FieldSteps
  readonly value: JsonValue
  /** Who owns it, by manager; empty where the server has not recorded anybody. */
  readonly managers: readonly string[]
  /** Written through a subresource (`status`, `scale`), whose owners are left alone: it can't be taken over. */
  readonly isHeld: boolean
}

/** Fields found at most; further ones stay as they are, unnamed. */
export const LEFT_FIELDS_MAX = 500

/** Whether an entry is what an apply of ours owns. */
export function isOwn({ manager, operation, subresource }: ManagedFieldsEntry): boolean {
  return manager === FIELD_MANAGER && operation === 'Apply' && (subresource ?? '') === ''
}

/** A manager's fields at one place. */
interface Owner {
  readonly manager: string
  /** `status`: written by a controller beside the status, as its own bookkeeping. */
  readonly kind: 'own' | 'status' | 'subresource' | 'other'
  readonly tree: FieldTree
}

function kindOf(entry: ManagedFieldsEntry): Owner['kind'] {
  if (isOwn(entry)) return 'own'
  if (entry.subresource === 'status') return 'status'
  return entry.subresource ? 'subresource' : 'other'
}

interface Place {
  readonly path: FieldSteps
  readonly value: JsonValue
  readonly owners: readonly Owner[]
}

/**
 * Of what a person writes in the live object, the fields that are not in the draft and that others own, or nobody is known to. One
 * that only our own applies own is not among them: an apply without it removes it; nor is what a controller keeps beside the status. Lists that are owned as a whole are replaced by
 * the draft's. A default is among them; only the server knows that it would come back.
 */
export function leftOut(live: KubernetesObject, draft: object): readonly LeftField[] {
  const owners = (live.metadata.managedFields ?? []).map((entry): Owner => {
    return { manager: entry.manager, kind: kindOf(entry), tree: entry.fieldsV1 ?? {} }
  })
  const found: LeftField[] = []
  // What names the object is not a field of it.
  const { apiVersion, kind, ...value } = editablePart(live) as JsonObject
  const metadata = isJsonObject(value['metadata']) ? value['metadata'] : {}
  const { name, namespace, ...written } = metadata
  const drafted = { metadata: {}, ...draft }
  compare({ path: [], value: { ...value, metadata: written }, owners }, drafted, found)
  return found.slice(0, LEFT_FIELDS_MAX)
}

/** A place that the draft has: what is left out is in it. A map without a value is an empty one. */
function compare(place: Place, drafted: JsonValue, found: LeftField[]): void {
  const { value } = place
  if (Array.isArray(value) && Array.isArray(drafted)) compareItems(place, value, drafted, found)
  const map = drafted ?? {}
  if (!isJsonObject(value) || !isJsonObject(map)) return
  for (const [key, inner] of Object.entries(value)) {
    const field = within(place, `f:${key}`, inner)
    const there = ownValue(map, key)
    if (there === undefined) leave(field, found)
    else compare(field, there, found)
  }
}

function compareItems(
  place: Place,
  items: readonly JsonValue[],
  drafted: readonly JsonValue[],
  found: LeftField[],
): void {
  for (const item of itemsOf(place, items)) {
    const step = item.path.at(-1) ?? ''
    const there = drafted.find((candidate) => isItem(candidate, step))
    if (there === undefined) note(item, found)
    else compare({ ...item, value: withoutKeys(item.value, step) }, there, found)
  }
}

/** An item without its keys: one that the draft leaves out is a default of the server's. */
function withoutKeys(item: JsonValue, step: string): JsonValue {
  const keys = step.startsWith('k:') ? stepValue(step) : undefined
  if (!isJsonObject(item) || !isJsonObject(keys)) return item
  return Object.fromEntries(Object.entries(item).filter(([key]) => !Object.hasOwn(keys, key)))
}

/** A place that the draft has not: what can be owned apart is named apart, as two managers may share a map. */
function leave(place: Place, found: LeftField[]): void {
  const { path, value, owners } = place
  const items = Array.isArray(value) ? itemsOf(place, value) : []
  for (const item of items) note(item, found)
  if (items.length > 0) return
  // Labels and annotations are always many people's; and among the latter is kubectl's record, which is not looked at here.
  const isShared = path[0] === 'f:metadata' || owners.some(({ tree }) => stepsOf(tree).length > 0)
  if (!isJsonObject(value) || !isShared) note(place, found)
  else {
    for (const [key, inner] of Object.entries(value)) {
      leave(within(place, `f:${key}`, inner), found)
    }
  }
}

function note({ path, value, owners }: Place, found: LeftField[]): void {
  if (found.length >= LEFT_FIELDS_MAX) return
  const others = owners.filter(({ kind }) => kind !== 'own')
  if (owners.length > 0 && others.every(({ kind }) => kind === 'status')) return
  const managers = [...new Set(others.map(({ manager }) => manager))]
  found.push({ path, value, managers, isHeld: others.some(({ kind }) => kind !== 'other') })
}

function within({ path, owners }: Place, step: string, value: JsonValue): Place {
  const below = owners.flatMap((owner) => {
    const tree = branch(owner.tree, step)
    return tree === undefined ? [] : [{ ...owner, tree }]
  })
  return { path: [...path, step], value, owners: below }
}

/** The items of a list whose items are owned apart; empty for one that is owned as a whole. */
function itemsOf(place: Place, items: readonly JsonValue[]): readonly Place[] {
  const steps = [...new Set(place.owners.flatMap(({ tree }) => stepsOf(tree)))]
  const [sample] = steps
  if (sample === undefined) return []
  return items.map((item) => {
    const step = steps.find((candidate) => isItem(item, candidate)) ?? stepLike(sample, item)
    return within(place, step, item)
  })
}

/** The step to an item that nobody owns, by the keys of another. */
function stepLike(sample: string, item: JsonValue): string {
  const keys = sample.startsWith('k:') ? stepValue(sample) : undefined
  if (!isJsonObject(keys) || !isJsonObject(item)) return `v:${JSON.stringify(item)}`
  const named = Object.keys(keys).flatMap((key) => {
    const value = ownValue(item, key)
    return value === undefined ? [] : [[key, value]]
  })
  return `k:${JSON.stringify(Object.fromEntries(named))}`
}
