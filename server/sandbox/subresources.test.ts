import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestSandbox, type TestSandbox } from '../testing/start-sandbox'

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'

let sandbox: TestSandbox
beforeAll(async () => {
  sandbox = await startTestSandbox()
  await sandbox.json('POST', DEPLOYMENTS, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'd' } },
      template: {
        metadata: { labels: { app: 'd' } },
        spec: { containers: [{ name: 'c', image: 'echo-basic' }] },
      },
    },
  })
})
afterAll(() => sandbox.stop())

test('scale reads and changes the replicas alone', async () => {
  const scale = await sandbox.json('GET', `${DEPLOYMENTS}/d/scale`)
  expect(scale.body).toMatchObject({
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    spec: { replicas: 1 },
    status: { replicas: 0, selector: 'app=d' },
  })
  const patch = { spec: { replicas: 3 } }
  const type = 'application/merge-patch+json'
  const patched = await sandbox.json('PATCH', `${DEPLOYMENTS}/d/scale`, patch, type)
  expect(patched.body.spec.replicas).toBe(3)
  const { body } = await sandbox.json('GET', `${DEPLOYMENTS}/d`)
  expect([body.spec.replicas, body.metadata.generation]).toEqual([3, 2])
  const refused = await sandbox.json(
    'PATCH',
    `${DEPLOYMENTS}/d/scale`,
    { spec: { replicas: -1 } },
    type,
  )
  expect(refused.status).toBe(422)
})

test('a replaced scale with a stale version is a conflict', async () => {
  const { body } = await sandbox.json('GET', `${DEPLOYMENTS}/d/scale`)
  const stale = { ...body, metadata: { ...body.metadata, resourceVersion: '1' } }
  expect((await sandbox.json('PUT', `${DEPLOYMENTS}/d/scale`, stale)).status).toBe(409)
})

test('a strategic merge patch merges containers by name', async () => {
  const containers = [{ name: 'c', env: [{ name: 'A', value: '1' }] }]
  const patch = { spec: { template: { spec: { containers } } } }
  const type = 'application/strategic-merge-patch+json'
  const { body } = await sandbox.json('PATCH', `${DEPLOYMENTS}/d`, patch, type)
  expect(body.spec.template.spec.containers).toMatchObject([
    { name: 'c', image: 'echo-basic', env: [{ name: 'A', value: '1' }] },
  ])
})

test('whoever has the token may do everything', async () => {
  const spec = { resourceAttributes: { verb: 'delete', resource: 'nodes' } }
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec }
  const answer = await sandbox.json('POST', path, body)
  expect([answer.status, answer.body.status.allowed]).toEqual([201, true])
})

test('OpenAPI documents keep their URL while they stay the same', async () => {
  const index = await sandbox.json('GET', '/openapi/v3')
  const url: string = index.body.paths['apis/apps/v1'].serverRelativeURL
  const document = await sandbox.json('GET', url)
  expect(document.headers['cache-control']).toContain('immutable')
  const operation =
    document.body.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'].patch
  expect(operation.parameters.map((p: { name: string }) => p.name)).toContain('fieldValidation')
  const moved = await sandbox.send(`${url.split('?')[0]}?hash=OLD`)
  expect([moved.status, moved.headers['location']]).toEqual([301, url])
})

test.each([
  ['/apis/batch/v1/namespaces/default/cronjobs', 404, '"cronjobs" of batch/v1'],
  ['/api/v1/resourcequotas', 404, '"resourcequotas" of v1'],
  ['/apis/networking.k8s.io/v1/ingresses', 404, '"ingresses" of networking.k8s.io/v1'],
])('a kind that is not served says so with its 404: %s', async (path, status, about) => {
  const answer = await sandbox.send(path)
  expect(answer.status).toBe(status)
  expect(answer.headers['warning']?.replaceAll('\\', '')).toContain(
    `the sandbox does not serve ${about}: "kubectl api-resources" lists what it serves`,
  )
})

test('a kind that nobody serves is not found without a word, as anywhere', async () => {
  const answer = await sandbox.send('/apis/made.up/v1/things')
  expect([answer.status, answer.text, answer.headers['warning']]).toEqual([
    404,
    '404 page not found\n',
    undefined,
  ])
})

test('Jobs leave their Pods behind when a client does not say otherwise, and say so', async () => {
  const jobs = '/apis/batch/v1/namespaces/default/jobs'
  const containers = [{ name: 'c', image: 'busybox' }]
  const template = { spec: { restartPolicy: 'Never', containers } }
  for (const name of ['a', 'b']) {
    await sandbox.json('POST', jobs, { metadata: { name }, spec: { template } })
  }
  const open = await sandbox.json('DELETE', `${jobs}/a`)
  expect(open.headers['warning']).toContain('child pods are preserved by default')
  const said = await sandbox.json('DELETE', `${jobs}/b?propagationPolicy=Background`)
  expect([said.status, said.headers['warning']]).toEqual([200, undefined])
})

test('the Node cannot be written, and says why', async () => {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'other' } }
  const refused = [
    await sandbox.json('POST', '/api/v1/nodes', node),
    await sandbox.json('DELETE', '/api/v1/nodes'),
    await sandbox.json('PATCH', '/api/v1/nodes/x', {}, 'application/merge-patch+json'),
  ]
  for (const { body } of refused) {
    expect(body).toMatchObject({
      code: 405,
      message: expect.stringContaining('the one Node is the sandbox itself and is read-only'),
    })
  }
})
