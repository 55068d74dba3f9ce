/** Roles and bindings: their rules in kube-apiserver's words, defaults and cells. */
import { expect, test } from 'vitest'
import type { JsonObject } from '@/lib/shared/json'
import type { BuiltinKind } from '../../api/contracts'
import { CLUSTER_ROLE_BINDING_KIND, ROLE_BINDING_KIND } from './role-binding-kind'
import { CLUSTER_ROLE_KIND, ROLE_KIND } from './role-kind'

const metadata = { name: 'x', namespace: 'ns', creationTimestamp: '2026-11-23T12:00:00Z' }
const GROUP = 'rbac.authorization.k8s.io'

function errorsOf(kind: BuiltinKind, object: JsonObject, old?: JsonObject): string[] {
  const full = (given: JsonObject) => kind.applyDefaults({ metadata, ...given })
  const errors =
    old === undefined
      ? kind.validateCreate(full(object))
      : kind.validateUpdate(full(object), full(old))
  return errors.map(({ field, message }) => `${field}: ${message}`)
}

const rule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] }
const paths = { verbs: ['get'], nonResourceURLs: ['/metrics'] }

test.each<[string, BuiltinKind, JsonObject, string[]]>([
  ['a rule', ROLE_KIND, { rules: [rule] }, []],
  ['no rules', ROLE_KIND, {}, []],
  ['a name with colons', ROLE_KIND, { metadata: { name: 'system:x' } }, []],
  [
    'a name with a slash',
    ROLE_KIND,
    { metadata: { name: 'a/b' } },
    [`metadata.name: Invalid value: "a/b": may not contain '/'`],
  ],
  [
    'an empty rule',
    ROLE_KIND,
    { rules: [{}] },
    [
      'rules[0].verbs: Required value: verbs must contain at least one value',
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ],
  ],
  [
    'paths in a Role',
    ROLE_KIND,
    { rules: [paths] },
    [
      'rules[0].nonResourceURLs: Invalid value: []string{"/metrics"}: namespaced rules cannot apply to non-resource URLs',
    ],
  ],
  ['paths in a ClusterRole', CLUSTER_ROLE_KIND, { rules: [paths] }, []],
  [
    'paths and resources',
    CLUSTER_ROLE_KIND,
    { rules: [{ ...rule, ...paths }] },
    [
      'rules[0].nonResourceURLs: Invalid value: []string{"/metrics"}: rules cannot apply to both regular resources and non-resource URLs',
    ],
  ],
  [
    'aggregation of nothing',
    CLUSTER_ROLE_KIND,
    { aggregationRule: {} },
    [
      'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
    ],
  ],
  [
    'a selector that cannot be asked',
    CLUSTER_ROLE_KIND,
    {
      aggregationRule: {
        clusterRoleSelectors: [{ matchExpressions: [{ key: 'a', operator: 'Is' }] }],
      },
    },
    [
      'aggregationRule.clusterRoleSelectors[0].matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
      'aggregationRule.clusterRoleSelectors[0]: Invalid value: null: invalid label selector.',
    ],
  ],
])('a role with %s', (_, kind, object, errors) => {
  expect(errorsOf(kind, object)).toEqual(errors)
})

const roleRef = { kind: 'ClusterRole', name: 'view' }
const bound = (...subjects: JsonObject[]) => ({ roleRef, subjects })

test.each<[string, BuiltinKind, JsonObject, string[]]>([
  ['a user', ROLE_BINDING_KIND, bound({ kind: 'User', name: 'ann' }), []],
  ['no subjects', ROLE_BINDING_KIND, { roleRef }, []],
  [
    'nothing',
    ROLE_BINDING_KIND,
    {},
    [
      'roleRef.kind: Unsupported value: "": supported values: "Role", "ClusterRole"',
      'roleRef.name: Required value',
    ],
  ],
  [
    'a role, of the cluster',
    CLUSTER_ROLE_BINDING_KIND,
    { roleRef: { kind: 'Role', name: 'r' } },
    ['roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"'],
  ],
  [
    'another group',
    ROLE_BINDING_KIND,
    { roleRef: { ...roleRef, apiGroup: 'x' } },
    [`roleRef.apiGroup: Unsupported value: "x": supported values: "${GROUP}"`],
  ],
  [
    'a subject of no name',
    ROLE_BINDING_KIND,
    bound({ kind: 'Group' }),
    ['subjects[0].name: Required value'],
  ],
  [
    'another kind of subject',
    ROLE_BINDING_KIND,
    bound({ kind: 'Robot', name: 'r' }),
    [
      'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
    ],
  ],
  [
    'an account without a namespace',
    ROLE_BINDING_KIND,
    bound({ kind: 'ServiceAccount', name: 'bot' }),
    [],
  ],
  [
    'an account without a namespace, of the cluster',
    CLUSTER_ROLE_BINDING_KIND,
    bound({ kind: 'ServiceAccount', name: 'bot' }),
    ['subjects[0].namespace: Required value'],
  ],
  [
    'an account of a group',
    ROLE_BINDING_KIND,
    bound({ kind: 'ServiceAccount', name: 'bot', apiGroup: GROUP }),
    [`subjects[0].apiGroup: Unsupported value: "${GROUP}": supported values: ""`],
  ],
])('a binding of %s', (_, kind, object, errors) => {
  expect(errorsOf(kind, object)).toEqual(errors)
})

test('a binding stays with its role', () => {
  const other = { roleRef: { kind: 'Role', name: 'own' } }
  expect(errorsOf(ROLE_BINDING_KIND, other, { roleRef })).toEqual([
    `roleRef: Invalid value: rbac.RoleRef{APIGroup:"${GROUP}", Kind:"Role", Name:"own"}: cannot change roleRef`,
  ])
  expect(errorsOf(ROLE_BINDING_KIND, bound({ kind: 'User', name: 'ann' }), { roleRef })).toEqual([])
})

test('defaults name the API group of users and groups, not of ServiceAccounts', () => {
  const subjects = ['User', 'Group', 'ServiceAccount'].map((kind) => ({ kind, name: 'n' }))
  expect(ROLE_BINDING_KIND.applyDefaults({ metadata, roleRef, subjects })).toEqual({
    metadata,
    roleRef: { apiGroup: GROUP, ...roleRef },
    subjects: [
      { kind: 'User', name: 'n', apiGroup: GROUP },
      { kind: 'Group', name: 'n', apiGroup: GROUP },
      { kind: 'ServiceAccount', name: 'n' },
    ],
  })
})

test('tables show the role, and with -o wide its subjects', () => {
  const subjects = [
    { kind: 'User', name: 'ann' },
    { kind: 'User', name: 'bob' },
    { kind: 'Group', name: 'devs' },
    { kind: 'ServiceAccount', name: 'bot', namespace: 'ns' },
  ]
  const now = Date.parse('2026-11-23T13:00:00Z')
  expect(ROLE_BINDING_KIND.toCells({ metadata, roleRef, subjects }, now)).toEqual([
    ...['x', 'ClusterRole/view', '60m', 'ann, bob', 'devs', 'ns/bot'],
  ])
  expect(ROLE_KIND.toCells({ metadata }, now)).toEqual(['x', '2026-11-23T12:00:00Z'])
})
