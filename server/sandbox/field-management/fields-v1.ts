import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, setOwnValue } from '@/lib/shared/json-values'
import { isTooDeep } from '../api/json-fields'
import { FieldSet } from './field-set'
import { readPathElement } from './path-element'

/** The FieldsV1 document of a set, its keys in the order kube-apiserver prints them. */
export function encodeFieldsV1(set: FieldSet): JsonObject {
  return encode(set, false)
}

function encode(set: FieldSet, isMember: boolean): JsonObject {
  const out: JsonObject = {}
  if (isMember && !set.isEmpty()) out['.'] = {}
  for (const element of set.elements()) {
    setOwnValue(out, element, encode(set.below(element), set.members.has(element)))
  }
  return out
}

/** The set of a FieldsV1 document, or undefined when it is not one. Elements of later versions are skipped. */
export function decodeFieldsV1(document: JsonValue): FieldSet | undefined {
  if (!isJsonObject(document) || isTooDeep(document)) return undefined
  return decode(document)
}

function decode(document: JsonObject): FieldSet | undefined {
  const set = new FieldSet()
  for (const [key, below] of Object.entries(document)) {
    if (key === '.') continue
    const read = readPathElement(key)
    if (read === 'unknown') continue
    const child = isJsonObject(below) ? decode(below) : undefined
    if (read === 'invalid' || child === undefined) return undefined
    if (child.isEmpty() || Object.hasOwn(below as JsonObject, '.')) set.members.add(read.element)
    set.adopt(read.element, child)
  }
  return set
}
