import type { JsonObject } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import type { BuiltinKind } from '../../api/contracts'
import { coreSchema } from './core-schemas'
import { invalid } from './field-errors'
import { UNQUALIFIED_FINALIZER } from './finalizer-rules'
import { objectAt, setDefault, setDefaultText, stringAt, stringsAt } from './json-access'
import { copyOf, ensureObject, neverChangesGeneration, resourceKind } from './kind-helpers'
import { checkName, dns1123Label } from './name-rules'
import { AGE_COLUMN, ageOf, column, NAME_COLUMN, nameOf } from './table-cells'

/** A phase follows from whether the Namespace is being deleted. */
function checkPhase(object: JsonObject): FieldError[] {
  const isDeleted = stringAt(objectAt(object, 'metadata'), 'deletionTimestamp') !== ''
  const [phase, condition] = isDeleted ? ['Terminating', 'not empty'] : ['Active', 'empty']
  const given = stringAt(objectAt(object, 'status'), 'phase')
  const detail = `may only be '${phase}' if \`deletionTimestamp\` is ${condition}`
  return given === phase ? [] : [invalid('status.Phase', given, detail)]
}

/** Namespaces a cluster cannot do without. */
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public'])

/** v1 Namespace. `allocate` adds the finalizer that the API server sets on create. */
export const NAMESPACE_KIND: BuiltinKind = {
  resource: resourceKind('', 'Namespace', 'namespaces', false),
  singular: 'namespace',
  shortNames: ['ns'],
  categories: [],
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: ['status', 'finalize'],
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
    const spec = ensureObject(namespace, 'spec')
    const given = stringsAt(spec, 'finalizers')
    if (!given.includes('kubernetes')) spec['finalizers'] = [...given, 'kubernetes']
    return namespace
  },
  prepareUpdate(object, old) {
    // Finalizers change through the finalize subresource only.
    const spec = objectAt(old, 'spec')
    return spec === undefined ? object : { ...object, spec }
  },
  validateCreate: (object) => [
    ...checkName('metadata.name', nameOf(object), dns1123Label),
    ...stringsAt(objectAt(object, 'spec'), 'finalizers')
      .filter((finalizer) => !finalizer.includes('/') && finalizer !== 'kubernetes')
      .map((finalizer) => invalid('spec.finalizers', finalizer, UNQUALIFIED_FINALIZER)),
  ],
  validateUpdate: checkPhase,
  changesGeneration: neverChangesGeneration,
  tracksGeneration: false,
  selectableFields: ['status.phase'],
  deletion: {
    refusal: (object) =>
      IMMORTAL.has(nameOf(object)) ? 'this namespace may not be deleted' : undefined,
    // Its content goes first.
    isHeld: (object) => stringsAt(objectAt(object, 'spec'), 'finalizers').length > 0,
    mark: (object) => ({
      ...object,
      status: { ...objectAt(object, 'status'), phase: 'Terminating' },
    }),
  },
  columns: [NAME_COLUMN, column('Status', 'string', 'The status of the namespace'), AGE_COLUMN],
  toCells: (object: JsonObject, now: number) => [
    nameOf(object),
    stringAt(objectAt(object, 'status'), 'phase'),
    ageOf(object, now),
  ],
}
