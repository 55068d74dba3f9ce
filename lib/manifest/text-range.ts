import type { LineCounter } from 'yaml'

/** Lines and columns from 1, end exclusive; columns count UTF-16 units as Monaco does. */
export interface TextRange {
  readonly startLine: number
  readonly startColumn: number
  readonly endLine: number
  readonly endColumn: number
}

/** The range between two offsets into the text; at least one column wide, so that it can be seen. */
export function rangeBetween(lines: LineCounter, start: number, end: number): TextRange {
  const from = lines.linePos(start)
  const to = lines.linePos(Math.max(end, start + 1))
  return {
    startLine: Math.max(from.line, 1),
    startColumn: Math.max(from.col, 1),
    endLine: Math.max(to.line, 1),
    endColumn: Math.max(to.col, 1),
  }
}

/** The first column of the text: the place of problems with all of it. */
export const START_OF_TEXT: TextRange = {
  startLine: 1,
  startColumn: 1,
  endLine: 1,
  endColumn: 2,
}
