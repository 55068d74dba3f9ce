import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml'
import { keyOfValue, resolveScalar, type WrittenScalar } from '@/lib/manifest/go-scalar'
import { ALIAS_NODES_MAX, NESTING_MAX, PROBLEMS_PER_DOCUMENT_MAX } from '@/lib/manifest/limits'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, setOwnValue } from '@/lib/shared/json-values'

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
    const written = new Set<string>()
    for (const pair of map.items) {
      if (isMergeKey(pair)) {
        this.#merge(pair, object, { path, depth })
        continue
      }
      const key = this.#keyOf(pair, path)
      if (key === undefined) continue
      const at = path === '' ? key : `${path}.${key}`
      if (written.has(key)) {
        this.#report(pair.key, at, 'yaml.duplicate-key', `duplicate field "${at}"`)
      }
      written.add(key)
      setOwnValue(object, key, this.convert(pair.value, at, depth + 1))
    }
    return object
  }

  /** In the place of the merge key, as goyaml.v2 does: over what stands above it, and under what stands below. */
  #merge(pair: Pair, object: JsonObject, { path, depth }: { path: string; depth: number }): void {
    const value = this.convert(pair.value, path, depth + 1)
    const others = Array.isArray(value) ? value : [value]
    if (!others.every(isJsonObject)) {
      const message = 'map merge requires map or sequence of maps as the value'
      this.#report(isNodeLike(pair.value) ? pair.value : pair.key, path, 'yaml.merge', message)
      return
    }
    // Of several maps the first one wins.
    for (const other of others.toReversed()) {
      for (const [key, merged] of Object.entries(other)) setOwnValue(object, key, merged)
    }
  }

  #keyOf(pair: Pair, path: string): string | undefined {
    const { key } = pair
    const node = isAlias(key) ? this.#anchors.get(key.source) : key
    if (isScalar(node) && node.anchor !== undefined) this.#anchors.set(node.anchor, node)
    const text = keyText(node)
    if (text !== undefined) return text
    const message = 'a key must be a plain value that is not null, not a map or a list'
    this.#report(isNodeLike(key) ? key : pair.value, path, 'yaml.key', message)
    return undefined
  }

  #convertScalar(node: Scalar, path: string): JsonValue {
    const found = resolveScalar(writtenScalar(node))
    if (typeof found === 'string') {
      this.#report(node, path, 'yaml.value', found)
      return null
    }
    if (found.kind === 'int') return this.#convertInteger(node, found.value, path)
    if (found.kind !== 'float' || Number.isFinite(found.value)) return found.value
    const printed = Number.isNaN(found.value) ? 'NaN' : found.value > 0 ? '+Inf' : '-Inf'
    this.#report(node, path, 'yaml.value', `json: unsupported value: ${printed}`)
    return null
  }

  /** A number that can't be held exactly is never sent as another one. */
  #convertInteger(node: Scalar, value: bigint, path: string): JsonValue {
    const held = Number(value)
    if (BigInt(held) === value) return held
    const message = `${value} can't be sent exactly from here: numbers are held to 2^53. Put it in quotes if it is meant as text`
    this.#report(node, path, 'yaml.value', message)
    return held
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
export function isMergeKey({ key }: Pair): boolean {
  if (!isScalar(key)) return false
  const { text, isPlain, tag } = writtenScalar(key)
  return text === '<<' && (tag === undefined ? isPlain : tag === 'tag:yaml.org,2002:merge')
}

/** The key of a JSON object that a node stands for; undefined where it can't be one. */
export function keyText(node: unknown): string | undefined {
  if (!isScalar(node)) return undefined
  const found = resolveScalar(writtenScalar(node))
  return typeof found === 'string' ? undefined : keyOfValue(found)
}

/** The scalar as it is written. */
export function writtenScalar({ value, type, tag }: Scalar): WrittenScalar {
  // The tag `!` says that no tag is meant, and that the text is not to be resolved.
  const isUnresolved = tag === '!'
  return {
    text: typeof value === 'string' ? value : '',
    isPlain: (type === undefined || type === 'PLAIN') && !isUnresolved,
    tag: isUnresolved ? undefined : tag,
  }
}
