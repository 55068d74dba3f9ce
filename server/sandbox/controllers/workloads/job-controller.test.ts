/** Jobs from their creation to their end, over an API in memory and with time that only moves when told to. */
import { describe, expect, onTestFinished, test } from 'vitest'
import type { KubernetesObject, Pod } from '@/lib/gateway-api/types'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import { startPodRuntime } from '../../../backends/pod-runtime'
import { createLogger } from '../../../log'
import { formatIndexes, parseIndexes } from './job-status'
import { startWorkloads } from './start-workloads'
import { fakeClock } from './test-support/fake-clock'
import { MemoryApi } from './test-support/memory-api'
import { getOf, type Job, listOf, RESOURCES } from './workload-objects'

const START = Date.parse('2026-11-23T12:00:00Z')

async function startCluster() {
  const clock = fakeClock(START)
  const api = new MemoryApi(clock.now)
  const quiet = () => undefined
  const runtime = await startPodRuntime({
    logger: createLogger('backends', quiet),
    loopback: 'single',
    now: clock.now,
  })
  const workloads = startWorkloads({
    client: api,
    runtime,
    clock,
    random: seededRandom(7),
    logger: createLogger('workloads', quiet),
  })
  onTestFinished(async () => {
    await workloads.stop()
    await runtime.stop()
  })
  return {
    api,
    clock,
    async create(image: string, spec: Partial<Job['spec']> = {}) {
      const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image }] } }
      const metadata = { name: 'j', namespace: 'default' }
      const job = { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template, ...spec } }
      const result = await api.create(RESOURCES.jobs, job as KubernetesObject)
      if (!result.ok) throw new Error(result.message)
      await workloads.settled()
    },
    async change(edit: (job: Job) => void) {
      const job = structuredClone(getOf(api, 'jobs', 'default', 'j')) as Job
      edit(job)
      await api.update(RESOURCES.jobs, job)
      await workloads.settled()
    },
    async end(pod: Pod | undefined, phase: 'Succeeded' | 'Failed') {
      if (pod === undefined) throw new Error('no such Pod')
      await api.updateStatus(RESOURCES.pods, { ...pod, status: { ...pod.status, phase } } as Pod)
      await workloads.settled()
    },
    job: () => getOf(api, 'jobs', 'default', 'j'),
    pods: () => listOf(api, 'pods', 'default'),
    running: () => listOf(api, 'pods', 'default').filter((pod) => pod.status?.phase === 'Running'),
    settled: () => workloads.settled(),
  }
}

const conditionsOf = (job: Readonly<Job> | undefined) =>
  (job?.status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`)

describe('a Job', () => {
  test('stays active while its Pod runs, and is complete when enough have succeeded', async () => {
    const cluster = await startCluster()
    await cluster.create('echo-basic', { completions: 3, parallelism: 2 })
    expect(cluster.job()?.status).toMatchObject({ active: 2, ready: 2 })
    expect(cluster.pods()[0]?.metadata).toMatchObject({
      labels: { 'batch.kubernetes.io/job-name': 'j', 'job-name': 'j' },
      ownerReferences: [{ kind: 'Job', name: 'j', controller: true }],
    })
    await cluster.end(cluster.running()[0], 'Succeeded')
    expect(cluster.job()?.status).toMatchObject({ active: 2, succeeded: 1 })
    await cluster.end(cluster.running()[0], 'Succeeded')
    expect(cluster.job()?.status).toMatchObject({ active: 1, succeeded: 2 })
    await cluster.end(cluster.running()[0], 'Succeeded')
    expect(cluster.job()?.status).toMatchObject({ succeeded: 3, ready: 0 })
    expect(cluster.job()?.status).toHaveProperty('completionTime')
    expect(conditionsOf(cluster.job())).toEqual([
      'SuccessCriteriaMet=True CompletionsReached',
      'Complete=True CompletionsReached',
    ])
  })

  test('whose image cannot be run completes, with a condition, a Pod and an Event that say so', async () => {
    const cluster = await startCluster()
    await cluster.create('busybox:1', { completions: 2, ttlSecondsAfterFinished: 100 })
    const job = cluster.job()
    expect(conditionsOf(job)).toEqual([
      'SuccessCriteriaMet=True ImageNotRun',
      'Complete=True ImageNotRun',
    ])
    expect(job?.status?.conditions?.[1]?.message).toContain('the sandbox cannot run busybox:1')
    expect(job?.status).toMatchObject({ succeeded: 2 })
    expect(cluster.pods()[0]?.status).toMatchObject({
      phase: 'Succeeded',
      containerStatuses: [{ state: { terminated: { reason: 'NotRun', exitCode: 0 } } }],
    })
    const reasons = listOf(cluster.api, 'events').map(({ reason }) => reason)
    expect(reasons).toEqual(expect.arrayContaining(['SuccessfulCreate', 'NotRun', 'Completed']))
    const writes = cluster.api.writes.length
    cluster.clock.advance(99_000)
    await cluster.settled()
    expect(cluster.api.writes.length).toBe(writes)
    cluster.clock.advance(2_000)
    await cluster.settled()
    expect(cluster.job()).toBeUndefined()
  })

  test('fails beyond its backoffLimit, and at its deadline', async () => {
    const cluster = await startCluster()
    await cluster.create('echo-basic', { backoffLimit: 1 })
    await cluster.end(cluster.running()[0], 'Failed')
    expect(cluster.job()?.status).toMatchObject({ active: 1, failed: 1 })
    await cluster.end(cluster.running()[0], 'Failed')
    expect(conditionsOf(cluster.job())).toEqual([
      'FailureTarget=True BackoffLimitExceeded',
      'Failed=True BackoffLimitExceeded',
    ])
    const late = await startCluster()
    await late.create('echo-basic', { activeDeadlineSeconds: 60 })
    late.clock.advance(60_000)
    await expect
      .poll(() => conditionsOf(late.job()))
      .toEqual(['FailureTarget=True DeadlineExceeded', 'Failed=True DeadlineExceeded'])
    expect(late.pods()).toEqual([])
  })

  test('that is suspended has no Pods, and gets them when it goes on', async () => {
    const cluster = await startCluster()
    await cluster.create('echo-basic', { suspend: true })
    expect(cluster.pods()).toEqual([])
    expect(conditionsOf(cluster.job())).toEqual(['Suspended=True JobSuspended'])
    await cluster.change((job) => {
      job.spec.suspend = false
    })
    expect(conditionsOf(cluster.job())).toEqual(['Suspended=False JobResumed'])
    expect(cluster.job()?.status).toMatchObject({ active: 1 })
  })

  test('that is indexed works on each index once', async () => {
    const cluster = await startCluster()
    await cluster.create('busybox', { completionMode: 'Indexed', completions: 4, parallelism: 2 })
    expect(cluster.job()?.status).toMatchObject({ succeeded: 4, completedIndexes: '0-3' })
    const indexes = cluster.pods().map(({ metadata }) => metadata.name.slice(0, 4))
    expect(indexes.sort()).toEqual(['j-0-', 'j-1-', 'j-2-', 'j-3-'])
  })

  test('of another controller is left alone', async () => {
    const cluster = await startCluster()
    await cluster.create('echo-basic', { managedBy: 'example.com/mine' })
    expect([cluster.pods(), cluster.job()?.status]).toEqual([[], {}])
  })
})

test('indexes are written in runs and read back', () => {
  expect(formatIndexes([0, 1, 3, 4, 5, 9])).toBe('0,1,3-5,9')
  expect(parseIndexes('0,1,3-5,9')).toEqual([0, 1, 3, 4, 5, 9])
  expect(parseIndexes('')).toEqual([])
})
