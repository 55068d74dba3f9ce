/** Metrics text → this → series: scraped every tick, kept in memory and on disk. */
import type { Logger } from '../log'
import type { ObserverLimits } from './limits'
import type { ReadMetrics } from './metrics-reader'
import { newestStepOfRoute } from './newest-step'
import { type OwnMetric, oneValue } from './own-metrics'
import { Persistence } from './persistence'
import { queryOverview } from './query-overview'
import { queryRoute } from './query-route'
import { Scraper } from './scraper'
import type { SeriesQuery, SeriesSource } from './series-source'
import { SeriesStore } from './series-store'
import { type Clock, Timeline } from './timeline'
import { every, type Timers } from './timers'

export interface ScrapedOptions {
  readonly read: ReadMetrics
  /** Where series are kept over a restart; null keeps them in memory only. */
  readonly storeDirectory: string | null
  readonly intervalMs: number
  readonly clock: Clock
  readonly timers: Timers
  readonly limits: ObserverLimits
  readonly logger: Logger
}

/** Returns a source that scrapes; rejects when the store cannot be opened. */
export async function openScrapedSource(options: ScrapedOptions): Promise<SeriesSource> {
  const { read, storeDirectory, intervalMs, clock, timers, limits, logger } = options
  const persistence = storeDirectory === null ? null : new Persistence(storeDirectory, intervalMs)
  const { store, timeline } = await restore(persistence, { limits, clock, intervalMs })
  let onTick: () => void = () => {}
  const scraper = new Scraper({
    read,
    store,
    timeline,
    intervalMs,
    limits,
    clock,
    timers,
    logger,
    onTick: () => onTick(),
  })
  const save = saver(persistence, store, timeline, logger)
  let cancel: () => void = () => {}
  return {
    async answer(query, event) {
      const context = { store, timeline, intervalMs, source: scraper.source() }
      const isPoint = event === 'point'
      const rangeTicks = Math.ceil((query.rangeSeconds * 1000) / intervalMs)
      if (query.route === null) {
        return queryOverview(context, rangeTicks, limits.overviewPointsMax, isPoint)
      }
      const series = queryRoute(context, { ...questionOf(query, timeline), rangeTicks })
      return isPoint ? newestStepOfRoute(series) : series
    },
    revision: () => timeline.revision,
    state: () => scraper.source(),
    metrics: () => scrapeMetrics(store, scraper, limits),
    start(listener) {
      onTick = listener
      cancel = every(timers, limits.persistIntervalMs, () => void save())
      scraper.start()
    },
    async stop() {
      cancel()
      await scraper.stop()
      await save()
      await persistence?.close()
    },
  }
}

function questionOf({ route, rule, endMs }: SeriesQuery, timeline: Timeline) {
  return { route: route ?? '', rule, endTick: endMs === null ? null : timeline.tickAt(endMs) }
}

async function restore(
  persistence: Persistence | null,
  options: {
    readonly limits: ObserverLimits
    readonly clock: Clock
    readonly intervalMs: number
  },
): Promise<{ store: SeriesStore; timeline: Timeline }> {
  const { limits, clock, intervalMs } = options
  const restored = persistence?.restore() ?? null
  const timeline = new Timeline(clock, intervalMs, restored?.timeline)
  const store = new SeriesStore(timeline.tick(), limits, restored?.state)
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

function scrapeMetrics(store: SeriesStore, scraper: Scraper, limits: ObserverLimits): OwnMetric[] {
  const { succeeded, failed, late } = scraper.counters
  const { refused, invalid } = store.counters
  return [
    {
      name: 'observer_scrapes_total',
      type: 'counter',
      help: 'Scrapes, by outcome; "late" ones were skipped because one was still running.',
      values: [
        { labels: 'outcome="ok"', value: succeeded },
        { labels: 'outcome="failed"', value: failed },
        { labels: 'outcome="late"', value: late },
      ],
    },
    oneValue('routes', 'gauge', 'Routes with history.', store.routes.size),
    oneValue('series', 'gauge', 'Metric series tracked.', store.seriesCount),
    oneValue('series_refused_total', 'counter', 'New series dropped at a limit.', refused),
    oneValue(
      'samples_invalid_total',
      'counter',
      'Samples dropped: a counter cannot have them.',
      invalid,
    ),
    oneValue('history_bytes', 'gauge', 'Bytes of history in memory.', store.historyBytes),
    oneValue(
      'history_bytes_max',
      'gauge',
      'Bytes of history beyond which the oldest is dropped.',
      limits.historyBytesMax,
    ),
    oneValue(
      'history_kept_ratio',
      'gauge',
      'Share of the retention that fits in memory.',
      store.keptShare,
    ),
    oneValue(
      'history_chunks_dropped_total',
      'counter',
      'Chunks of history dropped before their retention ended.',
      store.chunksDroppedEarly,
    ),
  ]
}
