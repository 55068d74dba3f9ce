/** Two texts → this → rows side by side, with the words that differ marked. */
import { COMPARISON_LIMITS } from '@/lib/comparison/limits'

export interface Segment {
  readonly text: string
  readonly isMarked: boolean
}

/** One row; a side that has no such line is null. */
export interface DiffRow {
  readonly left: readonly Segment[] | null
  readonly right: readonly Segment[] | null
}

const WORDS = /\w+|\s+|[^\w\s]/g

/** Lines side by side. Beyond `wordsMax` lines or words a changed part is marked whole. */
export function diffTexts(left: string, right: string): readonly DiffRow[] {
  const lefts = left.split('\n')
  const rights = right.split('\n')
  const rows: DiffRow[] = []
  let from = 0
  let to = 0
  for (const [atLeft, atRight] of [...commonItems(lefts, rights), END(lefts, rights)]) {
    rows.push(...pairLines(lefts.slice(from, atLeft), rights.slice(to, atRight)))
    const line = lefts[atLeft]
    if (line !== undefined) rows.push({ left: plain(line), right: plain(line) })
    from = atLeft + 1
    to = atRight + 1
  }
  return rows
}

const END = (left: readonly string[], right: readonly string[]) =>
  [left.length, right.length] as const

function plain(text: string): readonly Segment[] {
  return [{ text, isMarked: false }]
}

function pairLines(lefts: readonly string[], rights: readonly string[]): DiffRow[] {
  const rows: DiffRow[] = []
  for (let index = 0; index < Math.max(lefts.length, rights.length); index += 1) {
    const left = lefts[index]
    const right = rights[index]
    if (left !== undefined && right !== undefined) rows.push(diffWords(left, right))
    else {
      rows.push({
        left: left === undefined ? null : [{ text: left, isMarked: true }],
        right: right === undefined ? null : [{ text: right, isMarked: true }],
      })
    }
  }
  return rows
}

/** One line on both sides with its differing words marked. */
export function diffWords(left: string, right: string): DiffRow {
  const lefts = left.match(WORDS) ?? []
  const rights = right.match(WORDS) ?? []
  const common = commonItems(lefts, rights)
  return {
    left: mark(lefts, new Set(common.map(([at]) => at))),
    right: mark(rights, new Set(common.map(([, at]) => at))),
  }
}

/** Neighbours of the same kind become one segment. */
function mark(words: readonly string[], common: ReadonlySet<number>): readonly Segment[] {
  const segments: { text: string; isMarked: boolean }[] = []
  for (const [index, text] of words.entries()) {
    const isMarked = !common.has(index)
    const last = segments.at(-1)
    if (last?.isMarked === isMarked) last.text += text
    else segments.push({ text, isMarked })
  }
  return segments
}

/** Indexes of a longest common subsequence; between equal ends longer than `wordsMax` there is none. */
function commonItems(
  left: readonly string[],
  right: readonly string[],
): readonly (readonly [number, number])[] {
  const shortest = Math.min(left.length, right.length)
  let start = 0
  while (start < shortest && left[start] === right[start]) start += 1
  let end = 0
  while (end < shortest - start && left.at(-1 - end) === right.at(-1 - end)) end += 1
  const common: (readonly [number, number])[] = []
  for (let index = 0; index < start; index += 1) common.push([index, index])
  const middle = longest(
    left.slice(start, left.length - end),
    right.slice(start, right.length - end),
  )
  common.push(...middle.map(([a, b]) => [a + start, b + start] as const))
  for (let back = end; back > 0; back -= 1) common.push([left.length - back, right.length - back])
  return common
}

function longest(
  left: readonly string[],
  right: readonly string[],
): readonly (readonly [number, number])[] {
  const { wordsMax } = COMPARISON_LIMITS
  if (left.length > wordsMax || right.length > wordsMax) return []
  const lengthAt = commonLengths(left, right)
  const common: (readonly [number, number])[] = []
  let row = 0
  let column = 0
  while (row < left.length && column < right.length) {
    if (left[row] === right[column]) {
      common.push([row, column])
      row += 1
      column += 1
    } else if (lengthAt(row + 1, column) >= lengthAt(row, column + 1)) row += 1
    else column += 1
  }
  return common
}

/** Lengths of the longest common subsequences of what is left from a place on. */
function commonLengths(left: readonly string[], right: readonly string[]) {
  const width = right.length + 1
  const lengths = new Uint16Array((left.length + 1) * width)
  const lengthAt = (row: number, column: number) => lengths[row * width + column] ?? 0
  for (let row = left.length - 1; row >= 0; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        left[row] === right[column]
          ? lengthAt(row + 1, column + 1) + 1
          : Math.max(lengthAt(row + 1, column), lengthAt(row, column + 1))
    }
  }
  return lengthAt
}
