import { isDeepStrictEqual } from 'node:util'
import type { KubernetesStatus } from '@/lib/dashboard-api/errors'
import type { FieldConflict } from '@/lib/dashboard-api/manifests'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { asObject } from './kube-error'

/** Field paths by owner, in the server's order; empty when the Status is not about field managers. */
export function conflictsByManager(status: KubernetesStatus): ReadonlyMap<string, string[]> {
  const byManager = new Map<string, string[]>()
  for (const cause of status.causes) {
    if (cause.reason !== 'FieldManagerConflict') continue
    const manager = /^conflict with "((?:[^"\\]|\\.)*)"/.exec(cause.message)?.[1] ?? cause.message
    const fields = byManager.get(manager) ?? []
    byManager.set(manager, fields)
    fields.push(cause.field)
  }
  return byManager
}

/**
 * Conflicts with whether taking over would change a value: `forced` is the server's answer to a forced dry run, so
 * defaults are filled in on both sides. Without it nothing is claimed to be the same.
 */
export function describeConflicts(
  status: KubernetesStatus,
  live: KubernetesObject | null,
  forced: KubernetesObject | null,
): readonly FieldConflict[] {
  return [...conflictsByManager(status)].map(([manager, fields]) => ({
    manager,
    fields,
    sameValues:
      live !== null &&
      forced !== null &&
      fields.every((field) => hasSameValue(field, live, forced)),
  }))
}

function hasSameValue(path: string, left: KubernetesObject, right: KubernetesObject): boolean {
  const before = valueAt(left, path)
  const after = valueAt(right, path)
  // A path we cannot follow is decided by the whole object.
  if (before === undefined || after === undefined) return hasSameContent(left, right)
  return isDeepStrictEqual(before.value, after.value)
}

/** Whether two versions of an object say the same, apart from its status, who owns what and when it was written. */
export function hasSameContent(left: KubernetesObject, right: KubernetesObject): boolean {
  return isDeepStrictEqual(contentOf(left), contentOf(right))
}

/** A status is no apply's: a controller may have written it between two looks. */
function contentOf(object: KubernetesObject & { readonly status?: unknown }): unknown {
  const { status, ...rest } = object
  const { managedFields, resourceVersion, generation, ...metadata } = rest.metadata
  return { ...rest, metadata }
}

/**
 * The value at a field path as server-side apply prints it: `.spec.rules`, `.metadata.labels.a.b/c`,
 * `.spec.containers[name="x"].image`. Undefined when the path leads nowhere.
 */
function valueAt(object: unknown, path: string): { readonly value: unknown } | undefined {
  let value: unknown = object
  let rest = path
  while (rest !== '') {
    const step = rest.startsWith('[') ? stepIntoList(value, rest) : stepIntoMap(value, rest)
    if (step === undefined) return undefined
    value = step.value
    rest = step.rest
  }
  return { value }
}

interface Step {
  readonly value: unknown
  readonly rest: string
}

/** Keys may hold dots themselves, so the longest key that fits is taken. */
function stepIntoMap(value: unknown, path: string): Step | undefined {
  const map = asObject(value)
  if (map === null || !path.startsWith('.')) return undefined
  const after = path.slice(1)
  const fitting = Object.keys(map).filter((key) => {
    const next = after.charAt(key.length)
    return after.startsWith(key) && (next === '' || next === '.' || next === '[')
  })
  const key = fitting.sort((left, right) => right.length - left.length)[0]
  return key === undefined ? undefined : { value: map[key], rest: after.slice(key.length) }
}

/** `[0]`, `[="value"]` or `[name="x",port=80]`. */
function stepIntoList(value: unknown, path: string): Step | undefined {
  const end = path.indexOf(']')
  if (!Array.isArray(value) || end === -1) return undefined
  const inside = path.slice(1, end)
  const rest = path.slice(end + 1)
  if (/^\d+$/.test(inside)) return { value: value[Number(inside)], rest }
  const wanted = parseKeys(inside)
  if (wanted === undefined) return undefined
  const found = value.find((item: unknown) =>
    wanted.every(([key, expected]) =>
      isDeepStrictEqual(key === '' ? item : asObject(item)?.[key], expected),
    ),
  )
  return found === undefined ? undefined : { value: found, rest }
}

function parseKeys(text: string): readonly (readonly [string, unknown])[] | undefined {
  const keys: (readonly [string, unknown])[] = []
  for (const part of text.split(/,(?=[^"]*=)/)) {
    const equals = part.indexOf('=')
    if (equals === -1) return undefined
    try {
      keys.push([part.slice(0, equals), JSON.parse(part.slice(equals + 1))])
    } catch {
      // A value with a comma or bracket in it: the caller compares whole objects instead.
      return undefined
    }
  }
  return keys
}
