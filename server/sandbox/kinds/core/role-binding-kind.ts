import type { JsonObject } from '@/lib/shared/json'
import type { BuiltinKind } from '../../api/contracts'
import { coreDescription, coreSchema } from './core-schemas'
import { objectAt, objectsAt, setDefaultText, stringAt } from './json-access'
import { copyOf, ensureObject, neverChangesGeneration, resourceKind } from './kind-helpers'
import { checkName } from './name-rules'
import { checkBinding, checkSameRole, pathSegment, RBAC_GROUP } from './rbac-rules'
import { AGE_COLUMN, ageOf, column, NAME_COLUMN, nameOf } from './table-cells'

/** rbac.authorization.k8s.io/v1 RoleBinding. */
export const ROLE_BINDING_KIND: BuiltinKind = bindingKind('RoleBinding', true)

/** rbac.authorization.k8s.io/v1 ClusterRoleBinding. */
export const CLUSTER_ROLE_BINDING_KIND: BuiltinKind = bindingKind('ClusterRoleBinding', false)

function bindingKind(kind: string, isNamespaced: boolean): BuiltinKind {
  const inWords = `${kind.charAt(0).toLowerCase()}${kind.slice(1)}`
  const wide = (name: string) => column(name, 'string', `${name} in the ${inWords}`, 1)
  return {
    resource: resourceKind(RBAC_GROUP, kind, `${kind.toLowerCase()}s`, isNamespaced),
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: [],
    subresources: [],
    schema: coreSchema(`V1${kind}`),
    applyDefaults,
    validateCreate: (binding) => [
      ...checkName('metadata.name', nameOf(binding), pathSegment),
      ...checkBinding(binding, isNamespaced),
    ],
    validateUpdate: (binding, old) => [
      ...checkBinding(binding, isNamespaced),
      ...checkSameRole(binding, old),
    ],
    changesGeneration: neverChangesGeneration,
    tracksGeneration: false,
    columns: [
      NAME_COLUMN,
      column('Role', 'string', coreDescription(`V1${kind}`, 'roleRef')),
      AGE_COLUMN,
      wide('Users'),
      wide('Groups'),
      wide('ServiceAccounts'),
    ],
    toCells: (binding, now) => [
      nameOf(binding),
      roleCell(objectAt(binding, 'roleRef')),
      ageOf(binding, now),
      ...subjectCells(objectsAt(binding, 'subjects')),
    ],
  }
}

function applyDefaults(object: JsonObject): JsonObject {
  const binding = copyOf(object)
  const ref = ensureObject(binding, 'roleRef')
  setDefaultText(ref, 'apiGroup', RBAC_GROUP)
  for (const key of ['kind', 'name']) setDefaultText(ref, key, '')
  for (const subject of objectsAt(binding, 'subjects')) {
    for (const key of ['kind', 'name']) setDefaultText(subject, key, '')
    const kind = stringAt(subject, 'kind')
    if (kind === 'User' || kind === 'Group') setDefaultText(subject, 'apiGroup', RBAC_GROUP)
    else if (subject['apiGroup'] === '') delete subject['apiGroup']
  }
  const { subjects } = binding
  if (subjects === null || (Array.isArray(subjects) && subjects.length === 0)) {
    delete binding['subjects']
  }
  return binding
}

function roleCell(ref: JsonObject | undefined): string {
  return `${stringAt(ref, 'kind')}/${stringAt(ref, 'name')}`
}

/** Users, groups and ServiceAccounts, shown with `-o wide`. */
function subjectCells(subjects: readonly JsonObject[]): string[] {
  const named = (kind: string, text: (subject: JsonObject) => string) =>
    subjects
      .filter((subject) => stringAt(subject, 'kind') === kind)
      .map(text)
      .join(', ')
  const name = (subject: JsonObject) => stringAt(subject, 'name')
  return [
    named('User', name),
    named('Group', name),
    named('ServiceAccount', (subject) => `${stringAt(subject, 'namespace')}/${name(subject)}`),
  ]
}
