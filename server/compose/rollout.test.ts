/** A rollout and a scale-down of running Pods, under load, through every plane that has a part in it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { KINDS } from '@/lib/gateway-api/kinds'
import type { Deployment, Gateway, KubernetesObject, Service } from '@/lib/gateway-api/types'
import type { Config } from '../config'
import { sendMany } from '../gateway/test-support/load'
import { applyManifest } from '../kube/apply-manifest'
import { type Cluster, loadCluster } from '../kube/load-cluster'
import { getObject } from '../kube/objects'
import { runGateway } from './run-gateway'
import { runSandbox } from './run-sandbox'

const HOST = 'www.example.com'

async function start() {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'mirrorboard-rollout-'))
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }))
  const config: Config = {
    dataDirectory,
    dashboard: { host: '127.0.0.1', port: 0, allowedHosts: [] },
    metricsPort: 0,
    sandboxPort: 0,
    gatewayWorkers: 0,
    kubeconfig: join(dataDirectory, 'kubeconfig'),
    context: undefined,
    metricsUrls: [],
    prometheusUrl: undefined,
    observerPort: 0,
    trafficPort: 0,
    planes: undefined,
    reset: false,
    development: false,
  }
  const sandbox = await runSandbox(config)
  onTestFinished(() => sandbox.stop())
  const gateway = await runGateway(config)
  onTestFinished(() => gateway.stop())
  const loaded = loadCluster({ kubeconfigPath: config.kubeconfig, context: undefined })
  if (!loaded.ok) throw new Error(loaded.message)
  onTestFinished(() => loaded.cluster.close())
  return loaded.cluster
}

async function apply(cluster: Cluster, object: KubernetesObject): Promise<void> {
  const result = await applyManifest(cluster, object, { dryRun: false, force: true })
  if (result.error !== undefined) throw new Error(result.error.message)
}

async function get<Kind>(cluster: Cluster, plural: keyof typeof KINDS, name: string) {
  return (await getObject(cluster, KINDS[plural], 'default', name)) as Kind
}

/** The Deployment with so many Pods, of a template that `version` tells from others. */
async function rollOut(cluster: Cluster, replicas: number, version: string): Promise<void> {
  const { apiVersion, kind, spec } = await get<Deployment>(cluster, 'deployments', 'backend')
  const template = structuredClone(spec.template)
  const annotations = { 'example.com/version': version }
  const changed = { ...template, metadata: { ...template.metadata, annotations } }
  await apply(cluster, {
    apiVersion,
    kind,
    metadata: { name: 'backend', namespace: 'default' },
    spec: { selector: spec.selector, replicas, template: changed },
  } as KubernetesObject)
  const until = performance.now() + 20_000
  for (;;) {
    const { metadata, status } = await get<Deployment>(cluster, 'deployments', 'backend')
    const { observedGeneration, updatedReplicas, availableReplicas } = status ?? {}
    const isDone =
      observedGeneration === metadata.generation &&
      [updatedReplicas, availableReplicas, status?.replicas].every((count) => count === replicas)
    if (isDone) return
    if (performance.now() > until) throw new Error(`Not rolled out: ${JSON.stringify(status)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Sends GETs and POSTs until `work` is done; returns how many there were by status. */
async function loadDuring(cluster: Cluster, work: () => Promise<void>) {
  const { status } = await get<Gateway>(cluster, 'gateways', 'eg')
  const [address = '', port = '80'] = (status?.addresses?.[0]?.value ?? '').split(':')
  const target = { address, port: Number(port) }
  const counts: Record<number, number> = {}
  let isDone = false
  const send = async (method: string) => {
    while (!isDone) {
      const { statuses } = await sendMany(target, 200, 4, { method, headers: { host: HOST } })
      for (const [code, count] of statuses) counts[code] = (counts[code] ?? 0) + count
    }
  }
  const sending = [send('GET'), send('POST')]
  await work().finally(() => {
    isDone = true
  })
  await Promise.all(sending)
  return counts
}

it.each([
  ['HTTP/1.1', {}],
  ['HTTP/2', { targetPort: 3001, appProtocol: 'kubernetes.io/h2c' }],
])(
  'loses no request to a rollout and a scale-down of backends that speak %s',
  async (_what, port) => {
    const cluster = await start()
    const { apiVersion, kind } = await get<Service>(cluster, 'services', 'backend')
    await apply(cluster, {
      apiVersion,
      kind,
      metadata: { name: 'backend', namespace: 'default' },
      spec: { ports: [{ name: 'http', port: 3000, targetPort: 3000, ...port }] },
    } as KubernetesObject)
    await rollOut(cluster, 3, 'one')
    const counts = await loadDuring(cluster, async () => {
      await rollOut(cluster, 3, 'two')
      await rollOut(cluster, 5, 'three')
      await rollOut(cluster, 1, 'three')
      await rollOut(cluster, 2, 'four')
    })
    expect(Object.keys(counts)).toEqual(['200'])
    expect(counts[200]).toBeGreaterThan(500)
  },
)
