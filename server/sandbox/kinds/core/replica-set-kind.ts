import type { JsonObject } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import type { BuiltinKind } from '../../api/contracts'
import { coreDescription, coreSchema } from './core-schemas'
import { numberAt, objectAt, objectIn, setDefault } from './json-access'
import { copyOf, ensureObject, resourceKind, specChanges } from './kind-helpers'
import { checkName, dns1123Subdomain } from './name-rules'
import { defaultPodTemplate } from './pod-defaults'
import {
  AGE_COLUMN,
  ageOf,
  column,
  containerCells,
  formatSelector,
  NAME_COLUMN,
  nameOf,
} from './table-cells'
import {
  checkNonNegative,
  checkSelector,
  checkSelectorUnchanged,
  checkTemplate,
} from './workload-rules'

/** apps/v1 ReplicaSet. */
export const REPLICA_SET_KIND: BuiltinKind = {
  resource: resourceKind('apps', 'ReplicaSet', 'replicasets'),
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  verbs: [],
  subresources: ['status', 'scale'],
  schema: coreSchema('V1ReplicaSet'),
  applyDefaults(object) {
    const replicaSet = copyOf(object)
    const spec = ensureObject(replicaSet, 'spec')
    setDefault(spec, 'replicas', 1)
    defaultPodTemplate(spec)
    setDefault(ensureObject(replicaSet, 'status'), 'replicas', 0)
    return replicaSet
  },
  validateCreate: (object) => [
    ...checkName('metadata.name', nameOf(object), dns1123Subdomain),
    ...checkSpec(object),
  ],
  validateUpdate: (object, old) => [...checkSpec(object), ...checkSelectorUnchanged(object, old)],
  changesGeneration: specChanges,
  columns: [
    NAME_COLUMN,
    column('Desired', 'integer', coreDescription('V1ReplicaSetSpec', 'replicas')),
    column('Current', 'integer', coreDescription('V1ReplicaSetStatus', 'replicas')),
    column('Ready', 'integer', coreDescription('V1ReplicaSetStatus', 'readyReplicas')),
    AGE_COLUMN,
    column('Containers', 'string', 'Names of each container in the template.', 1),
    column('Images', 'string', 'Images referenced by each container in the template.', 1),
    column('Selector', 'string', coreDescription('V1ReplicaSetSpec', 'selector'), 1),
  ],
  toCells: (object, now) => {
    const status = objectAt(object, 'status')
    return [
      nameOf(object),
      numberAt(objectAt(object, 'spec'), 'replicas') ?? 0,
      numberAt(status, 'replicas') ?? 0,
      numberAt(status, 'readyReplicas') ?? 0,
      ageOf(object, now),
      ...containerCells(object),
      formatSelector(objectIn(object, 'spec', 'selector')),
    ]
  },
}

function checkSpec(object: JsonObject): FieldError[] {
  const spec = objectAt(object, 'spec') ?? {}
  return [
    ...checkNonNegative(spec, 'replicas'),
    ...checkNonNegative(spec, 'minReadySeconds'),
    ...checkSelector(spec, 'deployment'),
    ...checkTemplate(spec),
  ]
}
