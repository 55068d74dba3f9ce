/** Controller → publish(table) → this → workers; workers → snapshots → this → /metrics. */
import type { GatewayAcknowledgement, RouteTable } from '@/lib/routing/route-table'
import type { Logger } from '../log'
import { GATEWAY_LIMITS, type GatewayLimits } from './bounds/limits'
import { type MetricsPlace, startMetricsServer } from './metrics/metrics-server'
import { renderMetrics } from './metrics/metrics-snapshot'
import { GatewayPlaces } from './workers/place-gateways'
import type { WorkerEntry } from './workers/process-worker'
import { WorkerGroup } from './workers/worker-group'

export interface GatewayOptions {
  /** Worker processes, one per core; 0 serves in the caller's own process. */
  readonly workers: number
  /** Where a worker process begins; needed unless `workers` is 0. */
  readonly workerEntry?: WorkerEntry
  readonly metrics: MetricsPlace
  readonly limits?: Partial<GatewayLimits>
  readonly logger: Logger
}

export interface GatewayPlane {
  readonly metricsUrl: string
  /** Process ids of the workers; empty when serving in this process. */
  readonly workerProcessIds: readonly number[]
  /**
   * Serves a table. Resolves once every worker does, with where each Gateway listens. Calls are served one after another;
   * requests under way keep the table they started with.
   */
  publish(table: RouteTable): Promise<GatewayAcknowledgement>
  /** Stops accepting, lets what is in flight end within the drain limit, ends the workers. */
  stop(): Promise<void>
}

/** Starts the data plane with nothing to serve. Rejects when the metrics port or a worker can't be had. */
export async function startGateway(options: GatewayOptions): Promise<GatewayPlane> {
  const limits = { ...GATEWAY_LIMITS, ...options.limits }
  const { logger, workers } = options
  const group = new WorkerGroup({ workers, entry: options.workerEntry, limits, logger })
  const places = new GatewayPlaces(limits)
  let servedVersion = 0

  const metrics = await startMetricsServer(
    {
      metrics: async () => renderMetrics(await group.snapshot(), servedVersion),
      exchanges: async () => (await group.drainExchanges()).map((line) => `${line}\n`).join(''),
    },
    options.metrics,
    logger,
  )
  try {
    await group.start()
  } catch (error) {
    await metrics.close()
    await group.stop()
    throw error
  }

  const serve = async (table: RouteTable): Promise<GatewayAcknowledgement> => {
    await group.replaceTable(table)
    const { bindings, gateways } = await places.place(table, (binding) => group.bind(binding))
    await group.retain(bindings)
    servedVersion = table.version
    for (const gateway of gateways) {
      for (const listener of gateway.listeners) {
        if (listener.message !== '') {
          logger.warn(listener.message, { gateway: gateway.key, listener: listener.name })
        }
      }
    }
    return { version: table.version, gateways }
  }

  return {
    metricsUrl: `${metrics.url}/metrics`,
    get workerProcessIds() {
      return group.processIds
    },
    publish: (table) => group.exclusively(() => serve(table)),
    async stop() {
      await group.exclusively(() => group.stop())
      await metrics.close()
    },
  }
}
