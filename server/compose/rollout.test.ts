/** A rollout and a scale-down of running Pods, under load, through every plane that has a part in it. */
import { expect, it } from 'vitest'
import type { Deployment, Gateway, KubernetesObject, Service } from '@/lib/gateway-api/types'
import { sendMany } from '../gateway/test-support/load'
import type { Cluster } from '../kube/load-cluster'
import { apply, get, startTestCluster } from '../testing/start-cluster'

const HOST = 'www.example.com'

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
    const cluster = await startTestCluster()
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
