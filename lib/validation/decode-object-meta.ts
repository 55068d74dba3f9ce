import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { cloneJson, isJsonObject, setOwnValue } from '@/lib/shared/json-values'

/**
 * Decoding of `metadata` into Go's ObjectMeta: unknown fields are dropped and reported, empty ones are left out, and a
 * value of the wrong type stops the request before validation.
 */
export type DecodedObjectMeta =
  | { readonly ok: true; readonly metadata: JsonObject; readonly unknownFields: string[] }
  | { readonly ok: false; readonly reason: string }

type FieldType =
  | { readonly is: 'string' | 'int64' | 'bool' | 'any' }
  | { readonly is: 'strings' | 'map' }
  | { readonly is: 'structs'; readonly name: string; readonly fields: Fields }
type Fields = Readonly<Record<string, FieldType>>

const STRING: FieldType = { is: 'string' }
const BOOL: FieldType = { is: 'bool' }

const OWNER_REFERENCE: Fields = {
  apiVersion: STRING,
  kind: STRING,
  name: STRING,
  uid: STRING,
  controller: BOOL,
  blockOwnerDeletion: BOOL,
}

const MANAGED_FIELDS_ENTRY: Fields = {
  manager: STRING,
  operation: STRING,
  apiVersion: STRING,
  time: STRING,
  fieldsType: STRING,
  fieldsV1: { is: 'any' },
  subresource: STRING,
}

const OBJECT_META: Fields = {
  name: STRING,
  generateName: STRING,
  namespace: STRING,
  selfLink: STRING,
  uid: STRING,
  resourceVersion: STRING,
  generation: { is: 'int64' },
  creationTimestamp: STRING,
  deletionTimestamp: STRING,
  deletionGracePeriodSeconds: { is: 'int64' },
  labels: { is: 'map' },
  annotations: { is: 'map' },
  ownerReferences: { is: 'structs', name: 'OwnerReference', fields: OWNER_REFERENCE },
  finalizers: { is: 'strings' },
  managedFields: { is: 'structs', name: 'ManagedFieldsEntry', fields: MANAGED_FIELDS_ENTRY },
}

/** Decodes the value of `metadata`; a missing one decodes to an empty object. */
export function decodeObjectMeta(value: JsonValue | undefined): DecodedObjectMeta {
  const unknownFields: string[] = []
  try {
    const metadata =
      value === undefined || value === null
        ? {}
        : decodeStruct(value, 'ObjectMeta', '', OBJECT_META, 'metadata', unknownFields)
    return { ok: true, metadata, unknownFields: unknownFields.sort() }
  } catch (error) {
    if (error instanceof WrongType) return { ok: false, reason: error.message }
    throw error
  }
}

class WrongType extends Error {
  constructor(value: JsonValue, structName: string, fieldPath: string, goType: string) {
    const subject =
      fieldPath === ''
        ? `value of type v1.${structName}`
        : `struct field ${structName}.${fieldPath} of type ${goType}`
    super(`json: cannot unmarshal ${jsonKind(value)} into Go ${subject}`)
  }
}

function jsonKind(value: JsonValue): string {
  if (Array.isArray(value)) return 'array'
  if (value === null) return 'null'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

function decodeStruct(
  value: JsonValue,
  structName: string,
  fieldPath: string,
  fields: Fields,
  path: string,
  unknownFields: string[],
): JsonObject {
  if (!isJsonObject(value)) throw new WrongType(value, structName, fieldPath, `v1.${structName}`)
  const decoded: JsonObject = {}
  for (const key of Object.keys(value)) {
    const item = value[key] ?? null
    const type = Object.hasOwn(fields, key) ? fields[key] : undefined
    const at = `${path}.${key}`
    if (type === undefined) unknownFields.push(at)
    else if (item !== null) {
      const below = fieldPath === '' ? key : `${fieldPath}.${key}`
      const result = decodeField(item, structName, below, type, at, unknownFields)
      if (!isEmpty(result)) decoded[key] = result
    }
  }
  return decoded
}

function isEmpty(value: JsonValue): boolean {
  if (value === '' || value === 0) return true
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function decodeField(
  value: JsonValue,
  structName: string,
  fieldPath: string,
  type: FieldType,
  path: string,
  unknownFields: string[],
): JsonValue {
  const wrong = (found: JsonValue, goType: string) =>
    new WrongType(found, structName, fieldPath, goType)
  switch (type.is) {
    case 'string':
      if (typeof value !== 'string') throw wrong(value, 'string')
      return value
    case 'bool':
      if (typeof value !== 'boolean') throw wrong(value, 'bool')
      return value
    case 'int64':
      if (typeof value !== 'number' || !Number.isInteger(value)) throw wrong(value, 'int64')
      return value
    case 'strings':
      if (!Array.isArray(value)) throw wrong(value, '[]string')
      return value.map((item) => decodeString(item, wrong))
    case 'map':
      return decodeMap(value, wrong)
    case 'structs':
      if (!Array.isArray(value)) throw wrong(value, `[]v1.${type.name}`)
      return value.map((item, index) =>
        decodeStruct(item, type.name, '', type.fields, `${path}[${index}]`, unknownFields),
      )
    default:
      return cloneJson(value)
  }
}

type Wrong = (found: JsonValue, goType: string) => Error

function decodeString(value: JsonValue, wrong: Wrong): string {
  if (value === null) return ''
  if (typeof value !== 'string') throw wrong(value, 'string')
  return value
}

function decodeMap(value: JsonValue, wrong: Wrong): JsonObject {
  if (!isJsonObject(value)) throw wrong(value, 'map[string]string')
  const decoded: JsonObject = {}
  for (const key of Object.keys(value)) {
    setOwnValue(decoded, key, decodeString(value[key] ?? null, wrong))
  }
  return decoded
}
