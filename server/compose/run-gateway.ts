/** Controller and data plane in one process: the route table is handed over by a function call. */

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SANDBOX_CONTEXT } from '@/lib/dashboard-api/live'
import type { GatewayAcknowledgement, RouteTable } from '@/lib/routing/route-table'
import { CONTROLLER_NAME, ENVOY_CONTROLLER_NAME } from '@/lib/routing/supported-features'
import type { Config } from '../config'
import { startController } from '../controller/start-controller'
import { type GatewayOptions, startGateway } from '../gateway/start-gateway'
import { loadCluster } from '../kube/load-cluster'
import { createLogger } from '../log'
import { projectRoot } from './project-root'
import type { RunningPlane } from './running-plane'

/** Starts both; resolves once the controller is ready. Rejects with one sentence when the kubeconfig is unusable. */
export async function runGateway(config: Config): Promise<RunningPlane> {
  const loaded = loadCluster({ kubeconfigPath: config.kubeconfig, context: config.context })
  if (!loaded.ok) throw new Error(loaded.message)
  const { cluster } = loaded
  const isSandbox = cluster.context === SANDBOX_CONTEXT
  const gateway = await startGateway({
    workers: config.gatewayWorkers,
    workerEntry: workerEntry(),
    metrics: { host: '127.0.0.1', port: config.ports.gateway, secret: config.planeSecret },
    logger: createLogger('gateway'),
  })
  let served: { table: RouteTable; acknowledgement: GatewayAcknowledgement } | undefined
  const controller = startController({
    cluster,
    // In the sandbox Envoy Gateway's own quickstart must work; on another cluster its classes are not ours.
    controllerNames: isSandbox ? [CONTROLLER_NAME, ENVOY_CONTROLLER_NAME] : [CONTROLLER_NAME],
    logger: createLogger('controller'),
    publish: async (table) => {
      const acknowledgement = await gateway.publish(table)
      served = { table, acknowledgement }
      return acknowledgement
    },
  })
  await controller.ready()
  return {
    details: served ? describeGateway(served.table, served.acknowledgement) : {},
    stop: async () => {
      await controller.stop()
      await gateway.stop()
      cluster.close()
    },
  }
}

/** Beside the bundle once built, the source otherwise. */
function workerEntry(): NonNullable<GatewayOptions['workerEntry']> {
  const here = dirname(fileURLToPath(import.meta.url))
  const built = [join(here, 'gateway-worker.mjs'), join(here, '..', 'gateway-worker.mjs')].find(
    existsSync,
  )
  if (built) return { file: built }
  const source = join(projectRoot(here), 'server', 'gateway', 'workers', 'gateway-worker.ts')
  return { file: source, execArgv: ['--import', 'tsx'] }
}

/** A Gateway that has an address, and a host one of its routes answers for. */
function describeGateway(
  table: RouteTable,
  acknowledgement: GatewayAcknowledgement,
): Record<string, string> {
  for (const gateway of acknowledgement.gateways) {
    if (!gateway.address) continue
    const attachments = table.routes.flatMap((route) => route.attachments)
    const host = attachments.find(({ gateway: key }) => key === gateway.key)?.hostnames[0]
    return {
      gatewayAddress: gateway.address.value,
      gatewayHost: (host || 'example.com').replace('*', 'www'),
    }
  }
  return {}
}
