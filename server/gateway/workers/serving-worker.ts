/** One share of the data plane: its own sockets, connections and counters; the supervisor tells it what to serve. */
import { compileMatcher, type RouteMatcher } from '@/lib/routing/compile-matcher'
import type { RouteTable } from '@/lib/routing/route-table'
import type { Logger } from '../../log'
import { type GatewayLimits, TICK_MS } from '../bounds/limits'
import type { ClaimRepeat } from '../capture/calibration-run'
import { type Binding, bindingKey, ListenerServer } from '../client/listener-server'
import type { MetricsSnapshot } from '../metrics/metrics-snapshot'
import { WorkerContext, type WorkerPlace } from '../rules/worker-context'

/** What became of each binding, by `bindingKey`: null when it is served, else an error code. */
export type BindResults = Readonly<Record<string, string | null>>

/** One worker's share of the data plane, in whatever process it runs. */
export class ServingWorker {
  private readonly context: WorkerContext
  private readonly servers = new Map<string, ListenerServer>()
  private readonly closing = new Set<Promise<void>>()
  private readonly ticker: NodeJS.Timeout
  private matcher: RouteMatcher | undefined
  private readonly logger: Logger

  constructor(limits: GatewayLimits, logger: Logger, place: WorkerPlace, claimRepeat: ClaimRepeat) {
    this.logger = logger
    this.context = new WorkerContext(limits, logger, place, claimRepeat)
    this.ticker = setInterval(() => this.tick(), TICK_MS)
  }

  /**
   * Opens sockets; an address that can't be bound is reported, the others are served. A socket opened before its table
   * has come serves what the last table says, so the table should be taken over first.
   */
  async bind(bindings: readonly Binding[]): Promise<BindResults> {
    const results: Record<string, string | null> = {}
    for (const binding of bindings) {
      const key = bindingKey(binding)
      if (this.servers.has(key)) {
        results[key] = null
        continue
      }
      const server = new ListenerServer(this.context, binding, this.portMatcher(binding))
      const error = await server.listen()
      results[key] = error ?? null
      if (error === undefined) this.servers.set(key, server)
    }
    return results
  }

  /** Closes every socket that is not among these; connections there end after what they are doing. */
  retain(bindings: readonly Binding[]): void {
    const keys = new Set(bindings.map(bindingKey))
    for (const [key, server] of this.servers) {
      if (keys.has(key)) continue
      this.servers.delete(key)
      this.track(server.close())
    }
  }

  /** Serves a table from the next request on; requests under way keep what they started with. */
  replaceTable(table: RouteTable): void {
    this.matcher = compileMatcher(table, this.matcher)
    this.context.rules.replaceTable(table)
    for (const server of this.servers.values()) {
      server.replaceMatcher(this.portMatcher(server.binding))
    }
    this.logger.debug('table taken over', { version: table.version, routes: table.routes.length })
  }

  snapshot(): MetricsSnapshot {
    return this.context.metrics.snapshot()
  }

  /** Takes out captured exchanges, oldest first; what is too much for one answer waits for the next. */
  drainExchanges(): Promise<readonly string[]> {
    return this.context.captures.drain()
  }

  /** Whether one more request may be repeated for a calibration. */
  answerRepeat(key: string, isAllowed: boolean): void {
    this.context.calibrations.answer(key, isAllowed)
  }

  /** Gives up a repeat that was allowed and not used; returns whether there was one. */
  takeBackRepeat(key: string): boolean {
    return this.context.calibrations.giveBack(key)
  }

  /** Resolves when nothing is in flight any more, or the drain time is over. */
  async stop(): Promise<void> {
    this.retain([])
    await Promise.all(this.closing)
    await this.drainCopies()
    clearInterval(this.ticker)
    for (const copy of this.context.copies.toArray()) copy.giveUp('shutdown')
    this.context.primaries.closeAll()
    this.context.mirrors.closeAll()
  }

  /** Copies are given the same time as requests, but nobody waits for them when there are none. */
  private drainCopies(): Promise<void> {
    const until = this.context.now() + Math.min(1_000, this.context.limits.drainMs)
    return new Promise((resolve) => {
      const look = () => {
        if (this.context.copies.size === 0 || this.context.now() > until) resolve()
        else setTimeout(look, 20)
      }
      look()
    })
  }

  private tick(): void {
    this.context.tick()
    for (const server of this.servers.values()) server.tick(this.context.coarseNow)
  }

  private track(closing: Promise<void>): void {
    this.closing.add(closing)
    closing.then(
      () => this.closing.delete(closing),
      () => this.closing.delete(closing),
    )
  }

  private portMatcher(binding: Binding) {
    const [namespace = '', name = ''] = binding.gateway.split('/')
    return this.matcher?.port(`${namespace}/${name}`, binding.listenerPort)
  }
}
