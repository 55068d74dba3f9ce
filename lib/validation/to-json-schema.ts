import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, ownValue, setOwnValue } from '@/lib/shared/json-values'

/** A JSON Schema (draft-07) for an editor's completion, hover and structural checks. */
export interface JsonSchemaOptions {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly scope?: 'Namespaced' | 'Cluster'
}

/**
 * Converts a CRD version's OpenAPI schema. Type and apiVersion are pinned, metadata gets a schema of its own (a CRD
 * has none), unknown keys are refused as strict field validation does, and descriptions lose the line
 * breaks of their source. Rules, list types and defaults have no counterpart; validateManifest checks those.
 */
export function toJsonSchema(
  openAPIV3Schema: JsonValue | undefined,
  options: JsonSchemaOptions,
): JsonObject {
  const converted = convert(isJsonObject(openAPIV3Schema) ? openAPIV3Schema : {})
  const declared = ownValue(converted, 'properties')
  const apiVersion = options.group === '' ? options.version : `${options.group}/${options.version}`
  return {
    ...converted,
    type: 'object',
    additionalProperties: false,
    required: ['apiVersion', 'kind', 'metadata', ...specRequired(converted)],
    properties: {
      ...(isJsonObject(declared) ? declared : {}),
      apiVersion: pinned(apiVersion, 'Version of the API this object is written in.'),
      kind: pinned(options.kind, 'Kind of the object.'),
      metadata: metadataSchema(options.scope !== 'Cluster'),
    },
  }
}

function pinned(value: string, description: string): JsonObject {
  return { type: 'string', const: value, default: value, markdownDescription: description }
}

function specRequired(schema: JsonObject): JsonValue[] {
  const required = ownValue(schema, 'required')
  const fixed = ['apiVersion', 'kind', 'metadata']
  return Array.isArray(required)
    ? required.filter((name) => typeof name === 'string' && !fixed.includes(name))
    : []
}

/** Keywords that mean the same in both; everything else is dropped or converted below. */
const KEPT = new Set([
  'default',
  'enum',
  'maxItems',
  'maxLength',
  'maxProperties',
  'minItems',
  'minLength',
  'minProperties',
  'multipleOf',
  'pattern',
  'required',
  'title',
  'uniqueItems',
])

/** Number formats that JSON Schema does not know. */
const NUMBER_FORMATS = new Set(['int32', 'int64', 'float', 'double'])

function convert(schema: JsonObject): JsonObject {
  const result: JsonObject = {}
  for (const key of Object.keys(schema)) {
    const value = schema[key] ?? null
    if (KEPT.has(key)) result[key] = value
    else if (key === 'description' && typeof value === 'string') {
      result['description'] = unwrapParagraphs(value)
      result['markdownDescription'] = escapeMarkdown(unwrapParagraphs(value))
    } else if (key === 'format' && typeof value === 'string') {
      if (!NUMBER_FORMATS.has(value)) result['format'] = value
    }
  }
  convertType(schema, result)
  convertBounds(schema, result)
  convertChildren(schema, result)
  return result
}

function convertType(schema: JsonObject, result: JsonObject): void {
  const declared = ownValue(schema, 'type')
  const types: JsonValue[] = []
  if (ownValue(schema, 'x-kubernetes-int-or-string') === true) types.push('integer', 'string')
  else if (typeof declared === 'string') types.push(declared)
  if (types.length > 0 && ownValue(schema, 'nullable') === true) types.push('null')
  const [only] = types
  if (types.length === 1 && only !== undefined) result['type'] = only
  else if (types.length > 1) result['type'] = types
}

/** OpenAPI's exclusive bounds are flags beside the bound; JSON Schema's are bounds themselves. */
function convertBounds(schema: JsonObject, result: JsonObject): void {
  for (const [bound, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    const value = ownValue(schema, bound)
    if (typeof value !== 'number') continue
    result[ownValue(schema, exclusive) === true ? exclusive : bound] = value
  }
}

function convertChildren(schema: JsonObject, result: JsonObject): void {
  for (const key of ['allOf', 'anyOf', 'oneOf']) {
    const branches = ownValue(schema, key)
    if (Array.isArray(branches)) {
      result[key] = branches.map((branch) => (isJsonObject(branch) ? convert(branch) : {}))
    }
  }
  for (const key of ['items', 'not']) {
    const child = ownValue(schema, key)
    if (isJsonObject(child)) result[key] = convert(child)
  }
  const properties = ownValue(schema, 'properties')
  if (isJsonObject(properties)) result['properties'] = convertProperties(properties)
  const additional = ownValue(schema, 'additionalProperties')
  if (isJsonObject(additional)) result['additionalProperties'] = convert(additional)
  else if (refusesUnknownKeys(schema, additional)) result['additionalProperties'] = false
}

function convertProperties(properties: JsonObject): JsonObject {
  const converted: JsonObject = {}
  for (const name of Object.keys(properties)) {
    const property = properties[name]
    setOwnValue(converted, name, isJsonObject(property) ? convert(property) : {})
  }
  return converted
}

function refusesUnknownKeys(schema: JsonObject, additional: JsonValue | undefined): boolean {
  return (
    ownValue(schema, 'type') === 'object' &&
    ownValue(schema, 'x-kubernetes-preserve-unknown-fields') !== true &&
    ownValue(schema, 'x-kubernetes-embedded-resource') !== true &&
    additional !== true &&
    isJsonObject(ownValue(schema, 'properties'))
  )
}

/**
 * Joins lines that were wrapped at a column, and keeps paragraphs, list items and indented code apart.
 * Release notes for tools (`<gateway:experimental>` and the like) are left out.
 */
export function unwrapParagraphs(text: string): string {
  const lines = text
    .replace(/<\/?gateway:[^>]*>/g, '')
    .split('\n')
    .map((line) => line.trimEnd())
  let result = ''
  let inCode = false
  for (const line of lines) {
    const isFence = line.trimStart().startsWith('```')
    const startsBlock =
      isFence || inCode || line === '' || /^(?:[*+-] |\d+[.)] |#|\||\s{2,}|\t)/.test(line)
    const previousEnds = result === '' || result.endsWith('\n')
    if (startsBlock || previousEnds) result += previousEnds ? line : `\n${line}`
    else result += ` ${line.trimStart()}`
    if (line === '' || isFence || inCode) result += '\n'
    if (isFence) inCode = !inCode
  }
  return result.replace(/\n{3,}/g, '\n\n').trim()
}

/** Tags in descriptions are text, not markup. */
function escapeMarkdown(text: string): string {
  return text.replace(/</g, '&lt;')
}

const text = (description: string): JsonObject => ({
  type: 'string',
  markdownDescription: description,
})

const texts = (description: string): JsonObject => ({
  type: 'object',
  additionalProperties: { type: 'string' },
  markdownDescription: description,
})

function metadataSchema(namespaced: boolean): JsonObject {
  return {
    type: 'object',
    markdownDescription: 'Name, place and labels of the object.',
    anyOf: [{ required: ['name'] }, { required: ['generateName'] }],
    additionalProperties: false,
    properties: {
      name: {
        ...text('Name, unique among objects of the kind in the namespace.'),
        maxLength: 253,
        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
      },
      generateName: text('Prefix from which the server makes a unique name.'),
      ...(namespaced ? { namespace: text('Namespace the object is in.') } : {}),
      labels: texts('Keys and values by which objects are selected.'),
      annotations: texts('Notes of tools and people; not for selection.'),
      finalizers: {
        type: 'array',
        items: { type: 'string' },
        markdownDescription: 'Names of those who must act before the object is removed.',
      },
      ownerReferences: {
        type: 'array',
        items: { type: 'object' },
        markdownDescription: 'Objects this one depends on; it is removed with them.',
      },
      uid: text('Set by the server.'),
      resourceVersion: text('Set by the server; an update must carry the one it is based on.'),
      generation: { type: 'integer', markdownDescription: 'Set by the server.' },
      creationTimestamp: { type: ['string', 'null'], markdownDescription: 'Set by the server.' },
      deletionTimestamp: { type: ['string', 'null'], markdownDescription: 'Set by the server.' },
      deletionGracePeriodSeconds: { type: 'integer', markdownDescription: 'Set by the server.' },
      managedFields: {
        type: 'array',
        items: { type: 'object' },
        markdownDescription: 'Set by the server: which field belongs to whom.',
      },
    },
  }
}
