import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml'
import { isMergeKey, keyText, rangeOfNode } from '@/lib/manifest/to-json'

/** Where a field path leads in a document. */
export interface FieldPlace {
  /** Whether the field itself is there; else this is the place of its nearest existing ancestor. */
  readonly found: boolean
  /** The key's node; undefined for list items and the document itself. */
  readonly key: unknown
  readonly value: unknown
}

interface Step {
  readonly key: unknown
  readonly value: unknown
  /** Characters of the path that this step used. */
  readonly length: number
}

/**
 * Follows field paths as the API server prints them (`spec.rules[0].filters[1]`, also `labels[example.com/a]`).
 * The document guides the reading, because keys may hold dots and brackets themselves: the longest key wins.
 */
export class FieldLocator {
  readonly #document: Document
  readonly #pairsByKey = new Map<YAMLMap, ReadonlyMap<string, Pair>>()
  #anchors: ReadonlyMap<string, unknown> | undefined

  constructor(document: Document) {
    this.#document = document
  }

  locate(fieldPath: string): FieldPlace {
    let place: FieldPlace = { found: true, key: undefined, value: this.#document.contents }
    let rest = fieldPath === '<nil>' ? '' : fieldPath
    while (rest !== '') {
      const step = this.#stepInto(this.#resolve(place.value), rest)
      if (step === undefined) return { ...place, found: false }
      place = { found: true, key: step.key, value: step.value }
      rest = rest.slice(step.length)
    }
    return place
  }

  #stepInto(node: unknown, rest: string): Step | undefined {
    if (isSeq(node)) {
      const index = /^\[([0-9]{1,9})\]/.exec(rest)
      if (index === null || Number(index[1]) >= node.items.length) return undefined
      return { key: undefined, value: node.items[Number(index[1])], length: index[0].length }
    }
    return isMap(node) ? this.#stepIntoMap(node, rest) : undefined
  }

  #stepIntoMap(map: YAMLMap, rest: string): Step | undefined {
    const pairs = this.#pairsOf(map)
    for (const [name, length] of candidateKeys(rest)) {
      const pair = pairs.get(name)
      if (pair !== undefined) return { key: pair.key, value: pair.value, length }
    }
    return undefined
  }

  /** Pairs by key, with those of merged maps behind its own. Built once for a map. */
  #pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
    const known = this.#pairsByKey.get(map)
    if (known !== undefined) return known
    const pairs = new Map<string, Pair>()
    // Known from here on, so that a map merged into itself comes to an end.
    this.#pairsByKey.set(map, pairs)
    const merged: unknown[] = []
    for (const pair of map.items) {
      if (isMergeKey(pair)) merged.push(this.#resolve(pair.value))
      else addFirst(pairs, keyText(this.#resolve(pair.key)), pair)
    }
    for (const other of merged) {
      if (!isMap(other)) continue
      for (const [name, pair] of this.#pairsOf(other)) addFirst(pairs, name, pair)
    }
    return pairs
  }

  /** The node an alias stands for; any other node itself. Anchors are collected when the first alias is met. */
  #resolve(node: unknown): unknown {
    if (!isAlias(node)) return node
    this.#anchors ??= collectAnchors(this.#document.contents)
    return this.#anchors.get(node.source)
  }
}

function addFirst(pairs: Map<string, Pair>, name: string | undefined, pair: Pair): void {
  if (name !== undefined && !pairs.has(name)) pairs.set(name, pair)
}

/** Keys with which the rest of a path may begin, longest first, and how much of the path each uses. */
function* candidateKeys(rest: string): Generator<readonly [string, number]> {
  if (rest.startsWith('[')) {
    for (let end = rest.lastIndexOf(']'); end > 0; end = rest.lastIndexOf(']', end - 1)) {
      yield [rest.slice(1, end), end + 1]
    }
    return
  }
  const start = rest.startsWith('.') ? 1 : 0
  for (let end = rest.length; end > start; end -= 1) {
    const next = rest[end]
    if (next === undefined || next === '.' || next === '[') yield [rest.slice(start, end), end]
  }
}

function collectAnchors(root: unknown): ReadonlyMap<string, unknown> {
  const nodes = new Map<string, unknown>()
  const waiting: unknown[] = [root]
  while (waiting.length > 0) {
    const node = waiting.pop()
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) continue
    if (node.anchor !== undefined) nodes.set(node.anchor, node)
    for (const child of childrenOf(node)) waiting.push(child)
  }
  return nodes
}

function childrenOf(node: unknown): readonly unknown[] {
  if (isMap(node)) return node.items.map((pair) => pair.value)
  return isSeq(node) ? node.items : []
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
