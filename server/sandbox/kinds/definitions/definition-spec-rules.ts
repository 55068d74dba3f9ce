/**
 * Rules for the parts of a CustomResourceDefinition other than its schemas: names, printer columns, subresources, selectable fields.
 * Source: k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation.
 */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { equalJson, isJsonObject, ownValue } from '@/lib/shared/json-values'
import type { FieldError } from '@/lib/validation/field-error'
import { listAt, objectAt, textAt } from '../../api/api-object'
import { duplicate, invalid, notSupported, required } from '../core/field-errors'
import { checkName, dns1035Label } from '../core/name-rules'

const MIXED = 'may have mixed case, but should otherwise match: '

/** Errors of `spec.names`; that plural and kind are there is looked at elsewhere. */
export function namesErrors(names: JsonObject): FieldError[] {
  const labels = [
    ...['plural', 'singular'].map((key) => [key, textAt(names, key)] as const),
    ...['shortNames', 'categories'].flatMap((key) =>
      listAt(names, key).map((name, i) => [`${key}[${i}]`, String(name)] as const),
    ),
  ]
  const kinds = ['kind', 'listKind'].map((key) => [key, textAt(names, key)] as const)
  const [kind, listKind] = kinds.map(([, name]) => name)
  return [
    ...labels.flatMap(([key, name]) =>
      name === '' ? [] : checkName(`spec.names.${key}`, name, dns1035Label),
    ),
    ...kinds.flatMap(([key, name]) =>
      name === ''
        ? []
        : dns1035Label(name.toLowerCase()).map((why) =>
            invalid(`spec.names.${key}`, name, `${MIXED}${why}`),
          ),
    ),
    ...(kind !== '' && kind === listKind
      ? [invalid('spec.names.listKind', listKind, 'kind and listKind may not be the same')]
      : []),
  ]
}

/** Errors of what may not change in a definition that is served. */
export function immutableErrors(spec: JsonObject, old: JsonObject): FieldError[] {
  const fields = [
    ['spec.scope', spec['scope'], old['scope']],
    ['spec.group', spec['group'], old['group']],
    ...['kind', 'plural'].map(
      (key) =>
        [`spec.names.${key}`, objectAt(spec, 'names')[key], objectAt(old, 'names')[key]] as const,
    ),
  ] as const
  return fields
    .filter(([, value, before]) => value !== before)
    .map(([field, value]) => invalid(field, value, 'field is immutable'))
}

/** Errors of an update that drops a version in which objects may still be stored. */
export function storedVersionErrors(definition: JsonObject): FieldError[] {
  const named = new Set(
    listAt(objectAt(definition, 'spec'), 'versions')
      .filter(isJsonObject)
      .map((version) => textAt(version, 'name')),
  )
  return listAt(objectAt(definition, 'status'), 'storedVersions')
    .map((version, i) => [String(version), i] as const)
    .filter(([version]) => !named.has(version))
    .map(([version, i]) =>
      invalid(
        `status.storedVersions[${i}]`,
        version,
        `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`,
      ),
    )
}

/** Errors of versions in what they say besides their schemas. What all of them share is reported once, as there was only one. */
export function versionsErrors(versions: readonly JsonObject[]): FieldError[] {
  const perVersion = (
    key: string,
    check: (value: JsonValue, path: string, of: JsonObject) => FieldError[],
  ) => {
    const [first, ...others] = versions
    if (first === undefined) return []
    const isShared = others.every((other) => equalJson(other[key] ?? null, first[key] ?? null))
    const places = isShared
      ? [[first, `spec.${key}`] as const]
      : versions.map((version, i) => [version, `spec.versions[${i}].${key}`] as const)
    return places.flatMap(([version, path]) => {
      const value = version[key]
      return value === undefined || value === null ? [] : check(value, path, version)
    })
  }
  return [
    ...perVersion('additionalPrinterColumns', columnsErrors),
    ...perVersion('subresources', (value, path) =>
      isJsonObject(value) && isJsonObject(value['scale'])
        ? scaleErrors(value['scale'], `${path}.scale`)
        : [],
    ),
    ...perVersion('selectableFields', selectableErrors),
    ...versions.flatMap((version, i) =>
      textAt(version, 'deprecationWarning') === '' || version['deprecated'] === true
        ? []
        : [
            invalid(
              `spec.versions[${i}].deprecationWarning`,
              textAt(version, 'deprecationWarning'),
              'can only be set for deprecated versions',
            ),
          ],
    ),
  ]
}

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string']
const COLUMN_FORMATS = [
  'byte',
  'date',
  'date-time',
  'double',
  'float',
  'int32',
  'int64',
  'password',
]

function columnsErrors(columns: JsonValue, path: string): FieldError[] {
  return (Array.isArray(columns) ? columns : []).filter(isJsonObject).flatMap((column, i) => {
    const at = `${path}[${i}]`
    const [type, format, jsonPath] = ['type', 'format', 'jsonPath'].map((key) =>
      textAt(column, key),
    )
    const types = `must be one of ${COLUMN_TYPES.join(',')}`
    return [
      ...(textAt(column, 'name') === '' ? [required(`${at}.name`)] : []),
      ...(type === '' ? [required(`${at}.type`, types)] : []),
      ...(type === undefined || type === '' || COLUMN_TYPES.includes(type)
        ? []
        : [invalid(`${at}.type`, type, types)]),
      ...(format === undefined || format === '' || COLUMN_FORMATS.includes(format)
        ? []
        : [invalid(`${at}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`)]),
      ...pathErrors(jsonPath ?? '', `${at}.JSONPath`),
    ]
  })
}

/** A path is there and begins with a dot; further it begins below one of `parents`, if there are any. */
function pathErrors(path: string, field: string, parents: readonly string[] = []): FieldError[] {
  if (path === '') return [required(field)]
  if (!path.startsWith('.')) {
    return [invalid(field, path, 'must be a simple json path starting with .')]
  }
  if (parents.length === 0 || parents.some((parent) => path.startsWith(`${parent}.`))) return []
  const where = parents.length > 1 ? `either ${parents.join(' or ')}` : parents.join('')
  return [invalid(field, path, `should be a json path under ${where}`)]
}

function scaleErrors(scale: JsonObject, path: string): FieldError[] {
  const selector = textAt(scale, 'labelSelectorPath')
  return [
    ...pathErrors(textAt(scale, 'specReplicasPath'), `${path}.specReplicasPath`, ['.spec']),
    ...pathErrors(textAt(scale, 'statusReplicasPath'), `${path}.statusReplicasPath`, ['.status']),
    ...(selector === ''
      ? []
      : pathErrors(selector, `${path}.labelSelectorPath`, ['.spec', '.status'])),
  ]
}

const SELECTABLE_TYPES =
  'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.'

function selectableErrors(fields: JsonValue, path: string, version: JsonObject): FieldError[] {
  const schema = objectAt(objectAt(version, 'schema'), 'openAPIV3Schema')
  const seen = new Set<string>()
  return (Array.isArray(fields) ? fields : []).filter(isJsonObject).flatMap((entry, i) => {
    const jsonPath = textAt(entry, 'jsonPath')
    const field = `${path}[${i}].jsonPath`
    if (jsonPath === '') return [required(field)]
    const isAgain = seen.has(jsonPath)
    seen.add(jsonPath)
    if (isAgain) return [duplicate(field, jsonPath)]
    const found = fieldAt(schema, jsonPath)
    if (found === undefined) {
      return [invalid(field, jsonPath, 'is an invalid path: does not refer to a valid field')]
    }
    const isScalar = ['string', 'boolean', 'integer'].includes(textAt(found, 'type'))
    return isScalar ? [] : [invalid(field, jsonPath, SELECTABLE_TYPES)]
  })
}

/** The schema of a field such as `.spec.color`; metadata has none of its own. */
function fieldAt(schema: JsonObject, path: string): JsonObject | undefined {
  const names = path.split('.').slice(1)
  if (names[0] === 'metadata') return undefined
  let node: JsonObject | undefined = schema
  for (const name of names) {
    const next: JsonValue | undefined = ownValue(objectAt(node, 'properties'), name)
    if (!isJsonObject(next)) return undefined
    node = next
  }
  return node
}

/** Errors of settings that newer definitions may not have, and of an unknown conversion. */
export function settingsErrors(spec: JsonObject): FieldError[] {
  const strategy = textAt(objectAt(spec, 'conversion'), 'strategy')
  const strategies = ['None', 'Webhook']
  return [
    ...(spec['preserveUnknownFields'] === true
      ? [
          invalid(
            'spec.preserveUnknownFields',
            true,
            'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
          ),
        ]
      : []),
    ...(strategies.includes(strategy)
      ? []
      : [notSupported('spec.conversion.strategy', strategy, strategies)]),
  ]
}
