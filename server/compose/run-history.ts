import { join } from 'node:path'
import type { Config } from '../config'
import { startHistory } from '../history/start-history'
import { loadCluster } from '../kube/load-cluster'
import { createLogger } from '../log'
import type { RunningPlane } from './running-plane'

/** Starts the history of the cluster's HTTPRoutes. Rejects with one sentence when the kubeconfig is unusable. */
export async function runHistory(config: Config): Promise<RunningPlane> {
  const loaded = loadCluster({ kubeconfigPath: config.kubeconfig, context: config.context })
  if (!loaded.ok) throw new Error(loaded.message)
  const { cluster } = loaded
  const history = await startHistory({
    cluster,
    directory: join(config.dataDirectory, 'history'),
    port: config.ports.history,
    secret: config.planeSecret,
    logger: createLogger('history'),
  })
  return {
    details: {},
    async stop() {
      await history.stop()
      cluster.close()
    },
  }
}
