/** The API as clients see it: deletion, ownership, lists, applies and refusals as they end on a real cluster. */
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  CLUSTER_NAME,
  type ContractCluster,
  startContractCluster,
} from '../testing/contract-cluster'

const MERGE = 'application/merge-patch+json'
const APPLY = 'application/apply-patch+yaml'

let contract: ContractCluster
let maps = ''
let routes = ''
beforeAll(async () => {
  contract = await startContractCluster()
  maps = `/api/v1/namespaces/${contract.namespace}/configmaps`
  routes = `/apis/gateway.networking.k8s.io/v1/namespaces/${contract.namespace}/httproutes`
})
afterAll(() => contract.stop())

const send: ContractCluster['send'] = (...request) => contract.send(...request)
const isThere = async (path: string) => (await send('GET', path)).status === 200

function configMap(name: string, metadata: object = {}, data: object = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data }
}

describe(`deletion in ${CLUSTER_NAME}`, () => {
  test('waits for finalizers, takes no new ones, and ends with the last', async () => {
    const path = `${maps}/held`
    await send('POST', maps, configMap('held', { finalizers: ['example.com/hold'] }))
    const deleted = await send('DELETE', path)
    expect([deleted.status, deleted.body.metadata.deletionGracePeriodSeconds]).toEqual([200, 0])
    const more = { metadata: { finalizers: ['example.com/hold', 'example.com/more'] } }
    const refused = await send('PATCH', path, more, MERGE)
    expect([refused.status, refused.body.message]).toEqual([
      422,
      'ConfigMap "held" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/more"}',
    ])
    expect((await send('PATCH', path, { metadata: { finalizers: null } }, MERGE)).status).toBe(200)
    expect(await isThere(path)).toBe(false)
  })

  test.each(['Background', 'Foreground', 'Orphan'])(
    '%s settles what the object owned',
    async (policy) => {
      const name = policy.toLowerCase()
      const owner = (await send('POST', maps, configMap(name))).body
      const reference = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name,
        uid: owner.metadata.uid,
        blockOwnerDeletion: true,
      }
      await send('POST', maps, configMap(`${name}-owned`, { ownerReferences: [reference] }))
      const options = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: policy }
      expect((await send('DELETE', `${maps}/${name}`, options)).status).toBe(200)
      const left = async () => ({
        owner: await isThere(`${maps}/${name}`),
        owned:
          (await send('GET', `${maps}/${name}-owned`)).body.metadata?.ownerReferences ?? 'none',
        isOwnedThere: await isThere(`${maps}/${name}-owned`),
      })
      await expect
        .poll(left, { timeout: 30_000 })
        .toEqual({ owner: false, owned: 'none', isOwnedThere: policy === 'Orphan' })
    },
  )

  test('of a namespace empties it, and nothing is created in it meanwhile', async () => {
    const name = `${contract.namespace}-gone`
    const path = `/api/v1/namespaces/${name}`
    const inside = `${path}/configmaps`
    await send('POST', '/api/v1/namespaces', { metadata: { name } })
    await send('POST', inside, configMap('held', { finalizers: ['example.com/hold'] }))
    await send('POST', inside, configMap('free'))
    expect((await send('DELETE', path)).body.status.phase).toBe('Terminating')
    await expect.poll(() => isThere(`${inside}/free`), { timeout: 30_000 }).toBe(false)
    const late = await send('POST', inside, configMap('late'))
    expect([late.status, late.body.message]).toEqual([
      403,
      `configmaps "late" is forbidden: unable to create new content in namespace ${name} because it is being terminated`,
    ])
    await send('PATCH', `${inside}/held`, { metadata: { finalizers: null } }, MERGE)
    await expect.poll(() => isThere(path), { timeout: 30_000 }).toBe(false)
  })

  test('of a namespace ends at once when its finalizers are taken off', async () => {
    const name = `${contract.namespace}-forced`
    const path = `/api/v1/namespaces/${name}`
    await send('POST', '/api/v1/namespaces', { metadata: { name } })
    const held = configMap('held', { finalizers: ['example.com/hold'] })
    await send('POST', `${path}/configmaps`, held)
    await send('DELETE', path)
    const { body } = await send('GET', path)
    const stale = { ...body, metadata: { ...body.metadata, resourceVersion: '1' } }
    expect((await send('PUT', `${path}/finalize`, stale)).status).toBe(409)
    const { resourceVersion: _, ...metadata } = body.metadata
    const finalized = { ...body, metadata, spec: { finalizers: [] } }
    expect((await send('PUT', `${path}/finalize`, finalized)).status).toBe(200)
    expect(await isThere(path)).toBe(false)
    await send('PATCH', `${path}/configmaps/held`, { metadata: { finalizers: null } }, MERGE)
  })

  test('holds to its preconditions', async () => {
    const { body } = await send('POST', maps, configMap('conditional'))
    const wrong = { preconditions: { resourceVersion: '1' } }
    const refused = await send('DELETE', `${maps}/conditional`, wrong)
    expect([refused.status, refused.body.reason]).toEqual([409, 'Conflict'])
    const right = { preconditions: { uid: body.metadata.uid } }
    expect((await send('DELETE', `${maps}/conditional`, right)).body.status).toBe('Success')
  })
})

describe(`lists and watches in ${CLUSTER_NAME}`, () => {
  const list = (query: string) => send('GET', `${maps}?labelSelector=list%3Dyes&${query}`)

  test('go on at the version they began at, page by page', async () => {
    for (const name of ['l1', 'l2', 'l3']) {
      await send('POST', maps, configMap(name, { labels: { list: 'yes' } }))
    }
    const first = (await list('limit=2')).body
    await send('POST', maps, configMap('l2a', { labels: { list: 'yes' } }))
    await send('DELETE', `${maps}/l3`)
    const rest = (await list(`limit=2&continue=${encodeURIComponent(first.metadata.continue)}`))
      .body
    const names = [...first.items, ...rest.items].map((item) => item.metadata.name)
    expect(names).toEqual(['l1', 'l2', 'l3'])
    expect(rest.metadata.resourceVersion).toBe(first.metadata.resourceVersion)
    const exact = `resourceVersion=${first.metadata.resourceVersion}&resourceVersionMatch=Exact`
    expect((await list(exact)).body.items).toHaveLength(3)
    expect((await list('')).body.items).toHaveLength(3)
  })

  test.each([
    [
      'resourceVersionMatch=Exact',
      'resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    [
      'resourceVersion=0&resourceVersionMatch=Exact',
      'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ],
    [
      'resourceVersion=1&resourceVersionMatch=Other',
      'supported values: "Exact", "NotOlderThan", ""',
    ],
    ['watch=true&resourceVersionMatch=Exact', 'supported values: "NotOlderThan"'],
  ])('refuse ?%s', async (query, message) => {
    const answer = await list(query)
    expect(answer.status).toBe(422)
    expect(answer.body.message.toLowerCase()).toContain(message.toLowerCase())
  })

  test('show what enters and leaves a selector', async () => {
    const { metadata } = (await list('')).body
    const query = {
      watch: true,
      labelSelector: 'moves=yes',
      resourceVersion: metadata.resourceVersion,
    }
    const response = await contract.cluster.transport.open({ method: 'GET', path: maps, query })
    onTestFinished(() => void response.destroy())
    const seen: string[] = []
    createInterface({ input: response }).on('line', (line) => {
      const { type, object } = JSON.parse(line)
      seen.push(`${type} ${object.data?.step ?? ''}`)
    })
    const step = (number: string, moves: string | null) =>
      send(
        'PATCH',
        `${maps}/mover`,
        { metadata: { labels: { moves } }, data: { step: number } },
        MERGE,
      )
    await send('POST', maps, configMap('mover', {}, { step: '0' }))
    await step('1', 'yes')
    await step('2', 'yes')
    await step('3', null)
    await step('4', 'yes')
    await send('DELETE', `${maps}/mover`)
    // What leaves a selector is shown as it was while it matched.
    await expect
      .poll(() => seen)
      .toEqual(['ADDED 1', 'MODIFIED 2', 'DELETED 2', 'ADDED 4', 'DELETED 4'])
  })
})

describe(`server-side apply in ${CLUSTER_NAME}`, () => {
  const apply = (manager: string, path: string, body: object, force = false) =>
    send('PATCH', `${path}?fieldManager=${manager}&force=${force}`, body, APPLY)

  test('shares a field that two managers set alike, and removes it with the last', async () => {
    const path = `${maps}/shared`
    const of = (data: object) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'shared' },
      data,
    })
    expect((await apply('one', path, of({ a: '1', b: '1' }))).status).toBe(201)
    expect((await apply('two', path, of({ a: '1' }))).status).toBe(200)
    expect((await apply('one', path, of({ b: '1' }))).body.data).toEqual({ a: '1', b: '1' })
    const conflict = await apply('one', path, of({ a: '2', b: '1' }))
    expect([conflict.status, conflict.body.message]).toEqual([
      409,
      'Apply failed with 1 conflict: conflict with "two": .data.a',
    ])
    const forced = await apply('one', path, of({ a: '2' }), true)
    expect(forced.body.data).toEqual({ a: '2' })
    expect(
      forced.body.metadata.managedFields.map((entry: { manager: string }) => entry.manager),
    ).toEqual(['one'])
  })

  test('merges lists by their keys and sets by their items, and replaces atomic ones whole', async () => {
    const path = `/api/v1/namespaces/${contract.namespace}/services/merged`
    const service = (finalizer: string, ...ports: object[]) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'merged', finalizers: [finalizer] },
      spec: { ports, selector: { app: 'x' } },
    })
    await apply('one', path, service('example.com/one', { name: 'a', port: 1 }))
    const both = await apply('two', path, service('example.com/two', { name: 'b', port: 2 }), true)
    expect(both.body.spec.ports.map((port: { port: number }) => port.port)).toEqual([1, 2])
    expect(both.body.metadata.finalizers).toEqual(['example.com/one', 'example.com/two'])
    const route = (manager: string, hostname: string) =>
      apply(
        manager,
        `${routes}/atomic`,
        {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'HTTPRoute',
          metadata: { name: 'atomic' },
          spec: { hostnames: [hostname] },
        },
        true,
      )
    await route('one', 'one.example')
    expect((await route('two', 'two.example')).body.spec.hostnames).toEqual(['two.example'])
    await send('PATCH', path, { metadata: { finalizers: null } }, MERGE)
  })
})

describe(`refusals in ${CLUSTER_NAME}`, () => {
  const big = (bytes: number) => 'x'.repeat(bytes)
  test.each([
    [
      'a ConfigMap of more than 1 MiB',
      () => configMap('big', {}, { a: big(1_048_577) }),
      422,
      'Too long: may not be more than 1048576 bytes',
    ],
    [
      'annotations of more than 256 KiB',
      () => configMap('big', { annotations: { a: big(262_145) } }),
      422,
      'metadata.annotations: Too long: may not be more than 262144 bytes',
    ],
    [
      'a label value with a space',
      () => configMap('bad', { labels: { a: 'b c' } }),
      422,
      "metadata.labels: Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    ],
    [
      'a name in upper case',
      () => configMap('Bad'),
      422,
      'metadata.name: Invalid value: "Bad": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters',
    ],
    [
      'a prefix in upper case',
      () => configMap('', { generateName: 'Bad-' }),
      422,
      'metadata.generateName: Invalid value: "Bad-": a lowercase RFC 1123 subdomain must consist of',
    ],
    [
      'no name',
      () => configMap(''),
      422,
      'metadata.name: Required value: name or generateName is required',
    ],
    [
      'a key with a slash',
      () => configMap('bad', {}, { 'a/b': '' }),
      422,
      'data[a/b]: Invalid value: "a/b": a valid config key must consist of alphanumeric characters',
    ],
    [
      'an owner without a uid',
      () =>
        configMap('bad', {
          ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: '' }],
        }),
      422,
      'must not be empty',
    ],
    [
      'another namespace',
      () => configMap('bad', { namespace: 'other' }),
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
  ])('%s', async (_what, body, status, message) => {
    const answer = await send('POST', maps, body())
    expect(answer.body.message).toContain(message)
    expect([answer.status, answer.body.kind]).toEqual([status, 'Status'])
  })

  test('a changed immutable ConfigMap', async () => {
    await send('POST', maps, { ...configMap('fixed', {}, { a: '1' }), immutable: true })
    const answer = await send('PATCH', `${maps}/fixed`, { data: { a: '2' } }, MERGE)
    expect([answer.status, answer.body.message]).toEqual([
      422,
      'ConfigMap "fixed" is invalid: data: Forbidden: field is immutable when `immutable` is set',
    ])
  })
})
