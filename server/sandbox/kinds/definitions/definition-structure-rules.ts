/**
 * What makes an OpenAPI schema structural beyond its types: lists and maps that can be merged, branches that only restrict,
 * defaults that fit.
 * Source: k8s.io/apiextensions-apiserver/pkg/apiserver/schema and pkg/apis/apiextensions/validation.
 */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, ownValue } from '@/lib/shared/json-values'
import type { FieldError } from '@/lib/validation/field-error'
import { toFieldErrors } from '@/lib/validation/findings-to-errors'
import { goSyntax } from '@/lib/validation/go-text'
import { normalizeResource } from '@/lib/validation/normalize-value'
import { compileRegularExpression } from '@/lib/validation/regular-expression'
import { readSchema } from '@/lib/validation/structural-schema'
import { validateValue } from '@/lib/validation/validate-value'
import { listAt, objectAt, textAt } from '../../api/api-object'
import { MESSAGE_FORM } from '../../api/kubernetes-version'
import { forbidden, invalid, notSupported, printStrings, required } from '../core/field-errors'

const UNSUPPORTED = ['definitions', 'dependencies', 'patternProperties', 'id', 'additionalItems']
const [LIST_TYPE, MAP_TYPE, KEYS] = ['list-type', 'map-type', 'list-map-keys'].map(
  (name) => `x-kubernetes-${name}`,
) as [string, string, string]
const PRESERVE = 'x-kubernetes-preserve-unknown-fields'
const EMBEDDED = 'x-kubernetes-embedded-resource'

/** Errors of one schema at `path`, not of those below it. */
export function structureErrors(schema: JsonObject, path: string, isRoot: boolean): FieldError[] {
  return [
    ...UNSUPPORTED.filter((key) => schema[key] !== undefined).map((key) =>
      forbidden(`${path}.${key}`, `${key} is not supported`),
    ),
    ...(isRoot ? rootErrors(schema, path) : []),
    ...objectErrors(schema, path),
    ...listTypeErrors(schema, path),
    ...branchErrors(schema, path),
    ...patternErrors(schema, path),
  ]
}

function rootErrors(schema: JsonObject, path: string): FieldError[] {
  const properties = objectAt(schema, 'properties')
  const metadata = objectAt(properties, 'metadata')
  const allowed = ['name', 'generateName']
  const typeOf = (name: string, type: string) => {
    const found = textAt(objectAt(properties, name), 'type')
    const field = `${path}.properties[${name}].type`
    return found === '' || found === type ? [] : [invalid(field, found, `must be ${type}`)]
  }
  return [
    ...(schema['nullable'] === true
      ? [forbidden(`${path}.nullable`, 'nullable cannot be true at the root')]
      : []),
    ...(schema['additionalProperties'] === undefined
      ? []
      : [forbidden(`${path}.additionalProperties`, 'must not be used at the root')]),
    ...typeOf('apiVersion', 'string'),
    ...typeOf('kind', 'string'),
    ...typeOf('metadata', 'object'),
    ...(Object.keys(objectAt(metadata, 'properties')).every((name) => allowed.includes(name))
      ? []
      : [forbidden(`${path}.properties[metadata]`, ONLY_NAMES)]),
  ]
}

const ONLY_NAMES =
  'must not specify anything other than name and generateName, but metadata is implicitly specified'

function objectErrors(schema: JsonObject, path: string): FieldError[] {
  const hasProperties = Object.keys(objectAt(schema, 'properties')).length > 0
  const type = textAt(schema, 'type')
  const isEmbedded = schema[EMBEDDED] === true
  const mapType = schema[MAP_TYPE]
  return [
    ...(hasProperties &&
    schema['additionalProperties'] !== undefined &&
    schema['additionalProperties'] !== false
      ? [
          forbidden(
            `${path}.additionalProperties`,
            'additionalProperties and properties are mutual exclusive',
          ),
        ]
      : []),
    ...(isEmbedded && type !== 'object'
      ? [invalid(`${path}.type`, type, `must be object if ${EMBEDDED} is true`)]
      : []),
    ...(isEmbedded && !hasProperties && schema[PRESERVE] !== true
      ? [
          required(
            `${path}.properties`,
            `must not be empty if ${EMBEDDED} is true without ${PRESERVE}`,
          ),
        ]
      : []),
    ...(schema[PRESERVE] === false
      ? [invalid(`${path}.${PRESERVE}`, false, 'must be true or undefined')]
      : []),
    ...(mapType === undefined || mapType === 'atomic' || mapType === 'granular'
      ? []
      : [notSupported(`${path}.${MAP_TYPE}`, mapType, ['atomic', 'granular'])]),
  ]
}

function listTypeErrors(schema: JsonObject, path: string): FieldError[] {
  const listType = textAt(schema, LIST_TYPE)
  const keys = listAt(schema, KEYS).map(String)
  const type = textAt(schema, 'type')
  const types = ['atomic', 'set', 'map']
  return [
    ...(Array.isArray(schema['items'])
      ? [forbidden(`${path}.items`, 'items must be a schema object and not an array')]
      : []),
    ...(listType !== '' && !types.includes(listType)
      ? [notSupported(`${path}.${LIST_TYPE}`, listType, types)]
      : []),
    ...(listType !== '' && type !== 'array'
      ? [invalid(`${path}.type`, type, `must be array if ${LIST_TYPE} is specified`)]
      : []),
    ...(keys.length > 0 && listType === ''
      ? [required(`${path}.${LIST_TYPE}`, `must be map if ${KEYS} is non-empty`)]
      : []),
    ...(listType === 'map' ? keyErrors(objectAt(schema, 'items'), keys, path) : []),
    ...(listType === 'set' ? setErrors(objectAt(schema, 'items'), path) : []),
  ]
}

function keyErrors(items: JsonObject, keys: readonly string[], path: string): FieldError[] {
  const type = textAt(items, 'type')
  if (type !== 'object') {
    const detail = `must be object if parent array's ${LIST_TYPE} is map`
    return type === '' ? [] : [invalid(`${path}.items.type`, type, detail)]
  }
  const properties = objectAt(items, 'properties')
  const needed = listAt(items, 'required')
  const listed = (detail: string) => invalid(`${path}.${KEYS}`, printStrings(keys), detail)
  return [
    ...(keys.some((key) => !isJsonObject(ownValue(properties, key)))
      ? [listed('entries must all be names of item properties')]
      : []),
    ...(new Set(keys).size < keys.length ? [listed('must not contain duplicate entries')] : []),
    ...[...new Set(keys)].flatMap((key) => {
      const property = ownValue(properties, key)
      if (!isJsonObject(property)) return []
      const at = `${path}.items.properties[${key}]`
      const keyType = textAt(property, 'type')
      return [
        ...(property['default'] === undefined && !needed.includes(key)
          ? [required(`${at}.default`, KEY_IS_SET)]
          : []),
        ...(['array', 'object'].includes(keyType)
          ? [
              invalid(
                `${at}.type`,
                keyType,
                `must be a scalar type if parent array's ${LIST_TYPE} is map`,
              ),
            ]
          : []),
      ]
    }),
  ]
}

const KEY_IS_SET = `this property is in ${KEYS}, so it must have a default or be a required property`

function setErrors(items: JsonObject, path: string): FieldError[] {
  const key = { object: MAP_TYPE, array: LIST_TYPE }[textAt(items, 'type')]
  if (
    key === undefined ||
    items[key] === 'atomic' ||
    (key === LIST_TYPE && items[key] === undefined)
  )
    return []
  const detail = `must be atomic as item of a list with ${LIST_TYPE}=set`
  return [invalid(`${path}.items.${key}`, items[key] ?? 'null', detail)]
}

const BRANCHES = ['allOf', 'anyOf', 'oneOf']
const EMPTY_IN_BRANCHES: readonly (readonly [key: string, detail: string])[] = [
  ['type', 'must be empty to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['nullable', 'must be false to be structural'],
  [PRESERVE, 'must be false to be structural'],
  [EMBEDDED, 'must be false to be structural'],
]

/** Branches restrict values and say nothing of what they are; but what may be a number or a text may say so in them. */
function branchErrors(schema: JsonObject, path: string): FieldError[] {
  const isEither = schema['x-kubernetes-int-or-string'] === true
  const branches = [
    ...BRANCHES.flatMap((key) =>
      listAt(schema, key).map((branch, i) => [`${path}.${key}[${i}]`, branch] as const),
    ),
    [`${path}.not`, schema['not']] as const,
  ]
  return branches.flatMap(([at, branch]) => {
    if (!isJsonObject(branch)) return []
    const own = EMPTY_IN_BRANCHES.filter(([key]) => {
      const value = branch[key]
      return value !== undefined && value !== false && value !== '' && !(isEither && key === 'type')
    }).map(([key, detail]) => forbidden(`${at}.${key}`, detail))
    const inner = isEither ? { ...branch, 'x-kubernetes-int-or-string': true } : branch
    return [...own, ...branchErrors(inner, at)]
  })
}

function patternErrors(schema: JsonObject, path: string): FieldError[] {
  const pattern = textAt(schema, 'pattern')
  const expression = pattern === '' ? undefined : compileRegularExpression(pattern)
  if (expression === undefined || expression.ok) return []
  const detail = `must be a valid regular expression, but isn't: ${expression.reason}`
  return [invalid(`${path}.pattern`, pattern, detail)]
}

/** Errors of a schema's default against the schema itself. */
export function defaultErrors(schema: JsonObject, path: string): FieldError[] {
  const value: JsonValue | undefined = schema['default']
  if (value === undefined || value === null) return []
  const node = readSchema(schema, MESSAGE_FORM)
  const field = `${path}.default`
  if (
    isJsonObject(value) &&
    normalizeResource({ ...node, embeddedResource: true }, value).unknownFields.length > 0
  ) {
    return [invalid(field, { printed: goSyntax(value) }, 'must not have unknown fields')]
  }
  const { findings } = validateValue(node, value, '', undefined)
  return toFieldErrors(findings, '', MESSAGE_FORM).map((error) => ({
    ...error,
    field: error.field === '' || error.field === '<nil>' ? field : `${field}.${error.field}`,
  }))
}
