/** What must change in one value to make it another. */
import { type FieldEdit, type FieldPath, isMap } from '@/lib/manifest/edit/field-edit'
import { isEqual } from '@/lib/shared/is-equal'
import type { JsonObject, JsonValue } from '@/lib/shared/json'

/** Pairs of items compared to align two lists; longer ones are compared index by index. */
const COMPARISONS_MAX = 250_000

/**
 * Edits that turn `from`, at the path, into `to`; to be made in this order. Items that are in both lists stay; between them,
 * items are changed one by one, and what is left over is removed or inserted.
 */
export function editsTowards(path: FieldPath, from: JsonValue, to: JsonValue): FieldEdit[] {
  if (isEqual(from, to)) return []
  if (isMap(from) && isMap(to)) return mapEdits(path, from, to)
  if (Array.isArray(from) && Array.isArray(to) && from.length > 0 && to.length > 0) {
    return listEdits(path, from, to)
  }
  return [{ op: 'set', path, value: to }]
}

function mapEdits(path: FieldPath, from: JsonObject, to: JsonObject): FieldEdit[] {
  const edits: FieldEdit[] = []
  for (const key of Object.keys(to)) {
    const value = to[key] ?? null
    if (!Object.hasOwn(from, key)) edits.push({ op: 'set', path: [...path, key], value })
    else edits.push(...editsTowards([...path, key], from[key] ?? null, value))
  }
  for (const key of Object.keys(from)) {
    if (!Object.hasOwn(to, key)) edits.push({ op: 'remove', path: [...path, key] })
  }
  return edits
}

function listEdits(path: FieldPath, from: JsonValue[], to: JsonValue[]): FieldEdit[] {
  const edits: FieldEdit[] = []
  // Where the next item is in the list as changed so far.
  let index = 0
  const change = (before: readonly JsonValue[], after: readonly JsonValue[]) => {
    for (let position = 0; position < Math.max(before.length, after.length); position += 1) {
      const former = before[position]
      const value = after[position]
      if (value === undefined) {
        edits.push({ op: 'remove', path: [...path, index] })
        continue
      }
      if (former === undefined) edits.push({ op: 'insert', path, index, value })
      else edits.push(...editsTowards([...path, index], former, value))
      index += 1
    }
  }
  let fromNext = 0
  let toNext = 0
  for (const [left, right] of [...commonItems(from, to), [from.length, to.length] as const]) {
    change(from.slice(fromNext, left), to.slice(toNext, right))
    index += 1
    fromNext = left + 1
    toNext = right + 1
  }
  return edits
}

/** Indices of a longest common subsequence. https://en.wikipedia.org/wiki/Longest_common_subsequence */
function commonItems(
  from: readonly JsonValue[],
  to: readonly JsonValue[],
): readonly (readonly [number, number])[] {
  if (from.length * to.length > COMPARISONS_MAX) return equalInPlace(from, to)
  const width = to.length + 1
  const lengths = commonLengths(from, to)
  const lengthAt = (left: number, right: number) => lengths[left * width + right] ?? 0
  const common: [number, number][] = []
  for (let left = 0, right = 0; left < from.length && right < to.length; ) {
    if (isEqual(from[left], to[right])) common.push([left++, right++])
    else if (lengthAt(left + 1, right) >= lengthAt(left, right + 1)) left += 1
    else right += 1
  }
  return common
}

/** How many items the lists have in common from each pair of indices on, row by row. */
function commonLengths(from: readonly JsonValue[], to: readonly JsonValue[]): Uint16Array {
  const width = to.length + 1
  const lengths = new Uint16Array((from.length + 1) * width)
  for (let left = from.length - 1; left >= 0; left -= 1) {
    for (let right = to.length - 1; right >= 0; right -= 1) {
      const at = left * width + right
      lengths[at] = isEqual(from[left], to[right])
        ? (lengths[at + width + 1] ?? 0) + 1
        : Math.max(lengths[at + width] ?? 0, lengths[at + 1] ?? 0)
    }
  }
  return lengths
}

function equalInPlace(from: readonly JsonValue[], to: readonly JsonValue[]) {
  return from.flatMap((item, index) =>
    index < to.length && isEqual(item, to[index]) ? [[index, index] as const] : [],
  )
}
