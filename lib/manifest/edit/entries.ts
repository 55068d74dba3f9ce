/** Entries of maps and lists as they stand in the text: where each begins, where its value goes, where it ends. */
import {
  type CST,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import {
  columnOf,
  commentColumn,
  isFirstOnLine,
  lineEnd,
  lineStart,
  nextLine,
} from '@/lib/manifest/edit/text-lines'
import { rangeOfNode } from '@/lib/manifest/to-json'

/** A map's pair or a list's item. */
export interface Entry {
  readonly value: unknown
  /** Offset of its key or dash; of the item itself inside `[…]`. */
  readonly start: number
  /** Offset behind the colon or dash; that of the item itself inside `[…]`. */
  readonly after: number
  /** Offset behind its last character, comments not counted. */
  readonly end: number
  /** Offset of the comma before it inside `[…]` and `{…}`. */
  readonly comma: number | undefined
  /** Whether its value carries an anchor or a tag, which stand before it. */
  readonly hasProperties: boolean
}

/**
 * The entries of a collection; undefined when one is written in a way that is not edited: an explicit key (`? key`), a key
 * with an anchor or a tag, or a pair without a colon.
 */
export function entriesOf(collection: YAMLMap | YAMLSeq): readonly Entry[] | undefined {
  const token = collection.srcToken
  if (token === undefined || !('items' in token)) return undefined
  const entries = isMap(collection)
    ? collection.items.map((pair) => pairEntry(pair))
    : collection.items.map((value, index) => itemEntry(value, token.items[index]))
  return entries.every((entry) => entry !== undefined) ? entries : undefined
}

function pairEntry(pair: Pair): Entry | undefined {
  const token = pair.srcToken
  const colon = token?.sep?.find(({ type }) => type === 'map-value-ind')
  if (token === undefined || colon === undefined || !isScalar(pair.key)) return undefined
  if (token.start.some(({ type }) => type === 'explicit-key-ind' || isProperty(type)))
    return undefined
  const after = colon.offset + colon.source.length
  return {
    value: pair.value,
    start: rangeOfNode(pair.key)[0],
    after,
    end: Math.max(after, contentEnd(pair.value)),
    comma: commaOf(token.start),
    hasProperties: token.sep?.some(({ type }) => isProperty(type)) === true,
  }
}

function itemEntry(value: unknown, token: CST.CollectionItem | undefined): Entry | undefined {
  if (token === undefined || token.key !== undefined) return undefined
  const dash = token.start.find(({ type }) => type === 'seq-item-ind')
  const [start] = rangeOfNode(value)
  const after = dash === undefined ? start : dash.offset + dash.source.length
  return {
    value,
    start: dash?.offset ?? start,
    after,
    end: Math.max(after, contentEnd(value)),
    comma: commaOf(token.start),
    hasProperties: token.start.some(({ type }) => isProperty(type)),
  }
}

function commaOf(tokens: readonly CST.SourceToken[]): number | undefined {
  return tokens.find(({ type }) => type === 'comma')?.offset
}

function isProperty(type: string): boolean {
  return type === 'anchor' || type === 'tag'
}

/** Whether the node is a map or list laid out by indentation. */
export function isBlock(node: unknown): node is YAMLMap | YAMLSeq {
  return (isMap(node) || isSeq(node)) && node.flow !== true
}

/** Whether nothing is written where the value would be. */
export function isAbsent(node: unknown): boolean {
  const [start, end] = rangeOfNode(node)
  return node === null || (isScalar(node) && node.value === '' && start === end)
}

/** Offset behind the node's last character. A block scalar's last line break is its line's, not its own. */
export function contentEnd(node: unknown): number {
  if (isBlock(node)) return entriesOf(node)?.at(-1)?.end ?? rangeOfNode(node)[1]
  const isWritten = isScalar(node) || isAlias(node) || isCollection(node)
  if (!isWritten || isAbsent(node)) return 0
  const [, end] = rangeOfNode(node)
  const source =
    isScalar(node) && node.srcToken?.type === 'block-scalar' ? node.srcToken.source : ''
  if (!source.endsWith('\n')) return end
  return end - (source.endsWith('\r\n') ? 2 : 1)
}

/** Lines of an entry of a block collection, with its own comments. */
export interface Lines {
  /** Offset of the first line, or of the entry itself when it shares its line with an outer dash. */
  readonly start: number
  /** Offset of the last line's break. */
  readonly end: number
  readonly isInline: boolean
}

/**
 * The lines that belong to an entry: comments right above it at its column, and comments right below that are indented
 * deeper. Comments above the first field of the whole document are about the document.
 */
export function linesOf(text: string, entry: Entry, isDocumentStart: boolean): Lines {
  const column = columnOf(text, entry.start)
  const isInline = !isFirstOnLine(text, entry.start)
  let start = isInline ? entry.start : lineStart(text, entry.start)
  while (!isInline && !isDocumentStart && start > 0) {
    const above = lineStart(text, start - 1)
    if (commentColumn(text, above) !== column) break
    start = above
  }
  return { start, end: linesEnd(text, entry.end, column), isInline }
}

/** Offset of the break of the last line of what ends at `end`, with comments below it that are indented deeper than `column`. */
export function linesEnd(text: string, end: number, column: number): number {
  let last = lineEnd(text, end)
  while (last < text.length) {
    const below = nextLine(text, last)
    const comment = commentColumn(text, below)
    if (comment === undefined || comment <= column) break
    last = lineEnd(text, below)
  }
  return last
}
