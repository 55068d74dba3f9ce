import type { JsonObject } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import type { BuiltinKind } from '../../api/contracts'
import { coreSchema } from './core-schemas'
import { invalid, required } from './field-errors'
import { objectAt, objectsAt, setDefault, stringAt } from './json-access'
import { copyOf, neverChangesGeneration, resourceKind } from './kind-helpers'
import { checkName } from './name-rules'
import { checkRules, pathSegment, RBAC_GROUP } from './rbac-rules'
import { AGE_COLUMN, column, NAME_COLUMN, nameOf } from './table-cells'
import { checkLabelSelector, isUsable } from './workload-rules'

/** Roles have no printer of their own in Kubernetes: what is shown of every other kind. */
const CREATED_AT = column('Created At', 'date', AGE_COLUMN.description)

const OPTIONAL = ['apiGroups', 'resources', 'resourceNames', 'nonResourceURLs']

/** rbac.authorization.k8s.io/v1 Role. */
export const ROLE_KIND: BuiltinKind = {
  ...roleKind('Role', true),
  schema: coreSchema('V1Role'),
}

/** rbac.authorization.k8s.io/v1 ClusterRole. */
export const CLUSTER_ROLE_KIND: BuiltinKind = {
  ...roleKind('ClusterRole', false),
  schema: coreSchema('V1ClusterRole'),
}

function roleKind(kind: string, isNamespaced: boolean): Omit<BuiltinKind, 'schema'> {
  const check = (role: JsonObject) => [...checkRules(role, isNamespaced), ...checkAggregation(role)]
  return {
    resource: resourceKind(RBAC_GROUP, kind, `${kind.toLowerCase()}s`, isNamespaced),
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: [],
    subresources: [],
    applyDefaults,
    validateCreate: (role) => [
      ...checkName('metadata.name', nameOf(role), pathSegment),
      ...check(role),
    ],
    validateUpdate: check,
    changesGeneration: neverChangesGeneration,
    tracksGeneration: false,
    columns: [NAME_COLUMN, CREATED_AT],
    toCells: (role) => [nameOf(role), stringAt(objectAt(role, 'metadata'), 'creationTimestamp')],
  }
}

/** Go writes `rules` and `verbs` without omitempty, and leaves out the other lists when they are empty. */
function applyDefaults(object: JsonObject): JsonObject {
  const role = copyOf(object)
  setDefault(role, 'rules', null)
  for (const rule of objectsAt(role, 'rules')) {
    setDefault(rule, 'verbs', null)
    for (const key of OPTIONAL) {
      const list = rule[key]
      if (list === null || (Array.isArray(list) && list.length === 0)) delete rule[key]
    }
  }
  return role
}

/** Of ClusterRoles whose rules are gathered from others. */
function checkAggregation(role: JsonObject): FieldError[] {
  const rule = objectAt(role, 'aggregationRule')
  if (rule === undefined) return []
  const field = 'aggregationRule.clusterRoleSelectors'
  const selectors = objectsAt(rule, 'clusterRoleSelectors')
  if (selectors.length === 0) {
    const detail = 'at least one clusterRoleSelector required if aggregationRule is non-nil'
    return [required(field, detail)]
  }
  return selectors.flatMap((selector, index) => {
    const path = `${field}[${index}]`
    const unusable = invalid(path, undefined, 'invalid label selector.')
    return [...checkLabelSelector(path, selector), ...(isUsable(selector) ? [] : [unusable])]
  })
}
