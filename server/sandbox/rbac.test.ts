/** Roles and bindings as the API server enforces them, through its own door. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gatewayApiDefinitions, startTestSandbox, type TestSandbox } from '../testing/start-sandbox'
import { parseTokenFile } from './requests/token-file'

const TOKENS = `
# token,user,uid,groups
t-ann,ann,1,"devs,admins-of-nothing"
t-reader,reader,2
t-nobody,nobody,3
t-root,root,4,system:masters
t-granter,granter,5
`

let sandbox: TestSandbox

const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const inTeam = (plural: string) => `${RBAC}/namespaces/team-a/${plural}`

function as(user: string) {
  return async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const { status, text } = await sandbox.send(path, {
      method,
      headers: {
        authorization: `Bearer t-${user}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    // biome-ignore lint/suspicious/noExplicitAny: tests read deep into answers
    const parsed: any = text.startsWith('{') ? JSON.parse(text) : text
    return { status, body: parsed }
  }
}

const [ann, reader, nobody, root, granter] = [
  as('ann'),
  as('reader'),
  as('nobody'),
  as('root'),
  as('granter'),
] as const

const roleRef = (kind: string, name: string) => ({
  apiGroup: 'rbac.authorization.k8s.io',
  kind,
  name,
})
const binding = (name: string, ref: object, user: string) => ({
  metadata: { name },
  roleRef: ref,
  subjects: [{ kind: 'User', name: user }],
})
const configMap = (name: string) => ({ metadata: { name }, data: { a: 'b' } })

beforeAll(async () => {
  const file = parseTokenFile(TOKENS)
  if (!file.ok) throw new Error(file.message)
  sandbox = await startTestSandbox({
    crds: await gatewayApiDefinitions(),
    isRbacEnabled: true,
    people: file.tokens,
  })
  for (const name of ['team-a', 'team-b']) {
    await sandbox.json('POST', '/api/v1/namespaces', { metadata: { name } })
  }
  await sandbox.json(
    'POST',
    inTeam('rolebindings'),
    binding('ann', roleRef('ClusterRole', 'admin'), 'ann'),
  )
  await sandbox.json(
    'POST',
    `${RBAC}/clusterrolebindings`,
    binding('reader', roleRef('ClusterRole', 'view'), 'reader'),
  )
})
afterAll(() => sandbox.stop())

const ROUTES = '/apis/gateway.networking.k8s.io/v1'

describe('a request', () => {
  test.each<[string, ReturnType<typeof as>, string, string, number]>([
    ['reads routes of its namespace', ann, 'GET', `${ROUTES}/namespaces/team-a/httproutes`, 200],
    ['reads the namespace it has', ann, 'GET', '/api/v1/namespaces/team-a', 200],
    ['reads another namespace', ann, 'GET', '/api/v1/namespaces/team-b', 403],
    ['lists namespaces', ann, 'GET', '/api/v1/namespaces', 403],
    ['lists routes of all namespaces', ann, 'GET', `${ROUTES}/httproutes`, 403],
    ['watches routes of all namespaces', ann, 'GET', `${ROUTES}/httproutes?watch=1`, 403],
    ['watches by path', ann, 'GET', `${ROUTES}/watch/httproutes`, 403],
    ['reads secrets as admin', ann, 'GET', '/api/v1/namespaces/team-a/secrets', 200],
    ['reads secrets as viewer', reader, 'GET', '/api/v1/namespaces/team-a/secrets', 403],
    ['reads routes as viewer', reader, 'GET', `${ROUTES}/httproutes`, 200],
    ['reads classes as viewer', reader, 'GET', `${ROUTES}/gatewayclasses`, 200],
    ['deletes a collection', reader, 'DELETE', '/api/v1/namespaces/team-a/configmaps', 403],
    ['discovers', nobody, 'GET', '/apis', 200],
    ['discovers a group', nobody, 'GET', '/apis/apps/v1', 200],
    ['reads schemas', nobody, 'GET', '/openapi/v3', 200],
    ['asks for the version', nobody, 'GET', '/version', 200],
    ['asks for health', nobody, 'GET', '/healthz', 200],
    ['reads metrics', nobody, 'GET', '/metrics', 403],
    ['reads metrics as master', root, 'GET', '/metrics', 200],
    ['reads what is not there', nobody, 'GET', '/api/v1/nothing', 403],
    ['reads a path of no API', nobody, 'GET', '/nothing', 403],
    ['lists pods by proxy', nobody, 'GET', '/api/v1/namespaces/team-a/services/web/proxy/', 403],
    ['reads a log', nobody, 'GET', '/api/v1/namespaces/team-a/pods/p/log', 403],
    ['reads a log as viewer', reader, 'GET', '/api/v1/namespaces/team-a/pods/p/log', 404],
    [
      'forwards ports as viewer',
      reader,
      'POST',
      '/api/v1/namespaces/team-a/pods/p/portforward',
      403,
    ],
    [
      'reads a scale as viewer',
      reader,
      'GET',
      '/apis/apps/v1/namespaces/team-a/deployments/d/scale',
      404,
    ],
    [
      'writes a status as admin',
      ann,
      'PATCH',
      `${ROUTES}/namespaces/team-a/httproutes/r/status`,
      403,
    ],
  ])('that %s', async (_, who, method, path, status) => {
    expect((await who(method, path)).status).toBe(status)
  })

  test.each<[string, string, string, object]>([
    [
      'an object',
      'GET',
      '/api/v1/namespaces/team-b/configmaps/c',
      {
        message:
          'configmaps "c" is forbidden: User "ann" cannot get resource "configmaps" in API group "" in the namespace "team-b"',
        details: { name: 'c', kind: 'configmaps' },
      },
    ],
    [
      'a collection',
      'GET',
      `${ROUTES}/httproutes`,
      {
        message:
          'httproutes.gateway.networking.k8s.io is forbidden: User "ann" cannot list resource "httproutes" in API group "gateway.networking.k8s.io" at the cluster scope',
        details: { group: 'gateway.networking.k8s.io', kind: 'httproutes' },
      },
    ],
    [
      'a subresource',
      'PUT',
      '/apis/apps/v1/namespaces/team-b/deployments/d/scale',
      {
        message:
          'deployments.apps "d" is forbidden: User "ann" cannot update resource "deployments/scale" in API group "apps" in the namespace "team-b"',
        details: { name: 'd', group: 'apps', kind: 'deployments' },
      },
    ],
    [
      'a path',
      'GET',
      '/metrics',
      { message: 'forbidden: User "ann" cannot get path "/metrics"', details: {} },
    ],
  ])('for %s is refused in the words of kube-apiserver', async (_, method, path, words) => {
    const { status, body } = await ann(method, path, method === 'GET' ? undefined : {})
    expect(status).toBe(403)
    expect(body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      reason: 'Forbidden',
      code: 403,
      ...words,
    })
  })

  test('without a token is still 401, and a wrong one is', async () => {
    expect((await sandbox.send('/version', { headers: { authorization: '' } })).status).toBe(401)
    expect((await as('wrong')('GET', '/version')).status).toBe(401)
  })

  test('that is a dry run takes the right itself', async () => {
    const path = '/api/v1/namespaces/team-a/configmaps?dryRun=All'
    expect((await reader('POST', path, configMap('dry'))).status).toBe(403)
    expect((await ann('POST', path, configMap('dry'))).status).toBe(201)
  })
})

describe('a role of single verbs', () => {
  const patching = { 'content-type': 'application/apply-patch+yaml' }
  const applied = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', ...configMap(name) })
  const at = (name: string) => `/api/v1/namespaces/team-a/configmaps/${name}?fieldManager=x`

  beforeAll(async () => {
    await sandbox.json('POST', inTeam('roles'), {
      metadata: { name: 'patcher' },
      rules: [
        { apiGroups: [''], resources: ['configmaps'], verbs: ['patch'] },
        {
          apiGroups: [''],
          resources: ['configmaps'],
          resourceNames: ['one'],
          verbs: ['list', 'watch'],
        },
      ],
    })
    await sandbox.json(
      'POST',
      inTeam('rolebindings'),
      binding('patcher', roleRef('Role', 'patcher'), 'nobody'),
    )
    await sandbox.json('POST', '/api/v1/namespaces/team-a/configmaps', configMap('one'))
  })

  test('to patch does not create by server-side apply', async () => {
    const { status, body } = await nobody('PATCH', at('new'), applied('new'), patching)
    expect([status, body.message]).toEqual([
      403,
      'configmaps "new" is forbidden: User "nobody" cannot create resource "configmaps" in API group "" in the namespace "team-a"',
    ])
    expect((await nobody('PATCH', at('one'), applied('one'), patching)).status).toBe(200)
    expect((await ann('PATCH', at('new'), applied('new'), patching)).status).toBe(201)
  })

  test('of a name lists that name alone', async () => {
    const list = '/api/v1/namespaces/team-a/configmaps'
    expect((await nobody('GET', list)).status).toBe(403)
    const one = await nobody('GET', `${list}?fieldSelector=metadata.name%3Done`)
    expect(one.body.items).toHaveLength(1)
    expect((await nobody('GET', `${list}?fieldSelector=metadata.name%3Dnew`)).status).toBe(403)
    expect((await nobody('GET', `${list}?fieldSelector=metadata.name!%3Done`)).status).toBe(403)
    const both = `${list}?fieldSelector=metadata.name%3Done,metadata.name%3Dnew`
    expect((await nobody('GET', both)).body.items ?? []).toHaveLength(0)
  })

  test('ends with its binding', async () => {
    await sandbox.json('DELETE', `${inTeam('rolebindings')}/patcher`)
    expect((await nobody('PATCH', at('one'), applied('one'), patching)).status).toBe(403)
  })
})

describe('handing out rights', () => {
  const secrets = { apiGroups: [''], resources: ['secrets', 'nodes'], verbs: ['get', 'list'] }
  const role = (name: string, rules: object[], more: object = {}) => ({
    metadata: { name },
    rules,
    ...more,
  })
  const refused =
    'user "ann" (groups=["devs" "admins-of-nothing" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["nodes"], Verbs:["get" "list"]}'

  test('by a role takes having them', async () => {
    const { status, body } = await ann('POST', inTeam('roles'), role('more', [secrets]))
    expect([status, body.message]).toEqual([
      403,
      `roles.rbac.authorization.k8s.io "more" is forbidden: ${refused}`,
    ])
    const own = { ...secrets, resources: ['secrets'] }
    expect((await ann('POST', inTeam('roles'), role('own', [own]))).status).toBe(201)
    const grown = await ann('PUT', `${inTeam('roles')}/own`, role('own', [secrets]))
    expect(grown.body.message).toBe(
      `roles.rbac.authorization.k8s.io "own" is forbidden: ${refused}`,
    )
    const patch = [{ op: 'add', path: '/rules/0/resources/-', value: 'nodes' }]
    const json = { 'content-type': 'application/json-patch+json' }
    expect((await ann('PATCH', `${inTeam('roles')}/own`, patch, json)).status).toBe(403)
    const applied = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      ...role('new', [secrets]),
    }
    const apply = { 'content-type': 'application/apply-patch+yaml' }
    const path = `${inTeam('roles')}/new?fieldManager=x`
    expect((await ann('PATCH', path, applied, apply)).status).toBe(403)
    const owned = [{ op: 'add', path: '/metadata/finalizers', value: ['acme.com/x'] }]
    expect((await ann('PATCH', `${inTeam('roles')}/own`, owned, json)).status).toBe(200)
  })

  test('by a binding takes having them, or bind', async () => {
    const all = binding('all', roleRef('ClusterRole', 'cluster-admin'), 'ann')
    const { status, body } = await ann('POST', inTeam('rolebindings'), all)
    expect(status).toBe(403)
    expect(body.message).toContain(
      'rolebindings.rbac.authorization.k8s.io "all" is forbidden: user "ann"',
    )
    expect(body.message).toContain(
      'not currently held:\n{APIGroups:["*"], Resources:["*"], Verbs:["*"]}\n{NonResourceURLs:["*"], Verbs:["*"]}',
    )
    const missing = binding('gone', roleRef('Role', 'gone'), 'ann')
    expect((await ann('POST', inTeam('rolebindings'), missing)).body.message).toBe(
      'roles.rbac.authorization.k8s.io "gone" not found',
    )
    const view = binding('view', roleRef('ClusterRole', 'view'), 'nobody')
    expect((await ann('POST', inTeam('rolebindings'), view)).status).toBe(201)
    expect((await ann('POST', `${RBAC}/namespaces/team-b/rolebindings`, view)).status).toBe(403)
  })

  test('is free to whoever may escalate or bind, and needs the right to write all the same', async () => {
    const powers = role('granter', [
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['clusterroles'],
        verbs: ['escalate', 'create'],
      },
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['clusterroles'],
        resourceNames: ['edit'],
        verbs: ['bind'],
      },
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['rolebindings'], verbs: ['create'] },
    ])
    await sandbox.json('POST', `${RBAC}/clusterroles`, powers)
    await sandbox.json(
      'POST',
      `${RBAC}/clusterrolebindings`,
      binding('granter', roleRef('ClusterRole', 'granter'), 'granter'),
    )
    expect((await granter('POST', `${RBAC}/clusterroles`, role('wide', [secrets]))).status).toBe(
      201,
    )
    const bindings = inTeam('rolebindings')
    const edit = binding('edit', roleRef('ClusterRole', 'edit'), 'nobody')
    expect((await granter('POST', bindings, edit)).status).toBe(201)
    const admin = binding('admin', roleRef('ClusterRole', 'admin'), 'nobody')
    expect((await granter('POST', bindings, admin)).status).toBe(403)
    expect((await granter('POST', `${RBAC}/clusterrolebindings`, edit)).status).toBe(403)
  })

  test('by aggregation takes everything', async () => {
    const gathering = role('gathering', [], {
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
    })
    await sandbox.json(
      'POST',
      `${RBAC}/clusterroles`,
      role('writer', [
        { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['*'] },
      ]),
    )
    await sandbox.json(
      'PUT',
      `${RBAC}/clusterroles/writer`,
      role('writer', [
        {
          apiGroups: ['rbac.authorization.k8s.io'],
          resources: ['clusterroles'],
          verbs: ['create', 'update'],
        },
      ]),
    )
    await sandbox.json(
      'POST',
      `${RBAC}/clusterrolebindings`,
      binding('writer', roleRef('ClusterRole', 'writer'), 'reader'),
    )
    expect((await reader('POST', `${RBAC}/clusterroles`, gathering)).body.message).toBe(
      'clusterroles.rbac.authorization.k8s.io "gathering" is forbidden: must have cluster-admin privileges to use the aggregationRule',
    )
  })
})

describe('an aggregated ClusterRole', () => {
  const role = (name: string) => sandbox.json('GET', `${RBAC}/clusterroles/${name}`)

  test('has the rules of those its selectors find, and loses them with these', async () => {
    const extra = { apiGroups: ['acme.com'], resources: ['things'], verbs: ['get'] }
    await sandbox.json('POST', `${RBAC}/clusterroles`, {
      metadata: {
        name: 'things',
        labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' },
      },
      rules: [extra],
    })
    for (const name of ['view', 'edit', 'admin']) {
      await expect.poll(async () => (await role(name)).body.rules).toContainEqual(extra)
    }
    await sandbox.json('DELETE', `${RBAC}/clusterroles/things`)
    for (const name of ['view', 'edit', 'admin']) {
      await expect.poll(async () => (await role(name)).body.rules).not.toContainEqual(extra)
    }
  })

  test('that gathers from one that gathers from it ends', async () => {
    const gathering = (name: string, from: string) => ({
      metadata: { name, labels: { is: name } },
      aggregationRule: {
        clusterRoleSelectors: [{ matchLabels: { is: from } }, { matchLabels: { of: from } }],
      },
    })
    const rule = (resource: string) => ({ apiGroups: ['x'], resources: [resource], verbs: ['get'] })
    for (const body of [
      gathering('one', 'two'),
      gathering('two', 'one'),
      { metadata: { name: 'leaf-1', labels: { of: 'one' } }, rules: [rule('a')] },
      { metadata: { name: 'leaf-2', labels: { of: 'two' } }, rules: [rule('b')] },
    ]) {
      await sandbox.json('POST', `${RBAC}/clusterroles`, body)
    }
    for (const name of ['one', 'two']) {
      await expect.poll(async () => (await role(name)).body.rules).toHaveLength(2)
    }
  })
})

describe('impersonation', () => {
  const acting = (headers: Record<string, string>) =>
    ann('GET', '/api/v1/namespaces/team-a/pods', undefined, headers)

  test.each([
    [
      { 'impersonate-user': 'root' },
      'users "root" is forbidden: User "ann" cannot impersonate resource "users" in API group "" at the cluster scope',
    ],
    [
      { 'impersonate-user': 'system:serviceaccount:team-b:bot' },
      'serviceaccounts "bot" is forbidden: User "ann" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "team-b"',
    ],
    [
      {
        'impersonate-user': 'system:serviceaccount:team-a:bot',
        'impersonate-group': 'system:masters',
      },
      'groups "system:masters" is forbidden: User "ann" cannot impersonate resource "groups" in API group "" at the cluster scope',
    ],
    [
      { 'impersonate-user': 'system:serviceaccount:team-a:bot', 'impersonate-extra-scopes': 'all' },
      'userextras.authentication.k8s.io "all" is forbidden: User "ann" cannot impersonate resource "userextras/scopes" in API group "authentication.k8s.io" at the cluster scope',
    ],
    [
      { 'impersonate-user': 'system:serviceaccount:team-a:bot', 'impersonate-uid': '7' },
      'uids.authentication.k8s.io "7" is forbidden: User "ann" cannot impersonate resource "uids" in API group "authentication.k8s.io" at the cluster scope',
    ],
  ])('%o takes the right', async (headers, message) => {
    const { status, body } = await acting(headers)
    expect([status, body.message]).toEqual([403, message])
  })

  test('acts with the rights of the one who is impersonated, and with no others', async () => {
    const { status, body } = await acting({
      'impersonate-user': 'system:serviceaccount:team-a:bot',
    })
    expect(status).toBe(403)
    expect(body.message).toContain(
      'User "system:serviceaccount:team-a:bot" cannot list resource "pods"',
    )
    const asReader = { 'impersonate-user': 'reader' }
    expect((await root('GET', `${ROUTES}/httproutes`, undefined, asReader)).status).toBe(200)
    expect((await root('GET', '/api/v1/secrets', undefined, asReader)).status).toBe(403)
  })
})

describe('a token of a ServiceAccount', () => {
  test('acts as that account, of its groups', async () => {
    await sandbox.json('POST', '/api/v1/namespaces/team-a/serviceaccounts', {
      metadata: { name: 'bot' },
    })
    const path = '/api/v1/namespaces/team-a/serviceaccounts/bot/token'
    expect((await reader('POST', path, {})).status).toBe(403)
    const made = await ann('POST', path, {})
    const { token } = made.body.status
    const bot = (where: string) =>
      sandbox.send(where, { headers: { authorization: `Bearer ${token}` } })
    expect((await bot('/api/v1/namespaces/team-a/pods')).status).toBe(403)
    await sandbox.json('POST', inTeam('rolebindings'), {
      metadata: { name: 'bots' },
      roleRef: roleRef('ClusterRole', 'view'),
      subjects: [
        {
          kind: 'Group',
          apiGroup: 'rbac.authorization.k8s.io',
          name: 'system:serviceaccounts:team-a',
        },
      ],
    })
    expect((await bot('/api/v1/namespaces/team-a/pods')).status).toBe(200)
    expect((await bot('/api/v1/namespaces/team-b/pods')).status).toBe(403)
  })
})

describe('reviews', () => {
  const REVIEWS = '/apis/authorization.k8s.io/v1'
  const asked = (namespace: string, verb = 'get') => ({
    resourceAttributes: {
      namespace,
      verb,
      group: 'gateway.networking.k8s.io',
      resource: 'httproutes',
    },
  })

  test('of oneself say what is allowed, and by what', async () => {
    const self = `${REVIEWS}/selfsubjectaccessreviews`
    expect((await ann('POST', self, { spec: asked('team-a') })).body.status).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "ann/team-a" of ClusterRole "admin" to User "ann"',
    })
    expect((await ann('POST', self, { spec: asked('team-b') })).body.status).toEqual({
      allowed: false,
    })
    const path = { nonResourceAttributes: { path: '/metrics', verb: 'get' } }
    expect((await ann('POST', self, { spec: path })).body.status).toEqual({ allowed: false })
  })

  test('of somebody else take a right, and are about them', async () => {
    const others = `${REVIEWS}/subjectaccessreviews`
    const spec = { ...asked('team-a', 'delete'), user: 'reader' }
    expect((await ann('POST', others, { spec })).status).toBe(403)
    expect((await root('POST', others, { spec })).body.status).toEqual({ allowed: false })
    const masters = { ...spec, groups: ['system:masters'] }
    expect((await root('POST', others, { spec: masters })).body.status).toEqual({ allowed: true })
  })

  test('of one namespace are for its administrators', async () => {
    const local = (namespace: string) =>
      `${REVIEWS}/namespaces/${namespace}/localsubjectaccessreviews`
    const spec = { ...asked('team-a'), user: 'ann' }
    const { status, body } = await ann('POST', local('team-a'), { spec })
    expect([status, body.metadata, body.status.allowed]).toEqual([
      201,
      { namespace: 'team-a', creationTimestamp: null },
      true,
    ])
    expect((await ann('POST', local('team-b'), { spec })).status).toBe(403)
    const elsewhere = await ann('POST', local('team-a'), {
      spec: { ...asked('team-b'), user: 'ann' },
    })
    expect([elsewhere.status, elsewhere.body.message]).toEqual([
      422,
      '.authorization.k8s.io "" is invalid: spec.resourceAttributes.namespace: Invalid value: "team-b": must match metadata.namespace',
    ])
    expect((await root('POST', `${REVIEWS}/localsubjectaccessreviews`, { spec })).status).toBe(404)
  })

  test('of rules list those of the namespace', async () => {
    const rules = `${REVIEWS}/selfsubjectrulesreviews`
    const { body } = await ann('POST', rules, { spec: { namespace: 'team-a' } })
    expect(body.status.incomplete).toBe(false)
    expect(body.status.resourceRules).toContainEqual({
      verbs: ['create', 'delete', 'deletecollection', 'patch', 'update'],
      apiGroups: ['gateway.networking.k8s.io'],
      resources: expect.arrayContaining(['httproutes']),
    })
    const none = await ann('POST', rules, { spec: { namespace: 'team-b' } })
    expect(none.body.status.resourceRules).toHaveLength(2)
  })
})

describe('a binding whose role is gone', () => {
  test('is named in what is refused', async () => {
    const gone = binding('gone', roleRef('ClusterRole', 'gone'), 'nobody')
    await sandbox.json('POST', `${RBAC}/namespaces/team-b/rolebindings`, gone)
    expect((await nobody('GET', '/api/v1/namespaces/team-b/pods')).body.message).toBe(
      'pods is forbidden: User "nobody" cannot list resource "pods" in API group "" in the namespace "team-b": RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
    )
  })
})
