/** When Prometheus scrapes: steps finer than that would draw zeros and spikes that never were. */
import type { Clock } from '../timeline'
import type { Grid, PrometheusClient } from './prometheus-client'
import { PRESENCE } from './queries'

export interface Rhythm {
  /** Between two scrapes, the longest of all processes. */
  readonly intervalSeconds: number
  /** Seconds since the epoch of one scrape. */
  readonly scrapedAt: number
  /** True while there were too few scrapes to tell. */
  readonly isGuess: boolean
}

/** The rhythm is looked at again this often, and sooner while it is a guess. */
const FRESH_MS = 60_000
const GUESS_FRESH_MS = 2_000
/** With fewer scrapes than three nothing can be said of their distance: Prometheus' own default. */
const INTERVAL_SECONDS_DEFAULT = 60
const INTERVAL_SECONDS_MAX = 300
/** Behind now, so that a scrape under way is not missing from the newest step. */
const SETTLE_SECONDS = 1

/** Finds how often Prometheus scrapes, and remembers it for a minute. */
export class RhythmFinder {
  /** Grows when the rhythm changed: steps sent before no longer line up. */
  revision = 0
  private readonly client: PrometheusClient
  private readonly clock: Clock
  private known: { readonly rhythm: Rhythm; readonly at: number } | null = null
  private asking: Promise<Rhythm | string> | null = null

  constructor(client: PrometheusClient, clock: Clock) {
    this.client = client
    this.clock = clock
  }

  /** Returns the rhythm, or a sentence that says why it is not known. */
  async find(): Promise<Rhythm | string> {
    if (this.known !== null) {
      const { rhythm, at } = this.known
      const freshMs = rhythm.isGuess ? GUESS_FRESH_MS : FRESH_MS
      if (this.clock.monotonic() - at < freshMs) return rhythm
    }
    this.asking ??= this.ask().finally(() => {
      this.asking = null
    })
    return this.asking
  }

  private async ask(): Promise<Rhythm | string> {
    const series = await this.client.queryRaw(`${PRESENCE}[10m]`, this.clock.now() / 1000)
    if (typeof series === 'string') return series
    const times = series.map(({ values }) => values.map(([time]) => time))
    const found = rhythmOf(times)
    if (found === null) {
      return 'Prometheus has no series of a gateway: neither gateway_route_table_version nor envoy_server_live in the last 10 minutes. Check that it scrapes the gateway.'
    }
    const before = this.known?.rhythm
    const isSame = before?.intervalSeconds === found.intervalSeconds
    // A phase that moves with every look would relabel what pages show.
    const rhythm = isSame ? before : found
    if (before !== undefined && !isSame) this.revision += 1
    this.known = { rhythm, at: this.clock.monotonic() }
    return rhythm
  }
}

/** Returns the rhythm of the scrape times of several processes; null without any. */
export function rhythmOf(times: readonly (readonly number[])[]): Rhythm | null {
  const scrapedAt = times.flatMap((all) => all.slice(-1))[0]
  if (scrapedAt === undefined) return null
  const distances = times.flatMap((all) => {
    const between = all.slice(1).map((time, index) => time - (all[index] ?? time))
    const sorted = between.sort((a, b) => a - b)
    return between.length < 2 ? [] : sorted.slice(Math.floor(sorted.length / 2)).slice(0, 1)
  })
  const longest = distances.length === 0 ? INTERVAL_SECONDS_DEFAULT : Math.max(...distances)
  const intervalSeconds = Math.min(INTERVAL_SECONDS_MAX, Math.max(1, Math.round(longest)))
  return { intervalSeconds, scrapedAt, isGuess: distances.length === 0 }
}

interface Asked {
  readonly rangeSeconds: number
  /** Seconds since the epoch. */
  readonly end: number
  readonly pointsMax: number
  /** Scrapes a step has at least. */
  readonly scrapesMin: number
}

/**
 * Returns the grid of a range. A step is a whole number of scrapes, and its edges lie half-way between two of them, so
 * that a scrape a little early or late still falls in its own step.
 */
export function gridFor(
  asked: Asked,
  { intervalSeconds, scrapedAt }: Pick<Rhythm, 'intervalSeconds' | 'scrapedAt'>,
): Grid {
  const { rangeSeconds, end, pointsMax, scrapesMin } = asked
  const scrapes = Math.max(scrapesMin, Math.ceil(rangeSeconds / pointsMax / intervalSeconds))
  const stepSeconds = scrapes * intervalSeconds
  const points = Math.max(1, Math.min(pointsMax, Math.ceil(rangeSeconds / stepSeconds)))
  const phase = (scrapedAt + intervalSeconds / 2) % stepSeconds
  const edge = Math.floor((end - SETTLE_SECONDS - phase) / stepSeconds) * stepSeconds + phase
  // Prometheus takes milliseconds.
  return { start: Math.round((edge - points * stepSeconds) * 1000) / 1000, stepSeconds, points }
}
