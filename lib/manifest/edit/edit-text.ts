/**
 * One edit of a field as changes of the text, from the syntax tree's offsets: only the lines concerned change, everything
 * else stays byte for byte.
 */
import { isAlias, isMap, isScalar, isSeq, type YAMLMap, type YAMLSeq } from 'yaml'
import {
  contentEnd,
  type Entry,
  entriesOf,
  isAbsent,
  isBlock,
  linesEnd,
  linesOf,
} from '@/lib/manifest/edit/entries'
import { type FieldEdit, type FieldPath, movedOrder } from '@/lib/manifest/edit/field-edit'
import { insertInFlow, moveInFlow, removeFromFlow } from '@/lib/manifest/edit/flow-text'
import {
  isEmptyOrScalar,
  type Quote,
  renderFlow,
  renderFlowField,
  renderLines,
  renderScalar,
} from '@/lib/manifest/edit/render-value'
import {
  columnOf,
  lineBreakOf,
  lineEnd,
  nextLine,
  type Splice,
} from '@/lib/manifest/edit/text-lines'
import { isMergeKey, keyText, rangeOfNode } from '@/lib/manifest/to-json'
import type { YamlLayout } from '@/lib/manifest/to-yaml'
import type { JsonObject, JsonValue } from '@/lib/shared/json'

/** The text and how it is laid out. */
export interface Source {
  readonly text: string
  readonly layout: YamlLayout
}

/** Where a value is, and what holds it. */
interface Slot {
  readonly node: unknown
  /** Undefined for the document itself. */
  readonly entry: Entry | undefined
  readonly isItem: boolean
  readonly inFlow: boolean
}

interface Place {
  /** From the document down to the last value that is there. */
  readonly slots: readonly Slot[]
  /** What of the path leads on from there. */
  readonly rest: FieldPath
}

type Splices = readonly Splice[] | undefined

/** The changes of the text that make the edit; undefined when the place is written in a way that can't be edited. */
export function spliceEdit(source: Source, root: unknown, edit: FieldEdit): Splices {
  const place = find(root, edit.path)
  if (place === undefined) return undefined
  if (edit.op === 'set') return setValue(source, place, edit.value, edit.before)
  if (edit.op === 'remove') return place.rest.length > 0 ? undefined : remove(source, place)
  const slot = place.slots.at(-1)
  if (edit.op === 'move') {
    if (slot === undefined || place.rest.length > 0 || !isSeq(slot.node)) return undefined
    return move(source, slot.node, edit.from, edit.to)
  }
  if (slot === undefined || place.rest.length > 0 || !isSeq(slot.node) || isEmpty(slot.node))
    return setValue(source, place, [edit.value], edit.before)
  return insertItem(source, slot, slot.node, edit.index, edit.value)
}

function isEmpty(node: YAMLMap | YAMLSeq): boolean {
  return node.items.length === 0
}

function find(root: unknown, path: FieldPath): Place | undefined {
  let slot: Slot = { node: root, entry: undefined, isItem: false, inFlow: false }
  const slots = [slot]
  for (const [depth, step] of path.entries()) {
    const next = descend(slot, step)
    if (next === 'unreadable') return undefined
    if (next === 'absent') return { slots, rest: path.slice(depth) }
    slot = next
    slots.push(slot)
  }
  return { slots, rest: [] }
}

function descend({ node, inFlow }: Slot, step: string | number): Slot | 'absent' | 'unreadable' {
  if (isScalar(node) || node === null) return 'absent'
  if (!isMap(node) && !isSeq(node)) return 'unreadable'
  const index = isMap(node) ? keyIndex(node, step) : Number(step)
  if (index === -1) return 'absent'
  const entry = entriesOf(node)?.[index]
  if (entry === undefined) return 'unreadable'
  const isInFlow = inFlow || node.flow === true
  return { node: entry.value, entry, isItem: isSeq(node), inFlow: isInFlow }
}

function keyIndex(map: YAMLMap, key: string | number): number {
  return map.items.findIndex((pair) => !isMergeKey(pair) && keyText(pair.key) === key)
}

function setValue(
  source: Source,
  { slots, rest }: Place,
  value: JsonValue,
  before: readonly string[] = [],
): Splices {
  const slot = slots.at(-1)
  if (slot === undefined) return undefined
  const [key, ...inner] = rest
  if (key === undefined) return replace(source, slot, value)
  const nested = wrap(inner, value)
  if (typeof key === 'number' || nested === undefined) return undefined
  if (!isMap(slot.node) || isEmpty(slot.node)) return replace(source, slot, { [key]: nested })
  return addField(source, slot, slot.node, { key, value: nested, before })
}

function wrap(path: FieldPath, value: JsonValue): JsonValue | undefined {
  return path.reduceRight<JsonValue | undefined>((inner, key) => {
    if (inner === undefined || typeof key === 'number') return undefined
    const map: JsonObject = { [key]: inner }
    return map
  }, value)
}

function quoteOf(node: unknown): Quote {
  const type = isScalar(node) ? node.type : undefined
  return type === 'QUOTE_SINGLE' ? 'single' : type === 'QUOTE_DOUBLE' ? 'double' : 'plain'
}

/** Another value in place of the one that is there. */
function replace(source: Source, slot: Slot, value: JsonValue): Splices {
  const { node, entry } = slot
  if (isAlias(node) || entry?.hasProperties) return undefined
  const isLine = isEmptyOrScalar(value)
  if (slot.inFlow || (isLine && !isBlock(node))) {
    const text = isLine ? renderScalar(value, quoteOf(node), slot.inFlow) : renderFlow(value)
    return [inPlace(slot, text)]
  }
  if (entry === undefined) return [inPlace(slot, rendered(source, value, 0))]
  return slot.isItem
    ? replaceItem(source, slot, entry, value)
    : replaceField(source, slot, entry, value)
}

function inPlace({ node, entry }: Slot, text: string): Splice {
  const after = entry?.after ?? 0
  if (isAbsent(node)) return { start: after, end: after, text: ` ${text}` }
  return { start: rangeOfNode(node)[0], end: contentEnd(node), text }
}

/** The value laid out in lines of which all but the first are indented. */
function rendered({ text, layout }: Source, value: JsonValue, column: number): string {
  return joined(text, renderLines(value, layout), column)
}

function joined(text: string, lines: readonly string[], column: number): string {
  return lines
    .map((line, index) => (line === '' || index === 0 ? line : ' '.repeat(column) + line))
    .join(lineBreakOf(text))
}

/** A comment behind the former value stays on its line: further lines go below it. */
function replaceItem(source: Source, { node }: Slot, entry: Entry, value: JsonValue): Splices {
  const { text } = source
  const dash = columnOf(text, entry.start)
  if (isBlock(node)) {
    const [start] = rangeOfNode(node)
    const end = linesEnd(text, entry.end, dash)
    return [{ start, end, text: rendered(source, value, columnOf(text, start)) }]
  }
  const [first = '', ...others] = renderLines(value, source.layout)
  const column = isAbsent(node) ? dash + 2 : columnOf(text, rangeOfNode(node)[0])
  const below = lineEnd(text, entry.end)
  const change = isAbsent(node)
    ? { start: entry.after, end: entry.after, text: ` ${first}` }
    : { start: rangeOfNode(node)[0], end: entry.end, text: first }
  return [change, { start: below, end: below, text: joined(text, ['', ...others], column) }]
}

function replaceField(source: Source, { node }: Slot, entry: Entry, value: JsonValue): Splices {
  const { text, layout } = source
  const key = columnOf(text, entry.start)
  const isLine = isEmptyOrScalar(value)
  const lines = isLine ? [] : renderLines(value, layout)
  const column = key + (Array.isArray(value) && !layout.indentSeq ? 0 : layout.indent)
  const below = joined(text, ['', ...lines], column)
  if (isBlock(node)) {
    const start = lineEnd(text, entry.after)
    const change = { start, end: linesEnd(text, entry.end, key), text: below }
    const written = isLine ? ` ${renderScalar(value, 'plain', false)}` : ''
    return [{ start: entry.after, end: entry.after, text: written }, change]
  }
  const end = lineEnd(text, entry.end)
  return [
    { start: entry.after, end: entry.end, text: '' },
    { start: end, end, text: below },
  ]
}

interface NewField {
  readonly key: string
  readonly value: JsonValue
  readonly before: readonly string[]
}

function addField(source: Source, slot: Slot, map: YAMLMap, field: NewField): Splices {
  const entries = entriesOf(map)
  if (entries === undefined) return undefined
  const successors = map.items.findIndex(({ key }) => field.before.includes(keyText(key) ?? ''))
  const index = successors === -1 ? entries.length : successors
  if (slot.inFlow || map.flow === true) {
    return insertInFlow(source.text, entries, index, renderFlowField(field.key, field.value))
  }
  const lines = renderLines({ [field.key]: field.value }, source.layout)
  return insertLines(source.text, entries, index, lines, slot.entry === undefined)
}

function insertItem(
  source: Source,
  slot: Slot,
  list: YAMLSeq,
  index: number,
  value: JsonValue,
): Splices {
  const entries = entriesOf(list)
  if (entries === undefined) return undefined
  if (slot.inFlow || list.flow === true) {
    return insertInFlow(source.text, entries, index, renderFlow(value))
  }
  return insertLines(source.text, entries, index, renderLines([value], source.layout), false)
}

function insertLines(
  text: string,
  entries: readonly Entry[],
  index: number,
  lines: readonly string[],
  isDocument: boolean,
): Splices {
  const next = entries[index]
  const neighbour = next ?? entries.at(-1)
  if (neighbour === undefined) return undefined
  const column = columnOf(text, neighbour.start)
  const { start, end, isInline } = linesOf(text, neighbour, isDocument && index === 0)
  if (next === undefined) return [{ start: end, end, text: joined(text, ['', ...lines], column) }]
  const indented = joined(text, [...lines, ''], column)
  // The entry that was first keeps its place behind the dash; it moves to a line of its own.
  const shifted = isInline ? indented + ' '.repeat(column) : ' '.repeat(column) + indented
  return [{ start, end: start, text: shifted }]
}

function remove(source: Source, { slots }: Place): Splices {
  const [parent, slot] = slots.slice(-2)
  const collection = parent?.node
  if (parent === undefined || slot === undefined) return undefined
  if (!isMap(collection) && !isSeq(collection)) return undefined
  const entries = entriesOf(collection)
  const index = entries?.findIndex(({ start }) => start === slot.entry?.start) ?? -1
  if (entries === undefined || index === -1) return undefined
  if (entries.length === 1) return replace(source, parent, isSeq(collection) ? [] : {})
  if (parent.inFlow || collection.flow === true) return removeFromFlow(source.text, entries, index)
  return removeLines(source.text, entries, index, parent.entry === undefined)
}

function removeLines(
  text: string,
  entries: readonly Entry[],
  index: number,
  isDocument: boolean,
): Splices {
  const [entry, next] = entries.slice(index)
  if (entry === undefined) return undefined
  const { start, end, isInline } = linesOf(text, entry, isDocument && index === 0)
  if (isInline) {
    if (next === undefined) return undefined
    const below = linesOf(text, next, false).start
    const indentation = /^ */.exec(text.slice(below))?.[0].length ?? 0
    return [{ start, end: below + indentation, text: '' }]
  }
  if (end < text.length) return [{ start, end: nextLine(text, end), text: '' }]
  const lineBreak = /\r?\n$/.exec(text.slice(0, start))?.[0].length ?? 0
  return [{ start: start - lineBreak, end, text: '' }]
}

function move({ text }: Source, list: YAMLSeq, from: number, to: number): Splices {
  const entries = entriesOf(list)
  const order = entries === undefined ? undefined : movedOrder(entries.length, from, to)
  if (entries === undefined || order === undefined) return undefined
  if (list.flow === true) return moveInFlow(text, entries, order)
  const chunks = entries.map((entry) => {
    const { start, end, isInline } = linesOf(text, entry, false)
    const indentation = isInline ? '' : ' '.repeat(columnOf(text, entry.start))
    return { start: start + indentation.length, end }
  })
  // What stands behind an outer dash has no indentation of its own, so it is left out of what moves.
  return chunks.flatMap(({ start, end }, index) => {
    const chunk = chunks[order[index] ?? index]
    return chunk === undefined ? [] : [{ start, end, text: text.slice(chunk.start, chunk.end) }]
  })
}
