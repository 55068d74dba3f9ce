/** Which items of two lists belong together: by key, by content, or by place. */
import { canonical, canonicalNumber, isObject, maskedCanonical } from '@/lib/comparison/canonical'
import { numberText } from '@/lib/comparison/json-number'
import { COMPARISON_LIMITS } from '@/lib/comparison/limits'
import { equalJson } from '@/lib/shared/json-values'

export interface Alignment {
  readonly pairs: readonly (readonly [left: number, right: number])[]
  readonly onlyLeft: readonly number[]
  readonly onlyRight: readonly number[]
  /** The items both have come in another order. */
  readonly isReordered: boolean
}

type Items = readonly unknown[]

/** Fields that name an item wherever they occur; others are keys only when all of their values are on both sides. */
const NAMING_FIELDS = ['id', 'key', 'name', 'uid', 'uuid', 'code', 'sku', 'slug']

/**
 * Aligns two lists. With `key` (a field of every item) by its values; else by a field found to be one; else, if both hold
 * the same items, by content, where ids and times may differ; else by place between the equal beginnings and ends.
 * `isSet` matches by content whatever else differs. Lists longer than `alignedItemsMax` are aligned by place.
 */
export function alignLists(
  left: Items,
  right: Items,
  how: { readonly key?: string | undefined; readonly isSet?: boolean } = {},
): Alignment {
  const longest = Math.max(left.length, right.length)
  if (longest > COMPARISON_LIMITS.alignedItemsMax) return byPlace(left, right)
  const given = how.key === undefined ? null : byField(left, right, how.key)
  if (given !== null) return given
  if (equalJson(left, right)) return byPlace(left, right)
  const found = findKey(left, right)
  if (found !== null) return found
  const same = byText(left, right, canonical)
  if (how.isSet || isComplete(same)) return how.isSet ? pairRest(same) : same
  const masked = byText(left, right, maskedCanonical)
  return isComplete(masked) ? masked : byPlace(left, right)
}

function isComplete({ onlyLeft, onlyRight }: Alignment): boolean {
  return onlyLeft.length === 0 && onlyRight.length === 0
}

/** What no item of the other list equals, side by side in order. */
function pairRest({ pairs, onlyLeft, onlyRight, isReordered }: Alignment): Alignment {
  const count = Math.min(onlyLeft.length, onlyRight.length)
  const rest = onlyLeft.slice(0, count).map((left, index) => [left, onlyRight[index] ?? 0] as const)
  return {
    pairs: [...pairs, ...rest],
    onlyLeft: onlyLeft.slice(count),
    onlyRight: onlyRight.slice(count),
    isReordered,
  }
}

function byText(left: Items, right: Items, textOf: (item: unknown) => string): Alignment {
  return byNames(left.map(textOf), right.map(textOf))
}

/** Null when not every item has a value of its own there. */
function byField(left: Items, right: Items, field: string): Alignment | null {
  const lefts = namesIn(left, field)
  const rights = namesIn(right, field)
  return lefts === null || rights === null ? null : byNames(lefts, rights)
}

function namesIn(items: Items, field: string): readonly string[] | null {
  const names: string[] = []
  for (const item of items) {
    const value = isObject(item) ? item[field] : undefined
    const number = numberText(value)
    if (typeof value !== 'string' && number === null) return null
    names.push(number === null ? `string ${value}` : `number ${canonicalNumber(number)}`)
  }
  return new Set(names).size === names.length ? names : null
}

function findKey(left: Items, right: Items): Alignment | null {
  const [first] = left
  if (!isObject(first) || right.length === 0) return null
  const fields = Object.keys(first).slice(0, COMPARISON_LIMITS.keyFieldsMax)
  const named = NAMING_FIELDS.filter((field) => fields.includes(field))
  const others = fields.filter((field) => !named.includes(field))
  const longest = Math.max(left.length, right.length)
  for (const field of [...named, ...others]) {
    const found = byField(left, right, field)
    const needed = named.includes(field) ? longest / 2 : longest
    if (found !== null && found.pairs.length >= needed) return found
  }
  return null
}

/** Pairs equal names, the n-th of a name with the n-th. */
function byNames(lefts: readonly string[], rights: readonly string[]): Alignment {
  const places = new Map<string, number[]>()
  for (const [index, name] of rights.entries()) {
    const known = places.get(name)
    if (known === undefined) places.set(name, [index])
    else known.push(index)
  }
  const pairs: (readonly [number, number])[] = []
  const onlyLeft: number[] = []
  for (const [index, name] of lefts.entries()) {
    const match = places.get(name)?.shift()
    if (match === undefined) onlyLeft.push(index)
    else pairs.push([index, match])
  }
  const onlyRight = [...places.values()].flat().sort((a, b) => a - b)
  const isReordered = pairs.some(([, at], index) => at < (pairs[index - 1]?.[1] ?? -1))
  return { pairs, onlyLeft, onlyRight, isReordered }
}

function byPlace(left: Items, right: Items): Alignment {
  const shortest = Math.min(left.length, right.length)
  let start = 0
  let end = 0
  if (left.length !== right.length) {
    while (start < shortest && equalJson(left[start], right[start])) start += 1
    const tailMax = shortest - start
    while (end < tailMax && equalJson(left.at(-1 - end), right.at(-1 - end))) end += 1
  }
  const pairs: (readonly [number, number])[] = []
  for (let index = 0; index < shortest - end; index += 1) pairs.push([index, index])
  for (let back = end; back > 0; back -= 1) pairs.push([left.length - back, right.length - back])
  return {
    pairs,
    onlyLeft: between(shortest - end, left.length - end),
    onlyRight: between(shortest - end, right.length - end),
    isReordered: false,
  }
}

function between(start: number, end: number): readonly number[] {
  return Array.from({ length: Math.max(end - start, 0) }, (_, index) => start + index)
}
