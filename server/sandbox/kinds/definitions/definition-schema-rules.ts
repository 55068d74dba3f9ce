/**
 * Whether the schema of a CustomResourceDefinition is structural: every field says its type, lists what they hold.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import type { FieldError } from '@/lib/validation/field-error'
import { forbidden, invalid, notSupported, required } from '../core/field-errors'
import { ruleErrors, ruleTextErrors } from './definition-rule-errors'
import { defaultErrors, structureErrors } from './definition-structure-rules'

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const QUADRATIC = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'

/** Errors of an `openAPIV3Schema` at `path`. */
export function schemaErrors(schema: JsonObject, path: string): FieldError[] {
  const errors = nodeErrors(schema, path, 'at the root')
  const type = schema['type']
  if (typeof type === 'string' && TYPES.includes(type) && type !== 'object') {
    errors.push(invalid(`${path}.type`, type, 'must be object at the root'))
  }
  return errors.length > 0 ? errors : ruleErrors(schema, path)
}

function nodeErrors(schema: JsonObject, path: string, place: string): FieldError[] {
  const { items, additionalProperties } = schema
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {}
  const ofField = 'for specified object fields'
  return [
    ...typeErrors(schema, path, place),
    ...listErrors(schema, path),
    ...(schema['$ref'] === undefined ? [] : [forbidden(`${path}.$ref`, '$ref is not supported')]),
    ...(schema['uniqueItems'] === true ? [forbidden(`${path}.uniqueItems`, QUADRATIC)] : []),
    ...structureErrors(schema, path, place === 'at the root'),
    ...defaultErrors(schema, path),
    ...ruleTextErrors(schema, path),
    ...Object.entries(properties).flatMap(([name, property]) =>
      isJsonObject(property) ? nodeErrors(property, `${path}.properties[${name}]`, ofField) : [],
    ),
    ...(isJsonObject(items) ? nodeErrors(items, `${path}.items`, 'for specified array items') : []),
    ...(isJsonObject(additionalProperties)
      ? nodeErrors(additionalProperties, `${path}.additionalProperties`, ofField)
      : []),
  ]
}

function typeErrors(schema: JsonObject, path: string, place: string): FieldError[] {
  const type = schema['type'] ?? ''
  if (type === '') {
    const isOpen =
      schema['x-kubernetes-int-or-string'] === true ||
      schema['x-kubernetes-preserve-unknown-fields'] === true
    const isRoot = place === 'at the root'
    // What a reference stands for is not looked at: the reference itself is refused.
    if ((isOpen && !isRoot) || schema['$ref'] !== undefined) return []
    return [required(`${path}.type`, `must not be empty ${place}`)]
  }
  return TYPES.includes(String(type)) ? [] : [notSupported(`${path}.type`, type, TYPES)]
}

function listErrors(schema: JsonObject, path: string): FieldError[] {
  const keys = schema['x-kubernetes-list-map-keys']
  const isKeyed = schema['x-kubernetes-list-type'] === 'map'
  const hasKeys = Array.isArray(keys) && keys.length > 0
  return [
    ...(schema['type'] === 'array' && typeof schema['items'] !== 'object'
      ? [required(`${path}.items`, 'must be specified')]
      : []),
    ...(isKeyed && !hasKeys
      ? [
          required(
            `${path}.x-kubernetes-list-map-keys`,
            'must not be empty if x-kubernetes-list-type is map',
          ),
        ]
      : []),
  ]
}
