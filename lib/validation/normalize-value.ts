import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { cloneJson, isJsonObject, setOwnValue } from '@/lib/shared/json-values'
import type { SchemaNode } from '@/lib/validation/structural-schema'

/**
 * Defaulting and pruning in one pass, into a new value: nulls that a schema does not allow are dropped or take the default,
 * missing fields take their default, and fields the schema does not know are dropped and reported.
 * Source: k8s.io/apiextensions-apiserver/pkg/apiserver/schema/{defaulting,pruning}. With `keepsNulls` those without a default stay.
 */
export function normalizeResource(
  node: SchemaNode | undefined,
  object: JsonObject,
  keepsNulls = false,
): { object: JsonObject; unknownFields: string[] } {
  const pass: Pass = { unknownFields: [], keepsNulls }
  const root: SchemaNode | undefined = node === undefined ? undefined : embedded(node)
  const normalized = normalizeObject(root, object, '', root === undefined, pass)
  return { object: normalized, unknownFields: pass.unknownFields.sort() }
}

interface Pass {
  readonly unknownFields: string[]
  readonly keepsNulls: boolean
}

const TYPE_AND_METADATA = new Set(['apiVersion', 'kind', 'metadata'])

const embeddedNodes = new WeakMap<SchemaNode, SchemaNode>()

function embedded(node: SchemaNode): SchemaNode {
  if (node.embeddedResource) return node
  let copy = embeddedNodes.get(node)
  if (copy === undefined) {
    copy = { ...node, embeddedResource: true }
    embeddedNodes.set(node, copy)
  }
  return copy
}

function normalize(
  node: SchemaNode | undefined,
  value: JsonValue,
  path: string,
  pass: Pass,
): JsonValue {
  if (Array.isArray(value)) {
    return value.map((item, index) => {
      const present = item === null ? valueForNull(node?.items) : item
      return normalize(node?.items, present, `${path}[${index}]`, pass)
    })
  }
  return isJsonObject(value) ? normalizeObject(node, value, path, false, pass) : value
}

function valueForNull(node: SchemaNode | undefined): JsonValue {
  if (node === undefined || node.nullable || node.default === undefined) return null
  return cloneJson(node.default)
}

/** `atUnknownRoot` is the top of an object without a schema, whose type and metadata still stay. */
function normalizeObject(
  node: SchemaNode | undefined,
  source: JsonObject,
  path: string,
  atUnknownRoot: boolean,
  pass: Pass,
): JsonObject {
  const result: JsonObject = {}
  const keepsMeta = atUnknownRoot || node?.embeddedResource === true
  for (const key of Object.keys(source)) {
    const at = path === '' ? key : `${path}.${key}`
    const isKept = keepsMeta && TYPE_AND_METADATA.has(key)
    const kept = normalizeField(node, key, source[key] ?? null, isKept, at, pass)
    if (kept !== undefined) setOwnValue(result, key, kept)
  }
  if (node !== undefined) addDefaults(node, result, path, pass)
  return result
}

/** The value of one field, or undefined when it is dropped. */
function normalizeField(
  node: SchemaNode | undefined,
  key: string,
  value: JsonValue,
  isKept: boolean,
  path: string,
  pass: Pass,
): JsonValue | undefined {
  const schema = node?.properties.get(key) ?? node?.additional
  if (value === null && schema !== undefined && !schema.nullable) {
    if (schema.default === undefined) return pass.keepsNulls ? null : undefined
    return normalize(schema, cloneJson(schema.default), path, pass)
  }
  if (isKept) return cloneJson(value)
  if (schema !== undefined || node?.allowsAdditional === true) {
    return normalize(schema, value, path, pass)
  }
  if (node?.preserveUnknownFields === true) return cloneJson(value)
  pass.unknownFields.push(path)
  return undefined
}

function addDefaults(node: SchemaNode, result: JsonObject, path: string, pass: Pass): void {
  for (const [name, property] of node.properties) {
    if (property.default === undefined || Object.hasOwn(result, name)) continue
    const at = path === '' ? name : `${path}.${name}`
    setOwnValue(result, name, normalize(property, cloneJson(property.default), at, pass))
  }
}
