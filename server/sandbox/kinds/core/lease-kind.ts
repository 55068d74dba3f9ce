import type { JsonObject } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import type { BuiltinKind } from '../../api/contracts'
import { coreDescription, coreSchema } from './core-schemas'
import { invalid } from './field-errors'
import { numberAt, objectAt, stringAt } from './json-access'
import { copyOf, neverChangesGeneration, resourceKind } from './kind-helpers'
import { checkName, dns1123Subdomain } from './name-rules'
import { AGE_COLUMN, ageOf, column, NAME_COLUMN, nameOf } from './table-cells'

/** coordination.k8s.io/v1 Lease, by which controllers elect their leader. */
export const LEASE_KIND: BuiltinKind = {
  resource: resourceKind('coordination.k8s.io', 'Lease', 'leases'),
  singular: 'lease',
  shortNames: [],
  categories: [],
  verbs: [],
  subresources: [],
  schema: coreSchema('V1Lease'),
  applyDefaults: copyOf,
  validateCreate: (object) => [
    ...checkName('metadata.name', nameOf(object), dns1123Subdomain),
    ...checkLease(object),
  ],
  validateUpdate: checkLease,
  changesGeneration: neverChangesGeneration,
  tracksGeneration: false,
  columns: [
    NAME_COLUMN,
    column('Holder', 'string', coreDescription('V1LeaseSpec', 'holderIdentity')),
    AGE_COLUMN,
  ],
  toCells: (object, now) => [
    nameOf(object),
    stringAt(objectAt(object, 'spec'), 'holderIdentity'),
    ageOf(object, now),
  ],
}

function checkLease(object: JsonObject): FieldError[] {
  const spec = objectAt(object, 'spec')
  const seconds = numberAt(spec, 'leaseDurationSeconds')
  const transitions = numberAt(spec, 'leaseTransitions')
  const errors: FieldError[] = []
  if (seconds !== undefined && seconds <= 0) {
    errors.push(invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0'))
  }
  if (transitions !== undefined && transitions < 0) {
    errors.push(invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'))
  }
  return errors
}
