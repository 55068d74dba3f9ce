import { changedRange } from '@/lib/shared/changed-range'

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
  const [before, after] = [linesOf(former), linesOf(next)]
  const { start, endBefore, endAfter } = changedRange(before, after)
  const offset = before.slice(0, start).join('').length
  return {
    start: offset,
    end: offset + before.slice(start, endBefore).join('').length,
    text: after.slice(start, endAfter).join(''),
  }
}

/** Each with its line break. */
function linesOf(text: string): readonly string[] {
  return text.split(/(?<=\n)/)
}
