/**
 * What a schema in a CustomResourceDefinition may hold. A field with a slip in its name is dropped and named, as any field is that
 * a Go struct does not have.
 * Source: JSONSchemaProps of k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.
 */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, setOwnValue } from '@/lib/shared/json-values'
import { listAt, objectAt } from '../../api/api-object'

const PLAIN = new Set(
  `id $schema $ref description type format title default maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength
  pattern maxItems minItems uniqueItems multipleOf enum maxProperties minProperties required externalDocs example nullable
  x-kubernetes-preserve-unknown-fields x-kubernetes-embedded-resource x-kubernetes-int-or-string x-kubernetes-list-map-keys
  x-kubernetes-list-type x-kubernetes-map-type x-kubernetes-validations`.split(/\s+/),
)
const SCHEMAS = new Set(['items', 'additionalProperties', 'additionalItems', 'not'])
const LISTS = new Set(['allOf', 'oneOf', 'anyOf', 'items'])
const MAPS = new Set(['properties', 'patternProperties', 'definitions', 'dependencies'])

/** The definition without what its schemas may not hold, and the paths of that. */
export function pruneSchemas(definition: JsonObject): {
  readonly object: JsonObject
  readonly unknownFields: readonly string[]
} {
  const unknownFields: string[] = []
  const spec = objectAt(definition, 'spec')
  const versions = listAt(spec, 'versions').map((version, i) => {
    const schema = isJsonObject(version) ? objectAt(version, 'schema') : {}
    const { openAPIV3Schema } = schema
    if (!isJsonObject(version) || !isJsonObject(openAPIV3Schema)) return version
    const path = `spec.versions[${i}].schema.openAPIV3Schema`
    const pruned = prune(openAPIV3Schema, path, unknownFields)
    return { ...version, schema: { ...schema, openAPIV3Schema: pruned } }
  })
  if (unknownFields.length === 0) return { object: definition, unknownFields }
  return { object: { ...definition, spec: { ...spec, versions } }, unknownFields }
}

function prune(schema: JsonObject, path: string, unknown: string[]): JsonObject {
  const kept: JsonObject = {}
  for (const [key, value] of Object.entries(schema)) {
    const at = `${path}.${key}`
    if (Array.isArray(value) && LISTS.has(key)) {
      kept[key] = value.map((item, i) => pruneValue(item, `${at}[${i}]`, unknown))
    } else if (SCHEMAS.has(key)) kept[key] = pruneValue(value, at, unknown)
    else if (MAPS.has(key)) kept[key] = pruneValues(value, at, unknown)
    else if (PLAIN.has(key)) kept[key] = value
    else unknown.push(at)
  }
  return kept
}

function pruneValue(value: JsonValue, path: string, unknown: string[]): JsonValue {
  return isJsonObject(value) ? prune(value, path, unknown) : value
}

function pruneValues(values: JsonValue, path: string, unknown: string[]): JsonValue {
  if (!isJsonObject(values)) return values
  const kept: JsonObject = {}
  for (const [name, value] of Object.entries(values)) {
    setOwnValue(kept, name, pruneValue(value, `${path}.${name}`, unknown))
  }
  return kept
}
