import type { RouteTable } from '@/lib/routing/route-table'
import type { Logger } from '../../log'
import type { GatewayLimits } from '../bounds/limits'
import type { ClaimRepeat } from '../capture/calibration-run'
import type { Binding } from '../client/listener-server'
import type { MetricsSnapshot } from '../metrics/metrics-snapshot'
import type { WorkerPlace } from '../rules/worker-context'
import { type BindResults, ServingWorker } from './serving-worker'

/** A worker as the supervisor sees it, in this process or in its own. Calls reject once it is gone. */
export interface WorkerHandle {
  replaceTable(table: RouteTable): Promise<void>
  bind(bindings: readonly Binding[]): Promise<BindResults>
  retain(bindings: readonly Binding[]): Promise<void>
  snapshot(): Promise<MetricsSnapshot>
  /** Takes out captured exchanges that are ready: lines of JSON. */
  drainExchanges(): Promise<readonly string[]>
  /** Answers a claim: whether one more request may be repeated. */
  answerRepeat(key: string, isAllowed: boolean): Promise<void>
  /** Takes back a repeat that was allowed and not used; resolves to whether there was one. */
  takeBackRepeat(key: string): Promise<boolean>
  stop(): Promise<void>
}

/** A worker in the caller's own process. */
export function createLocalWorker(
  limits: GatewayLimits,
  logger: Logger,
  place: WorkerPlace,
  claimRepeat: ClaimRepeat,
): WorkerHandle {
  const worker = new ServingWorker(limits, logger, place, claimRepeat)
  return {
    replaceTable: async (table) => worker.replaceTable(table),
    bind: (bindings) => worker.bind(bindings),
    retain: async (bindings) => worker.retain(bindings),
    snapshot: async () => worker.snapshot(),
    drainExchanges: async () => worker.drainExchanges(),
    answerRepeat: async (key, isAllowed) => worker.answerRepeat(key, isAllowed),
    takeBackRepeat: async (key) => worker.takeBackRepeat(key),
    stop: () => worker.stop(),
  }
}
