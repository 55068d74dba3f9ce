/** Offsets of lines in a text, and changes of it. */

/** Replaces the text from `start` up to `end`. */
export interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The text with all splices made; they must not overlap. Of two at one offset the first stays first. */
export function spliced(text: string, splices: readonly Splice[]): string {
  let result = ''
  let from = 0
  for (const splice of splices.toSorted((left, right) => left.start - right.start)) {
    result += text.slice(from, splice.start) + splice.text
    from = splice.end
  }
  return result + text.slice(from)
}

export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
}

/** Offset of the line's break, or the end of the text. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  if (end === -1) return text.length
  return end > offset && text[end - 1] === '\r' ? end - 1 : end
}

/** Offset of the next line; the end of the text when this is the last. */
export function nextLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  return end === -1 ? text.length : end + 1
}

/** Columns before the offset in its line, from 0. */
export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset)
}

/** Whether only spaces stand before the offset in its line. */
export function isFirstOnLine(text: string, offset: number): boolean {
  return text.slice(lineStart(text, offset), offset).trim() === ''
}

/** The line break that the text uses. */
export function lineBreakOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n'
}

/** Columns before the `#` of a line that holds only a comment; undefined for any other line. */
export function commentColumn(text: string, start: number): number | undefined {
  const comment = /^[ \t]*#/.exec(text.slice(start, lineEnd(text, start)))
  return comment === null ? undefined : comment[0].length - 1
}
