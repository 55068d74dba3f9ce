import type { JsonObject } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import type { BuiltinKind } from '../../api/contracts'
import { coreDescription, coreSchema } from './core-schemas'
import { invalid } from './field-errors'
import { stringMapAt } from './json-access'
import { base64Bytes, checkDataKeys, checkDataSize, checkImmutable } from './keyed-data-rules'
import { copyOf, neverChangesGeneration, resourceKind } from './kind-helpers'
import { checkName, dns1123Subdomain } from './name-rules'
import { AGE_COLUMN, ageOf, column, NAME_COLUMN, nameOf } from './table-cells'

/** v1 ConfigMap. */
export const CONFIG_MAP_KIND: BuiltinKind = {
  resource: resourceKind('', 'ConfigMap', 'configmaps'),
  singular: 'configmap',
  shortNames: ['cm'],
  categories: [],
  verbs: [],
  subresources: [],
  schema: coreSchema('V1ConfigMap'),
  applyDefaults: copyOf,
  validateCreate: (object) => [
    ...checkName('metadata.name', nameOf(object), dns1123Subdomain),
    ...checkData(object),
  ],
  validateUpdate: (object, old) => [
    ...checkImmutable(object, old, ['data', 'binaryData']),
    ...checkData(object),
  ],
  changesGeneration: neverChangesGeneration,
  tracksGeneration: false,
  columns: [
    NAME_COLUMN,
    column('Data', 'string', coreDescription('V1ConfigMap', 'data')),
    AGE_COLUMN,
  ],
  toCells: (object, now) => [
    nameOf(object),
    Object.keys(stringMapAt(object, 'data') ?? {}).length +
      Object.keys(stringMapAt(object, 'binaryData') ?? {}).length,
    ageOf(object, now),
  ],
}

function checkData(object: JsonObject): FieldError[] {
  const data = stringMapAt(object, 'data') ?? {}
  const binaryData = stringMapAt(object, 'binaryData') ?? {}
  const duplicates = Object.keys(data)
    .filter((key) => Object.hasOwn(binaryData, key))
    .map((key) => invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'))
  let bytes = 0
  for (const value of Object.values(data)) bytes += Buffer.byteLength(value)
  for (const value of Object.values(binaryData)) bytes += base64Bytes(value)
  return [
    ...checkDataKeys(object, 'data'),
    ...duplicates,
    ...checkDataKeys(object, 'binaryData'),
    // The API server reports the size on the empty path.
    ...checkDataSize(bytes, ''),
  ]
}
