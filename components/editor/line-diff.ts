export interface ChangedLines {
  readonly added: number
  readonly removed: number
}

function splitLines(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}

/**
 * Lines that only one text has, by longest common subsequence after common ends are cut off.
 * Costs the product of what is left, so beyond `CELLS_MAX` all of it counts as changed.
 */
export const CELLS_MAX = 4_000_000

export function countChangedLines(before: string, after: string): ChangedLines {
  let left = splitLines(before)
  let right = splitLines(after)
  let start = 0
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1
  let end = 0
  const most = Math.min(left.length, right.length) - start
  while (end < most && left.at(-1 - end) === right.at(-1 - end)) end += 1
  left = left.slice(start, left.length - end)
  right = right.slice(start, right.length - end)
  const common = left.length * right.length > CELLS_MAX ? 0 : commonLines(left, right)
  return { added: right.length - common, removed: left.length - common }
}

function commonLines(left: readonly string[], right: readonly string[]): number {
  let previous = new Array<number>(right.length + 1).fill(0)
  for (const line of left) {
    const row = [0]
    right.forEach((other, index) => {
      const diagonal = previous[index] ?? 0
      const best = Math.max(previous[index + 1] ?? 0, row[index] ?? 0)
      row.push(line === other ? diagonal + 1 : best)
    })
    previous = row
  }
  return previous.at(-1) ?? 0
}
