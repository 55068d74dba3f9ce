import { join } from 'node:path'
import type { Config } from '../config'
import { loadCluster } from '../kube/load-cluster'
import { podMetricsReader } from '../kube/pod-metrics'
import { createLogger } from '../log'
import { ENVOY_STATS_QUERY } from '../observer/envoy-samples'
import { OBSERVER_LIMITS } from '../observer/limits'
import { readUrls } from '../observer/metrics-reader'
import { type ObserverOptions, startObserver } from '../observer/start-observer'
import type { RunningPlane } from './running-plane'

/** On every Pod of Envoy that Envoy Gateway runs for a Gateway. */
const ENVOY_PODS = 'gateway.envoyproxy.io/owning-gateway-name'
/** Where those serve Envoy's metrics, and nothing else. */
const ENVOY_METRICS_PORT = 19001

/**
 * Starts the observer on a Prometheus server or the metrics that the configuration names; else on the Pods of Envoy
 * Gateway in the cluster it names; else on this installation's own gateway.
 */
export async function runObserver(config: Config): Promise<RunningPlane> {
  const { from, close } = sourceOf(config)
  const { metricsUrls, ports, kubeconfig } = config
  const own = kubeconfig === undefined ? [`http://127.0.0.1:${ports.gateway}/metrics`] : []
  const observer = await startObserver({
    from,
    exchangeUrls: exchangeUrls(metricsUrls.length > 0 ? metricsUrls : own),
    storeDirectory: join(config.dataDirectory, 'series'),
    port: config.ports.observer,
    secret: config.planeSecret,
    logger: createLogger('observer'),
  })
  return {
    details: {},
    async stop() {
      await observer.stop()
      close()
    },
  }
}

/** Mirrorboard's gateways hand over what they capture beside their metrics; an Envoy's metrics have another path. */
function exchangeUrls(metricsUrls: readonly string[]): readonly string[] {
  const own = metricsUrls.filter((url) => new URL(url).pathname === '/metrics')
  return own.map((url) => new URL('/exchanges', url).href)
}

function sourceOf(config: Config): { from: ObserverOptions['from']; close: () => void } {
  const { prometheusUrl, metricsUrls, kubeconfig, context, ports } = config
  const keep = (from: ObserverOptions['from']) => ({ from, close: () => {} })
  if (prometheusUrl !== undefined) return keep({ prometheus: prometheusUrl })
  if (metricsUrls.length > 0) return keep({ read: readUrls(metricsUrls) })
  if (kubeconfig === undefined) {
    return keep({ read: readUrls([`http://127.0.0.1:${ports.gateway}/metrics`]) })
  }
  const loaded = loadCluster({ kubeconfigPath: kubeconfig, context })
  if (!loaded.ok) return keep({ read: async () => loaded.message })
  const { cluster } = loaded
  const read = podMetricsReader(cluster, {
    labelSelector: ENVOY_PODS,
    port: ENVOY_METRICS_PORT,
    path: `/stats/prometheus?${ENVOY_STATS_QUERY}`,
    podsMax: OBSERVER_LIMITS.sourcesMax,
  })
  return { from: { read }, close: () => cluster.close() }
}
