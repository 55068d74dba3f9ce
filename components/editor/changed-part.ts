/** The one stretch in which two texts differ. */
export interface ChangedPart {
  /** Offsets into the former text. */
  readonly start: number
  readonly end: number
  /** What takes its place. */
  readonly text: string
}

/** Where two texts differ, in whole lines: an editor counts a line break as one, however it is written. */
export function changedPart(former: string, next: string): ChangedPart {
  let start = 0
  while (start < former.length && former[start] === next[start]) start += 1
  start = start === 0 ? 0 : former.lastIndexOf('\n', start - 1) + 1
  let end = former.length
  let nextEnd = next.length
  while (end > start && nextEnd > start && former[end - 1] === next[nextEnd - 1]) {
    end -= 1
    nextEnd -= 1
  }
  const lineEnd = former.indexOf('\n', end)
  const rest = (lineEnd === -1 ? former.length : lineEnd + 1) - end
  return { start, end: end + rest, text: next.slice(start, nextEnd + rest) }
}
