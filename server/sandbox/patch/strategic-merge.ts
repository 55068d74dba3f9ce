import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, ownValue, setOwnValue } from '@/lib/shared/json-values'
import type { OpenApiSchema } from '../api/contracts'
import { goFormat } from '../api/go-format'
import { type PatchMeta, patchMeta } from './patch-meta'
import { badFormat, badType, PatchError } from './strategic-error'
import { mergeList, orderAsDirected } from './strategic-list'

const DELETE_FROM_LIST = '$deleteFromPrimitiveList'
const SET_ORDER = '$setElementOrder'
const RETAIN_KEYS = '$retainKeys'

/**
 * Merges a patch into an object, changing both, and returns the result. Throws PatchError. The lists of
 * strategic-list come back here for their items.
 */
export function mergeMap(
  live: JsonObject,
  patch: JsonObject,
  schema: OpenApiSchema | undefined,
): JsonObject {
  const directive = ownValue(patch, '$patch')
  if (directive !== undefined) return followMapDirective(directive, patch)
  retainKeys(live, patch)
  applyElementOrders(live, patch, schema)
  for (const key of Object.keys(patch)) {
    const value = ownValue(patch, key) ?? null
    const isDeletion = key.startsWith(DELETE_FROM_LIST)
    const field = isDeletion ? directedField(key, DELETE_FROM_LIST) : key
    mergeField(live, field, value, isDeletion, schema)
  }
  return live
}

function followMapDirective(directive: JsonValue, patch: JsonObject): JsonObject {
  if (directive === 'delete') return {}
  if (directive === 'replace') {
    Reflect.deleteProperty(patch, '$patch')
    return patch
  }
  throw new PatchError(
    'internal',
    `unknown patch type: ${goFormat(directive)} in map: ${goFormat(patch)}`,
  )
}

/** `$retainKeys` keeps only the listed fields of the live map; the patch may set no other. */
function retainKeys(live: JsonObject, patch: JsonObject): void {
  const retained = ownValue(patch, RETAIN_KEYS)
  if (retained === undefined) return
  Reflect.deleteProperty(patch, RETAIN_KEYS)
  if (!Array.isArray(retained)) throw badFormat('retainKeys')
  const kept = new Set(retained)
  for (const [key, value] of Object.entries(patch)) {
    const isDirective = key.startsWith(DELETE_FROM_LIST) || key.startsWith(SET_ORDER)
    if (value !== null && !isDirective && !kept.has(key)) throw badFormat('retainKeys')
  }
  for (const key of Object.keys(live)) if (!kept.has(key)) Reflect.deleteProperty(live, key)
}

/** Name of the list that a directive such as `$setElementOrder/finalizers` is about. */
function directedField(key: string, prefix: string): string {
  const slash = key.indexOf('/')
  if (slash === -1 || key.slice(0, slash) !== prefix) {
    throw badFormat(prefix === SET_ORDER ? 'setElementOrder' : 'primitive')
  }
  return key.slice(slash + 1)
}

function applyElementOrders(
  live: JsonObject,
  patch: JsonObject,
  schema: OpenApiSchema | undefined,
): void {
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(SET_ORDER)) continue
    const order = ownValue(patch, key) ?? null
    Reflect.deleteProperty(patch, key)
    if (!Array.isArray(order)) throw badType('slice', order)
    const field = directedField(key, SET_ORDER)
    const meta = patchMeta(schema, field)
    const ordered = orderAsDirected(
      listAt(live, field),
      listAt(patch, field),
      order,
      meta,
      mergeMap,
      cleanValue,
    )
    if (ordered === undefined) continue
    setOwnValue(live, field, ordered)
    Reflect.deleteProperty(patch, field)
  }
}

function listAt(object: JsonObject, field: string): JsonValue[] | undefined {
  const value = ownValue(object, field)
  if (value === undefined || Array.isArray(value)) return value
  throw badType('slice', value)
}

function mergeField(
  live: JsonObject,
  field: string,
  value: JsonValue,
  isDeletion: boolean,
  schema: OpenApiSchema | undefined,
): void {
  if (value === null) {
    Reflect.deleteProperty(live, field)
    return
  }
  const old = ownValue(live, field)
  const meta = patchMeta(schema, field)
  if (isJsonObject(old) && isJsonObject(value)) {
    const isReplaced = meta.strategy === 'replace'
    setOwnValue(live, field, isReplaced ? value : mergeMap(old, value, meta.below))
  } else if (Array.isArray(old) && Array.isArray(value)) {
    setOwnValue(live, field, mergeListField(old, value, isDeletion, meta))
  } else if (!isDeletion) {
    setOrDrop(live, field, cleanValue(value))
  }
}

function mergeListField(
  old: JsonValue[],
  value: JsonValue[],
  isDeletion: boolean,
  meta: PatchMeta,
): JsonValue[] {
  if (meta.strategy !== 'merge' && !isDeletion) return value
  return mergeList(old, value, meta, isDeletion, mergeMap)
}

function setOrDrop(live: JsonObject, field: string, value: JsonValue | undefined): void {
  if (value === undefined) Reflect.deleteProperty(live, field)
  else setOwnValue(live, field, value)
}

/** A patch value for a field that was not there: without nulls and directives; undefined when it is a directive. */
function cleanValue(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) {
    return value.map(cleanValue).filter((item): item is JsonValue => item !== undefined)
  }
  if (!isJsonObject(value)) return value
  if (Object.hasOwn(value, '$patch')) return undefined
  const out: JsonObject = {}
  for (const key of Object.keys(value)) {
    const field = ownValue(value, key) ?? null
    const cleaned = field === null ? undefined : cleanValue(field)
    if (cleaned !== undefined) setOwnValue(out, key, cleaned)
  }
  return out
}
