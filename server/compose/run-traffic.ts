import type { Config } from '../config'
import { gatewayAddresses } from '../kube/gateway-addresses'
import { loadCluster } from '../kube/load-cluster'
import { createLogger } from '../log'
import { startTraffic, type TrafficOptions } from '../traffic/start-traffic'
import type { RunningPlane } from './running-plane'

/** Starts the traffic plane, which sends to loopback and, with another cluster, to its Gateways. Resolves once it listens. */
export async function runTraffic(config: Config): Promise<RunningPlane> {
  const { rules, close } = rulesOf(config)
  const traffic = await startTraffic({
    port: config.ports.traffic,
    secret: config.planeSecret,
    logger: createLogger('traffic'),
    ...rules,
  })
  return {
    details: {},
    async stop() {
      await traffic.stop()
      close()
    },
  }
}

function rulesOf({ kubeconfig, context }: Config): {
  readonly rules: Pick<TrafficOptions, 'isAllowedTarget'>
  readonly close: () => void
} {
  const loaded =
    kubeconfig === undefined ? null : loadCluster({ kubeconfigPath: kubeconfig, context })
  if (loaded === null || !loaded.ok) return { rules: {}, close: () => {} }
  const { cluster } = loaded
  return { rules: { isAllowedTarget: gatewayAddresses(cluster) }, close: () => cluster.close() }
}
