import type { JsonObject } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import type { BuiltinKind } from '../../api/contracts'
import { goJsonError } from '../../api/go-json-error'
import { coreDescription, coreSchema } from './core-schemas'
import { invalid, required } from './field-errors'
import { objectAt, setDefaultText, stringAt, stringMapAt } from './json-access'
import { base64Bytes, checkDataKeys, checkDataSize, checkImmutable } from './keyed-data-rules'
import { copyOf, ensureObject, neverChangesGeneration, resourceKind } from './kind-helpers'
import { checkName, dns1123Subdomain } from './name-rules'
import { AGE_COLUMN, ageOf, column, NAME_COLUMN, nameOf } from './table-cells'

/** Keys that `data` must have, by Secret type. */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
}

/** v1 Secret. Defaulting also folds the write-only `stringData` into `data`. */
export const SECRET_KIND: BuiltinKind = {
  resource: resourceKind('', 'Secret', 'secrets'),
  singular: 'secret',
  shortNames: [],
  categories: [],
  verbs: [],
  subresources: [],
  schema: coreSchema('V1Secret'),
  applyDefaults(object) {
    const secret = copyOf(object)
    setDefaultText(secret, 'type', 'Opaque')
    const stringData = stringMapAt(secret, 'stringData')
    delete secret['stringData']
    for (const [key, value] of Object.entries(stringData ?? {})) {
      ensureObject(secret, 'data')[key] = Buffer.from(value).toString('base64')
    }
    return secret
  },
  validateCreate: (object) => [
    ...checkName('metadata.name', nameOf(object), dns1123Subdomain),
    ...checkData(object),
  ],
  validateUpdate: (object, old) => [
    ...(stringAt(object, 'type') === stringAt(old, 'type')
      ? []
      : [invalid('type', stringAt(object, 'type'), 'field is immutable')]),
    ...checkImmutable(object, old, ['data']),
    ...checkData(object),
  ],
  changesGeneration: neverChangesGeneration,
  tracksGeneration: false,
  selectableFields: ['type'],
  columns: [
    NAME_COLUMN,
    column('Type', 'string', coreDescription('V1Secret', 'type')),
    column('Data', 'string', coreDescription('V1Secret', 'data')),
    AGE_COLUMN,
  ],
  toCells: (object, now) => [
    nameOf(object),
    stringAt(object, 'type'),
    Object.keys(stringMapAt(object, 'data') ?? {}).length,
    ageOf(object, now),
  ],
}

function checkData(object: JsonObject): FieldError[] {
  const data = stringMapAt(object, 'data') ?? {}
  let bytes = 0
  for (const value of Object.values(data)) bytes += base64Bytes(value)
  return [...checkDataKeys(object, 'data'), ...checkDataSize(bytes, 'data'), ...checkType(object)]
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8')
}

function checkType(object: JsonObject): FieldError[] {
  const type = stringAt(object, 'type')
  const data = stringMapAt(object, 'data') ?? {}
  if (type === 'kubernetes.io/service-account-token') {
    const annotations = stringMapAt(objectAt(object, 'metadata'), 'annotations')
    const key = 'kubernetes.io/service-account.name'
    return annotations?.[key] ? [] : [required(`metadata.annotations[${key}]`)]
  }
  if (type === 'kubernetes.io/basic-auth') {
    const hasEither = Object.hasOwn(data, 'username') || Object.hasOwn(data, 'password')
    return hasEither ? [] : [required('data[username]'), required('data[password]')]
  }
  return (REQUIRED_KEYS[type] ?? []).flatMap((key) => {
    const value = data[key]
    if (value === undefined) return [required(`data[${key}]`)]
    const problem = key.startsWith('.docker') ? goJsonError(decoded(value)) : undefined
    return problem === undefined
      ? []
      : [invalid(`data[${key}]`, '<secret contents redacted>', problem)]
  })
}
