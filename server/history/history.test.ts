/** Revisions of real changes: the sandbox's API server, kubectl's field managers, and a plane that comes and goes. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type {
  HistoryList,
  Revision,
  RevisionManifest,
  RouteHistory,
} from '@/lib/dashboard-api/history'
import { KINDS } from '@/lib/gateway-api/kinds'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { applyManifest } from '../kube/apply-manifest'
import { type Cluster, loadCluster } from '../kube/load-cluster'
import { deleteObject, objectPath, patchStatus } from '../kube/objects'
import { createLogger } from '../log'
import { gatewayApiDefinitions, startTestSandbox, type TestSandbox } from '../testing/start-sandbox'
import { HISTORY_LIMITS } from './limits'
import { type NewRevision, RevisionStore } from './revision-store'
import { startHistory } from './start-history'

let sandbox: TestSandbox
let cluster: Cluster
let directory = ''

beforeAll(async () => {
  sandbox = await startTestSandbox({ crds: await gatewayApiDefinitions() })
  const loaded = loadCluster({ kubeconfigPath: sandbox.kubeconfig })
  if (!loaded.ok) throw new Error(loaded.message)
  cluster = loaded.cluster
  directory = await mkdtemp(join(tmpdir(), 'mirrorboard-history-'))
})
afterAll(async () => {
  cluster.close()
  await sandbox.stop()
  await rm(directory, { recursive: true, force: true })
})

function route(name: string, percent: number): HTTPRoute {
  const backendRef = { name: 'b', port: 80 }
  const filters = [{ type: 'RequestMirror' as const, requestMirror: { backendRef, percent } }]
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name, namespace: 'default' },
    spec: {
      parentRefs: [{ name: 'eg' }],
      rules: [{ filters, backendRefs: [{ name: 'a', port: 80 }] }],
    },
  }
}

const apply = (object: HTTPRoute) => applyManifest(cluster, object, { dryRun: false, force: true })

async function start() {
  const history = await startHistory({ cluster, directory, logger: createLogger('test', () => {}) })
  const ask = async <Answer>(path: string): Promise<Answer> =>
    (await (await fetch(`${history.url}${path}`)).json()) as Answer
  const of = async (name: string, count: number): Promise<readonly Revision[]> => {
    let known: readonly Revision[] = []
    await expect
      .poll(
        async () => {
          const answer = await ask<Partial<RouteHistory>>(`/history?route=default/${name}`)
          known = answer.revisions ?? []
          return known.length
        },
        { timeout: 10_000 },
      )
      .toBe(count)
    return known
  }
  return { ...history, ask, of }
}

describe('history', () => {
  it('keeps who changed what and when, whoever it was, and not changes of status', async () => {
    const history = await start()
    onTestFinished(() => history.stop())
    await apply(route('kept', 10))
    await history.of('kept', 1)
    await patchStatus(
      cluster,
      KINDS.httproutes,
      { namespace: 'default', name: 'kept' },
      { parents: [] },
    )
    await cluster.transport.send({
      method: 'PATCH',
      path: objectPath(KINDS.httproutes, 'default', 'kept'),
      query: { fieldManager: 'kubectl-edit' },
      contentType: 'application/merge-patch+json',
      body: { metadata: { labels: { team: 'shop' } } },
    })
    await history.of('kept', 2)
    await apply(route('kept', 25))
    await history.of('kept', 3)
    await deleteObject(cluster, KINDS.httproutes, 'default', 'kept')
    await apply(route('kept', 5))
    const revisions = await history.of('kept', 5)
    expect(
      revisions.map(({ id, action, manager, operation, changes }) => ({
        id,
        action,
        manager,
        operation,
        changes,
      })),
    ).toEqual([
      { id: 5, action: 'created', manager: 'mirrorboard', operation: 'Apply', changes: [] },
      { id: 4, action: 'deleted', manager: '', operation: '', changes: [] },
      {
        id: 3,
        action: 'changed',
        manager: 'mirrorboard',
        operation: 'Apply',
        changes: ['spec.rules[0].filters[0].requestMirror.percent: 10 → 25'],
      },
      {
        id: 2,
        action: 'changed',
        manager: 'kubectl-edit',
        operation: 'Update',
        changes: ['metadata.labels added: {team: shop}'],
      },
      { id: 1, action: 'created', manager: 'mirrorboard', operation: 'Apply', changes: [] },
    ])
    const third = await history.ask<RevisionManifest>('/history/revision?route=default/kept&id=3')
    expect(third.manifest).toContain('percent: 25')
    expect(third.manifest).toContain('team: shop')
    expect(third.manifest).not.toMatch(/managedFields|resourceVersion|status/)
    const gone = await history.ask<RevisionManifest>('/history/revision?route=default/kept&id=4')
    expect(gone.manifest).toBe(third.manifest)
  })

  it('tells over a restart what happened meanwhile, and how much of it nobody saw', async () => {
    const first = await start()
    for (const name of ['same', 'moved', 'removed']) await apply(route(name, 10))
    for (const name of ['same', 'moved', 'removed']) await first.of(name, 1)
    await first.stop()
    for (const percent of [20, 30, 40]) await apply(route('moved', percent))
    await deleteObject(cluster, KINDS.httproutes, 'default', 'removed')
    await apply(route('new', 10))
    const second = await start()
    onTestFinished(() => second.stop())
    const [moved] = await second.of('moved', 2)
    expect(moved).toMatchObject({ action: 'changed', unseen: 2, manager: 'mirrorboard' })
    expect((await second.of('removed', 2))[0]).toMatchObject({ action: 'deleted' })
    expect((await second.of('new', 1))[0]).toMatchObject({ action: 'found' })
    await second.of('same', 1)
    const { routes } = await second.ask<HistoryList>('/history')
    expect(routes.find((known) => known.route === 'default/removed')).toMatchObject({
      isDeleted: true,
      revisions: 2,
    })
  })

  it('answers what it does not have with a sentence', async () => {
    const history = await start()
    onTestFinished(() => history.stop())
    expect(await history.of('unknown', 0)).toEqual([])
    for (const path of [
      '/history?route=x',
      '/history/revision?route=default/kept&id=999',
      '/else',
    ]) {
      const answer = await history.ask<{ message: string }>(path)
      expect(answer.message).toMatch(/[.]$/)
    }
  })
})

describe('the store', () => {
  const made = (at: number): NewRevision => ({
    at,
    action: 'changed',
    manager: 'm',
    operation: 'Apply',
    uid: 'u',
    generation: at,
    unseen: 0,
    changes: [],
    changesMore: 0,
  })

  it('forgets the oldest at its bounds, on disk too', async () => {
    const place = join(directory, 'bounded')
    const limits = { ...HISTORY_LIMITS, revisionsPerRouteMax: 3, revisionsMax: 5 }
    const store = new RevisionStore(place, limits)
    for (let at = 1; at <= 5; at += 1) await store.add('n/first', made(at), `first ${at}`)
    expect(store.of('n/first').map(({ id }) => id)).toEqual([3, 4, 5])
    for (let at = 6; at <= 8; at += 1) await store.add('n/second', made(at), `second ${at}`)
    expect(store.of('n/first').map(({ id }) => id)).toEqual([4, 5])
    await store.add('n/third', made(9), 'third')
    await store.close()
    const again = new RevisionStore(place, limits)
    onTestFinished(() => again.close())
    expect([...again.all()].map(([name, all]) => [name, all.map(({ id }) => id)])).toEqual([
      ['n/first', [5]],
      ['n/second', [1, 2, 3]],
      ['n/third', [1]],
    ])
    expect(again.read('n/first', 5)?.manifest).toBe('first 5')
    expect(again.read('n/first', 1)).toBeNull()
  })

  it('refuses what a nearly full disk would not hold', async () => {
    const limits = { ...HISTORY_LIMITS, freeDiskBytesMin: Number.MAX_SAFE_INTEGER }
    const store = new RevisionStore(join(directory, 'full'), limits)
    onTestFinished(() => store.close())
    await expect(store.add('n/r', made(1), 'x')).rejects.toThrow('The disk is nearly full')
    expect(store.of('n/r')).toEqual([])
  })
})
