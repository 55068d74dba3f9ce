import type { JsonObject } from '@/lib/shared/json'
import type { BuiltinKind } from '../contracts'
import { coreSchema } from './core-schemas'
import { objectAt, setDefault, setDefaultText, stringAt } from './json-access'
import { copyOf, ensureObject, neverChangesGeneration, resourceKind } from './kind-helpers'
import { checkName, dns1123Label } from './name-rules'
import { AGE_COLUMN, ageOf, column, NAME_COLUMN, nameOf } from './table-cells'

/** v1 Namespace. `allocate` adds the finalizer that the API server sets on create. */
export const NAMESPACE_KIND: BuiltinKind = {
  resource: resourceKind('', 'Namespace', 'namespaces', false),
  singular: 'namespace',
  shortNames: ['ns'],
  categories: [],
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: ['status'],
  schema: coreSchema('V1Namespace'),
  applyDefaults(object) {
    const namespace = copyOf(object)
    const metadata = ensureObject(namespace, 'metadata')
    const name = stringAt(metadata, 'name')
    if (name !== '') ensureObject(metadata, 'labels')['kubernetes.io/metadata.name'] = name
    setDefault(namespace, 'spec', {})
    setDefaultText(ensureObject(namespace, 'status'), 'phase', 'Active')
    return namespace
  },
  allocate(object) {
    const namespace = copyOf(object)
    setDefault(ensureObject(namespace, 'spec'), 'finalizers', ['kubernetes'])
    return namespace
  },
  prepareUpdate(object, old) {
    // Finalizers change through the finalize subresource only.
    const spec = objectAt(old, 'spec')
    return spec === undefined ? object : { ...object, spec }
  },
  validateCreate: (object) => checkName('metadata.name', nameOf(object), dns1123Label),
  validateUpdate: () => [],
  changesGeneration: neverChangesGeneration,
  tracksGeneration: false,
  columns: [NAME_COLUMN, column('Status', 'string', 'The status of the namespace'), AGE_COLUMN],
  toCells: (object: JsonObject, now: number) => [
    nameOf(object),
    stringAt(objectAt(object, 'status'), 'phase'),
    ageOf(object, now),
  ],
}
