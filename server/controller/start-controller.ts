/** Cluster → graph → route table → publish → statuses, again after every change. */
import { buildGraph } from '@/lib/routing/build-graph'
import { buildRouteTable, isSameTable } from '@/lib/routing/build-route-table'
import { buildStatuses } from '@/lib/routing/build-statuses'
import type { Graph } from '@/lib/routing/graph'
import { referencedSecrets } from '@/lib/routing/referenced-secrets'
import type { GatewayAcknowledgement, RouteTable } from '@/lib/routing/route-table'
import { type KubeClock, systemClock } from '../kube/informer'
import type { Cluster } from '../kube/load-cluster'
import type { Logger } from '../log'
import { ClusterWatch } from './cluster-watch'
import {
  COALESCE_LONGEST_MS,
  COALESCE_MS,
  RETRY_FIRST_MS,
  RETRY_LONGEST_MS,
  STATUS_WRITES_MS_MAX,
} from './limits'
import { StatusWriter } from './status-writer'

export interface ControllerOptions {
  readonly cluster: Cluster
  /** Hands a table to the data plane; resolves once every worker serves it. */
  readonly publish: (table: RouteTable) => Promise<GatewayAcknowledgement>
  /** GatewayClasses with one of these controllerNames are ours. */
  readonly controllerNames: readonly string[]
  readonly logger: Logger
  readonly clock?: KubeClock
}

export interface Controller {
  /**
   * Resolves once a table is served and its statuses have been sent, also when some were refused, which is tried again.
   * Also on `stop`.
   */
  ready(): Promise<void>
  /** Stops watching. A publish under way finishes; statuses not yet written are left to the next start. */
  stop(): Promise<void>
}

/** Starts the controller. It outlives the API server: while that is away the last table stays in service. */
export function startController(options: ControllerOptions): Controller {
  const loop = new ControlLoop(options)
  const running = loop.run()
  return {
    ready: () => loop.ready,
    async stop() {
      await loop.stop()
      await running
    },
  }
}

class ControlLoop {
  readonly ready: Promise<void>
  private markReady: () => void = () => {}
  private readonly options: ControllerOptions
  private readonly clock: KubeClock
  private readonly watch: ClusterWatch
  private readonly writer: StatusWriter
  private readonly stopping = new AbortController()
  private graph: Graph | undefined
  private table: RouteTable | undefined
  private acknowledgement: GatewayAcknowledgement | null = null
  private failures = 0
  private retry: AbortController | undefined
  /** Time of the oldest change not yet translated, and of the newest. */
  private firstChange: number | undefined
  private lastChange = 0
  private wake: () => void = () => {}

  constructor(options: ControllerOptions) {
    this.options = options
    this.clock = options.clock ?? systemClock
    const { cluster, logger } = options
    this.ready = new Promise((resolve) => {
      this.markReady = resolve
    })
    this.writer = new StatusWriter({ cluster, logger })
    const onChange = () => this.noteChange()
    this.watch = new ClusterWatch({ cluster, logger, clock: this.clock, onChange })
  }

  async run(): Promise<void> {
    const { signal } = this.stopping
    await this.watch.whenSynced()
    this.noteChange()
    while (!signal.aborted) {
      await this.changesSettle()
      if (signal.aborted) break
      this.firstChange = undefined
      if (await this.reconcile()) {
        this.failures = 0
        this.retry?.abort()
      } else {
        this.scheduleRetry()
      }
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    this.retry?.abort()
    this.wake()
    this.markReady()
    await this.watch.stop()
  }

  private noteChange(): void {
    this.lastChange = this.clock.now()
    this.firstChange ??= this.lastChange
    this.wake()
  }

  /** Waits for a change, then until none has come for a moment, but never longer than a change may wait. */
  private async changesSettle(): Promise<void> {
    const { signal } = this.stopping
    while (this.firstChange === undefined && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
    while (this.firstChange !== undefined && !signal.aborted) {
      const now = this.clock.now()
      const quiet = this.lastChange + COALESCE_MS - now
      const latest = this.firstChange + COALESCE_LONGEST_MS - now
      const wait = Math.min(quiet, latest)
      if (wait <= 0) return
      await this.clock.delay(wait, signal)
    }
  }

  /** One pass. False when something is left to do that no change will remind us of. */
  private async reconcile(): Promise<boolean> {
    const { controllerNames, logger } = this.options
    try {
      const secrets = referencedSecrets(this.watch.state(), { controllerNames })
      await this.watch.watchSecrets(secrets, this.stopping.signal)
      const graph = buildGraph(this.watch.state(), { controllerNames }, this.graph)
      this.graph = graph
      const served = await this.serve(graph)
      const written = await this.writeStatuses(graph)
      if (served) this.markReady()
      return served && written
    } catch (error) {
      // A mistake of ours must not end the loop: the last table stays, and the next change may bring better luck.
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
      logger.error('translation failed', { reason })
      return false
    }
  }

  /** Publishes the graph's table unless it is served already. */
  private async serve(graph: Graph): Promise<boolean> {
    const version = (this.table?.version ?? 0) + 1
    const table = buildRouteTable(graph, version, this.table)
    const known = this.table !== undefined && isSameTable(this.table, table)
    if (known && this.acknowledgement?.version === this.table?.version) return true
    this.table = table
    try {
      this.acknowledgement = await this.options.publish(table)
      return true
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.options.logger.warn('table not served', { version, reason })
      return false
    }
  }

  private async writeStatuses(graph: Graph): Promise<boolean> {
    const version = this.table?.version ?? 0
    const now = new Date(this.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')
    const { acknowledgement } = this
    const updates = buildStatuses(graph, { version, acknowledgement, now })
    const startedAt = this.clock.now()
    const isOverdue = () =>
      this.firstChange !== undefined && this.clock.now() - startedAt > STATUS_WRITES_MS_MAX
    return this.writer.write(updates, this.stopping.signal, isOverdue)
  }

  /** Comes back later by itself; a change meanwhile is not kept waiting for it. */
  private scheduleRetry(): void {
    const longest = Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** this.failures)
    this.failures = Math.min(this.failures + 1, 16)
    const retry = new AbortController()
    this.retry?.abort()
    this.retry = retry
    const delay = longest * (0.5 + this.clock.random() / 2)
    void this.clock.delay(delay, retry.signal).then(() => {
      if (!retry.signal.aborted) this.noteChange()
    })
  }
}
