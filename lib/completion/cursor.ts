/** Text and offset → where in which document the cursor stands. Works on text that is not yet, or no longer, right. */
import { isMap, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'
import type { FieldPath } from '@/lib/manifest/edit/field-edit'
import { NESTING_MAX, TEXT_LENGTH_MAX } from '@/lib/manifest/limits'
import { readLeniently } from '@/lib/manifest/read-leniently'
import { toJson } from '@/lib/manifest/to-json'
import type { JsonValue } from '@/lib/shared/json'

/** How the text around the cursor is laid out; columns from 0. */
export interface Layout {
  /** Inside brackets. */
  readonly isFlow: boolean
  readonly isQuoted: boolean
  /** Whether nothing but white space is before the typed text on its line. */
  readonly isOwnLine: boolean
  /** Where the typed text begins. */
  readonly column: number
  /** Where the first key of the line begins, behind the dashes of list items. */
  readonly keyColumn: number
  /** Whether list items of this text stand deeper than the key they belong to. */
  readonly isItemsIndented: boolean
}

export interface Cursor {
  /** From the root of the document to the value being typed, or to the map in which a key is. */
  readonly path: FieldPath
  readonly position: 'value' | 'key'
  /** Offsets of what is typed; all of it would be replaced. */
  readonly start: number
  readonly end: number
  readonly typed: string
  /** What has to come first: a space right behind a colon, the dash of an item that is not begun. */
  readonly lead: '' | ' ' | '- '
  readonly layout: Layout
  /** Of each document what could be read; the value or key being typed is an empty text. */
  readonly objects: readonly JsonValue[]
  /** Index in `objects`. */
  readonly documentIndex: number
}

/** Stands in the text for what is being typed while it is parsed. */
const MARK = 'MIRRORBOARD-CURSOR'

interface Token extends Pick<Cursor, 'start' | 'end' | 'typed' | 'lead'> {
  readonly quote: string
  /** The line up to the token. */
  readonly before: string
  /** The text with the mark in the token's place. */
  readonly marked: string
}

/**
 * Where the cursor is: at a value or a key, and on a line of its own maybe at the item of a list, whose dash is not there yet.
 * None in comments, block texts, and places the parser makes no sense of.
 */
export function findCursors(text: string, offset: number): readonly Cursor[] {
  const token = text.length > TEXT_LENGTH_MAX ? null : tokenAt(text, offset)
  if (token === null) return []
  const plain = locate(text, token)
  if (plain?.position === 'value' || token.quote !== '' || token.before.trim() !== '') {
    return plain === null ? [] : [plain]
  }
  const item = locate(text, asItem(token))
  const isItem = item?.position === 'value' && typeof item.path.at(-1) === 'number'
  return [isItem ? item : null, plain].filter((cursor) => cursor !== null)
}

/** Text whose indent is wrong is read as keys of a map where they can't stand. */
function areAligned(text: string, { isFlow, keys }: Place): boolean {
  const columns = keys.map((offset) => offset - text.lastIndexOf('\n', offset - 1))
  return isFlow || new Set(columns).size < 2
}

function asItem(token: Token): Token {
  const { start, before, marked } = token
  const text = `${marked.slice(0, start)}- ${marked.slice(start)}`
  return { ...token, lead: '- ', before: `${before}- `, marked: text }
}

function locate(text: string, token: Token): Cursor | null {
  const marked = token.marked.replaceAll(/^[ ]*\t[ \t]*/gm, untabbed)
  // A quote that is not closed swallows all that follows, so a second reading closes it where its line ends.
  for (const attempt of [marked, closeQuotes(marked)]) {
    const documents = readLeniently(attempt)
    for (const [documentIndex, { contents }] of documents.entries()) {
      const place = findMark(contents, [])
      if (place === null || !areAligned(attempt, place)) continue
      const { start, end, typed, lead } = token
      const { path, position, isFlow } = place
      const layout = layoutOf(text, token, isFlow)
      const objects = documents.map((document) => withoutMark(toJson(document).value))
      return { path, position, start, end, typed, lead, layout, objects, documentIndex }
    }
  }
  return null
}

function tokenAt(text: string, offset: number): Token | null {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  const nextLine = text.indexOf('\n', offset)
  const line = text.slice(lineStart, offset)
  if (/(^|\s)#/.test(line.replaceAll(/"[^"]*"|'[^']*'/g, ''))) return null
  const [, quote = '', word = ''] = /(["']?)([^\s,[\]{}"']*)$/.exec(line) ?? []
  // A dash becomes an item, and three of them a document, with what follows.
  if (/^-+$/.test(word)) return null
  const isBehindColon = quote === '' && word.endsWith(':')
  const typed = isBehindColon ? '' : word
  const lead = isBehindColon ? ' ' : ''
  const rest = text.slice(offset, nextLine === -1 ? text.length : nextLine)
  const [tail = ''] = /^[^\s,[\]{}"':#]*/.exec(rest) ?? []
  const start = offset - typed.length
  const end = offset + tail.length
  const closing = quote !== '' && rest[tail.length] === quote ? 1 : 0
  const marked = `${text.slice(0, start - quote.length)}${lead}${MARK}${text.slice(end + closing)}`
  return { start, end, typed, lead, quote, before: text.slice(lineStart, start), marked }
}

function untabbed(indent: string): string {
  return indent.replaceAll('\t', '  ')
}

function closeQuotes(text: string): string {
  return text
    .replaceAll(/(?:^|[\s:,[{])"(?:[^"\\\n]|\\.)*$/gm, '$&"')
    .replaceAll(/(?:^|[\s:,[{])'[^'\n]*$/gm, "$&'")
}

interface Place extends Pick<Cursor, 'path' | 'position'>, Pick<Layout, 'isFlow'> {
  /** Where the keys of the map begin that the mark is one of; offsets into the marked text. */
  readonly keys: readonly number[]
}

function findMark(node: unknown, path: FieldPath, isFlow = false): Place | null {
  if (path.length > NESTING_MAX) return null
  if (isScalar(node)) {
    return node.value === MARK ? { path, position: 'value', isFlow, keys: [] } : null
  }
  if (!isMap(node) && !isSeq(node)) return null
  const isInFlow = isFlow || node.flow === true
  const pairs = isMap(node) ? node.items : []
  const key = pairs.find((pair) => keyText(pair) === MARK)
  if (key !== undefined) {
    const keys = pairs.flatMap((pair) => (isScalar(pair.key) ? (pair.key.range?.[0] ?? []) : []))
    return isFree(key) ? { path, position: 'key', isFlow: isInFlow, keys } : null
  }
  for (const [step, child] of childrenOf(node)) {
    const found = findMark(child, [...path, step], isInFlow)
    if (found !== null) return found
  }
  return null
}

/** Whether a key has no value yet. */
function isFree({ value }: Pair): boolean {
  return value === null || (isScalar(value) && value.type === 'PLAIN' && value.value === '')
}

function childrenOf(node: YAMLMap | YAMLSeq): readonly (readonly [string | number, unknown])[] {
  if (isSeq(node)) return node.items.map((item, index) => [index, item])
  // A word that has no colon yet is read as a part of the next key.
  return node.items.map((pair) => [keyText(pair).split(/\s+/).at(-1) ?? '', pair.value])
}

function keyText({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : ''
}

function withoutMark(value: JsonValue): JsonValue {
  return JSON.parse(JSON.stringify(value).replaceAll(MARK, '')) as JsonValue
}

function layoutOf(text: string, { before, quote }: Token, isFlow: boolean): Layout {
  const line = quote === '' ? before : before.slice(0, -1)
  const keyColumn = /^\s*(?:- +)*/.exec(line)?.[0].length ?? 0
  return {
    isFlow,
    isQuoted: quote !== '',
    isOwnLine: line.trim() === '',
    column: before.length,
    keyColumn,
    isItemsIndented: areItemsIndented(text),
  }
}

/** As the first list under a key has it. */
function areItemsIndented(text: string): boolean {
  const list = /^( *(?:- +)*)[A-Za-z]\w*:[ \t]*\r?\n( *)- /m.exec(text)
  return list !== null && (list[2] ?? '').length > (list[1] ?? '').length
}
