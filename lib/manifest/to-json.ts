import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml'
import { ALIAS_NODES_MAX, NESTING_MAX, PROBLEMS_PER_DOCUMENT_MAX } from '@/lib/manifest/limits'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { setOwnValue } from '@/lib/shared/json-values'

/** A problem at a place in the text, given as offsets. */
export interface NodeProblem {
  readonly code: string
  readonly message: string
  readonly fieldPath: string
  readonly start: number
  readonly end: number
}

export interface Conversion {
  readonly value: JsonValue
  readonly problems: readonly NodeProblem[]
}

/** The JSON value of a document as kubectl would send it, with what JSON cannot hold reported. Never throws. */
export function toJson(document: Document): Conversion {
  const converter = new Converter()
  try {
    return { value: converter.convert(document.contents, '', 0), problems: converter.problems }
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error
    return { value: null, problems: [error.problem] }
  }
}

class LimitReached extends Error {
  readonly problem: NodeProblem

  constructor(problem: NodeProblem) {
    super(problem.message)
    this.problem = problem
  }
}

class Converter {
  readonly problems: NodeProblem[] = []
  readonly #anchors = new Map<string, Node>()
  /** The alias being repeated, of those within one another the one in the text. */
  #outerAlias: Alias | undefined
  #aliasNodes = 0

  convert(node: unknown, path: string, depth: number): JsonValue {
    if (depth > NESTING_MAX) {
      throw this.#limit(node, path, 'yaml.too-deep', `nested deeper than ${NESTING_MAX} levels`)
    }
    this.#countAliasNode(path)
    if (isAlias(node)) return this.#convertAlias(node, path, depth)
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined) {
      this.#anchors.set(node.anchor, node)
    }
    if (isMap(node)) return this.#convertMap(node, path, depth)
    if (isSeq(node)) {
      return node.items.map((item, index) => this.convert(item, `${path}[${index}]`, depth + 1))
    }
    return isScalar(node) ? this.#convertScalar(node, path) : null
  }

  #countAliasNode(path: string): void {
    if (this.#outerAlias === undefined) return
    this.#aliasNodes += 1
    if (this.#aliasNodes > ALIAS_NODES_MAX) {
      const message = `aliases repeat more than ${ALIAS_NODES_MAX} values`
      throw this.#limit(this.#outerAlias, path, 'yaml.too-many-aliases', message)
    }
  }

  #convertAlias(alias: Alias, path: string, depth: number): JsonValue {
    const target = this.#anchors.get(alias.source)
    if (target === undefined) {
      const message = `unknown anchor '${alias.source}' referenced; a text that begins with * needs quotes`
      this.#report(alias, path, 'yaml.unknown-anchor', message)
      return null
    }
    const outer = this.#outerAlias
    this.#outerAlias = outer ?? alias
    const value = this.convert(target, path, depth + 1)
    this.#outerAlias = outer
    return value
  }

  #convertMap(map: YAMLMap, path: string, depth: number): JsonObject {
    const object: JsonObject = {}
    const merged: JsonValue[] = []
    for (const pair of map.items) {
      if (isMergeKey(pair)) {
        const value = this.convert(pair.value, path, depth + 1)
        merged.push(...(Array.isArray(value) ? value : [value]))
        continue
      }
      const key = this.#keyOf(pair, path)
      if (key === undefined) continue
      const at = path === '' ? key : `${path}.${key}`
      if (Object.hasOwn(object, key)) {
        this.#report(pair.key, at, 'yaml.duplicate-key', `duplicate field "${at}"`)
      }
      setOwnValue(object, key, this.convert(pair.value, at, depth + 1))
    }
    for (const other of merged) mergeInto(object, other)
    return object
  }

  #keyOf(pair: Pair, path: string): string | undefined {
    const { key } = pair
    if (isScalar(key) && typeof key.value !== 'object') return String(key.value)
    if (isScalar(key) && key.value === null) return 'null'
    const node = isNodeLike(key) ? key : pair.value
    this.#report(
      node,
      path,
      'yaml.key',
      'a key must be a plain value, not a map, a list or an alias',
    )
    return undefined
  }

  #convertScalar(node: Node & { value: unknown }, path: string): JsonValue {
    const { value } = node
    if (typeof value === 'string' || typeof value === 'boolean') return value
    if (typeof value === 'number') {
      if (Number.isFinite(value)) return value
      const printed = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
      this.#report(node, path, 'yaml.value', `json: unsupported value: ${printed}`)
      return null
    }
    return typeof value === 'bigint' ? Number(value) : null
  }

  #report(node: unknown, fieldPath: string, code: string, message: string): void {
    if (this.problems.length >= PROBLEMS_PER_DOCUMENT_MAX) return
    const [start, end] = rangeOfNode(node)
    this.problems.push({ code, message, fieldPath, start, end })
  }

  #limit(node: unknown, fieldPath: string, code: string, message: string): LimitReached {
    const [start, end] = rangeOfNode(node)
    return new LimitReached({ code, message, fieldPath, start, end })
  }
}

/** Start and end of a node's own text; 0 and 1 for a node without a place. */
export function rangeOfNode(node: unknown): readonly [number, number] {
  if (!isNodeLike(node)) return [0, 1]
  const { range } = node
  return range === null || range === undefined ? [0, 1] : [range[0], range[1]]
}

function isNodeLike(node: unknown): node is Node {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)
}

/** Whether a pair is `<<: …`, which adds the fields of other maps. */
export function isMergeKey(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.value === '<<' && pair.key.type === 'PLAIN'
}

function mergeInto(object: JsonObject, other: JsonValue): void {
  if (typeof other !== 'object' || other === null || Array.isArray(other)) return
  for (const key of Object.keys(other)) {
    if (!Object.hasOwn(object, key)) setOwnValue(object, key, other[key] ?? null)
  }
}
