import { LineCounter } from 'yaml'

/** Lines and columns from 1, end exclusive; columns count UTF-16 units as Monaco does. */
export interface TextRange {
  readonly startLine: number
  readonly startColumn: number
  readonly endLine: number
  readonly endColumn: number
}

/** Offsets into a text → ranges in it that can be seen. */
export class TextPlaces {
  readonly text: string
  readonly #lines = new LineCounter()

  constructor(text: string) {
    this.text = text
  }

  /** To be told where each line begins, in order, before ranges are asked for. */
  readonly addLine = this.#lines.addNewLine

  /** The range between two offsets; where there is nothing to see between them, the text of that line or of the last before it. */
  between(start: number, end: number): TextRange {
    const [first, behind] = this.#visible(start, Math.max(end, start + 1))
    const from = this.#lines.linePos(first)
    const to = this.#lines.linePos(behind)
    return {
      startLine: Math.max(from.line, 1),
      startColumn: Math.max(from.col, 1),
      endLine: Math.max(to.line, 1),
      endColumn: Math.max(to.col, 1),
    }
  }

  /** The text between two offsets. */
  slice(start: number, end: number): string {
    return this.text.slice(start, end)
  }

  /** A tab is seen: the editor draws it wider than its mark. */
  #visible(start: number, end: number): readonly [number, number] {
    if (/[^ \r\n]/.test(this.text.slice(start, end))) return [start, end]
    let lineEnd = this.text.indexOf('\n', start)
    if (lineEnd === -1) lineEnd = this.text.length
    while (lineEnd > 0) {
      const lineStart = this.text.lastIndexOf('\n', lineEnd - 1) + 1
      const line = this.text.slice(lineStart, lineEnd)
      const content = line.trim()
      const at = lineStart + line.indexOf(content)
      if (content !== '') return [at, at + content.length]
      lineEnd = lineStart - 1
    }
    return [start, end]
  }
}

/** The first column of the text: the place of problems with all of it. */
export const START_OF_TEXT: TextRange = {
  startLine: 1,
  startColumn: 1,
  endLine: 1,
  endColumn: 2,
}
