import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { KINDS } from '@/lib/gateway-api/kinds'
import type { HTTPRoute, KubernetesObject } from '@/lib/gateway-api/types'
import { toEditableYaml } from '@/lib/manifest/to-editable-yaml'
import { gatewayApiDefinitions, startTestSandbox } from '../testing/start-sandbox'
import { reviewAccess } from './access-review'
import { applyManifest } from './apply-manifest'
import { getClusterInfo } from './cluster-info'
import { fetchSchema } from './fetch-schema'
import { startInformer } from './informer'
import { type Cluster, loadCluster } from './load-cluster'
import { deleteObject, getObject, listObjects, objectPath, patchStatus } from './objects'
import { resolveKind } from './resolve-kind'

/**
 * The same suite against the sandbox and, when MIRRORBOARD_TEST_KUBECONFIG names a kubeconfig, against that cluster, which needs
 * the Gateway API v1.7 definitions and the right to make a namespace.
 */
const outside = process.env['MIRRORBOARD_TEST_KUBECONFIG']
const namespace = `mirrorboard-contract-${process.pid}-${Date.now().toString(36)}`

let cluster: Cluster
let stop: () => Promise<void> = async () => {}

beforeAll(async () => {
  let kubeconfigPath = outside
  if (kubeconfigPath === undefined) {
    const sandbox = await startTestSandbox({ crds: await gatewayApiDefinitions() })
    kubeconfigPath = sandbox.kubeconfig
    stop = sandbox.stop
  }
  const loaded = loadCluster({ kubeconfigPath })
  if (!loaded.ok) throw new Error(loaded.message)
  cluster = loaded.cluster
  const made = await applyManifest(
    cluster,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    write,
  )
  if (made.outcome !== 'created') throw new Error(made.error?.message ?? made.outcome)
})

afterAll(async () => {
  if (cluster === undefined) return
  await deleteObject(cluster, KINDS.namespaces, '', namespace).catch(() => {})
  cluster.close()
  await stop()
})

const write = { dryRun: false, force: false }

function route(name: string, hostname: string): HTTPRoute {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name, namespace },
    spec: {
      parentRefs: [{ name: 'eg' }],
      hostnames: [hostname],
      rules: [{ backendRefs: [{ name: 'backend', port: 3000 }] }],
    },
  }
}

const read = (name: string) => getObject(cluster, KINDS.httproutes, namespace, name)

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 15_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** What a person reviewed, as the dashboard sends it along. */
function reviewed(object: KubernetesObject | null) {
  const { uid = '', resourceVersion = '' } = object?.metadata ?? {}
  return { uid, resourceVersion, manifest: toEditableYaml(object ?? {}) }
}

describe(`the cluster client against ${outside === undefined ? 'the sandbox' : 'MIRRORBOARD_TEST_KUBECONFIG'}`, () => {
  it('reaches the server and knows its version', async () => {
    expect(await getClusterInfo(cluster)).toMatchObject({
      reachable: true,
      kubernetesVersion: expect.stringMatching(/^v1\.\d+/),
    })
  })

  it('applies: created, unchanged, configured; a dry run shows defaults and stores nothing', async () => {
    const dry = await applyManifest(cluster, route('a', 'a.example'), { ...write, dryRun: true })
    expect(dry.outcome).toBe('created')
    expect((dry.result as HTTPRoute).spec.rules?.[0]?.backendRefs?.[0]?.weight).toBe(1)
    expect(await read('a')).toBeNull()
    expect((await applyManifest(cluster, route('a', 'a.example'), write)).outcome).toBe('created')
    expect((await applyManifest(cluster, route('a', 'a.example'), write)).outcome).toBe('unchanged')
    const changed = await applyManifest(cluster, route('a', 'b.example'), write)
    expect(changed.outcome).toBe('configured')
    expect((changed.live as HTTPRoute).spec.hostnames).toEqual(['a.example'])
    expect((changed.result as HTTPRoute).spec.hostnames).toEqual(['b.example'])
    const owner = changed.result?.metadata.managedFields?.find(
      (entry) => entry.manager === 'mirrorboard',
    )
    expect(owner?.operation).toBe('Apply')
  })

  it('passes refusals on: an unknown field, a broken rule, a namespace that is not there', async () => {
    const unknown = {
      ...route('bad', 'x.example'),
      spec: { ...route('bad', 'x.example').spec, bogus: 1 },
    }
    const refused = await applyManifest(cluster, unknown, write)
    expect(refused).toMatchObject({
      outcome: 'rejected',
      error: { message: expect.stringContaining('bogus') },
    })
    const broken = route('bad', 'x.example')
    broken.spec.rules = [{ filters: [{ type: 'RequestMirror' }] }]
    const invalid = await applyManifest(cluster, broken, write)
    expect(invalid).toMatchObject({ outcome: 'rejected', error: { code: 422, reason: 'Invalid' } })
    expect(invalid.error?.causes[0]?.field).toMatch(/^spec\.rules\[0\]/)
    const lost = {
      ...route('bad', 'x.example'),
      metadata: { name: 'bad', namespace: `${namespace}-nope` },
    }
    expect(await applyManifest(cluster, lost, write)).toMatchObject({
      outcome: 'rejected',
      error: { code: 404 },
    })
  })

  it('shows a conflict with kubectl apply as one of ownership only when the values are the same, and takes over when told', async () => {
    await cluster.transport.send({
      method: 'POST',
      path: objectPath(KINDS.httproutes, namespace),
      query: { fieldManager: 'kubectl-client-side-apply' },
      body: route('taken', 'taken.example'),
    })
    const same = await applyManifest(cluster, route('taken', 'taken.example'), write)
    expect(same.outcome).toBe('conflict')
    expect(same.conflicts.map(({ manager, sameValues }) => ({ manager, sameValues }))).toEqual([
      { manager: 'kubectl-client-side-apply', sameValues: true },
    ])
    expect(same.conflicts[0]?.fields).toContain('.spec.rules')
    const other = await applyManifest(cluster, route('taken', 'other.example'), write)
    expect(other.conflicts[0]).toMatchObject({
      manager: 'kubectl-client-side-apply',
      sameValues: false,
    })
    const forced = await applyManifest(cluster, route('taken', 'other.example'), {
      ...write,
      force: true,
    })
    expect(forced.outcome).toBe('configured')
  })

  it('does not write over a spec that has moved on', async () => {
    const first = await applyManifest(cluster, route('base', 'one.example'), write)
    const base = reviewed(first.result)
    await patchStatus(cluster, KINDS.httproutes, { namespace, name: 'base' }, { parents: [] })
    expect(
      (await applyManifest(cluster, route('base', 'two.example'), { ...write, base })).outcome,
    ).toBe('configured')
    expect(
      (await applyManifest(cluster, route('base', 'three.example'), { ...write, base })).outcome,
    ).toBe('stale')
  })

  it('does not write over an annotation that has moved on, though the generation has not', async () => {
    const { metadata, ...rest } = route('noted', 'one.example')
    const noted = (annotations: Record<string, string>) => ({
      ...rest,
      metadata: { ...metadata, annotations },
    })
    const first = await applyManifest(cluster, noted({}), write)
    const base = reviewed(first.result)
    await applyManifest(cluster, noted({ 'example.dev/budget': '5' }), write)
    const late = await applyManifest(cluster, noted({ 'example.dev/other': '1' }), {
      ...write,
      base,
    })
    expect(late.outcome).toBe('stale')
    expect((await read('noted'))?.metadata.annotations).toEqual({ 'example.dev/budget': '5' })
  })

  it('creates what was absent at the review, and leaves alone what somebody else created since', async () => {
    const mine = { ...write, force: true, base: { absent: true } as const }
    expect((await applyManifest(cluster, route('fresh', 'mine.example'), mine)).outcome).toBe(
      'created',
    )
    const late = await applyManifest(cluster, route('fresh', 'late.example'), mine)
    expect(late).toMatchObject({
      outcome: 'stale',
      live: { spec: { hostnames: ['mine.example'] } },
    })
    // Created between the look and the write: the server itself has to refuse.
    const raced = await applyManifest(overtaken('raced'), route('raced', 'late.example'), mine)
    expect(raced).toMatchObject({
      outcome: 'stale',
      live: { spec: { hostnames: ['theirs.example'] } },
    })
    expect((await read('raced')) as HTTPRoute).toMatchObject({
      spec: { hostnames: ['theirs.example'] },
    })
  })

  /** The cluster, where somebody else creates the route just before our first write arrives. */
  function overtaken(name: string): Cluster {
    const { transport } = cluster
    let isCreated = false
    const send: typeof transport.send = async (request) => {
      if (request.method === 'PATCH' && !isCreated) {
        isCreated = true
        await transport.send({
          method: 'POST',
          path: objectPath(KINDS.httproutes, namespace),
          body: route(name, 'theirs.example'),
        })
      }
      return transport.send(request)
    }
    return { ...cluster, transport: { ...transport, send } }
  }

  it('writes status beside the spec, and refuses to over a newer version', async () => {
    const made = await applyManifest(cluster, route('status', 's.example'), write)
    const resourceVersion = made.result?.metadata.resourceVersion ?? ''
    const target = { namespace, name: 'status', resourceVersion }
    const parent = {
      parentRef: { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'eg' },
      controllerName: 'example.dev/contract',
      conditions: [
        {
          type: 'Accepted',
          status: 'True',
          reason: 'Accepted',
          message: '',
          lastTransitionTime: '2026-01-01T00:00:00Z',
          observedGeneration: 1,
        },
      ],
    }
    const stored = (await patchStatus(cluster, KINDS.httproutes, target, {
      parents: [parent],
    })) as HTTPRoute
    expect(stored.status?.parents).toEqual([parent])
    expect(stored.metadata.generation).toBe(1)
    await expect(
      patchStatus(cluster, KINDS.httproutes, target, { parents: [] }),
    ).rejects.toMatchObject({ code: 'status', status: { code: 409 } })
  })

  it('deletes only the very object that was meant', async () => {
    const made = await applyManifest(cluster, route('gone', 'g.example'), write)
    const wrong = deleteObject(cluster, KINDS.httproutes, namespace, 'gone', {
      uid: '00000000-0000-0000-0000-000000000000',
    })
    await expect(wrong).rejects.toMatchObject({ status: { code: 409 } })
    await deleteObject(cluster, KINDS.httproutes, namespace, 'gone', {
      uid: made.result?.metadata.uid,
    })
    expect(await read('gone')).toBeNull()
    await expect(deleteObject(cluster, KINDS.httproutes, namespace, 'gone')).rejects.toMatchObject({
      status: { code: 404 },
    })
  })

  it('follows a kind: what is there, then what is added, changed and removed', async () => {
    await applyManifest(cluster, route('seen', 'v1.example'), write)
    const changes: string[] = []
    const hostnameOf = (object: KubernetesObject) => (object as HTTPRoute).spec.hostnames?.[0]
    const informer = startInformer({
      cluster,
      resource: KINDS.httproutes,
      namespace,
      fieldSelector: 'metadata.name=seen',
      onChange: ({ type, object }) => changes.push(`${type} ${hostnameOf(object)}`),
    })
    onTestFinished(() => informer.stop())
    await until(() => informer.connection.state === 'connected', 'connected')
    await applyManifest(cluster, route('seen', 'v2.example'), write)
    await applyManifest(cluster, route('unseen', 'x.example'), write)
    await deleteObject(cluster, KINDS.httproutes, namespace, 'seen')
    await until(() => changes.length === 3, 'three changes')
    expect(changes).toEqual(['ADDED v1.example', 'MODIFIED v2.example', 'DELETED v2.example'])
    expect(informer.objects.size).toBe(0)
  })

  it('lists with selectors and fills in apiVersion and kind', async () => {
    const config = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', namespace, labels: { app: 'contract' } },
    }
    expect((await applyManifest(cluster, config, write)).outcome).toBe('created')
    const resource = await resolveKind(cluster, 'v1', 'ConfigMap')
    expect(resource).toMatchObject({ plural: 'configmaps', namespaced: true })
    if (resource === null) return
    const found = await listObjects(cluster, resource, { namespace, labelSelector: 'app=contract' })
    expect(
      found.items.map((item) => `${item.apiVersion} ${item.kind} ${item.metadata.name}`),
    ).toEqual(['v1 ConfigMap c'])
    expect(
      (await listObjects(cluster, resource, { namespace, labelSelector: 'app=other' })).items,
    ).toEqual([])
    expect(await resolveKind(cluster, 'example.dev/v1', 'Nothing')).toBeNull()
  })

  it('serves the schema of a custom kind with its rules, and of a built-in kind without references', async () => {
    const custom = await fetchSchema(cluster, KINDS.httproutes)
    expect(custom).toMatchObject({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' })
    expect(JSON.stringify(custom?.openAPIV3Schema)).toContain('x-kubernetes-validations')
    const builtin = await fetchSchema(cluster, KINDS.services)
    expect(builtin?.openAPIV3Schema['properties']).toHaveProperty('spec.properties.ports')
    expect(JSON.stringify(builtin?.openAPIV3Schema)).not.toContain('$ref')
  })

  it('asks what it may do', async () => {
    const question = {
      verb: 'patch',
      group: 'gateway.networking.k8s.io',
      resource: 'httproutes',
      namespace,
    } as const
    expect((await reviewAccess(cluster, question)).allowed).toBe(true)
  })
})
