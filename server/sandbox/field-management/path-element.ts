import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { goJson, goQuote } from '@/lib/validation/go-text'
import { compareUtf8, goFormat } from '../api/go-format'

/**
 * One step of a field path in its FieldsV1 spelling: `f:name` a field, `k:{"name":"a"}` the list item
 * with these keys, `v:"x"` the set element with this value, `i:0` an index. Canonical, so two steps
 * are the same exactly when their strings are.
 */
export type PathElement = string

/** `f:name`. */
export function fieldElement(name: string): PathElement {
  return `f:${name}`
}

/** `k:{…}` with the key fields in order of their names. */
export function keyElement(keys: JsonObject): PathElement {
  return `k:${goJson(keys)}`
}

/** `v:…`, an element of a set. */
export function valueElement(value: JsonValue): PathElement {
  return `v:${goJson(value)}`
}

/** Field name of a `f:` element, undefined for the others. */
export function fieldNameOf(element: PathElement): string | undefined {
  return element.startsWith('f:') ? element.slice(2) : undefined
}

/**
 * The canonical spelling of an element found in a FieldsV1 document. `unknown` for a kind of a later
 * version, which readers skip; `invalid` for anything that cannot be an element.
 */
export function readPathElement(
  text: string,
): { readonly element: PathElement } | 'unknown' | 'invalid' {
  if (text.length < 2 || text[1] !== ':') return 'invalid'
  switch (text[0]) {
    case 'f':
      return { element: text }
    case 'i':
      return /^[+-]?\d+$/.test(text.slice(2))
        ? { element: `i:${Number(text.slice(2))}` }
        : 'invalid'
    case 'k': {
      const keys = parse(text.slice(2))
      return isJsonObject(keys) ? { element: keyElement(keys) } : 'invalid'
    }
    case 'v': {
      const value = parse(text.slice(2))
      return value === undefined ? 'invalid' : { element: valueElement(value) }
    }
    default:
      return 'unknown'
  }
}

/** How the element is written in conflict messages: `.spec`, `[name="a"]`, `[="x"]`, `[0]`. */
export function formatPathElement(element: PathElement): string {
  const content = element.slice(2)
  switch (element[0]) {
    case 'k':
      return `[${keyFields(content)
        .map(([name, value]) => `${name}=${formatKey(value)}`)
        .join(',')}]`
    case 'v':
      return `[=${formatKey(parse(content) ?? null)}]`
    case 'i':
      return `[${content}]`
    default:
      return `.${content}`
  }
}

function formatKey(value: JsonValue): string {
  return typeof value === 'string' ? goQuote(value) : goFormat(value)
}

/** `.spec.rules`: a whole path as conflict messages write it. */
export function formatPath(path: readonly PathElement[]): string {
  return path.map(formatPathElement).join('')
}

const KIND_ORDER = 'fkvi'

/** Order in which kube-apiserver prints elements: fields, keys, values, indexes, each by content. */
export function comparePathElements(left: PathElement, right: PathElement): number {
  const kind = left[0] ?? ''
  if (kind !== right[0]) return KIND_ORDER.indexOf(kind) - KIND_ORDER.indexOf(right[0] ?? '')
  const a = left.slice(2)
  const b = right.slice(2)
  if (kind === 'k') return compareKeys(keyFields(a), keyFields(b))
  if (kind === 'v') return compareValues(parse(a) ?? null, parse(b) ?? null)
  return kind === 'i' ? Number(a) - Number(b) : compareUtf8(a, b)
}

type KeyField = readonly [name: string, value: JsonValue]

function keyFields(content: string): readonly KeyField[] {
  const keys = parse(content)
  return isJsonObject(keys) ? Object.entries(keys).sort(([a], [b]) => compareUtf8(a, b)) : []
}

function compareKeys(left: readonly KeyField[], right: readonly KeyField[]): number {
  for (const [index, [name, value]] of left.entries()) {
    const other = right[index]
    if (other === undefined) return 1
    const order = compareUtf8(name, other[0]) || compareValues(value, other[1])
    if (order !== 0) return order
  }
  return left.length - right.length
}

/** Numbers, then strings, then booleans, then everything else, as structured-merge-diff orders values. */
function compareValues(left: JsonValue, right: JsonValue): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'string' && typeof right === 'string') return compareUtf8(left, right)
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  return valueRank(left) - valueRank(right) || compareUtf8(goJson(left), goJson(right))
}

function valueRank(value: JsonValue): number {
  if (Array.isArray(value)) return 3
  if (value === null) return 5
  const rank = ['number', 'string', 'boolean'].indexOf(typeof value)
  return rank === -1 ? 4 : rank
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}
