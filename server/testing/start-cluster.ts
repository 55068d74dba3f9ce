/** A sandbox with its Pods, the controller and the gateway, in this process: all of a cluster but the dashboard. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { KINDS } from '@/lib/gateway-api/kinds'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { runGateway } from '@/server/compose/run-gateway'
import { runSandbox } from '@/server/compose/run-sandbox'
import type { Config } from '@/server/config'
import { applyManifest } from '@/server/kube/apply-manifest'
import { type Cluster, loadCluster } from '@/server/kube/load-cluster'
import { getObject } from '@/server/kube/objects'

/** Starts it with the quickstart's objects; stopped when the test ends. */
export async function startTestCluster(): Promise<Cluster> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'mirrorboard-cluster-'))
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }))
  const config: Config = {
    dataDirectory,
    dashboard: { host: '127.0.0.1', allowedHosts: [], readOnly: false },
    ports: { sandbox: 0, gateway: 0, observer: 0, history: 0, traffic: 0, dashboard: 0 },
    planeSecret: undefined,
    sandboxRbac: false,
    gatewayWorkers: 0,
    kubeconfig: join(dataDirectory, 'kubeconfig'),
    context: undefined,
    metricsUrls: [],
    prometheusUrl: undefined,
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

/** Applies a manifest, taking fields over from whoever has them. */
export async function apply(cluster: Cluster, object: KubernetesObject): Promise<void> {
  const result = await applyManifest(cluster, object, { dryRun: false, force: true })
  if (result.error !== undefined) throw new Error(result.error.message)
}

/** An object of namespace `default` as it is stored. */
export async function get<Kind>(cluster: Cluster, plural: keyof typeof KINDS, name: string) {
  return (await getObject(cluster, KINDS[plural], 'default', name)) as Kind
}
