/**
 * Moves the ownership of fields to our own apply, after which an apply without them removes them. kubectl migrates from client-side
 * apply in the same way: https://pkg.go.dev/k8s.io/client-go/util/csaupgrade
 */
import { FIELD_MANAGER } from '@/lib/gateway-api/field-manager'
import type { KubernetesObject, ManagedFieldsEntry } from '@/lib/gateway-api/types'
import {
  branch,
  type FieldSteps,
  type FieldTree,
  fieldAt,
  withoutField,
} from '@/lib/manifest/ownership/field-tree'
import { isOwn, type LeftField } from '@/lib/manifest/ownership/left-out'
import { LAST_APPLIED } from '@/lib/manifest/to-editable-yaml'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'

/**
 * What to remove for the chosen ones of the fields that are left out: a map that the draft has not goes as a whole when all that
 * was in it goes, so that no empty one remains. Those of the metadata go by themselves when they are empty.
 */
export function removalPaths(
  left: readonly LeftField[],
  chosen: readonly LeftField[],
  draft: object,
): readonly FieldSteps[] {
  const goes = new Set(chosen.map(({ path }) => JSON.stringify(path)))
  const paths = chosen.map(({ path }) => {
    if (path[0] === 'f:metadata') return path
    const outer = path.findIndex((_, depth) => {
      const container = path.slice(0, depth + 1)
      if (fieldAt(draft as JsonObject, container) !== undefined) return false
      return left.every(
        (field) => !startsWith(field.path, container) || goes.has(JSON.stringify(field.path)),
      )
    })
    return outer === -1 ? path : path.slice(0, outer + 1)
  })
  const texts = new Set(paths.map((path) => JSON.stringify(path)))
  return [...texts].map((text) => JSON.parse(text) as string[])
}

function startsWith(path: FieldSteps, start: FieldSteps): boolean {
  return start.every((step, depth) => path[depth] === step)
}

/**
 * The managedFields with the fields owned by our own apply and by nobody else; a manager that is left with nothing is dropped.
 * Entries of subresources stay as they are.
 */
export function takeOver(
  object: KubernetesObject,
  paths: readonly FieldSteps[],
): readonly ManagedFieldsEntry[] {
  const entries = object.metadata.managedFields ?? []
  const own = entries.find(isOwn) ?? {
    manager: FIELD_MANAGER,
    operation: 'Apply' as const,
    apiVersion: object.apiVersion,
    fieldsType: 'FieldsV1' as const,
    fieldsV1: {},
  }
  const others = entries.filter((entry) => !isOwn(entry))
  const left = others.flatMap((entry) => {
    if (entry.subresource) return [entry]
    const fieldsV1 = paths.reduce(without, entry.fieldsV1 ?? {})
    return Object.keys(fieldsV1).length === 0 ? [] : [{ ...entry, fieldsV1 }]
  })
  const trees = others.flatMap(({ subresource, fieldsV1 }) => (subresource ? [] : [fieldsV1 ?? {}]))
  const fieldsV1 = paths.reduce((tree, path) => withTaken(tree, path, trees), own.fieldsV1)
  return [...left, { ...own, fieldsV1 }]
}

/** The set without a field and what is in it. A step that led only there goes, for without anything below it would be in the set. */
function without(tree: FieldTree, [step, ...rest]: FieldSteps): Record<string, unknown> {
  const copy = { ...tree }
  const below = step === undefined ? undefined : branch(tree, step)
  if (step === undefined || below === undefined) return copy
  const inner = rest.length === 0 ? {} : without(below, rest)
  if (Object.keys(inner).length === 0) {
    // Nothing below was there before either: the set has the outer field itself, and not what is asked for.
    if (rest.length > 0 && Object.keys(below).length === 0) return copy
    delete copy[step]
    return copy
  }
  return { ...copy, [step]: inner }
}

/** The set with a field and all that any of the others has in it. */
function withTaken(
  tree: FieldTree,
  path: FieldSteps,
  others: readonly FieldTree[],
): Record<string, unknown> {
  const [step, ...rest] = path
  if (step === undefined) {
    const all = others.reduce<Record<string, unknown>>(union, { ...tree })
    return Object.keys(all).length === 0 ? {} : { '.': {}, ...all }
  }
  const below = others.flatMap((other) => {
    const inner = branch(other, step)
    return inner === undefined ? [] : [inner]
  })
  return { ...tree, [step]: withTaken(branch(tree, step) ?? {}, rest, below) }
}

function union(left: FieldTree, right: FieldTree): Record<string, unknown> {
  const both: Record<string, unknown> = { ...left }
  for (const step of Object.keys(right)) {
    both[step] = union(branch(left, step) ?? {}, branch(right, step) ?? {})
  }
  return both
}

/**
 * kubectl's record of its last client-side apply without the fields, or undefined where it has none of them or can't be read. With
 * them in it, the next `kubectl apply` would take them for its own and delete them from whoever sets them later.
 */
export function lastAppliedWithout(
  object: KubernetesObject,
  paths: readonly FieldSteps[],
): string | undefined {
  const text = object.metadata.annotations?.[LAST_APPLIED]
  const record = text === undefined ? undefined : parsed(text)
  if (!isJsonObject(record)) return undefined
  const rest = paths.reduce<JsonValue>(withoutField, record)
  return rest === record ? undefined : `${JSON.stringify(rest)}\n`
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
