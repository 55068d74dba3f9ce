/** The controllers behind the real API server, driven by a real kubectl. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Deployment, KubernetesObject } from '@/lib/gateway-api/types'
import { startPodRuntime } from '../../../backends/pod-runtime'
import { createLogger } from '../../../log'
import { hasKubectl } from '../../../testing/contract-cluster'
import {
  gatewayApiDefinitions,
  startTestSandbox,
  type TestSandbox,
} from '../../../testing/start-sandbox'
import { quickstartObjects } from '../seed/quickstart-objects'

const run = promisify(execFile)
const DEADLINE_MS = 15_000

async function kubectl(sandbox: TestSandbox, ...args: string[]): Promise<string> {
  const env = { ...process.env, KUBECONFIG: sandbox.kubeconfig, HOME: sandbox.home }
  const { stdout } = await run('kubectl', args, { env })
  return stdout
}

/** All that kubectl says, whether or not it succeeds. */
async function said(sandbox: TestSandbox, ...args: string[]): Promise<string> {
  const env = { ...process.env, KUBECONFIG: sandbox.kubeconfig, HOME: sandbox.home }
  const { stdout, stderr } = await run('kubectl', args, { env }).catch(
    (error: { stdout: string; stderr: string }) => error,
  )
  return `${stdout}${stderr}`
}

/** Looks until the answer is right or the time is up; the last answer tells what was wrong. */
async function until<T>(look: () => Promise<T>, isRight: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS
  for (;;) {
    const value = await look()
    if (isRight(value) || Date.now() > deadline) return value
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function startCluster(dataDirectory?: string) {
  const runtime = await startPodRuntime({
    logger: createLogger('backends'),
    firstAddress: 40_000 + (process.pid % 1_000) * 20,
  })
  const sandbox = await startTestSandbox({
    runtime,
    crds: await gatewayApiDefinitions(),
    ...(dataDirectory === undefined ? {} : { dataDirectory }),
  })
  let isRunning = true
  const stop = async () => {
    if (!isRunning) return
    isRunning = false
    await sandbox.stop()
    await runtime.stop()
  }
  onTestFinished(stop)
  return { sandbox, stop }
}

/** `kubectl apply -f -` of these objects; rejects with what kubectl said. */
async function apply(sandbox: TestSandbox, items: readonly KubernetesObject[]): Promise<void> {
  const env = { ...process.env, KUBECONFIG: sandbox.kubeconfig, HOME: sandbox.home }
  const applying = run('kubectl', ['apply', '-f', '-'], { env })
  applying.child.stdin?.end(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  await applying
}

describe.skipIf(!hasKubectl())('kubectl (skipped where it is not installed)', () => {
  beforeAll(() => {
    expect(quickstartObjects().map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
      'GatewayClass/eg',
      'GatewayClass/mirrorboard',
      'Gateway/eg',
      'ServiceAccount/backend',
      'Service/backend',
      'Deployment/backend',
      'HTTPRoute/backend',
    ])
  })

  test('rolls out, shows, logs, scales, restarts and replaces the quickstart backend', async () => {
    const { sandbox } = await startCluster()
    await apply(sandbox, quickstartObjects())
    expect(
      await kubectl(sandbox, 'rollout', 'status', 'deploy/backend', '--timeout=10s'),
    ).toContain('deployment "backend" successfully rolled out')
    await kubectl(sandbox, 'wait', '--timeout=10s', 'deploy/backend', '--for=condition=Available')
    expect(await kubectl(sandbox, 'get', 'deploy')).toMatch(
      /NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nbackend +1\/1 +1 +1 +\d+s\n/,
    )
    expect(await kubectl(sandbox, 'get', 'pods', '-o', 'wide')).toMatch(
      /backend-\w{6,10}-\w{5} +1\/1 +Running +0 +\d+s +127\.\S+ +mirrorboard-sandbox +<none> +<none>\n/,
    )
    expect(await kubectl(sandbox, 'get', 'svc')).toMatch(
      /backend +ClusterIP +10\.\d+\.\d+\.\d+ +<none> +3000\/TCP +\d+s\n/,
    )
    expect(await kubectl(sandbox, 'get', 'rs')).toMatch(/backend-\w+ +1 +1 +1 +\d+s\n/)
    expect(await kubectl(sandbox, 'get', 'endpointslices')).toMatch(
      /backend-\w{5} +IPv4 +\d+ +127\.\S+ +\d+s\n/,
    )
    expect(await kubectl(sandbox, 'get', 'ns')).toMatch(/default +Active +\d+s\n/)
    expect(await kubectl(sandbox, 'logs', 'deploy/backend')).toContain(
      'Starting server, listening on port 3000 (http)\n',
    )

    await kubectl(sandbox, 'scale', 'deploy/backend', '--replicas=3')
    await kubectl(sandbox, 'rollout', 'status', 'deploy/backend', '--timeout=10s')
    const names = async () =>
      (await kubectl(sandbox, 'get', 'pods', '-o', 'name')).trim().split('\n').sort()
    const scaled = await names()
    expect(scaled).toHaveLength(3)

    await kubectl(sandbox, 'delete', scaled[0] ?? '')
    const replaced = await until(names, (now) => now.length === 3)
    expect(replaced).not.toContain(scaled[0])

    await kubectl(sandbox, 'rollout', 'restart', 'deploy/backend')
    await kubectl(sandbox, 'rollout', 'status', 'deploy/backend', '--timeout=20s')
    const restarted = await until(names, (now) => now.length === 3)
    expect(restarted.filter((name) => replaced.includes(name))).toEqual([])

    await kubectl(sandbox, 'rollout', 'undo', 'deploy/backend')
    await kubectl(sandbox, 'rollout', 'status', 'deploy/backend', '--timeout=20s')
    expect(await kubectl(sandbox, 'rollout', 'history', 'deploy/backend')).toMatch(
      /2 +<none>\n3 +<none>/,
    )
    expect(await kubectl(sandbox, 'get', 'events')).toMatch(
      /ScalingReplicaSet +deployment\/backend/,
    )

    await kubectl(sandbox, 'delete', 'deploy', 'backend')
    const left = await until(
      () => kubectl(sandbox, 'get', 'pods,rs', '-o', 'name'),
      (text) => text === '',
    )
    expect(left).toBe('')
  })

  test('brings the Pods back when the sandbox is started again', async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'mirrorboard-workloads-'))
    onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }))
    const first = await startCluster(dataDirectory)
    await apply(first.sandbox, quickstartObjects())
    await kubectl(first.sandbox, 'rollout', 'status', 'deploy/backend', '--timeout=10s')
    const name = await kubectl(first.sandbox, 'get', 'pods', '-o', 'name')
    await first.stop()

    const { sandbox } = await startCluster(dataDirectory)
    const pods = await until(
      () => kubectl(sandbox, 'get', 'pods'),
      (text) => / 1 \(/.test(text),
    )
    expect(pods).toMatch(/1\/1 +Running +1 \(\d+s ago\)/)
    expect(await kubectl(sandbox, 'get', 'pods', '-o', 'name')).toBe(name)
    const path = '{.items[0].endpoints[0].addresses[0]}'
    const address = await kubectl(sandbox, 'get', 'endpointslices', '-o', `jsonpath=${path}`)
    const podIP = await kubectl(sandbox, 'get', 'pods', '-o', 'jsonpath={.items[0].status.podIP}')
    expect(address).toBe(podIP)
    expect(await kubectl(sandbox, 'logs', 'deploy/backend')).toContain('Starting server')
  })

  test('explains the fields of core kinds', async () => {
    const { sandbox } = await startCluster()
    expect(await kubectl(sandbox, 'explain', 'deployment.spec.strategy.rollingUpdate')).toContain(
      'maxSurge',
    )
    expect(await kubectl(sandbox, 'explain', 'pod.spec.containers.ports')).toMatch(
      /containerPort\s+<integer> -required-/,
    )
  })

  test('says in the Pod which images exist', async () => {
    const { sandbox } = await startCluster()
    await apply(sandbox, [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: {
          selector: { matchLabels: { app: 'web' } },
          template: {
            metadata: { labels: { app: 'web' } },
            spec: { containers: [{ name: 'nginx', image: 'nginx' }] },
          },
        },
      } as Deployment,
    ])
    const pods = await until(
      () => kubectl(sandbox, 'get', 'pods'),
      (text) => text.includes('ErrImagePull'),
    )
    expect(pods).toMatch(/web-\S+ +0\/1 +ErrImagePull +0/)
    const path = '{.items[0].status.containerStatuses[0].state.waiting.message}'
    expect(await kubectl(sandbox, 'get', 'pods', '-o', `jsonpath=${path}`)).toContain(
      'Images that exist: echo-basic',
    )
  })

  test('runs a Job of a known image, and completes one of an unknown image with a word', async () => {
    const { sandbox } = await startCluster()
    await kubectl(sandbox, 'create', 'job', 'hook', '--image=busybox', '--', 'echo', 'hi')
    await kubectl(sandbox, 'wait', '--for=condition=complete', 'job/hook', '--timeout=10s')
    expect(await kubectl(sandbox, 'get', 'jobs', '-o', 'wide')).toMatch(
      /NAME +STATUS +COMPLETIONS +DURATION +AGE +CONTAINERS +IMAGES +SELECTOR\nhook +Complete +1\/1 +\d+s +\d+s +hook +busybox +batch.kubernetes.io\/controller-uid=/,
    )
    const message = '{.status.conditions[?(@.type=="Complete")].message}'
    expect(await kubectl(sandbox, 'get', 'job', 'hook', '-o', `jsonpath=${message}`)).toContain(
      'the sandbox cannot run busybox',
    )
    expect(await kubectl(sandbox, 'describe', 'job', 'hook')).toMatch(
      /0 Active \(0 Ready\) \/ 1 Succeeded \/ 0 Failed/,
    )
    expect(await said(sandbox, 'logs', 'job/hook')).toContain('was not run and has no log')
    expect(await kubectl(sandbox, 'explain', 'job.spec.backoffLimit')).toContain('<integer>')

    await kubectl(sandbox, 'create', 'job', 'runs', '--image=echo-basic')
    const job = await until(
      () => kubectl(sandbox, 'get', 'job', 'runs', '-o', 'jsonpath={.status.ready}'),
      (ready) => ready === '1',
    )
    expect(job).toBe('1')
    expect(await kubectl(sandbox, 'get', 'job', 'runs')).toMatch(/runs +Running +0\/1/)
    await kubectl(sandbox, 'delete', 'job', '--all')
    const left = await until(
      () => kubectl(sandbox, 'get', 'jobs,pods', '-o', 'name'),
      (text) => text === '',
    )
    expect(left).toBe('')
  })

  test('sees one Node, which stays as it is', async () => {
    const { sandbox } = await startCluster()
    const nodes = await until(
      () => kubectl(sandbox, 'get', 'nodes'),
      (text) => text.includes('Ready'),
    )
    expect(nodes).toMatch(/mirrorboard-sandbox +Ready +<none> +\d+s +v1\.33\.5/)
    const described = await kubectl(sandbox, 'describe', 'node', 'mirrorboard-sandbox')
    expect(described).toMatch(/Ready +True .* KubeletReady/)
    for (const args of [['cordon'], ['label'], ['delete', 'node']]) {
      const [verb = '', ...rest] = args
      const change = verb === 'label' ? ['node', 'mirrorboard-sandbox', 'a=b'] : []
      const target = change.length > 0 ? change : [...rest, 'mirrorboard-sandbox']
      expect(await said(sandbox, verb, ...target)).toContain(
        'is the sandbox itself and is read-only',
      )
    }
  })

  test('reaches a Service through the API server, as another user too', async () => {
    const { sandbox } = await startCluster()
    await apply(sandbox, quickstartObjects())
    await kubectl(sandbox, 'rollout', 'status', 'deploy/backend', '--timeout=10s')
    const path = '/api/v1/namespaces/default/services/backend:3000/proxy/get?a=1'
    const seen = await until(
      () => said(sandbox, 'get', '--raw', path),
      (text) => text.startsWith('{'),
    )
    expect(JSON.parse(seen)).toMatchObject({ path: '/get?a=1', method: 'GET' })
    expect(await kubectl(sandbox, 'auth', 'whoami', '--as=jane', '--as-group=dev')).toMatch(
      /Username +jane\nGroups +\[dev system:authenticated\]/,
    )
    expect(await said(sandbox, 'get', 'pods', '--as-group=dev')).toMatch(
      /without impersonating a user|InternalError/,
    )
    expect(await kubectl(sandbox, 'get', '--raw', '/readyz?verbose')).toContain(
      'readyz check passed',
    )
  })

  test('says why it does not debug, and what it does not serve', async () => {
    const { sandbox } = await startCluster()
    await kubectl(sandbox, 'run', 'echo', '--image=echo-basic')
    expect(await said(sandbox, 'debug', 'pod/echo', '--image=busybox')).toContain(
      'pod echo takes no debug container: it is an echo server inside the sandbox',
    )
    const cronJob = ['cronjob', 'c', '--image=x', '--schedule=* * * * *']
    expect(await said(sandbox, 'create', ...cronJob)).toContain(
      'Warning: the sandbox does not serve "cronjobs" of batch/v1',
    )
  })
})
