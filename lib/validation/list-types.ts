import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, ownValue } from '@/lib/shared/json-values'
import type { FieldError, MessageForm } from '@/lib/validation/field-error'
import { childPath, duplicateError, invalidError } from '@/lib/validation/field-errors'
import { goJson } from '@/lib/validation/go-text'
import type { SchemaNode } from '@/lib/validation/structural-schema'

/**
 * Errors for lists of type set whose items, or of type map whose keys, occur twice. Only the second
 * occurrence is reported, as k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype does.
 */
export function validateListTypes(
  node: SchemaNode,
  value: JsonValue,
  path: string,
  form: MessageForm,
): FieldError[] {
  if (!node.hasListTypes) return []
  if (Array.isArray(value)) return validateList(node, value, path, form)
  if (!isJsonObject(value)) return []
  return Object.keys(value).flatMap((key) => {
    const child = value[key] ?? null
    const declared = node.properties.get(key)
    if (declared !== undefined)
      return validateListTypes(declared, child, childPath(path, key), form)
    if (node.additional === undefined) return []
    return validateListTypes(node.additional, child, `${path}[${key}]`, form)
  })
}

function validateList(
  node: SchemaNode,
  value: readonly JsonValue[],
  path: string,
  form: MessageForm,
): FieldError[] {
  const errors: FieldError[] = []
  if (node.listType === 'set') errors.push(...duplicates(value, path, form))
  if (node.listType === 'map') errors.push(...validateMapList(node, value, path, form))
  const { items } = node
  if (items === undefined) return errors
  for (const [index, item] of value.entries()) {
    errors.push(...validateListTypes(items, item, `${path}[${index}]`, form))
  }
  return errors
}

function validateMapList(
  node: SchemaNode,
  value: readonly JsonValue[],
  path: string,
  form: MessageForm,
): FieldError[] {
  const wrong = value.findIndex((item) => item !== null && !isJsonObject(item))
  if (wrong >= 0) {
    const detail = 'must be an object for an array of list-type map'
    return [invalidError(`${path}[${wrong}]`, value[wrong] ?? null, detail, form)]
  }
  return duplicates(
    value.map((item) => keysOf(node, item)),
    path,
    form,
  )
}

function keysOf(node: SchemaNode, item: JsonValue): JsonObject {
  const keys: JsonObject = {}
  if (!isJsonObject(item)) return keys
  for (const name of node.listMapKeys) {
    const key = ownValue(item, name)
    if (key !== undefined) keys[name] = key
  }
  return keys
}

function duplicates(values: readonly JsonValue[], path: string, form: MessageForm): FieldError[] {
  const errors: FieldError[] = []
  const timesSeen = new Map<string, number>()
  for (const [index, value] of values.entries()) {
    const text = goJson(value)
    const times = timesSeen.get(text) ?? 0
    if (times === 1) errors.push(duplicateError(`${path}[${index}]`, value, form))
    timesSeen.set(text, times + 1)
  }
  return errors
}
