import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gatewayApiDefinitions, startTestSandbox, type TestSandbox } from '../testing/start-sandbox'

const ROUTES = '/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes'
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'
const MERGE = 'application/merge-patch+json'
const APPLY = 'application/apply-patch+yaml'

let sandbox: TestSandbox
beforeAll(async () => {
  sandbox = await startTestSandbox({ crds: await gatewayApiDefinitions() })
})
afterAll(() => sandbox.stop())

function route(name: string, spec: Record<string, unknown> = {}) {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name },
    spec: {
      parentRefs: [{ name: 'eg' }],
      rules: [{ backendRefs: [{ name: 'backend', port: 3000 }] }],
      ...spec,
    },
  }
}

const mirror = (name: string) => ({
  type: 'RequestMirror',
  requestMirror: { backendRef: { name, port: 3000 } },
})

function configMap(name: string, data: Record<string, string> = {}, metadata = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data }
}

describe('access', () => {
  test('refuses a request without the token, in the words of the API server', async () => {
    const answer = await sandbox.send('/api', { headers: { authorization: 'Bearer nope' } })
    expect(answer.status).toBe(401)
    expect(JSON.parse(answer.text)).toMatchObject({ kind: 'Status', reason: 'Unauthorized' })
  })

  test('refuses a foreign Host even with the token', async () => {
    const answer = await sandbox.send('/api', { headers: { host: 'evil.example' } })
    expect(answer.status).toBe(421)
  })

  test('reports health without a token', async () => {
    const answer = await sandbox.send('/readyz', { headers: { authorization: '' } })
    expect([answer.status, answer.text]).toEqual([200, 'ok'])
  })
})

describe('create and update', () => {
  test('defaults, prunes and counts the generation of a custom resource', async () => {
    const created = await sandbox.json('POST', ROUTES, route('defaults', { bogus: 1 }))
    expect(created.status).toBe(201)
    expect(created.headers['warning']).toBe('299 - "unknown field \\"spec.bogus\\""')
    expect(created.body.spec.rules[0].matches).toEqual([
      { path: { type: 'PathPrefix', value: '/' } },
    ])
    expect(created.body.spec.bogus).toBeUndefined()
    expect(created.body.metadata.generation).toBe(1)
    const labelled = await sandbox.json(
      'PATCH',
      `${ROUTES}/defaults`,
      { metadata: { labels: { a: 'b' } } },
      MERGE,
    )
    expect(labelled.body.metadata.generation).toBe(1)
    const changed = await sandbox.json(
      'PATCH',
      `${ROUTES}/defaults`,
      { spec: { hostnames: ['a.example'] } },
      MERGE,
    )
    expect(changed.body.metadata.generation).toBe(2)
  })

  test('refuses unknown fields under strict validation', async () => {
    const answer = await sandbox.json(
      'POST',
      `${ROUTES}?fieldValidation=Strict`,
      route('strict', { bogus: 1 }),
    )
    expect(answer.status).toBe(400)
    expect(answer.body.message).toBe(
      'HTTPRoute in version "v1" cannot be handled as a HTTPRoute: strict decoding error: unknown field "spec.bogus"',
    )
  })

  test('writes nothing when nothing changes', async () => {
    const first = await sandbox.json('POST', CONFIG_MAPS, configMap('same', { a: '1' }))
    const again = await sandbox.json('PUT', `${CONFIG_MAPS}/same`, configMap('same', { a: '1' }))
    expect(again.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion)
  })

  test('refuses a stale resourceVersion with a conflict', async () => {
    const { body } = await sandbox.json('POST', CONFIG_MAPS, configMap('stale'))
    await sandbox.json('PATCH', `${CONFIG_MAPS}/stale`, { data: { a: '1' } }, MERGE)
    const answer = await sandbox.json('PUT', `${CONFIG_MAPS}/stale`, { ...body, data: { b: '1' } })
    expect([answer.status, answer.body.reason]).toEqual([409, 'Conflict'])
  })

  test('stores nothing on a dry run', async () => {
    const answer = await sandbox.json('POST', `${ROUTES}?dryRun=All`, route('dry'))
    expect(answer.status).toBe(201)
    expect((await sandbox.json('GET', `${ROUTES}/dry`)).status).toBe(404)
  })

  test('completes generateName to a free name', async () => {
    const body = { ...configMap(''), metadata: { generateName: 'made-' } }
    const answer = await sandbox.json('POST', CONFIG_MAPS, body)
    expect(answer.body.metadata.name).toMatch(/^made-[a-z0-9]{5}$/)
  })

  test('keeps status and the rest apart', async () => {
    await sandbox.json('POST', ROUTES, route('status'))
    const accepted = {
      type: 'Accepted',
      status: 'True',
      reason: 'Accepted',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    }
    const parents = [
      { parentRef: { name: 'eg' }, controllerName: 'example.com/c', conditions: [accepted] },
    ]
    const patch = { status: { parents }, spec: { hostnames: ['ignored.example'] } }
    const answer = await sandbox.json('PATCH', `${ROUTES}/status/status`, patch, MERGE)
    expect(answer.status).toBe(200)
    expect(answer.body.status.parents).toHaveLength(1)
    expect(answer.body.spec.hostnames).toBeUndefined()
    expect(answer.body.metadata.generation).toBe(1)
  })

  test('serves another version of the same object', async () => {
    await sandbox.json('POST', ROUTES, route('versions'))
    const answer = await sandbox.json('GET', `${ROUTES.replace('/v1/', '/v1beta1/')}/versions`)
    expect(answer.body.apiVersion).toBe('gateway.networking.k8s.io/v1beta1')
  })

  test('accepts YAML bodies', async () => {
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: from-yaml\ndata:\n  a: "1"\n'
    const answer = await sandbox.json('POST', CONFIG_MAPS, yaml, 'application/yaml')
    expect([answer.status, answer.body.data]).toEqual([201, { a: '1' }])
  })
})

describe('several mirrors in one rule', () => {
  const twoMirrors = (gateway: string) => ({
    parentRefs: [{ name: gateway }],
    rules: [
      { backendRefs: [{ name: 'backend', port: 3000 }], filters: [mirror('b'), mirror('c')] },
    ],
  })

  async function gatewayOfClass(name: string, features: string[]): Promise<void> {
    const api = '/apis/gateway.networking.k8s.io/v1'
    const meta = { apiVersion: 'gateway.networking.k8s.io/v1', metadata: { name } }
    const spec = { controllerName: 'example.com/c' }
    await sandbox.json('POST', `${api}/gatewayclasses`, { ...meta, kind: 'GatewayClass', spec })
    const supportedFeatures = features.map((feature) => ({ name: feature }))
    const patch = { status: { supportedFeatures } }
    await sandbox.json('PATCH', `${api}/gatewayclasses/${name}/status`, patch, MERGE)
    await sandbox.json('POST', `${api}/namespaces/default/gateways`, {
      ...meta,
      kind: 'Gateway',
      spec: { gatewayClassName: name, listeners: [{ name: 'http', protocol: 'HTTP', port: 80 }] },
    })
  }

  test('are refused in the words of the webhook when the class does not list the feature', async () => {
    await gatewayOfClass('one-mirror', [])
    const answer = await sandbox.json('POST', ROUTES, route('refused', twoMirrors('one-mirror')))
    expect(answer.status).toBe(400)
    expect(answer.body.message).toBe(
      'admission webhook "validate.gateway.networking.k8s.io" denied the request: spec.rules[0].filters: Invalid value: "RequestMirror": cannot be used multiple times in the same rule',
    )
  })

  test('are accepted when every parent class lists the feature', async () => {
    await gatewayOfClass('many-mirrors', ['HTTPRouteRequestMultipleMirrors'])
    const answer = await sandbox.json('POST', ROUTES, route('allowed', twoMirrors('many-mirrors')))
    expect(answer.status).toBe(201)
  })
})

describe('server-side apply', () => {
  test('creates, owns fields, and names the owner in a conflict', async () => {
    const path = `${ROUTES}/applied?fieldManager=`
    const first = await sandbox.json('PATCH', `${path}alpha`, route('applied'), APPLY)
    expect(first.status).toBe(201)
    const other = route('applied', { hostnames: ['x.example'], parentRefs: [{ name: 'other' }] })
    const conflict = await sandbox.json('PATCH', `${path}beta`, other, APPLY)
    expect(conflict.status).toBe(409)
    expect(conflict.body.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "alpha":\n- .spec.parentRefs\n- .spec.rules',
    )
    const forced = await sandbox.json('PATCH', `${path}beta&force=true`, other, APPLY)
    expect(forced.body.spec.parentRefs[0].name).toBe('other')
  })
})

describe('delete', () => {
  test('waits for finalizers', async () => {
    await sandbox.json(
      'POST',
      CONFIG_MAPS,
      configMap('held', {}, { finalizers: ['example.com/f'] }),
    )
    const deleted = await sandbox.json('DELETE', `${CONFIG_MAPS}/held`)
    expect(deleted.body.metadata.deletionTimestamp).toBeDefined()
    await sandbox.json('PATCH', `${CONFIG_MAPS}/held`, { metadata: { finalizers: null } }, MERGE)
    expect((await sandbox.json('GET', `${CONFIG_MAPS}/held`)).status).toBe(404)
  })

  test('takes dependents along, and only then the foreground owner', async () => {
    const owner = await sandbox.json('POST', CONFIG_MAPS, configMap('owner'))
    const { uid } = owner.body.metadata
    const reference = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'owner',
      uid,
      blockOwnerDeletion: true,
    }
    const metadata = { ownerReferences: [reference] }
    await sandbox.json('POST', CONFIG_MAPS, configMap('dependent', {}, metadata))
    await sandbox.json('DELETE', `${CONFIG_MAPS}/owner?propagationPolicy=Foreground`)
    await expect
      .poll(async () => (await sandbox.json('GET', `${CONFIG_MAPS}/owner`)).status)
      .toBe(404)
    expect((await sandbox.json('GET', `${CONFIG_MAPS}/dependent`)).status).toBe(404)
  })

  test('spares the namespaces a cluster cannot do without', async () => {
    const answer = await sandbox.json('DELETE', '/api/v1/namespaces/default')
    expect(answer.body.message).toBe(
      'namespaces "default" is forbidden: this namespace may not be deleted',
    )
  })

  test('leaves orphans without the reference', async () => {
    const owner = await sandbox.json('POST', CONFIG_MAPS, configMap('parent'))
    const { uid } = owner.body.metadata
    const metadata = {
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'parent', uid }],
    }
    await sandbox.json('POST', CONFIG_MAPS, configMap('orphan', {}, metadata))
    await sandbox.json('DELETE', `${CONFIG_MAPS}/parent?propagationPolicy=Orphan`)
    await expect
      .poll(async () => (await sandbox.json('GET', `${CONFIG_MAPS}/parent`)).status)
      .toBe(404)
    const left = await sandbox.json('GET', `${CONFIG_MAPS}/orphan`)
    expect(left.body.metadata.ownerReferences).toBeUndefined()
  })

  test('empties a namespace before it goes, and lets nothing new in', async () => {
    await sandbox.json('POST', '/api/v1/namespaces', { metadata: { name: 'going' } })
    const inside = '/api/v1/namespaces/going/configmaps'
    await sandbox.json('POST', inside, configMap('held', {}, { finalizers: ['example.com/f'] }))
    await sandbox.json('DELETE', '/api/v1/namespaces/going')
    await expect
      .poll(
        async () => (await sandbox.json('GET', `${inside}/held`)).body.metadata.deletionTimestamp,
      )
      .toBeDefined()
    const refused = await sandbox.json('POST', inside, configMap('late'))
    expect([refused.status, refused.body.reason]).toEqual([403, 'Forbidden'])
    await sandbox.json('PATCH', `${inside}/held`, { metadata: { finalizers: null } }, MERGE)
    await expect
      .poll(async () => (await sandbox.json('GET', '/api/v1/namespaces/going')).status)
      .toBe(404)
  })
})

describe('custom resource definitions', () => {
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  properties: { size: { type: 'integer', default: 3, maximum: 10 } },
                },
              },
            },
          },
          additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
        },
      ],
    },
  }
  const WIDGETS = '/apis/example.com/v1/namespaces/default/widgets'

  test('are established at once, served, listed in discovery and OpenAPI, and gone with their objects', async () => {
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    const created = await sandbox.json('POST', definitions, definition)
    expect(created.body.status.conditions.map((c: { type: string }) => c.type)).toContain(
      'Established',
    )
    const widget = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'w' },
      spec: {},
    }
    expect((await sandbox.json('POST', WIDGETS, widget)).body.spec.size).toBe(3)
    const tooBig = { ...widget, metadata: { name: 'x' }, spec: { size: 11 } }
    expect((await sandbox.json('POST', WIDGETS, tooBig)).status).toBe(422)
    expect((await sandbox.json('GET', '/apis/example.com/v1')).body.resources[0].name).toBe(
      'widgets',
    )
    expect(
      (await sandbox.json('GET', '/openapi/v3')).body.paths['apis/example.com/v1'],
    ).toBeDefined()
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
    const table = JSON.parse((await sandbox.send(WIDGETS, { headers: { accept } })).text)
    expect(table.rows[0].cells).toEqual(['w', 3])
    await sandbox.json('DELETE', `${definitions}/widgets.example.com`)
    expect((await sandbox.json('GET', WIDGETS)).status).toBe(404)
  })
})

describe('lists', () => {
  test('page consistently while objects come and go', async () => {
    await sandbox.json('POST', '/api/v1/namespaces', { metadata: { name: 'pages' } })
    const inside = '/api/v1/namespaces/pages/configmaps'
    for (const name of ['a', 'b', 'c', 'd']) await sandbox.json('POST', inside, configMap(name))
    const first = await sandbox.json('GET', `${inside}?limit=2`)
    expect(first.body.metadata.remainingItemCount).toBe(2)
    await sandbox.json('DELETE', `${inside}/c`)
    await sandbox.json('POST', inside, configMap('e'))
    const token = encodeURIComponent(first.body.metadata.continue)
    const second = await sandbox.json('GET', `${inside}?limit=5&continue=${token}`)
    const names = second.body.items.map(
      (item: { metadata: { name: string } }) => item.metadata.name,
    )
    expect(names).toEqual(['c', 'd'])
    expect(second.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion)
  })
})
