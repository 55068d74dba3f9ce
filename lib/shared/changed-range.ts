/** The part of two lists between what they have in common at their start and at their end. */
export interface ChangedRange {
  readonly start: number
  /** Exclusive ends, in the list before and in the list after. */
  readonly endBefore: number
  readonly endAfter: number
}

/** Where two lists differ, by identity: a change to one entry among thousands is found without looking anything up. */
export function changedRange(before: readonly unknown[], after: readonly unknown[]): ChangedRange {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let endBefore = before.length
  let endAfter = after.length
  while (endBefore > start && endAfter > start && before[endBefore - 1] === after[endAfter - 1]) {
    endBefore--
    endAfter--
  }
  return { start, endBefore, endAfter }
}
