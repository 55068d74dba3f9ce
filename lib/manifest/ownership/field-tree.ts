/**
 * Sets of fields as managedFields writes them: a tree whose keys are steps (`f:` a field, `k:` a list item by its keys, `v:` one
 * by its value) and where `.` says that the field itself is in the set. A step without anything below it is in the set.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { equalJson, isJsonObject, ownValue } from '@/lib/shared/json-values'

export type FieldTree = Readonly<Record<string, unknown>>

/** Steps from the object down: `['f:metadata', 'f:labels', 'f:team']`. */
export type FieldSteps = readonly string[]

/** The fields below a step; undefined where the set has none. */
export function branch(tree: FieldTree, step: string): FieldTree | undefined {
  const below = Object.hasOwn(tree, step) ? tree[step] : undefined
  return isJsonObject(below) ? below : undefined
}

/** The steps out of a node. */
export function stepsOf(tree: FieldTree): readonly string[] {
  return Object.keys(tree).filter((step) => step !== '.')
}

/** Whether a list item is the one that a step names. A key that the item leaves out (it may be a default) is not compared. */
export function isItem(item: JsonValue, step: string): boolean {
  const wanted = stepValue(step)
  if (step.startsWith('v:')) return equalJson(item, wanted)
  if (!step.startsWith('k:') || !isJsonObject(item) || !isJsonObject(wanted)) return false
  const given = Object.keys(wanted).filter((key) => Object.hasOwn(item, key))
  return given.length > 0 && given.every((key) => equalJson(item[key], wanted[key]))
}

/** What is written behind the prefix of an item's step; undefined where that is not JSON. */
export function stepValue(step: string): JsonValue | undefined {
  try {
    return JSON.parse(step.slice(2))
  } catch {
    return undefined
  }
}

/** The value that steps lead to; undefined where they lead nowhere. */
export function fieldAt(value: JsonValue, steps: FieldSteps): JsonValue | undefined {
  let current: JsonValue | undefined = value
  for (const step of steps) {
    if (isJsonObject(current) && step.startsWith('f:')) current = ownValue(current, step.slice(2))
    else current = Array.isArray(current) ? current.find((item) => isItem(item, step)) : undefined
  }
  return current
}

/** The value without the field that steps lead to, sharing all else; the value itself where they lead nowhere. */
export function withoutField(value: JsonValue, steps: FieldSteps): JsonValue {
  const [step, ...rest] = steps
  if (step === undefined || fieldAt(value, steps) === undefined) return value
  if (Array.isArray(value)) {
    const index = value.findIndex((item) => isItem(item, step))
    return value.flatMap((item, at) =>
      at !== index ? [item] : rest.length === 0 ? [] : [withoutField(item, rest)],
    )
  }
  const key = step.slice(2)
  const entries = Object.entries(value as JsonObject).flatMap(([name, inner]) =>
    name !== key ? [[name, inner]] : rest.length === 0 ? [] : [[name, withoutField(inner, rest)]],
  )
  return Object.fromEntries(entries)
}

/** `metadata.labels.team`, `metadata.labels[example.com/team]`, `spec.ports[port=80]`, `metadata.finalizers[x]`. */
export function fieldText(steps: FieldSteps): string {
  return steps.reduce((text, step) => {
    const name = step.slice(2)
    const value = step.startsWith('f:') ? undefined : stepValue(step)
    if (isJsonObject(value)) {
      const keys = Object.entries(value).map(([key, of]) => `${key}=${String(of)}`)
      return `${text}[${keys.join(',')}]`
    }
    if (value !== undefined) return `${text}[${String(value)}]`
    if (!/^[\w-]+$/.test(name)) return `${text}[${name}]`
    return text === '' ? name : `${text}.${name}`
  }, '')
}
