import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml'
import { isMergeKey, rangeOfNode } from '@/lib/manifest/to-json'

/** Where a field path leads in a document. */
export interface FieldPlace {
  /** Whether the field itself is there; else this is the place of its nearest existing ancestor. */
  readonly found: boolean
  /** The key's node; undefined for list items and the document itself. */
  readonly key: unknown
  readonly value: unknown
}

/**
 * Follows a field path as the API server prints it (`spec.rules[0].filters[1]`, also `labels[example.com/a]`).
 * The document guides the reading, because keys may hold dots and brackets themselves.
 */
export function locateField(document: Document, fieldPath: string): FieldPlace {
  const anchors = new AnchorIndex(document)
  let place: FieldPlace = { found: true, key: undefined, value: document.contents }
  let rest = fieldPath === '<nil>' ? '' : fieldPath
  while (rest !== '') {
    const step = stepInto(anchors.resolve(place.value), rest, anchors)
    if (step === undefined) return { ...place, found: false }
    place = { found: true, key: step.key, value: step.value }
    rest = rest.slice(step.length)
  }
  return place
}

interface Step {
  readonly key: unknown
  readonly value: unknown
  /** Characters of the path that this step used. */
  readonly length: number
}

function stepInto(node: unknown, rest: string, anchors: AnchorIndex): Step | undefined {
  if (isSeq(node)) {
    const index = /^\[([0-9]{1,9})\]/.exec(rest)
    if (index === null || Number(index[1]) >= node.items.length) return undefined
    return { key: undefined, value: node.items[Number(index[1])], length: index[0].length }
  }
  return isMap(node) ? stepIntoMap(node, rest, anchors) : undefined
}

function stepIntoMap(map: YAMLMap, rest: string, anchors: AnchorIndex): Step | undefined {
  let best: Step | undefined
  for (const pair of map.items) {
    const step = isMergeKey(pair) ? stepIntoMerged(pair, rest, anchors) : stepToKey(pair, rest)
    if (step !== undefined && (best === undefined || step.length > best.length)) best = step
  }
  return best
}

function stepIntoMerged(pair: Pair, rest: string, anchors: AnchorIndex): Step | undefined {
  const merged = anchors.resolve(pair.value)
  return isMap(merged) && merged.items.every((item) => !isMergeKey(item))
    ? stepIntoMap(merged, rest, anchors)
    : undefined
}

function stepToKey(pair: Pair, rest: string): Step | undefined {
  if (!isScalar(pair.key)) return undefined
  const name = String(pair.key.value)
  const dotted = rest.startsWith('.') ? `.${name}` : name
  for (const written of [dotted, `[${name}]`]) {
    if (!rest.startsWith(written)) continue
    const next = rest[written.length]
    if (next === undefined || next === '.' || next === '[') {
      return { key: pair.key, value: pair.value, length: written.length }
    }
  }
  return undefined
}

/** Anchored nodes by name, collected once and only when an alias is met. */
class AnchorIndex {
  readonly #document: Document
  #nodes: Map<string, unknown> | undefined

  constructor(document: Document) {
    this.#document = document
  }

  /** The node an alias stands for; any other node itself. */
  resolve(node: unknown): unknown {
    if (!isAlias(node)) return node
    this.#nodes ??= collectAnchors(this.#document.contents)
    return this.#nodes.get(node.source)
  }
}

function collectAnchors(root: unknown): Map<string, unknown> {
  const nodes = new Map<string, unknown>()
  const waiting: unknown[] = [root]
  while (waiting.length > 0) {
    const node = waiting.pop()
    if (isScalar(node) || isMap(node) || isSeq(node)) {
      if (node.anchor !== undefined) nodes.set(node.anchor, node)
    }
    if (isMap(node)) for (const pair of node.items) waiting.push(pair.value)
    else if (isSeq(node)) waiting.push(...node.items)
  }
  return nodes
}

/** Offsets to mark for a place: the value when it is short and there, else its key, else the head of the item. */
export function offsetsOf(place: FieldPlace, part: 'key' | 'value'): readonly [number, number] {
  const [start, end] = rangeOfNode(place.value)
  const isShort = isScalar(place.value) || isAlias(place.value)
  if (place.found && part === 'value' && isShort && end > start) return [start, end]
  if (place.key !== undefined) return rangeOfNode(place.key)
  return headOf(place.value)
}

function headOf(node: unknown): readonly [number, number] {
  if (isMap(node)) {
    const [first] = node.items
    if (first === undefined) return rangeOfNode(node)
    const [start, end] = rangeOfNode(first.key)
    const isShort = isScalar(first.value) || isAlias(first.value)
    return [start, isShort ? Math.max(end, rangeOfNode(first.value)[1]) : end]
  }
  if (isSeq(node) && node.items.length > 0) return headOf(node.items[0])
  return rangeOfNode(node)
}
