import type { JsonValue } from '@/lib/shared/json'
import { equalJson, isJsonObject } from '@/lib/shared/json-values'

/** Index on the left and on the right; null where the item is on one side only. In the order of both lists. */
export type ItemPair = readonly [left: number | null, right: number | null]

/** Pairs of items compared; longer lists are paired index by index. */
const COMPARISONS_MAX = 10_000
/** Values looked at in one item. */
const LEAVES_MAX = 200

/**
 * Pairs items in order so that what they share is most, by dynamic programming as for a longest common subsequence; one item filled
 * in with defaults is still the same. What is left between two pairs is paired by its place, so that a list of as many items has
 * no addition.
 */
export function alignItems(left: readonly JsonValue[], right: readonly JsonValue[]): ItemPair[] {
  const pairs: ItemPair[] = []
  let [leftNext, rightNext] = [0, 0]
  const last = [left.length, right.length] as const
  for (const [leftIndex, rightIndex] of [...sharedPairs(left, right), last]) {
    while (leftNext < leftIndex || rightNext < rightIndex) {
      pairs.push([
        leftNext < leftIndex ? leftNext++ : null,
        rightNext < rightIndex ? rightNext++ : null,
      ])
    }
    if (leftIndex < left.length) pairs.push([leftNext++, rightNext++])
  }
  return pairs
}

function sharedPairs(
  left: readonly JsonValue[],
  right: readonly JsonValue[],
): (readonly [number, number])[] {
  if (left.length * right.length > COMPARISONS_MAX) {
    const shortest = Math.min(left.length, right.length)
    return Array.from({ length: shortest }, (_, index) => [index, index] as const)
  }
  const likeness = likenesses(left, right)
  const best = bestSums(likeness)
  const pairs: (readonly [number, number])[] = []
  for (let row = 0, column = 0; row < left.length && column < right.length; ) {
    const here = likeness[row]?.[column] ?? 0
    const value = best[row]?.[column] ?? 0
    const below = best[row + 1]
    if (here > 0 && here + (below?.[column + 1] ?? 0) >= value) pairs.push([row++, column++])
    else if ((below?.[column] ?? 0) >= value) row += 1
    else column += 1
  }
  return pairs
}

/** How alike items can be paired from each pair of indices on. */
function bestSums(likeness: readonly (readonly number[])[]): readonly (readonly number[])[] {
  let below: readonly number[] = []
  const rows = likeness.toReversed().map((row) => {
    const sums: number[] = []
    for (let column = row.length - 1; column >= 0; column -= 1) {
      const here = row[column] ?? 0
      const paired = here === 0 ? 0 : here + (below[column + 1] ?? 0)
      sums[column] = Math.max(paired, below[column] ?? 0, sums[column + 1] ?? 0)
    }
    below = sums
    return sums
  })
  return rows.toReversed()
}

/** By item on the left, then on the right. Equal items win over any that are only alike. */
function likenesses(left: readonly JsonValue[], right: readonly JsonValue[]): number[][] {
  const rightLeaves = right.map(leavesOf)
  return left.map((item) => {
    const leaves = leavesOf(item)
    return right.map((other, column) =>
      equalJson(item, other) ? 2 : shareOf(leaves, rightLeaves[column]),
    )
  })
}

/** Values with the keys that lead to them; where in a list they stand does not count. */
function leavesOf(item: JsonValue): ReadonlySet<string> {
  const leaves = new Set<string>()
  const waiting: (readonly [string, JsonValue])[] = [['', item]]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [path, value] = next
    if (leaves.size >= LEAVES_MAX) break
    if (Array.isArray(value)) waiting.push(...value.map((inner) => [`${path}[]`, inner] as const))
    else if (isJsonObject(value)) {
      for (const [key, inner] of Object.entries(value)) waiting.push([`${path}.${key}`, inner])
    } else leaves.add(`${path}=${JSON.stringify(value)}`)
  }
  return leaves
}

/** Of the smaller item's values, the share that the other has too. */
function shareOf(left: ReadonlySet<string>, right: ReadonlySet<string> = new Set()): number {
  const [small, large] = left.size <= right.size ? [left, right] : [right, left]
  if (small.size === 0) return 0
  let shared = 0
  for (const leaf of small) if (large.has(leaf)) shared += 1
  return shared / small.size
}
