/** Timer → this → one consistent scrape of every source per tick. */
import type { SourceState } from '@/lib/dashboard-api/series'
import type { Logger } from '../log'
import type { ObserverLimits } from './limits'
import type { ReadMetrics } from './metrics-reader'
import type { SeriesStore } from './series-store'
import type { Clock, Timeline } from './timeline'
import type { Timers } from './timers'

export interface ScraperOptions {
  readonly read: ReadMetrics
  readonly store: SeriesStore
  readonly timeline: Timeline
  readonly intervalMs: number
  readonly limits: ObserverLimits
  readonly clock: Clock
  readonly timers: Timers
  readonly logger: Logger
  /** Called after every tick, scraped or not. */
  readonly onTick: () => void
}

export interface ScraperCounters {
  succeeded: number
  failed: number
  /** Ticks that passed while a scrape was still under way. */
  late: number
}

/** Reads every source once a tick, never two ticks at once, and hands the texts to the store. */
export class Scraper {
  readonly counters: ScraperCounters = { succeeded: 0, failed: 0, late: 0 }
  private readonly options: ScraperOptions
  private readonly abort = new AbortController()
  private cancel: () => void = () => {}
  private running: Promise<void> = Promise.resolve()
  private lastTick: number | null = null
  private lastScrapeMs: number | null = null
  private lastScrapeAt: number | null = null
  private problem: string | null = 'No scrape has been made yet.'

  constructor(options: ScraperOptions) {
    this.options = options
  }

  start(): void {
    this.schedule()
  }

  /** Ends the scrape under way and makes no other. */
  async stop(): Promise<void> {
    this.abort.abort()
    this.cancel()
    await this.running
  }

  private schedule(): void {
    if (this.abort.signal.aborted) return
    const { timers, timeline } = this.options
    this.cancel = timers.later(timeline.untilNextTick(), () => {
      this.running = this.tick().finally(() => this.schedule())
    })
  }

  /** One tick. When a scrape took longer than the interval, the ticks that passed are a gap. */
  private async tick(): Promise<void> {
    const { store, timeline, onTick, logger } = this.options
    const tick = timeline.tick()
    if (this.lastTick !== null && tick <= this.lastTick) return
    if (this.lastTick !== null) this.counters.late += Math.max(0, tick - this.lastTick - 1)
    this.lastTick = tick
    const texts = await this.options.read({
      bytesMax: this.options.limits.scrapeBytesMax,
      timeoutMs: this.options.limits.scrapeTimeoutMs,
      signal: this.abort.signal,
    })
    if (this.abort.signal.aborted) return
    const problem = typeof texts === 'string' ? texts : store.record(tick, texts)
    if (typeof texts === 'string') store.miss(tick)
    if (problem === null) {
      this.counters.succeeded += 1
      this.lastScrapeMs = timeline.timestampOf(tick)
      this.lastScrapeAt = this.options.clock.monotonic()
    } else {
      this.counters.failed += 1
      if (this.problem === null) logger.warn('scrape failed', { problem })
    }
    if (problem === null && this.problem !== null) logger.info('scrape succeeded')
    this.problem = problem
    onTick()
  }

  /** What the page says of the source. */
  source(): SourceState {
    const lastScrape = this.lastScrapeMs
    if (this.problem === null) return { state: 'ok', lastScrape, message: '' }
    const age =
      this.lastScrapeAt === null ? null : this.options.clock.monotonic() - this.lastScrapeAt
    if (age !== null && age <= this.options.limits.staleMs) {
      const seconds = Math.round(age / 1000)
      return {
        state: 'stale',
        lastScrape,
        message: `${this.problem} The newest numbers are ${seconds} s old; trying again each second.`,
      }
    }
    return {
      state: 'unreachable',
      lastScrape,
      message: `${this.problem} Check that the gateway is running; trying again each second.`,
    }
  }
}
