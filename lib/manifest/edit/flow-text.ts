/** Edits inside `[…]` and `{…}`: the entries are texts between commas. */
import type { Entry } from '@/lib/manifest/edit/entries'
import { columnOf, isFirstOnLine, lineBreakOf, type Splice } from '@/lib/manifest/edit/text-lines'

type Splices = readonly Splice[] | undefined

/** Puts an entry before the one at the index, or behind the last; on a line of its own where its neighbour has one. */
export function insertInFlow(
  text: string,
  entries: readonly Entry[],
  index: number,
  rendered: string,
): Splices {
  const next = entries[index]
  const neighbour = next ?? entries.at(-1)
  if (neighbour === undefined) return undefined
  const gap = isFirstOnLine(text, neighbour.start)
    ? lineBreakOf(text) + ' '.repeat(columnOf(text, neighbour.start))
    : ' '
  if (next === undefined) {
    const { end } = neighbour
    return [{ start: end, end, text: `,${gap}${rendered}` }]
  }
  return [{ start: next.start, end: next.start, text: `${rendered},${gap}` }]
}

/** Takes an entry out, with one of the commas beside it; comments between the entries stay. */
export function removeFromFlow(text: string, entries: readonly Entry[], index: number): Splices {
  const entry = entries[index]
  const next = entries[index + 1]
  if (entry === undefined) return undefined
  const whole = { start: entry.start, end: entry.end, text: '' }
  if (index > 0) {
    if (entry.comma === undefined) return undefined
    if (isBlank(text, entry.comma + 1, entry.start)) return [{ ...whole, start: entry.comma }]
    return [{ start: entry.comma, end: entry.comma + 1, text: '' }, whole]
  }
  if (next?.comma === undefined) return undefined
  if (isBlank(text, entry.end, next.comma) && isBlank(text, next.comma + 1, next.start)) {
    return [{ ...whole, end: next.start }]
  }
  return [whole, { start: next.comma, end: next.comma + 1, text: '' }]
}

function isBlank(text: string, start: number, end: number): boolean {
  return text.slice(start, end).trim() === ''
}

/** Puts the entries' texts into another order; what stands between them stays. */
export function moveInFlow(
  text: string,
  entries: readonly Entry[],
  order: readonly number[],
): Splices {
  return entries.flatMap(({ start, end }, index) => {
    const source = entries[order[index] ?? index]
    return source === undefined ? [] : [{ start, end, text: text.slice(source.start, source.end) }]
  })
}
