import { VALUES_MAX } from '@/lib/manifest/limits'

/** Brackets and indentation inside quotes are counted too, so these are well above the nesting refused later. */
const BRACKETS_MAX = 500
const INDENTS_MAX = 200
const DASHES_MAX = 200

/**
 * Whether the text may nest so deep that the parser, which recurses, would exhaust the stack. Linear in the text: counts
 * unclosed brackets, steps of indentation, and indicators in a row.
 */
export function nestsTooDeep(text: string): boolean {
  return bracketsExceed(text) || indentsExceed(text)
}

function bracketsExceed(text: string): boolean {
  let open = 0
  for (const bracket of text.matchAll(/[[\]{}]/g)) {
    const [character] = bracket
    open = character === '[' || character === '{' ? open + 1 : Math.max(open - 1, 0)
    if (open > BRACKETS_MAX) return true
  }
  return false
}

function indentsExceed(text: string): boolean {
  const indents: number[] = []
  for (const line of text.matchAll(/^([ \t]*)((?:[-?:][ \t]+)*)[^ \t\r\n]/gm)) {
    const [, spaces = '', indicators = ''] = line
    while ((indents.at(-1) ?? -1) >= spaces.length) indents.pop()
    indents.push(spaces.length)
    if (indents.length > INDENTS_MAX || indicators.length > DASHES_MAX * 2) return true
  }
  return false
}

/**
 * Whether the text has more lines, or more values in brackets or quotes, than are read. Linear in the text. A line or an item
 * of a flow list is a value; a quoted value has two quotes.
 */
export function hasTooManyValues(text: string): boolean {
  let halves = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === LINE_FEED || code === COMMA) halves += 2
    else if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) halves += 1
    if (halves > 2 * VALUES_MAX) return true
  }
  return false
}

const LINE_FEED = 0x0a
const COMMA = 0x2c
const DOUBLE_QUOTE = 0x22
const SINGLE_QUOTE = 0x27
