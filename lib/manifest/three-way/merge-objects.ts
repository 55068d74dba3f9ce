/** Two versions made from the same one → one that has the changes of both. */

import { alignItems } from '@/lib/manifest/align-items'
import type { FieldPath } from '@/lib/manifest/edit/field-edit'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { equalJson, isJsonObject, ownValue } from '@/lib/shared/json-values'

/** A field that both have changed, each to something else. Undefined: the field is not there. */
export interface MergeConflict {
  /** In the draft; for what the draft removed, in the former version. */
  readonly path: FieldPath
  readonly base: JsonValue | undefined
  readonly draft: JsonValue | undefined
  readonly live: JsonValue | undefined
}

type Sides<T> = Readonly<Record<'base' | 'draft' | 'live', T>>

export type MergeChoice = 'draft' | 'live'

export interface MergedObjects {
  readonly object: JsonObject
  /** In the order in which choices answer them. */
  readonly conflicts: readonly MergeConflict[]
}

/**
 * The draft with what changed from `base` to `live`. Of a conflict the draft's side is taken unless `choices`, one for each conflict
 * in order, says otherwise. List items are recognised by what they share, so that an item added by one and a field changed by
 * the other are both kept.
 */
export function mergeObjects(
  { base, draft, live }: Sides<JsonObject>,
  choices: readonly MergeChoice[] = [],
): MergedObjects {
  const merger = new Merger(choices)
  const object = merger.merge({ path: [], base, draft, live })
  return { object: isJsonObject(object) ? object : draft, conflicts: merger.conflicts }
}

class Merger {
  readonly conflicts: MergeConflict[] = []
  readonly #choices: readonly MergeChoice[]

  constructor(choices: readonly MergeChoice[]) {
    this.#choices = choices
  }

  merge(sides: MergeConflict): JsonValue | undefined {
    const { path, base, draft, live } = sides
    if (equalJson(draft, live) || equalJson(base, live)) return draft
    if (equalJson(base, draft)) return live
    if (isJsonObject(draft) && isJsonObject(live)) {
      return this.#mergeMaps(path, { base: isJsonObject(base) ? base : {}, draft, live })
    }
    if (Array.isArray(draft) && Array.isArray(live)) {
      return this.#mergeLists(path, { base: Array.isArray(base) ? base : [], draft, live })
    }
    return this.#decide(sides)
  }

  #decide(conflict: MergeConflict): JsonValue | undefined {
    const choice = this.#choices[this.conflicts.length] ?? 'draft'
    this.conflicts.push(conflict)
    return conflict[choice]
  }

  #mergeMaps(
    path: FieldPath,
    { base, draft, live }: Record<'base' | 'draft' | 'live', JsonObject>,
  ) {
    const merged: [string, JsonValue][] = []
    for (const key of new Set([...Object.keys(draft), ...Object.keys(live)])) {
      const value = this.merge({
        path: [...path, key],
        base: ownValue(base, key),
        draft: ownValue(draft, key),
        live: ownValue(live, key),
      })
      if (value !== undefined) merged.push([key, value])
    }
    return Object.fromEntries(merged)
  }

  /** The draft's items in its order, each with what the other changed in it; then the other's own items, behind the one they follow. */
  #mergeLists(path: FieldPath, lists: Sides<JsonValue[]>): JsonValue[] {
    const { base, draft, live } = lists
    const inDraft = counterparts(base, draft)
    const inLive = counterparts(base, live)
    const merged = new OrderedItems()
    const isPlaced = new Set<number>()
    for (const [index, item] of draft.entries()) {
      const origin = inDraft.right.get(index)
      const place =
        origin === undefined
          ? live.findIndex((other, at) => !inLive.right.has(at) && equalJson(other, item))
          : (inLive.left.get(origin) ?? -1)
      isPlaced.add(place)
      const sides = { path: [...path, index], base: base[origin ?? -1], draft: item }
      // Without an origin it is the draft's own, and in nobody's way.
      const value = origin === undefined ? item : this.merge({ ...sides, live: live[place] })
      merged.append(value, place)
    }
    for (const [index, item] of live.entries()) {
      if (isPlaced.has(index)) continue
      const origin = inLive.right.get(index)
      const sides = { path: [...path, origin ?? index], base: base[origin ?? -1], draft: undefined }
      merged.insert(origin === undefined ? item : this.merge({ ...sides, live: item }), index)
    }
    return merged.values()
  }
}

/** Indices of the same items: of the left list by those of the right, and the other way round. */
function counterparts(from: readonly JsonValue[], to: readonly JsonValue[]) {
  const left = new Map<number, number>()
  const right = new Map<number, number>()
  for (const [leftIndex, rightIndex] of alignItems(from, to)) {
    if (leftIndex === null || rightIndex === null) continue
    left.set(leftIndex, rightIndex)
    right.set(rightIndex, leftIndex)
  }
  return { left, right }
}

/** Items in order, each with its index in the live list, or -1. */
class OrderedItems {
  readonly #items: { readonly value: JsonValue; readonly liveIndex: number }[] = []

  append(value: JsonValue | undefined, liveIndex: number): void {
    if (value !== undefined) this.#items.push({ value, liveIndex })
  }

  /** Behind the nearest item that stands before it in the live list; else first. */
  insert(value: JsonValue | undefined, liveIndex: number): void {
    if (value === undefined) return
    let place = 0
    let nearest = -1
    for (const [index, item] of this.#items.entries()) {
      if (item.liveIndex < 0 || item.liveIndex > liveIndex || item.liveIndex < nearest) continue
      nearest = item.liveIndex
      place = index + 1
    }
    this.#items.splice(place, 0, { value, liveIndex })
  }

  values(): JsonValue[] {
    return this.#items.map(({ value }) => value)
  }
}
