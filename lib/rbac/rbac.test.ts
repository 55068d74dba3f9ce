import { describe, expect, it } from 'vitest'
import { authorize, rulesFor } from './authorize'
import { uncovered } from './covers'
import { forbiddenMessage } from './forbidden'
import type { AccessRequest, Binding, Policy, PolicyRule, Subject, UserInfo } from './policy'
import { ruleAllows } from './rule-allows'

const ask = (change: Partial<Extract<AccessRequest, { is: 'resource' }>> = {}): AccessRequest => ({
  is: 'resource',
  verb: 'get',
  group: 'gateway.networking.k8s.io',
  resource: 'httproutes',
  subresource: '',
  namespace: 'team-a',
  name: '',
  ...change,
})
const routes = (change: Partial<PolicyRule> = {}): PolicyRule => ({
  verbs: ['get'],
  apiGroups: ['gateway.networking.k8s.io'],
  resources: ['httproutes'],
  ...change,
})

describe('a rule', () => {
  it.each<[string, PolicyRule, AccessRequest, boolean]>([
    ['as asked', routes(), ask(), true],
    ['of another verb', routes({ verbs: ['list'] }), ask(), false],
    ['of every verb', routes({ verbs: ['*'] }), ask({ verb: 'anything' }), true],
    ['of another group', routes({ apiGroups: [''] }), ask(), false],
    ['of every group', routes({ apiGroups: ['*'] }), ask(), true],
    ['of every resource', routes({ resources: ['*'] }), ask({ subresource: 'status' }), true],
    ['of the resource, for its status', routes(), ask({ subresource: 'status' }), false],
    [
      'of the status',
      routes({ resources: ['httproutes/status'] }),
      ask({ subresource: 'status' }),
      true,
    ],
    ['of every status', routes({ resources: ['*/status'] }), ask({ subresource: 'status' }), true],
    ['of every status, for the object', routes({ resources: ['*/status'] }), ask(), false],
    ['of a name', routes({ resourceNames: ['r'] }), ask({ name: 'r' }), true],
    ['of another name', routes({ resourceNames: ['q'] }), ask({ name: 'r' }), false],
    ['of a name, for a list', routes({ resourceNames: ['r'] }), ask({ verb: 'get' }), false],
    ['without groups', { verbs: ['*'], resources: ['*'] }, ask(), false],
    ['of a path, for a resource', { verbs: ['*'], nonResourceURLs: ['*'] }, ask(), false],
  ])('%s', (_, rule, request, isAllowed) => {
    expect(ruleAllows(rule, request)).toBe(isAllowed)
  })

  it.each([
    ['/healthz', '/healthz', true],
    ['/healthz', '/healthz/ping', false],
    ['/healthz/*', '/healthz/ping', true],
    ['/healthz/*', '/healthz', false],
    ['/api*', '/apis', true],
    ['*', '/metrics', true],
  ])('of the path %s for %s: %s', (pattern, path, isAllowed) => {
    const rule = { verbs: ['get'], nonResourceURLs: [pattern] }
    expect(ruleAllows(rule, { is: 'path', verb: 'get', path })).toBe(isAllowed)
  })
})

const user = (name: string, ...groups: string[]): UserInfo => ({ name, groups })
const bind = (
  namespace: string,
  subject: Subject,
  roleRef: Binding['roleRef'] = { kind: 'ClusterRole', name: 'reader' },
): Binding => ({ name: 'b', namespace, subjects: [subject], roleRef })

function policyOf(...bindings: Binding[]): Policy {
  const roles = new Map<string, readonly PolicyRule[]>([
    ['/reader', [routes()]],
    ['team-a/own', [routes({ verbs: ['*'] })]],
  ])
  return {
    clusterRoleBindings: bindings.filter(({ namespace }) => namespace === ''),
    roleBindings: (wanted) =>
      bindings.filter(({ namespace }) => namespace !== '' && namespace === wanted),
    rules: (namespace, name) => roles.get(`${namespace}/${name}`),
  }
}

describe('a binding', () => {
  const ann = { kind: 'User', name: 'ann' } as const
  const own = { kind: 'Role', name: 'own' } as const
  const bot = { kind: 'ServiceAccount', name: 'bot', namespace: 'ci' } as const
  const asBot = user('system:serviceaccount:ci:bot')
  it.each<[string, Binding, UserInfo, AccessRequest, boolean]>([
    ['of the cluster, everywhere', bind('', ann), user('ann'), ask({ namespace: 'x' }), true],
    ['of the cluster, at its scope', bind('', ann), user('ann'), ask({ namespace: '' }), true],
    ['of a namespace, there', bind('team-a', ann), user('ann'), ask(), true],
    ['of a namespace, elsewhere', bind('team-a', ann), user('ann'), ask({ namespace: 'x' }), false],
    [
      'of a namespace, at cluster scope',
      bind('team-a', ann),
      user('ann'),
      ask({ namespace: '' }),
      false,
    ],
    ['of someone else', bind('', ann), user('bob'), ask(), false],
    ['of a user, for a group of that name', bind('', ann), user('bob', 'ann'), ask(), false],
    ['of a group', bind('', { kind: 'Group', name: 'dev' }), user('bob', 'dev'), ask(), true],
    ['of a ServiceAccount', bind('team-a', bot), asBot, ask(), true],
    [
      'of a ServiceAccount of its own namespace',
      bind('ci', { kind: 'ServiceAccount', name: 'bot' }),
      asBot,
      ask({ namespace: 'ci' }),
      true,
    ],
    ['to a Role', bind('team-a', ann, own), user('ann'), ask({ verb: 'delete' }), true],
    [
      'to a Role of another namespace',
      bind('x', ann, own),
      user('ann'),
      ask({ namespace: 'x' }),
      false,
    ],
  ])('%s', (_, binding, who, request, isAllowed) => {
    expect(authorize(policyOf(binding), who, request).isAllowed).toBe(isAllowed)
  })

  it('says what allowed, and which role is missing', () => {
    expect(authorize(policyOf(bind('team-a', ann)), user('ann'), ask()).reason).toBe(
      'RBAC: allowed by RoleBinding "b/team-a" of ClusterRole "reader" to User "ann"',
    )
    const gone = bind('', ann, { kind: 'ClusterRole', name: 'gone' })
    expect(authorize(policyOf(gone), user('ann'), ask())).toEqual({
      isAllowed: false,
      reason: 'RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
    })
    expect(rulesFor(policyOf(gone, bind('', ann)), user('ann'), 'team-a')).toEqual({
      rules: [routes()],
      missing: 'clusterrole.rbac.authorization.k8s.io "gone" not found',
    })
  })

  it('is not needed by masters', () => {
    expect(authorize(policyOf(), user('root', 'system:masters'), ask()).isAllowed).toBe(true)
  })
})

describe('the words of a refusal', () => {
  it.each([
    [
      ask({ name: 'r' }),
      'httproutes.gateway.networking.k8s.io "r" is forbidden: User "ann" cannot get resource "httproutes" in API group "gateway.networking.k8s.io" in the namespace "team-a"',
    ],
    [
      ask({ group: '', resource: 'pods', subresource: 'log', namespace: '' }),
      'pods is forbidden: User "ann" cannot get resource "pods/log" in API group "" at the cluster scope',
    ],
    [
      { is: 'path', verb: 'get', path: '/metrics' } as const,
      'forbidden: User "ann" cannot get path "/metrics"',
    ],
  ])('%o', (request, message) => {
    expect(forbiddenMessage('ann', request)).toBe(message)
  })
})

describe('handing out rights', () => {
  it.each<[string, PolicyRule[], PolicyRule[], number]>([
    ['one has', [routes()], [routes()], 0],
    [
      'one has by a star',
      [routes({ verbs: ['*'], resources: ['*'] })],
      [routes({ verbs: ['get', 'list'] })],
      0,
    ],
    ['one has in part', [routes()], [routes({ verbs: ['get', 'list'] })], 1],
    ['a star, having only names of it', [routes()], [routes({ verbs: ['*'] })], 1],
    ['every name, having one', [routes({ resourceNames: ['r'] })], [routes()], 1],
    ['one name, having every', [routes()], [routes({ resourceNames: ['r'] })], 0],
    [
      'a subresource, having the resource',
      [routes()],
      [routes({ resources: ['httproutes/status'] })],
      1,
    ],
    [
      'a subresource of all',
      [routes({ resources: ['*/status'] })],
      [routes({ resources: ['httproutes/status'] })],
      0,
    ],
    [
      'a path below one',
      [{ verbs: ['get'], nonResourceURLs: ['/api/*'] }],
      [{ verbs: ['get'], nonResourceURLs: ['/api/v1/*'] }],
      0,
    ],
    [
      'a path above one',
      [{ verbs: ['get'], nonResourceURLs: ['/api/*'] }],
      [{ verbs: ['get'], nonResourceURLs: ['/*'] }],
      1,
    ],
    [
      'rights spread over two rules',
      [routes(), routes({ verbs: ['list'] })],
      [routes({ verbs: ['get', 'list'] })],
      0,
    ],
  ])('%s', (_, owned, wanted, count) => {
    expect(uncovered(owned, wanted)).toHaveLength(count)
  })
})
