import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { cloneJson, equalJson, isJsonObject, ownValue, setOwnValue } from '@/lib/shared/json-values'
import { goJson } from '@/lib/validation/go-text'
import { goTypeOf } from '../api/go-format'
import { copyObject, isTooDeep, tooDeepMessage } from '../api/json-fields'
import { badRequest, type Refusal, unprocessable } from '../api/refusal'
import {
  JSON_PATCH_COPIED_BYTES_MAX,
  JSON_PATCH_MOVED_ITEMS_MAX,
  JSON_PATCH_OPERATIONS_MAX,
} from './limits'
import type { PatchOutcome } from './merge-patch'

/**
 * The object after a JSON patch (https://www.rfc-editor.org/rfc/rfc6902); the inputs are left alone. As with
 * kube-apiserver `replace` of an absent field sets it, negative indexes count from the end, and any
 * operation that fails is a 422 that does not say why. 400 when the patch is not a list of operations, 413
 * with more than `JSON_PATCH_OPERATIONS_MAX`; copies beyond `JSON_PATCH_COPIED_BYTES_MAX` and list moves
 * beyond `JSON_PATCH_MOVED_ITEMS_MAX` in total fail.
 */
export function jsonPatch(live: JsonObject, patch: JsonValue): PatchOutcome {
  const malformed = refuseMalformed(patch)
  if (malformed !== undefined) return malformed
  const document: Document = { root: copyObject(live), copiedBytes: 0, movedItems: 0 }
  for (const operation of Array.isArray(patch) ? patch : []) {
    if (!isJsonObject(operation) || !applyOperation(document, operation)) return unprocessable()
  }
  if (!isJsonObject(document.root) || isTooDeep(document.root)) return unprocessable()
  return { ok: true, object: document.root }
}

function refuseMalformed(patch: JsonValue): Refusal | undefined {
  if (patch === null) return undefined
  if (!Array.isArray(patch)) {
    return badRequest(
      `error decoding patch: json: cannot unmarshal ${goTypeOf(patch)} into Go value of type []handlers.jsonPatchOp`,
    )
  }
  if (patch.length > JSON_PATCH_OPERATIONS_MAX) {
    const message = `Request entity too large: The allowed maximum operations in a JSON patch is ${JSON_PATCH_OPERATIONS_MAX}, got ${patch.length}`
    return { ok: false, code: 413, reason: 'RequestEntityTooLarge', message, causes: [] }
  }
  if (isTooDeep(patch)) return badRequest(`error decoding patch: ${tooDeepMessage('the patch')}`)
  for (const operation of patch) {
    const error = operationTypeError(operation)
    if (error !== undefined) return badRequest(`error decoding patch: ${error}`)
  }
  return undefined
}

function operationTypeError(operation: JsonValue): string | undefined {
  if (operation === null) return undefined
  if (!isJsonObject(operation)) {
    return `json: cannot unmarshal ${goTypeOf(operation)} into Go value of type handlers.jsonPatchOp`
  }
  for (const name of ['op', 'path', 'from']) {
    const value = ownValue(operation, name) ?? null
    if (value !== null && typeof value !== 'string') {
      return `json: cannot unmarshal ${goTypeOf(value)} into Go struct field jsonPatchOp.${name} of type string`
    }
  }
  return undefined
}

interface Document {
  root: JsonValue
  /** JSON bytes that `copy` has added so far. */
  copiedBytes: number
  /** List items that had to make room or close a gap so far. */
  movedItems: number
}

/** Changes the document in place. False when the operation cannot be done. */
function applyOperation(document: Document, operation: JsonObject): boolean {
  const path = ownValue(operation, 'path')
  if (typeof path !== 'string') return false
  const value = ownValue(operation, 'value') ?? null
  switch (ownValue(operation, 'op')) {
    case 'add':
      return add(document, path, cloneJson(value))
    case 'replace':
      return replace(document, path, cloneJson(value))
    case 'remove':
      return remove(document, path)
    case 'test':
      return equalJson(read(document, path) ?? null, value)
    case 'move':
      return move(document, ownValue(operation, 'from'), path)
    case 'copy':
      return copy(document, ownValue(operation, 'from'), path)
    default:
      return false
  }
}

type Container = JsonObject | JsonValue[]

interface Target {
  readonly parent: Container
  readonly key: string
}

/** The object or list that holds what a pointer points at; undefined when there is none on the way. */
function locate(document: Document, pointer: string): Target | undefined {
  // As upstream, whatever stands before the first slash is ignored.
  const [, ...tokens] = pointer.split('/')
  const key = tokens.pop()
  let parent: JsonValue | undefined = document.root
  for (const token of tokens)
    parent = isContainer(parent) ? child(parent, unescapeToken(token)) : undefined
  if (key === undefined || !isContainer(parent)) return undefined
  return { parent, key: unescapeToken(key) }
}

function unescapeToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}

function isContainer(value: JsonValue | undefined): value is Container {
  return Array.isArray(value) || isJsonObject(value)
}

function child(parent: Container, key: string): JsonValue | undefined {
  if (!Array.isArray(parent)) return ownValue(parent, key)
  const index = indexIn(key, parent.length)
  return index === undefined ? undefined : parent[index]
}

/** Position below `length`, counted from the end when negative; undefined when it is out of the list. */
function indexIn(key: string, length: number): number | undefined {
  if (!/^[+-]?\d+$/.test(key)) return undefined
  const index = Number(key) < 0 ? Number(key) + length : Number(key)
  return index >= 0 && index < length ? index : undefined
}

function read(document: Document, pointer: string): JsonValue | undefined {
  if (pointer === '') return document.root
  const target = locate(document, pointer)
  return target === undefined ? undefined : child(target.parent, target.key)
}

function add(document: Document, pointer: string, value: JsonValue): boolean {
  const target = locate(document, pointer)
  if (target === undefined) return false
  const { parent, key } = target
  if (!Array.isArray(parent)) {
    setOwnValue(parent, key, value)
    return true
  }
  const index = key === '-' ? parent.length : indexIn(key, parent.length + 1)
  if (index === undefined) return false
  return splice(document, parent, index, 0, value)
}

function replace(document: Document, pointer: string, value: JsonValue): boolean {
  if (pointer === '') {
    document.root = value
    return true
  }
  const target = locate(document, pointer)
  if (target === undefined) return false
  const { parent, key } = target
  if (!Array.isArray(parent)) {
    setOwnValue(parent, key, value)
    return true
  }
  const index = indexIn(key, parent.length)
  if (index === undefined) return false
  parent[index] = value
  return true
}

function remove(document: Document, pointer: string): boolean {
  const target = locate(document, pointer)
  if (target === undefined) return false
  const { parent, key } = target
  if (!Array.isArray(parent)) {
    return Object.hasOwn(parent, key) && Reflect.deleteProperty(parent, key)
  }
  const index = indexIn(key, parent.length)
  if (index === undefined) return false
  return splice(document, parent, index, 1)
}

/** Splices a list within the budget of moved items; false beyond it. */
function splice(
  document: Document,
  list: JsonValue[],
  index: number,
  removed: 0 | 1,
  ...added: JsonValue[]
): boolean {
  document.movedItems += list.length - index
  if (document.movedItems > JSON_PATCH_MOVED_ITEMS_MAX) return false
  list.splice(index, removed, ...added)
  return true
}

function move(document: Document, from: JsonValue | undefined, pointer: string): boolean {
  if (typeof from !== 'string' || from === '') return false
  const value = read(document, from)
  if (value === undefined) return false
  return remove(document, from) && add(document, pointer, value)
}

/** A field that an object does not have is copied as null; an item that a list does not have cannot be. */
function missingMember(document: Document, pointer: string): null | undefined {
  const target = locate(document, pointer)
  return target === undefined || Array.isArray(target.parent) ? undefined : null
}

function copy(document: Document, from: JsonValue | undefined, pointer: string): boolean {
  if (typeof from !== 'string' || from === '') return false
  const value = read(document, from) ?? missingMember(document, from)
  if (value === undefined || isTooDeep(value)) return false
  document.copiedBytes += Buffer.byteLength(goJson(value))
  if (document.copiedBytes > JSON_PATCH_COPIED_BYTES_MAX) return false
  return add(document, pointer, cloneJson(value))
}
