/** Values and blocks of lines → the text to put at a cursor, so that it is YAML there. */
import { renderScalar } from '@/lib/manifest/edit/render-value'
import type { Cursor } from './cursor'

/** A text value: plain where kubectl reads it as a text, else in quotes; as it is where quotes are there already. */
export function scalarText(value: string, { layout }: Pick<Cursor, 'layout'>): string {
  return layout.isQuoted ? value : renderScalar(value, 'plain', layout.isFlow)
}

/** Lines of a map or list at the cursor: those after the first get the indent of the place. */
export function blockText(lines: readonly string[], column: number): string {
  return lines.join(`\n${' '.repeat(column)}`)
}

/** Each item as lines, the first behind a dash, under a key at column 0. */
export function itemLines(
  items: readonly (readonly string[])[],
  { isItemsIndented }: Pick<Cursor['layout'], 'isItemsIndented'>,
): string[] {
  const indent = isItemsIndented ? '  ' : ''
  return items.flatMap((lines) =>
    lines.map((line, index) => `${indent}${index === 0 ? '- ' : '  '}${line}`),
  )
}

/**
 * One item of a list, whether its dash is there (the path then ends with its index) or the list's key is all there is.
 * Null where the place is too narrow for it: inside brackets.
 */
export function itemText(lines: readonly string[], { path, layout, lead }: Cursor): string | null {
  const { column, keyColumn, isOwnLine } = layout
  if (layout.isFlow || layout.isQuoted) return null
  if (typeof path.at(-1) === 'number') return lead + blockText(lines, column)
  if (isOwnLine) return blockText(itemLines([lines], { isItemsIndented: false }), column)
  const indent = ' '.repeat(keyColumn)
  return `\n${indent}${blockText(itemLines([lines], layout), keyColumn)}`
}
