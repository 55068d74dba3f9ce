/** The observer plane: metrics URLs in, series over HTTP out. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createLogger, type Logger } from '../log'
import { answerRequest } from './answer-request'
import { startComparison } from './comparison/start-comparison'
import { OBSERVER_LIMITS, type ObserverLimits } from './limits'
import { type OwnMetric, renderMetrics } from './own-metrics'
import { Persistence } from './persistence'
import { queryOverview } from './query-overview'
import { newestStepOfRoute, queryRoute } from './query-route'
import { Scraper, type Timers } from './scraper'
import { SeriesStore } from './series-store'
import { type AnswerSeries, StreamHub } from './stream-hub'
import { type Clock, Timeline } from './timeline'

export interface ObserverOptions {
  /** Prometheus text; at most `sourcesMax`. A tick counts when all of them answer. */
  readonly metricsUrls: readonly string[]
  /** Where series are kept over a restart; null keeps them in memory only. */
  readonly storeDirectory: string | null
  readonly host?: string
  /** 0 takes any free port. */
  readonly port?: number
  readonly scrapeIntervalMs?: number
  readonly clock?: Clock
  readonly timers?: Timers
  readonly limits?: Partial<ObserverLimits>
  readonly logger?: Logger
}

export interface Observer {
  readonly url: string
  /** Stops scraping, ends streams and writes what is not on disk yet. */
  stop(): Promise<void>
}

const CLOCK: Clock = { now: () => Date.now(), monotonic: () => performance.now() }
const TIMERS: Timers = {
  later(delayMs, task) {
    const timer = setTimeout(task, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Resolves once it listens; rejects when the port is taken, a URL is not http, or the store cannot be opened. */
export async function startObserver(options: ObserverOptions): Promise<Observer> {
  const limits = { ...OBSERVER_LIMITS, ...options.limits }
  const { metricsUrls, scrapeIntervalMs: intervalMs = 1000, clock = CLOCK } = options
  const { timers = TIMERS, logger = createLogger('observer') } = options
  assertUrls(metricsUrls, limits)
  const persistence =
    options.storeDirectory === null ? null : new Persistence(options.storeDirectory, intervalMs)
  const { store, timeline } = await restore(persistence, metricsUrls.length, {
    limits,
    clock,
    intervalMs,
  })
  const answer: AnswerSeries = (query, event) => {
    const context = { store, timeline, intervalMs, source: scraper.source() }
    const isPoint = event === 'point'
    if (query.route === null) {
      return queryOverview(context, query.rangeTicks, limits.overviewPointsMax, isPoint)
    }
    const series = queryRoute(context, query.route, query.rangeTicks)
    return isPoint ? newestStepOfRoute(series) : series
  }
  const hub = new StreamHub(limits, answer, () => timeline.revision)
  const scraper = new Scraper({
    urls: metricsUrls,
    store,
    timeline,
    intervalMs,
    limits,
    clock,
    timers,
    logger,
    onTick: () => hub.publish(),
  })
  const { storeDirectory } = options
  const comparison = await startComparison({
    directory: storeDirectory === null ? null : join(storeDirectory, 'comparisons'),
    timers,
    logger,
  })
  const server = createServer((request, response) => {
    answerRequest(
      {
        hub,
        intervalMs,
        answer: (query) => answer(query, 'window'),
        comparison: comparison.answer,
        health: () => ({ status: 'ok', source: scraper.source() }),
        metrics: () => renderMetrics(ownMetrics({ store, scraper, hub, limits })),
      },
      request,
      response,
    )
  })
  const url = await listen(server, options.host ?? '127.0.0.1', options.port ?? 0)
  const save = saver(persistence, store, timeline, logger)
  const cancels = [
    every(timers, limits.heartbeatMs, () => hub.heartbeat()),
    every(timers, limits.persistIntervalMs, () => void save()),
  ]
  scraper.start()
  return {
    url,
    async stop() {
      for (const cancel of cancels) cancel()
      await scraper.stop()
      hub.close()
      await close(server)
      await save()
      await persistence?.close()
      await comparison.stop()
    },
  }
}

function assertUrls(urls: readonly string[], { sourcesMax }: ObserverLimits): void {
  if (urls.length === 0 || urls.length > sourcesMax) {
    throw new Error(`The observer takes 1 to ${sourcesMax} metrics URLs, not ${urls.length}.`)
  }
  for (const url of urls) {
    if (!URL.canParse(url) || new URL(url).protocol !== 'http:') {
      throw new Error('A metrics URL is an http:// URL.')
    }
  }
}

async function restore(
  persistence: Persistence | null,
  sourceCount: number,
  options: {
    readonly limits: ObserverLimits
    readonly clock: Clock
    readonly intervalMs: number
  },
): Promise<{ store: SeriesStore; timeline: Timeline }> {
  const { limits, clock, intervalMs } = options
  const restored = persistence?.restore(sourceCount) ?? null
  const timeline = new Timeline(clock, intervalMs, restored?.timeline)
  const store = new SeriesStore(sourceCount, timeline.tick(), limits, restored?.state)
  restored?.load(store)
  if (restored === null) await persistence?.clear()
  store.sweep(timeline.tick())
  return { store, timeline }
}

/** Saves one after the other; a disk that refuses is logged, and tried again at the next turn. */
function saver(
  persistence: Persistence | null,
  store: SeriesStore,
  timeline: Timeline,
  logger: Logger,
): () => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  return () => {
    last = last.then(async () => {
      try {
        await persistence?.save(store, timeline.state(store.coverage.lastTick))
      } catch (error) {
        logger.error('series could not be stored', { error: String(error) })
      }
    })
    return last
  }
}

function every(timers: Timers, intervalMs: number, task: () => void): () => void {
  let cancel = timers.later(intervalMs, run)
  function run() {
    task()
    cancel = timers.later(intervalMs, run)
  }
  return () => cancel()
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      const { port: bound } = server.address() as AddressInfo
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${bound}`)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

interface Measured {
  readonly store: SeriesStore
  readonly scraper: Scraper
  readonly hub: StreamHub
  readonly limits: ObserverLimits
}

function ownMetrics({ store, scraper, hub, limits }: Measured): OwnMetric[] {
  const { succeeded, failed, late } = scraper.counters
  const sum = (of: (source: SeriesStore['sources'][number]) => number) =>
    store.sources.reduce((total, source) => total + of(source), 0)
  const one = (name: string, type: OwnMetric['type'], help: string, value: number): OwnMetric => ({
    name: `observer_${name}`,
    type,
    help,
    values: [{ labels: '', value }],
  })
  return [
    {
      name: 'observer_scrapes_total',
      type: 'counter',
      help: 'Scrapes by outcome; late ones were not made because one was under way.',
      values: [
        { labels: 'outcome="ok"', value: succeeded },
        { labels: 'outcome="failed"', value: failed },
        { labels: 'outcome="late"', value: late },
      ],
    },
    one('routes', 'gauge', 'Routes with history.', store.routes.size),
    one('series', 'gauge', 'Metric series followed.', store.seriesCount),
    one(
      'series_refused_total',
      'counter',
      'New series beyond a limit.',
      sum((s) => s.counters.refused),
    ),
    one(
      'samples_invalid_total',
      'counter',
      'Samples no counter can have.',
      sum((s) => s.counters.invalid),
    ),
    one('history_bytes', 'gauge', 'History held in memory.', store.historyBytes),
    one('history_bytes_max', 'gauge', 'Where history is shortened.', limits.historyBytesMax),
    one('history_kept_ratio', 'gauge', 'Share of each span that is kept.', store.keptShare),
    one(
      'history_chunks_dropped_total',
      'counter',
      'Pieces dropped before their age.',
      store.chunksDroppedEarly,
    ),
    one('stream_clients', 'gauge', 'Open streams.', hub.clientCount),
    one(
      'stream_clients_dropped_total',
      'counter',
      'Streams dropped for not reading.',
      hub.droppedCount,
    ),
  ]
}
