/**
 * A Prometheus server that scrapes the gateway → this → series. It keeps the history, so nothing is kept here: every
 * question is asked of it again.
 */
import type {
  RouteSeries,
  SeriesEvent,
  SeriesOverview,
  SourceState,
} from '@/lib/dashboard-api/series'
import { POINTS_MAX } from '@/lib/series/tiers'
import type { Logger } from '../../log'
import { blindSpotsOf } from '../blind-spots'
import type { ObserverLimits } from '../limits'
import { newestStepOfRoute } from '../newest-step'
import type { OwnMetric } from '../own-metrics'
import { type Drawn, toRouteSeries } from '../route-series'
import type { SeriesAnswer, SeriesQuery, SeriesSource } from '../series-source'
import type { Clock } from '../timeline'
import { every, type Timers } from '../timers'
import { countMatrix, type Presence } from './count-matrix'
import { queryOverviewMatrix } from './overview-matrix'
import { type Grid, PrometheusClient } from './prometheus-client'
import { presenceQuery, readPresence, routeQuery } from './queries'
import { gridFor, type Rhythm, RhythmFinder } from './scrape-rhythm'

export interface PrometheusOptions {
  readonly url: string
  readonly limits: ObserverLimits
  readonly clock: Clock
  readonly timers: Timers
  readonly logger: Logger
}

export class PrometheusSource implements SeriesSource {
  private readonly options: PrometheusOptions
  private readonly abort = new AbortController()
  private readonly client: PrometheusClient
  private readonly rhythm: RhythmFinder
  private readonly counters = { ok: 0, failed: 0 }
  private problem: string | null = 'Prometheus has not been queried yet.'
  private lastAnswerMs: number | null = null
  private cancel: () => void = () => {}

  /** Throws when the URL is not one. */
  constructor(options: PrometheusOptions) {
    const { limits } = options
    this.options = options
    this.client = new PrometheusClient(options.url, {
      bytesMax: limits.scrapeBytesMax,
      timeoutMs: limits.prometheusTimeoutMs,
      signal: this.abort.signal,
    })
    this.rhythm = new RhythmFinder(this.client, options.clock)
  }

  async answer(query: SeriesQuery, event: SeriesEvent): Promise<SeriesAnswer> {
    const rhythm = await this.rhythm.find()
    if (typeof rhythm === 'string') return this.nothing(query, rhythm)
    if (query.route === null) return this.overview(query, rhythm, event)
    const series = await this.route(query, query.route, rhythm)
    return event === 'point' ? newestStepOfRoute(series) : series
  }

  private async route(query: SeriesQuery, route: string, rhythm: Rhythm): Promise<RouteSeries> {
    const grid = this.grid(query, rhythm, POINTS_MAX)
    const [series, seen] = await Promise.all([
      this.client.queryRange(routeQuery(route), grid),
      this.client.queryRange(presenceQuery(), grid),
    ])
    const problem = typeof series === 'string' ? series : typeof seen === 'string' ? seen : null
    this.note(problem)
    const presence: Presence =
      typeof seen === 'string' ? new Map() : readPresence(seen, grid, rhythm.intervalSeconds)
    const counted = countMatrix(typeof series === 'string' ? [] : series, presence, grid)
    const drawn: Drawn = {
      stepSeconds: grid.stepSeconds,
      timestamps: timestampsOf(grid),
      known: counted.known,
    }
    return toRouteSeries({
      route,
      rule: query.rule,
      drawn,
      counts: counted.counts,
      source: this.state(),
      blindSpots: { ...blindSpotsOf(counted.dialects), steps: stepsBlindSpot(rhythm) },
    })
  }

  private async overview(
    query: SeriesQuery,
    rhythm: Rhythm,
    event: SeriesEvent,
  ): Promise<SeriesOverview> {
    const { overviewPointsMax } = this.options.limits
    const whole = this.grid(query, rhythm, overviewPointsMax, 2)
    const grid = event === 'point' ? lastStepOf(whole) : whole
    const answer = await queryOverviewMatrix(this.client, grid, rhythm.intervalSeconds)
    this.note(typeof answer === 'string' ? answer : null)
    const source = this.state()
    const message = `${source.message} ${ESTIMATES}`
    return {
      stepSeconds: grid.stepSeconds,
      timestamps: timestampsOf(grid),
      routes: typeof answer === 'string' ? {} : answer,
      source: source.state === 'ok' ? { ...source, message } : source,
    }
  }

  private grid(query: SeriesQuery, rhythm: Rhythm, pointsMax: number, scrapesMin = 1): Grid {
    const now = this.options.clock.now()
    const end = Math.min(now, query.endMs ?? now) / 1000
    return gridFor({ rangeSeconds: query.rangeSeconds, end, pointsMax, scrapesMin }, rhythm)
  }

  /** What a page gets when Prometheus has nothing to say: its shape, and why. */
  private nothing(query: SeriesQuery, problem: string): SeriesAnswer {
    this.note(problem)
    const source = this.state()
    if (query.route === null) return { stepSeconds: 1, timestamps: [], routes: {}, source }
    const drawn: Drawn = { stepSeconds: 1, timestamps: [], known: [] }
    const { route, rule } = query
    return toRouteSeries({ route, rule, drawn, counts: [], source, blindSpots: {} })
  }

  private note(problem: string | null): void {
    const { logger, clock } = this.options
    if (problem !== null && this.problem === null) logger.warn('prometheus failed', { problem })
    this.problem = problem
    if (problem === null) {
      this.counters.ok += 1
      this.lastAnswerMs = clock.now()
    } else this.counters.failed += 1
  }

  state(): SourceState {
    const { problem, lastAnswerMs: lastScrape } = this
    if (problem === null) return { state: 'ok', lastScrape, message: 'Read from Prometheus.' }
    return { state: 'unreachable', lastScrape, message: problem }
  }

  revision(): number {
    return this.rhythm.revision
  }

  metrics(): readonly OwnMetric[] {
    const { ok, failed } = this.counters
    return [
      {
        name: 'observer_prometheus_questions_total',
        type: 'counter',
        help: 'Queries to Prometheus, by outcome.',
        values: [
          { labels: 'outcome="ok"', value: ok },
          { labels: 'outcome="failed"', value: failed },
        ],
      },
    ]
  }

  start(onTick: () => void): void {
    const { timers, limits } = this.options
    this.cancel = every(timers, limits.prometheusIntervalMs, onTick)
  }

  async stop(): Promise<void> {
    this.cancel()
    this.abort.abort()
  }
}

const ESTIMATES = 'Over all routes its counts are estimates; the page of a route counts exactly.'

function stepsBlindSpot({ intervalSeconds }: Rhythm): string {
  return `Prometheus reads the gateway every ${intervalSeconds} s: what happens within that time is averaged over it.`
}

function timestampsOf({ start, stepSeconds, points }: Grid): number[] {
  return Array.from({ length: points }, (_, index) =>
    Math.round((start + (index + 1) * stepSeconds) * 1000),
  )
}

function lastStepOf({ start, stepSeconds, points }: Grid): Grid {
  return { start: start + (points - 1) * stepSeconds, stepSeconds, points: 1 }
}
