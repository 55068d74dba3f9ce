import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, ownValue } from '@/lib/shared/json-values'
import { goJson } from '@/lib/validation/go-text'
import type { OpenApiSchema } from '../api/contracts'
import { goFormat } from '../api/go-format'
import type { PatchMeta } from './patch-meta'
import { badType, noMergeKey, PatchError } from './strategic-error'

type MergeMap = (
  live: JsonObject,
  patch: JsonObject,
  schema: OpenApiSchema | undefined,
) => JsonObject
type CleanValue = (value: JsonValue) => JsonValue | undefined

/** Merges a list with merge strategy: primitives as a set, maps by merge key, in the order of the patch. */
export function mergeList(
  live: readonly JsonValue[],
  patch: readonly JsonValue[],
  meta: PatchMeta,
  isDeletion: boolean,
  mergeMap: MergeMap,
): JsonValue[] {
  if (live.length === 0 && patch.length === 0) return []
  if (itemsAreMaps(live, patch)) {
    if (meta.mergeKey === '') {
      throw new PatchError('internal', 'cannot merge lists without merge key')
    }
    const { kept, merging } = followItemDirectives(maps(live), maps(patch), meta.mergeKey)
    const merged = mergeItems(kept, merging, meta, mergeMap)
    return arrange(merged, merging, kept, meta.mergeKey)
  }
  if (isDeletion) {
    const deleted = new Set(patch.map(goJson))
    return live.filter((item) => !deleted.has(goJson(item)))
  }
  return arrange(unique([...live, ...patch]), patch, live, '')
}

/** Whether the items are maps. Lists in lists, and maps next to primitives, cannot be merged. */
function itemsAreMaps(...lists: (readonly JsonValue[])[]): boolean {
  const items = lists.flat()
  if (items.some((item) => Array.isArray(item))) {
    throw new PatchError('unprocessable', 'lists of lists are not supported')
  }
  const kinds = new Set(items.map((item) => (isJsonObject(item) ? 'map' : typeof item)))
  if (kinds.size > 1) {
    throw new PatchError(
      'internal',
      `list element types are not identical: ${goFormat([...items])}`,
    )
  }
  return kinds.has('map')
}

function maps(items: readonly JsonValue[]): JsonObject[] {
  return items.map((item) => {
    if (!isJsonObject(item)) throw badType('map', item)
    return item
  })
}

function unique(items: readonly JsonValue[]): JsonValue[] {
  const seen = new Set<string>()
  return items.filter((item) => {
    const text = goJson(item)
    return !seen.has(text) && seen.add(text) !== undefined
  })
}

/** Carries out `$patch: delete` and `$patch: replace` items; returns what is left to merge. */
function followItemDirectives(
  live: readonly JsonObject[],
  patch: readonly JsonObject[],
  mergeKey: string,
): { kept: JsonObject[]; merging: JsonObject[] } {
  let kept = [...live]
  let isReplaced = false
  const merging: JsonObject[] = []
  for (const item of patch) {
    const directive = ownValue(item, '$patch')
    if (directive === undefined) merging.push(item)
    else if (directive === 'replace') isReplaced = true
    else if (directive === 'delete') {
      const key = keyOf(item, mergeKey)
      kept = kept.filter((old) => goKey(old, mergeKey) !== key)
    } else throw unknownDirective(directive, item)
  }
  return isReplaced ? { kept: merging, merging: [] } : { kept, merging }
}

function unknownDirective(directive: JsonValue, item: JsonObject): PatchError {
  return new PatchError(
    'internal',
    directive === 'merge'
      ? 'merging lists cannot yet be specified in the patch'
      : `unknown patch type: ${goFormat(directive)} in map: ${goFormat(item)}`,
  )
}

/** The merge key's value as comparable text; an item without it stops the patch. */
function keyOf(item: JsonObject, mergeKey: string): string {
  const key = goKey(item, mergeKey)
  if (key === undefined) throw noMergeKey(item, mergeKey)
  return key
}

function goKey(item: JsonObject, mergeKey: string): string | undefined {
  const value = ownValue(item, mergeKey)
  return value === undefined ? undefined : goJson(value)
}

function mergeItems(
  live: readonly JsonObject[],
  patch: readonly JsonObject[],
  meta: PatchMeta,
  mergeMap: MergeMap,
): JsonObject[] {
  const merged = [...live]
  const positions = new Map<string, number>()
  for (const [index, item] of merged.entries()) {
    const key = goKey(item, meta.mergeKey)
    if (key !== undefined && !positions.has(key)) positions.set(key, index)
  }
  for (const item of patch) {
    const key = keyOf(item, meta.mergeKey)
    const position = positions.get(key)
    const old = position === undefined ? undefined : merged[position]
    if (position !== undefined && old !== undefined) {
      merged[position] = mergeMap(old, item, meta.below)
    } else {
      positions.set(key, merged.length)
      merged.push(item)
    }
  }
  return merged
}

/**
 * The merged list in order: items named in `order` in that order, the others in the order of the live
 * list, interleaved so that live neighbours stay neighbours where that is possible.
 */
function arrange(
  merged: readonly JsonValue[],
  order: readonly JsonValue[],
  live: readonly JsonValue[],
  mergeKey: string,
): JsonValue[] {
  const identity = (item: JsonValue): string => {
    if (mergeKey === '') return goJson(item)
    if (!isJsonObject(item)) throw badType('map', item)
    return keyOf(item, mergeKey)
  }
  const directed = positionsOf(order, identity)
  const served = positionsOf(live, identity)
  const rank = (positions: Map<string, number>) => (a: JsonValue, b: JsonValue) =>
    (positions.get(identity(a)) ?? 0) - (positions.get(identity(b)) ?? 0)
  const fromPatch = merged.filter((item) => directed.has(identity(item))).sort(rank(directed))
  const serverOnly = merged.filter((item) => !directed.has(identity(item))).sort(rank(served))
  return interleave(serverOnly, fromPatch, (item) => served.get(identity(item)))
}

function positionsOf(
  items: readonly JsonValue[],
  identity: (item: JsonValue) => string,
): Map<string, number> {
  const positions = new Map<string, number>()
  for (const [index, item] of items.entries()) {
    const key = identity(item)
    if (!positions.has(key)) positions.set(key, index)
  }
  return positions
}

/** Puts each server-only item before the first patch item that stood behind it in the live list. */
function interleave(
  serverOnly: readonly JsonValue[],
  fromPatch: readonly JsonValue[],
  position: (item: JsonValue) => number | undefined,
): JsonValue[] {
  const result: JsonValue[] = []
  let next = 0
  for (const item of fromPatch) {
    const here = position(item)
    for (; next < serverOnly.length; next += 1) {
      const candidate = serverOnly[next] ?? null
      const there = position(candidate)
      if (here === undefined || there === undefined || there >= here) break
      result.push(candidate)
    }
    result.push(item)
  }
  return [...result, ...serverOnly.slice(next)]
}

/**
 * The list of a field that `$setElementOrder` orders: live and patch merged, then put in that order.
 * Undefined when neither has the field. The patch's items must come in the directive's order.
 */
export function orderAsDirected(
  live: JsonValue[] | undefined,
  patch: JsonValue[] | undefined,
  order: readonly JsonValue[],
  meta: PatchMeta,
  mergeMap: MergeMap,
  clean: CleanValue,
): JsonValue[] | undefined {
  checkOrder(patch ?? [], order, meta.mergeKey)
  let merged: JsonValue[]
  if (live === undefined) {
    if (patch === undefined) return undefined
    merged = patch.map(clean).filter((item): item is JsonValue => item !== undefined)
  } else if (patch === undefined) merged = live
  else if (meta.strategy === 'merge') merged = mergeList(live, patch, meta, false, mergeMap)
  else merged = patch
  if (merged.length === 0) return merged
  itemsAreMaps(live ?? [], patch ?? [])
  return arrange(merged, order, live ?? [], meta.mergeKey)
}

/** The patch's items, deletions aside, must be a subsequence of the directive. */
function checkOrder(
  patch: readonly JsonValue[],
  order: readonly JsonValue[],
  mergeKey: string,
): void {
  if (patch.length === 0 || order.length === 0) return
  const identity = (item: JsonValue): string => {
    if (mergeKey === '') return goJson(item)
    if (!isJsonObject(item)) throw badType('map', item)
    return keyOf(item, mergeKey)
  }
  const expected = order.map(identity)
  let position = 0
  for (const item of patch) {
    if (isJsonObject(item) && Object.hasOwn(item, '$patch')) continue
    const key = identity(item)
    while (position < expected.length && expected[position] !== key) position += 1
    if (position === expected.length) {
      throw new PatchError(
        'internal',
        `The order in patch list:\n${goFormat([...patch])}\n doesn't match $setElementOrder list:\n${goFormat([...order])}\n`,
      )
    }
    position += 1
  }
}
