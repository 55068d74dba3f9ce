/** Rules of rbac.authorization.k8s.io/v1. https://github.com/kubernetes/kubernetes pkg/apis/rbac/validation/validation.go */
import type { JsonObject } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import { invalid, notSupported, printStrings, required } from './field-errors'
import { isDeepEqual, objectAt, objectsAt, stringAt, stringsAt } from './json-access'
import { checkName, dns1123Subdomain, type NameRule } from './name-rules'

export const RBAC_GROUP = 'rbac.authorization.k8s.io'

/** Names of roles and bindings: whatever can be one part of a path. */
export const pathSegment: NameRule = (value) => {
  if (value === '.' || value === '..') return [`may not be '${value}'`]
  return ['/', '%']
    .filter((part) => value.includes(part))
    .map((part) => `may not contain '${part}'`)
}

/** Errors of the `rules` of a Role or ClusterRole. */
export function checkRules(role: JsonObject, isNamespaced: boolean): FieldError[] {
  return objectsAt(role, 'rules').flatMap((rule, index) =>
    checkRule(rule, isNamespaced, `rules[${index}]`),
  )
}

function checkRule(rule: JsonObject, isNamespaced: boolean, path: string): FieldError[] {
  const isEmpty = (key: string) => stringsAt(rule, key).length === 0
  const errors: FieldError[] = []
  const demand = (key: string, detail: string) => {
    if (isEmpty(key)) errors.push(required(`${path}.${key}`, detail))
  }
  demand('verbs', 'verbs must contain at least one value')
  const urls = stringsAt(rule, 'nonResourceURLs')
  if (urls.length > 0) {
    const refuse = (detail: string) =>
      errors.push(invalid(`${path}.nonResourceURLs`, printStrings(urls), detail))
    if (isNamespaced) refuse('namespaced rules cannot apply to non-resource URLs')
    if (!['apiGroups', 'resources', 'resourceNames'].every(isEmpty)) {
      refuse('rules cannot apply to both regular resources and non-resource URLs')
    }
    return errors
  }
  demand('apiGroups', 'resource rules must supply at least one api group')
  demand('resources', 'resource rules must supply at least one resource')
  return errors
}

/** Errors of a binding's role and subjects. */
export function checkBinding(binding: JsonObject, isNamespaced: boolean): FieldError[] {
  const ref = objectAt(binding, 'roleRef')
  const [group, kind, name] = ['apiGroup', 'kind', 'name'].map((key) => stringAt(ref, key))
  const kinds = isNamespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']
  const errors: FieldError[] = []
  if (group !== RBAC_GROUP) errors.push(notSupported('roleRef.apiGroup', group, [RBAC_GROUP]))
  if (!kinds.includes(kind ?? '')) errors.push(notSupported('roleRef.kind', kind, kinds))
  if (name === '') errors.push(required('roleRef.name'))
  return [
    ...errors,
    ...checkName('roleRef.name', name ?? '', pathSegment),
    ...objectsAt(binding, 'subjects').flatMap((subject, index) =>
      checkSubject(subject, isNamespaced, `subjects[${index}]`),
    ),
  ]
}

const SUBJECT_KINDS = ['ServiceAccount', 'User', 'Group']

function checkSubject(subject: JsonObject, isNamespaced: boolean, path: string): FieldError[] {
  const [kind = '', group, name = ''] = ['kind', 'apiGroup', 'name'].map((key) =>
    stringAt(subject, key),
  )
  const errors = name === '' ? [required(`${path}.name`)] : []
  if (!SUBJECT_KINDS.includes(kind)) {
    return [...errors, notSupported(`${path}.kind`, kind, SUBJECT_KINDS)]
  }
  const isAccount = kind === 'ServiceAccount'
  if (isAccount && name !== '') errors.push(...checkName(`${path}.name`, name, dns1123Subdomain))
  const wanted = isAccount ? '' : RBAC_GROUP
  if (group !== wanted) errors.push(notSupported(`${path}.apiGroup`, group, [wanted]))
  if (isAccount && !isNamespaced && stringAt(subject, 'namespace') === '') {
    errors.push(required(`${path}.namespace`))
  }
  return errors
}

/** A binding stays with its role. */
export function checkSameRole(binding: JsonObject, old: JsonObject): FieldError[] {
  const ref = objectAt(binding, 'roleRef')
  if (isDeepEqual(ref, objectAt(old, 'roleRef'))) return []
  const text = (key: string) => JSON.stringify(stringAt(ref, key))
  const printed = `rbac.RoleRef{APIGroup:${text('apiGroup')}, Kind:${text('kind')}, Name:${text('name')}}`
  return [invalid('roleRef', { printed }, 'cannot change roleRef')]
}
