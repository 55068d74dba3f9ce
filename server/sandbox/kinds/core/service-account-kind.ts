import type { BuiltinKind } from '../../api/contracts'
import { coreDescription, coreSchema } from './core-schemas'
import { objectsAt } from './json-access'
import { copyOf, neverChangesGeneration, resourceKind } from './kind-helpers'
import { checkName, dns1123Subdomain } from './name-rules'
import { AGE_COLUMN, ageOf, column, NAME_COLUMN, nameOf } from './table-cells'

/** v1 ServiceAccount. */
export const SERVICE_ACCOUNT_KIND: BuiltinKind = {
  resource: resourceKind('', 'ServiceAccount', 'serviceaccounts'),
  singular: 'serviceaccount',
  shortNames: ['sa'],
  categories: [],
  verbs: [],
  subresources: ['token'],
  schema: coreSchema('V1ServiceAccount'),
  applyDefaults: copyOf,
  validateCreate: (object) => checkName('metadata.name', nameOf(object), dns1123Subdomain),
  validateUpdate: () => [],
  changesGeneration: neverChangesGeneration,
  tracksGeneration: false,
  deletion: { isAnswered: true },
  columns: [
    NAME_COLUMN,
    column('Secrets', 'string', coreDescription('V1ServiceAccount', 'secrets')),
    AGE_COLUMN,
  ],
  toCells: (object, now) => [
    nameOf(object),
    objectsAt(object, 'secrets').length,
    ageOf(object, now),
  ],
}
