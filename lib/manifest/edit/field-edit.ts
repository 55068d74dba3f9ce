/** One change of one field, and what it makes of an object. Pure; what it makes of the text is in edit-text.ts. */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, ownValue } from '@/lib/shared/json-values'

/** Keys and list indices from the object down: `['spec', 'rules', 0, 'filters']`. */
export type FieldPath = readonly (string | number)[]

export type FieldEdit =
  /** Gives a field a value, with the maps that lead to it; a new key goes before the first of `before` that is there, else last. */
  | {
      readonly op: 'set'
      readonly path: FieldPath
      readonly value: JsonValue
      readonly before?: readonly string[]
    }
  | { readonly op: 'remove'; readonly path: FieldPath }
  /** Puts an item into a list, at the index it will have; the list is created when the field is absent or null. */
  | {
      readonly op: 'insert'
      readonly path: FieldPath
      readonly index: number
      readonly value: JsonValue
      readonly before?: readonly string[]
    }
  /** Takes the item at `from` out of a list and puts it back where its index will be `to`. */
  | { readonly op: 'move'; readonly path: FieldPath; readonly from: number; readonly to: number }

/** `spec.rules[0].backendRefs[1].weight`, `metadata.labels[example.com/a]`; as the API server prints field paths. */
export function pathText(path: FieldPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    if (!/^[\w-]+$/.test(step)) return `${text}[${step}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}

/** The object after the edit, sharing what did not change; undefined when the path leads nowhere or an index is out of range. */
export function applyToObject(object: JsonObject, edit: FieldEdit): JsonObject | undefined {
  const changed = changeAt(object, edit.path, changerOf(edit))
  return typeof changed === 'symbol' || !isJsonObject(changed) ? undefined : changed
}

/** The value at a path; undefined when nothing is there. */
export function valueAt(object: JsonValue, path: FieldPath): JsonValue | undefined {
  let value: JsonValue | undefined = object
  for (const step of path) value = childOf(value, step)
  return value
}

/** Takes the former value (undefined: absent); undefined means that the edit can't be made, REMOVED that the field goes. */
type Changer = (value: JsonValue | undefined) => JsonValue | typeof REMOVED | undefined

const REMOVED = Symbol('removed')

function changerOf(edit: FieldEdit): Changer {
  if (edit.op === 'set') return () => edit.value
  if (edit.op === 'remove') return (value) => (value === undefined ? undefined : REMOVED)
  if (edit.op === 'insert') {
    return (value) => {
      const list = value === null || value === undefined ? [] : value
      if (!Array.isArray(list) || edit.index < 0 || edit.index > list.length) return undefined
      return [...list.slice(0, edit.index), edit.value, ...list.slice(edit.index)]
    }
  }
  return (value) => (Array.isArray(value) ? moved(value, edit.from, edit.to) : undefined)
}

function moved(list: readonly JsonValue[], from: number, to: number): JsonValue[] | undefined {
  const order = movedOrder(list.length, from, to)
  return order?.flatMap((index) => list.slice(index, index + 1))
}

/** Former indices in their new order; undefined when one of the two is not in the list. */
export function movedOrder(length: number, from: number, to: number): number[] | undefined {
  if (!isIndex(from, length) || !isIndex(to, length)) return undefined
  const order = Array.from({ length }, (_, index) => index)
  order.splice(to, 0, ...order.splice(from, 1))
  return order
}

function isIndex(index: number, length: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < length
}

function childOf(value: JsonValue | undefined, step: string | number): JsonValue | undefined {
  if (typeof step === 'number') return Array.isArray(value) ? value[step] : undefined
  return isJsonObject(value) ? ownValue(value, step) : undefined
}

function changeAt(
  value: JsonValue | undefined,
  path: FieldPath,
  change: Changer,
): ReturnType<Changer> {
  const [step, ...rest] = path
  if (step === undefined) return change(value)
  const changed = changeAt(childOf(value, step), rest, change)
  if (changed === undefined) return undefined
  if (typeof step === 'number') return withItem(value, step, changed)
  return withField(value, step, changed)
}

function withItem(value: JsonValue | undefined, index: number, item: JsonValue | typeof REMOVED) {
  if (!Array.isArray(value) || !isIndex(index, value.length)) return undefined
  return value.toSpliced(index, 1, ...(item === REMOVED ? [] : [item]))
}

function withField(value: JsonValue | undefined, key: string, field: JsonValue | typeof REMOVED) {
  const map = value === undefined || value === null ? {} : value
  if (!isJsonObject(map)) return undefined
  const entries = Object.entries(map).filter(([name]) => name !== key || field !== REMOVED)
  if (field === REMOVED) return Object.fromEntries(entries)
  return Object.fromEntries([...entries, [key, field]])
}
