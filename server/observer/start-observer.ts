/** The observer plane: metrics, or a Prometheus server, in; series over HTTP out. */
import { join } from 'node:path'
import { TIERS } from '@/lib/series/tiers'
import { createLogger, type Logger } from '../log'
import { planeHeaders } from '../plane-http/plane-secret'
import { startPlaneServer } from '../plane-http/plane-server'
import { answerRequest } from './answer-request'
import { startComparison } from './comparison/start-comparison'
import { ExchangeDrain } from './exchange-drain'
import { OBSERVER_LIMITS, type ObserverLimits } from './limits'
import type { ReadMetrics } from './metrics-reader'
import { oneValue, renderMetrics } from './own-metrics'
import { PrometheusSource } from './prometheus/prometheus-source'
import { openScrapedSource } from './scraped-source'
import type { SeriesSource } from './series-source'
import { StreamHub } from './stream-hub'
import type { Clock } from './timeline'
import { every, SYSTEM_TIMERS, type Timers } from './timers'

export interface ObserverOptions {
  /** Metrics to scrape every interval, or the URL of a Prometheus server that does. */
  readonly from: { readonly read: ReadMetrics } | { readonly prometheus: string }
  /** Where gateways hand over what they capture for comparison. */
  readonly exchangeUrls?: readonly string[]
  /** Where scraped series are kept over a restart; null keeps them in memory only. */
  readonly storeDirectory: string | null
  readonly host?: string
  /** 0 takes any free port. */
  readonly port?: number
  /** What other planes show at the door, and this one to the gateways whose exchanges it takes. */
  readonly secret?: string | undefined
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

/** Resolves once it listens; rejects when the port is taken or the store cannot be opened. */
export async function startObserver(options: ObserverOptions): Promise<Observer> {
  const limits = { ...OBSERVER_LIMITS, ...options.limits }
  const { scrapeIntervalMs: intervalMs = 1000, clock = CLOCK, timers = SYSTEM_TIMERS } = options
  const { logger = createLogger('observer'), storeDirectory } = options
  const shared = { intervalMs, clock, timers, limits, logger }
  const source: SeriesSource =
    'prometheus' in options.from
      ? new PrometheusSource({ url: options.from.prometheus, ...shared })
      : await openScrapedSource({
          read: options.from.read,
          storeDirectory,
          ...shared,
        })
  const hub = new StreamHub(limits, source)
  const comparison = await startComparison({
    directory: storeDirectory === null ? null : join(storeDirectory, 'comparisons'),
    timers,
    logger,
  })
  const drain = new ExchangeDrain({
    urls: options.exchangeUrls ?? [],
    headersFor: (url) => planeHeaders(options.secret, url),
    intervalMs,
    timers,
    logger,
    add: comparison.add,
  })
  const { host, port, secret } = options
  const door = await startPlaneServer({
    host,
    port,
    secret,
    open: ['/healthz', '/metrics'],
    logger,
    answer: (request) =>
      answerRequest(
        {
          hub,
          rangeSecondsMax: (TIERS[2].width * TIERS[2].steps * intervalMs) / 1000,
          answer: (query) => source.answer(query, 'window'),
          comparison: comparison.answer,
          health: () => ({ status: 'ok', source: source.state() }),
          metrics: () => renderMetrics([...source.metrics(), ...streamMetrics(hub)]),
        },
        request,
      ),
  })
  const cancel = every(timers, limits.heartbeatMs, () => hub.heartbeat())
  source.start(() => void hub.publish())
  drain.start()
  return {
    url: door.url,
    async stop() {
      cancel()
      await drain.stop()
      hub.close()
      await door.close()
      await source.stop()
      await comparison.stop()
    },
  }
}

function streamMetrics(hub: StreamHub) {
  return [
    oneValue('stream_clients', 'gauge', 'Open streams.', hub.clientCount),
    oneValue(
      'stream_clients_dropped_total',
      'counter',
      'Streams dropped for not reading.',
      hub.droppedCount,
    ),
  ]
}
