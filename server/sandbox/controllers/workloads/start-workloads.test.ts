import { request } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import type {
  Deployment,
  EndpointSlice,
  KubernetesObject,
  Pod,
  Service,
} from '@/lib/gateway-api/types'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import { startPodRuntime } from '../../../backends/pod-runtime'
import { createLogger } from '../../../log'
import type { PodRuntime } from '../../api/contracts'
import { startWorkloads, type Workloads } from './start-workloads'
import { fakeClock } from './test-support/fake-clock'
import { MemoryApi } from './test-support/memory-api'
import {
  type CoreEvent,
  listOf,
  RESOURCES,
  type ReplicaSet,
  type WorkloadPlural,
} from './workload-objects'

const IMAGE = 'gcr.io/k8s-staging-gateway-api/echo-basic:v20231214-v1.0.0-140-gf544a46e'
const START = Date.parse('2026-11-23T12:00:00Z')

function deployment(changes: Partial<Deployment['spec']> = {}, name = 'backend'): Deployment {
  const labels = { app: name, version: 'v1' }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name,
              image: IMAGE,
              ports: [{ containerPort: 3000, name: 'web' }],
              env: [
                { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
                { name: 'NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
              ],
            },
          ],
        },
      },
      ...changes,
    },
  }
}

function service(changes: Partial<Service['spec']> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'backend', namespace: 'default', labels: { app: 'backend' } },
    spec: {
      selector: { app: 'backend' },
      ports: [{ name: 'http', port: 3000, targetPort: 3000 }],
      ...changes,
    },
  }
}

interface Cluster {
  api: MemoryApi
  clock: ReturnType<typeof fakeClock>
  runtime: PodRuntime & { stop(): Promise<void> }
  workloads: Workloads
  create(object: KubernetesObject, plural: WorkloadPlural): Promise<KubernetesObject>
  change<T extends KubernetesObject>(
    plural: WorkloadPlural,
    name: string,
    edit: (object: T) => void,
  ): Promise<void>
  pods(): readonly Pod[]
  replicaSets(): readonly ReplicaSet[]
  theDeployment(): Deployment
  slices(): readonly EndpointSlice[]
  rest(): Promise<void>
}

async function startCluster(
  options: { api?: MemoryApi; loopback?: 'single' | 'range' } = {},
): Promise<Cluster> {
  const clock = fakeClock(START)
  const api = options.api ?? new MemoryApi(clock.now)
  const runtime = await startPodRuntime({
    logger: createLogger('backends', () => {}),
    loopback: options.loopback ?? 'single',
    now: clock.now,
  })
  const workloads = startWorkloads({
    client: api,
    runtime,
    clock,
    random: seededRandom(7),
    logger: createLogger('workloads', () => {}),
  })
  onTestFinished(async () => {
    await workloads.stop()
    await runtime.stop()
  })
  const succeed = (result: Awaited<ReturnType<MemoryApi['create']>>) => {
    if (!result.ok) throw new Error(result.message)
    return result.object
  }
  return {
    api,
    clock,
    runtime,
    workloads,
    create: async (object, plural) => succeed(await api.create(RESOURCES[plural], object)),
    async change(plural, name, edit) {
      const object = structuredClone(api.get(RESOURCES[plural], 'default', name))
      if (object === undefined) throw new Error(`${name} is missing`)
      edit(object as never)
      succeed(await api.update(RESOURCES[plural], object))
    },
    pods: () => listOf(api, 'pods', 'default'),
    replicaSets: () => listOf(api, 'replicasets', 'default'),
    theDeployment: () => {
      const [found] = listOf(api, 'deployments', 'default')
      if (found === undefined) throw new Error('no Deployment')
      return found
    },
    slices: () => listOf(api, 'endpointslices', 'default'),
    // Stopping a Pod ends outside the queue; look until two looks in a row find the same.
    async rest() {
      for (let writes = -1; writes !== api.writes.length; ) {
        writes = api.writes.length
        await workloads.settled()
        await new Promise((resolve) => setTimeout(resolve, 40))
      }
    },
  }
}

function addressOf(slice: EndpointSlice | undefined, index = 0): { host: string; port: number } {
  return {
    host: slice?.endpoints?.[index]?.addresses[0] ?? '',
    port: slice?.ports?.[0]?.port ?? 0,
  }
}

function get(host: string, port: number, path = '/get'): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host, port, path, agent: false }, (response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => resolve(JSON.parse(body)))
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

const conditionOf = (object: Deployment, type: string) =>
  object.status?.conditions?.find((condition) => condition.type === type)

describe('a Deployment', () => {
  test('becomes a ReplicaSet, Pods that answer, and EndpointSlices', async () => {
    const cluster = await startCluster()
    await cluster.create(service(), 'services')
    await cluster.create(deployment({ replicas: 2 }), 'deployments')
    await cluster.rest()

    const [set] = cluster.replicaSets()
    expect(set?.metadata.name).toMatch(/^backend-[bcdfghjklmnpqrstvwxz2456789]{6,10}$/)
    const hash = set?.metadata.name.slice('backend-'.length)
    expect(set?.metadata.labels?.['pod-template-hash']).toBe(hash)
    expect(set?.spec.selector.matchLabels?.['pod-template-hash']).toBe(hash)
    expect(set?.status).toEqual({
      replicas: 2,
      fullyLabeledReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      observedGeneration: 1,
    })

    const pods = cluster.pods()
    expect(pods).toHaveLength(2)
    for (const pod of pods) {
      expect(pod.metadata.name).toMatch(new RegExp(`^${set?.metadata.name}-[a-z2-9]{5}$`))
      expect(pod.status?.phase).toBe('Running')
      expect(pod.metadata.ownerReferences?.[0]).toMatchObject({
        kind: 'ReplicaSet',
        controller: true,
      })
    }

    const [slice] = cluster.slices()
    expect(slice?.metadata.labels).toMatchObject({
      'kubernetes.io/service-name': 'backend',
      app: 'backend',
    })
    expect(slice?.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'Service', name: 'backend' })
    expect(slice?.endpoints?.[0]?.conditions).toEqual({
      ready: true,
      serving: true,
      terminating: false,
    })
    const { host, port } = addressOf(slice)
    expect(await get(host, port)).toMatchObject({
      path: '/get',
      namespace: 'default',
      pod: pods.map((pod) => pod.metadata.name).sort()[0],
    })
  })

  test('reports what kubectl rollout status and kubectl wait look for', async () => {
    const cluster = await startCluster()
    await cluster.create(deployment({ replicas: 3 }), 'deployments')
    await cluster.rest()
    const found = cluster.theDeployment()
    expect(found.metadata.generation).toBe(1)
    expect(found.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1')
    expect(found.status).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
    })
    expect(found.status?.unavailableReplicas).toBeUndefined()
    expect(conditionOf(found, 'Available')).toMatchObject({
      status: 'True',
      reason: 'MinimumReplicasAvailable',
    })
    expect(conditionOf(found, 'Progressing')).toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `ReplicaSet "${cluster.replicaSets()[0]?.metadata.name}" has successfully progressed.`,
    })
  })

  test('comes to rest: nothing is written when nothing changes', async () => {
    const cluster = await startCluster()
    await cluster.create(service(), 'services')
    await cluster.create(deployment({ replicas: 2 }), 'deployments')
    await cluster.rest()
    const before = cluster.api.writes.length
    cluster.clock.advance(1_000)
    await cluster.rest()
    expect(cluster.api.writes.slice(before)).toEqual([])
  })

  test('scales up and down with the generation it observed', async () => {
    const cluster = await startCluster()
    await cluster.create(deployment(), 'deployments')
    await cluster.rest()
    await cluster.change<Deployment>('deployments', 'backend', (object) => {
      object.spec.replicas = 3
    })
    await cluster.rest()
    expect(cluster.pods()).toHaveLength(3)
    await cluster.change<Deployment>('deployments', 'backend', (object) => {
      object.spec.replicas = 0
    })
    await cluster.rest()
    expect(cluster.pods()).toHaveLength(0)
    expect(cluster.theDeployment().status).toMatchObject({ observedGeneration: 3 })
    expect(cluster.theDeployment().status?.replicas).toBeUndefined()
  })

  test('replaces a deleted Pod after stopping it', async () => {
    const cluster = await startCluster()
    await cluster.create(service(), 'services')
    await cluster.create(deployment(), 'deployments')
    await cluster.rest()
    const [pod] = cluster.pods()
    const before = addressOf(cluster.slices()[0])
    await cluster.api.delete(RESOURCES.pods, 'default', pod?.metadata.name ?? '')
    await cluster.rest()
    const [successor] = cluster.pods()
    expect(cluster.pods()).toHaveLength(1)
    expect(successor?.metadata.name).not.toBe(pod?.metadata.name)
    await expect(get(before.host, before.port)).rejects.toThrow('ECONNREFUSED')
    const after = addressOf(cluster.slices()[0])
    expect(await get(after.host, after.port)).toMatchObject({ pod: successor?.metadata.name })
  })

  test('rolls out a new template and keeps the minimum available at every step', async () => {
    const cluster = await startCluster()
    await cluster.create(deployment({ replicas: 4 }), 'deployments')
    await cluster.rest()
    const [oldSet] = cluster.replicaSets()
    const ready = () =>
      cluster
        .pods()
        .filter(
          (pod) =>
            pod.status?.conditions?.some(
              ({ type, status }) => type === 'Ready' && status === 'True',
            ) && pod.metadata.deletionTimestamp === undefined,
        ).length
    let leastReady = 4
    let mostPods = 0
    onTestFinished(
      cluster.api.watch(RESOURCES.pods, () => {
        leastReady = Math.min(leastReady, ready())
        mostPods = Math.max(
          mostPods,
          cluster.pods().filter((pod) => pod.metadata.deletionTimestamp === undefined).length,
        )
      }),
    )
    await cluster.change<Deployment>('deployments', 'backend', (object) => {
      object.spec.template.metadata = {
        ...object.spec.template.metadata,
        annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-11-23T12:00:00Z' },
      }
    })
    await cluster.rest()
    expect(leastReady).toBe(3)
    expect(mostPods).toBe(5)
    const sets = cluster.replicaSets()
    expect(
      sets.map((set) => [set.metadata.name === oldSet?.metadata.name, set.spec.replicas]),
    ).toEqual([
      [true, 0],
      [false, 4],
    ])
    expect(
      cluster.theDeployment().metadata.annotations?.['deployment.kubernetes.io/revision'],
    ).toBe('2')
    expect(conditionOf(cluster.theDeployment(), 'Progressing')?.reason).toBe(
      'NewReplicaSetAvailable',
    )
  })

  test('goes back to an earlier ReplicaSet with a new revision', async () => {
    const cluster = await startCluster()
    await cluster.create(deployment(), 'deployments')
    await cluster.rest()
    const setLabel = (value: string | undefined) =>
      cluster.change<Deployment>('deployments', 'backend', (object) => {
        const labels = {
          app: 'backend',
          version: 'v1',
          ...(value === undefined ? {} : { extra: value }),
        }
        object.spec.template.metadata = { ...object.spec.template.metadata, labels }
      })
    await setLabel('x')
    await cluster.rest()
    await setLabel(undefined)
    await cluster.rest()
    expect(
      cluster
        .replicaSets()
        .map((set) => [
          set.spec.replicas,
          set.metadata.annotations?.['deployment.kubernetes.io/revision'],
        ]),
    ).toEqual([
      [1, '3'],
      [0, '2'],
    ])
  })

  test('removes everything old before anything new when the strategy is Recreate', async () => {
    const cluster = await startCluster()
    await cluster.create(deployment({ replicas: 2, strategy: { type: 'Recreate' } }), 'deployments')
    await cluster.rest()
    const oldNames = new Set(cluster.pods().map((pod) => pod.metadata.name))
    let hadBoth = false
    onTestFinished(
      cluster.api.watch(RESOURCES.pods, () => {
        const olds = cluster.pods().filter((pod) => oldNames.has(pod.metadata.name)).length
        hadBoth ||= olds > 0 && cluster.pods().length > olds
      }),
    )
    await cluster.change<Deployment>('deployments', 'backend', (object) => {
      object.spec.template.spec.terminationGracePeriodSeconds = 5
    })
    await cluster.rest()
    expect(hadBoth).toBe(false)
    expect(cluster.pods().filter((pod) => !oldNames.has(pod.metadata.name))).toHaveLength(2)
  })

  test('waits while paused, and scales all the same', async () => {
    const cluster = await startCluster()
    await cluster.create(deployment({ replicas: 1 }), 'deployments')
    await cluster.rest()
    await cluster.change<Deployment>('deployments', 'backend', (object) => {
      object.spec.paused = true
      object.spec.replicas = 2
      object.spec.template.spec.terminationGracePeriodSeconds = 5
    })
    await cluster.rest()
    expect(cluster.replicaSets().map((set) => set.spec.replicas)).toEqual([2])
    expect(conditionOf(cluster.theDeployment(), 'Progressing')).toMatchObject({
      status: 'Unknown',
      reason: 'DeploymentPaused',
    })
    await cluster.change<Deployment>('deployments', 'backend', (object) => {
      object.spec.paused = false
    })
    await cluster.rest()
    expect(cluster.replicaSets().map((set) => set.spec.replicas)).toEqual([0, 2])
  })

  test('keeps only as many old ReplicaSets as revisionHistoryLimit says', async () => {
    const cluster = await startCluster()
    await cluster.create(deployment({ revisionHistoryLimit: 1 }), 'deployments')
    for (const grace of [5, 6, 7]) {
      await cluster.rest()
      await cluster.change<Deployment>('deployments', 'backend', (object) => {
        object.spec.template.spec.terminationGracePeriodSeconds = grace
      })
    }
    await cluster.rest()
    expect(
      cluster
        .replicaSets()
        .map((set) => set.metadata.annotations?.['deployment.kubernetes.io/revision']),
    ).toEqual(['3', '4'])
  })

  test('takes everything it owns along when it is deleted', async () => {
    const cluster = await startCluster()
    await cluster.create(service(), 'services')
    await cluster.create(deployment({ replicas: 2 }), 'deployments')
    await cluster.rest()
    const { host, port } = addressOf(cluster.slices()[0])
    await cluster.api.delete(RESOURCES.deployments, 'default', 'backend')
    await cluster.rest()
    expect([cluster.replicaSets().length, cluster.pods().length]).toEqual([0, 0])
    expect(cluster.slices()[0]?.endpoints).toEqual([])
    await expect(get(host, port)).rejects.toThrow('ECONNREFUSED')
    await cluster.api.delete(RESOURCES.services, 'default', 'backend')
    await cluster.rest()
    expect(cluster.slices()).toEqual([])
  })

  test('says so when it makes no progress until its deadline', async () => {
    const cluster = await startCluster()
    const stuck = deployment({ progressDeadlineSeconds: 60 })
    for (const container of stuck.spec.template.spec.containers) container.image = 'nginx:1'
    await cluster.create(stuck, 'deployments')
    await cluster.rest()
    expect(conditionOf(cluster.theDeployment(), 'Progressing')?.status).toBe('True')
    expect(cluster.theDeployment().status?.unavailableReplicas).toBe(1)
    cluster.clock.advance(61_000)
    await cluster.rest()
    expect(conditionOf(cluster.theDeployment(), 'Progressing')).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
    })
  })

  test('tries again after a conflict', async () => {
    const cluster = await startCluster()
    cluster.api.failNext('updateStatus pods')
    await cluster.create(deployment(), 'deployments')
    await cluster.rest()
    expect(cluster.pods()[0]?.status?.phase).toBe('Pending')
    cluster.clock.advance(10)
    await cluster.rest()
    expect(cluster.pods()[0]?.status?.phase).toBe('Running')
    expect(cluster.pods()[0]?.status?.containerStatuses?.[0]?.restartCount).toBe(0)
  })
})

describe('a Pod', () => {
  test('waits with ErrImagePull, naming the images there are, and starts once its image exists', async () => {
    const cluster = await startCluster()
    await cluster.create(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'web', namespace: 'default' },
        spec: { containers: [{ name: 'web', image: 'nginx' }] },
      } as KubernetesObject,
      'pods',
    )
    await cluster.rest()
    const status = cluster.pods()[0]?.status
    expect(status?.phase).toBe('Pending')
    expect(status?.containerStatuses?.[0]?.state?.waiting).toEqual({
      reason: 'ErrImagePull',
      message: expect.stringContaining('Images that exist: echo-basic'),
    })
    expect(status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [web]',
    })
    await cluster.change<Pod>('pods', 'web', (pod) => {
      for (const container of pod.spec.containers) container.image = 'echo-basic'
    })
    await cluster.rest()
    expect(cluster.pods()[0]?.status?.phase).toBe('Running')
  })

  test('tries an image again only after a while', async () => {
    const cluster = await startCluster()
    const missing = deployment()
    for (const container of missing.spec.template.spec.containers) container.image = 'nginx'
    await cluster.create(missing, 'deployments')
    await cluster.rest()
    let starts = 0
    const { start } = cluster.runtime
    cluster.runtime.start = (pod) => {
      starts += 1
      return start(pod)
    }
    cluster.clock.advance(9_000)
    await cluster.rest()
    expect(starts).toBe(0)
    cluster.clock.advance(1_001)
    await cluster.rest()
    expect(starts).toBe(1)
  })

  test('is terminating and out of rotation while it finishes what is in flight', async () => {
    const cluster = await startCluster()
    await cluster.create(service(), 'services')
    await cluster.create(deployment(), 'deployments')
    await cluster.rest()
    const name = cluster.pods()[0]?.metadata.name ?? ''
    const uid = cluster.pods()[0]?.metadata.uid ?? ''
    const { host, port } = addressOf(cluster.slices()[0])
    const arrived = new Promise<void>((resolve) => {
      cluster.runtime.followLogs(uid, 'backend', () => resolve())
    })
    const slow = get(host, port, '/get?delay=300ms')
    await arrived
    await cluster.api.delete(RESOURCES.pods, 'default', name)
    await cluster.workloads.settled()
    const endpoint = cluster
      .slices()
      .flatMap((slice) => slice.endpoints ?? [])
      .find(({ targetRef }) => targetRef?.name === name)
    expect(endpoint?.conditions).toMatchObject({ ready: false, terminating: true })
    expect(await slow).toMatchObject({ pod: name })
    await cluster.rest()
    expect(cluster.pods().map((pod) => pod.metadata.name)).not.toContain(name)
  })

  test('is started again on a fresh socket when the sandbox comes back', async () => {
    const first = await startCluster()
    await first.create(service(), 'services')
    await first.create(deployment({ replicas: 2 }), 'deployments')
    await first.rest()
    await first.workloads.stop()
    await first.runtime.stop()
    const before = addressOf(first.slices()[0])
    await expect(get(before.host, before.port)).rejects.toThrow('ECONNREFUSED')

    const second = await startCluster({ api: first.api })
    await second.rest()
    expect(second.pods().map((pod) => pod.metadata.name)).toEqual(
      first.pods().map((pod) => pod.metadata.name),
    )
    expect(second.pods().map((pod) => pod.status?.containerStatuses?.[0]?.restartCount)).toEqual([
      1, 1,
    ])
    const ready = second
      .slices()
      .filter((slice) => slice.endpoints?.some(({ conditions }) => conditions?.ready))
    expect(ready.length).toBeGreaterThan(0)
    for (const slice of ready) {
      const { host, port } = addressOf(slice)
      expect(await get(host, port)).toMatchObject({ path: '/get' })
    }
  })

  test('tells its story in Events, counting repetitions', async () => {
    const cluster = await startCluster()
    await cluster.create(deployment(), 'deployments')
    await cluster.rest()
    const reasons = (kind: string) =>
      listOf(cluster.api, 'events')
        .filter((event: CoreEvent) => event.involvedObject['kind'] === kind)
        .map((event) => event.reason)
    expect(reasons('Deployment')).toEqual(['ScalingReplicaSet'])
    expect(reasons('ReplicaSet')).toEqual(['SuccessfulCreate'])
    expect(reasons('Pod').sort()).toEqual(['Created', 'Pulled', 'Scheduled', 'Started'])
  })
})

describe('EndpointSlices', () => {
  test('resolve a target port by its name', async () => {
    const cluster = await startCluster()
    await cluster.create(
      service({
        ports: [
          { port: 80, targetPort: 'web' },
          { name: 'other', port: 81, targetPort: 'none' },
        ].map((port, index) => ({ name: `p${index}`, ...port })),
      }),
      'services',
    )
    await cluster.create(deployment(), 'deployments')
    await cluster.rest()
    const [slice] = cluster.slices()
    expect(slice?.ports).toEqual([{ name: 'p0', port: expect.any(Number), protocol: 'TCP' }])
    const { host, port } = addressOf(slice)
    expect(await get(host, port)).toMatchObject({ path: '/get' })
  })

  test('follow labels: a Pod that no longer matches is left out', async () => {
    const cluster = await startCluster()
    await cluster.create(service(), 'services')
    await cluster.create(deployment(), 'deployments')
    await cluster.rest()
    const name = cluster.pods()[0]?.metadata.name ?? ''
    await cluster.change<Pod>('pods', name, (pod) => {
      pod.metadata.labels = { ...pod.metadata.labels, app: 'elsewhere' }
    })
    await cluster.rest()
    expect(cluster.slices().flatMap((slice) => slice.endpoints ?? [])).toEqual([])
  })

  test('come back when somebody deletes them', async () => {
    const cluster = await startCluster()
    await cluster.create(service(), 'services')
    await cluster.create(deployment(), 'deployments')
    await cluster.rest()
    const [slice] = cluster.slices()
    await cluster.api.delete(RESOURCES.endpointslices, 'default', slice?.metadata.name ?? '')
    await cluster.rest()
    expect(cluster.slices()).toHaveLength(1)
    expect(cluster.slices()[0]?.metadata.name).not.toBe(slice?.metadata.name)
  })

  test('are not made for a Service without a selector', async () => {
    const cluster = await startCluster()
    const { selector: _, ...spec } = service().spec
    await cluster.create({ ...service(), spec } as Service, 'services')
    await cluster.rest()
    expect(cluster.slices()).toEqual([])
  })
})

describe('a Namespace', () => {
  test('gets its ServiceAccount default, and gets it back', async () => {
    const cluster = await startCluster()
    await cluster.create(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } },
      'namespaces',
    )
    await cluster.rest()
    const names = () =>
      listOf(cluster.api, 'serviceaccounts', 'team').map(({ metadata }) => metadata.name)
    expect(names()).toEqual(['default'])
    await cluster.api.delete(RESOURCES.serviceaccounts, 'team', 'default')
    await cluster.rest()
    expect(names()).toEqual(['default'])
  })
})
