import type { EditFix } from '@/lib/validation/diagnostic'

/** The text with a fix made in it. */
export function applyEdit(text: string, { range, text: replacement }: EditFix): string {
  const start = offsetAt(text, range.startLine, range.startColumn)
  const end = offsetAt(text, range.endLine, range.endColumn)
  return text.slice(0, start) + replacement + text.slice(end)
}

function offsetAt(text: string, line: number, column: number): number {
  let start = 0
  for (let passed = 1; passed < line; passed++) {
    const next = text.indexOf('\n', start)
    if (next === -1) return text.length
    start = next + 1
  }
  return Math.min(text.length, start + column - 1)
}
