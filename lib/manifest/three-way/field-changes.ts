/** Two versions of an object → the fields that differ. */
import { type FieldPath, isMap } from '@/lib/manifest/edit/field-edit'
import { alignItems } from '@/lib/manifest/three-way/align-items'
import { isEqual } from '@/lib/shared/is-equal'
import type { JsonObject, JsonValue } from '@/lib/shared/json'

export interface FieldChange {
  /** In the later version; for what is only in the former one, in that. */
  readonly path: FieldPath
  /** Undefined: the field was not there. */
  readonly before: JsonValue | undefined
  /** Undefined: the field is gone. */
  readonly after: JsonValue | undefined
}

/** Changes found at most: beyond, an object is simply another one. */
export const CHANGES_MAX = 500

/** The changes in the order of the later version; what is added or removed as a whole is one change. */
export function fieldChanges(before: JsonValue, after: JsonValue): readonly FieldChange[] {
  const found: FieldChange[] = []
  compare({ path: [], before, after }, found)
  return found
}

function compare(change: FieldChange, found: FieldChange[]): void {
  const { path, before, after } = change
  if (found.length >= CHANGES_MAX || isEqual(before, after)) return
  if (isMap(before) && isMap(after)) {
    for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
      compare({ path: [...path, key], before: own(before, key), after: own(after, key) }, found)
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    for (const item of itemChanges(path, before, after)) compare(item, found)
  } else found.push(change)
}

function itemChanges(
  path: FieldPath,
  before: readonly JsonValue[],
  after: readonly JsonValue[],
): FieldChange[] {
  return alignItems(before, after).map(([left, right]) => ({
    path: [...path, right ?? left ?? 0],
    before: left === null ? undefined : before[left],
    after: right === null ? undefined : after[right],
  }))
}

/** The key's value; undefined where the map has no such key of its own. */
export function own(map: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined
}

/** `spec.rules[0].backendRefs[1].weight`, `metadata.labels[example.com/a]`; as the API server prints field paths. */
export function pathText(path: FieldPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    if (!/^[\w-]+$/.test(step)) return `${text}[${step}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}

/** Whether a path is another one or leads into it. */
export function isWithin(path: FieldPath, outer: FieldPath): boolean {
  return outer.every((step, index) => path[index] === step)
}
