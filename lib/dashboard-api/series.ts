/**
 * GET /api/series?route=namespace/name&range=300 and its stream: what the observer knows of one route.
 * GET /api/series?range=300 (no route): the overview of all routes.
 * Counts are per step, not rates: the page divides by `stepSeconds`. `null` is a step without a scrape, never zero.
 */
export type Points = readonly (number | null)[]

/** Seconds of history a page can ask for. */
export const SERIES_RANGES_SECONDS = [60, 300, 900, 3600] as const

export interface SeriesOverview {
  readonly stepSeconds: number
  /** Epoch milliseconds at the end of each step. */
  readonly timestamps: readonly number[]
  /** By `namespace/name`. */
  readonly routes: Readonly<
    Record<string, { readonly requests: Points; readonly mirrored: Points }>
  >
  readonly source: SourceState
}

export interface RouteSeries {
  readonly route: string
  readonly stepSeconds: number
  readonly timestamps: readonly number[]
  readonly primary: TrafficSeries
  readonly rules: readonly {
    readonly rule: string
    readonly requests: Points
    readonly total: number
  }[]
  readonly backends: readonly BackendSeries[]
  readonly mirrors: readonly MirrorSeries[]
  readonly source: SourceState
}

export interface TrafficSeries {
  readonly requests: Points
  /** By status class: `2xx`, `3xx`, `4xx`, `5xx`, and `aborted` where no response was sent. */
  readonly responsesByClass: Readonly<Record<string, Points>>
  /** Responses in the window by status code. */
  readonly totalsByCode: Readonly<Record<string, number>>
  readonly latency: LatencySeries
  /** Requests in the window. */
  readonly total: number
  readonly inFlight: number
}

/** Milliseconds, from histogram buckets: a value is exact to its bucket's width. */
export interface LatencySeries {
  readonly p50: Points
  readonly p90: Points
  readonly p99: Points
  /** Over the whole window. */
  readonly window: {
    readonly p50: number | null
    readonly p90: number | null
    readonly p99: number | null
  }
}

export interface BackendSeries {
  /** `namespace/service:port`. */
  readonly backend: string
  readonly responses: Points
  readonly total: number
  readonly totalsByCode: Readonly<Record<string, number>>
  readonly latency: LatencySeries
}

export interface MirrorSeries {
  readonly rule: string
  /** Index of the filter in rule.filters. */
  readonly mirror: string
  /** `namespace/service:port`. */
  readonly target: string
  readonly mirrored: Points
  readonly answered: Points
  readonly failed: Points
  readonly totalsByCode: Readonly<Record<string, number>>
  readonly latency: LatencySeries
  /** Since the gateway started. */
  readonly account: MirrorAccount
  /** Within the window. */
  readonly windowAccount: MirrorAccount
}

/**
 * The accounting identity:
 * requests = mirrored + notSampled + skipped + dropped, and mirrored = answered + failed + inFlight.
 */
export interface MirrorAccount {
  readonly requests: number
  readonly mirrored: number
  readonly notSampled: number
  readonly skipped: Readonly<Record<string, number>>
  readonly dropped: Readonly<Record<string, number>>
  readonly answered: number
  readonly failed: Readonly<Record<string, number>>
  /** Copies under way now. */
  readonly inFlight: number
  /**
   * In a window only: copies under way when it began, and copies whose end was never seen because their gateway
   * restarted or their route went away. There, mirrored + inFlightBefore = answered + failed + inFlight + lostInFlight.
   */
  readonly inFlightBefore?: number
  readonly lostInFlight?: number
  readonly holds: boolean
}

export interface SourceState {
  readonly state: 'ok' | 'stale' | 'unreachable'
  /** Epoch milliseconds of the last good scrape. */
  readonly lastScrape: number | null
  /** What this source cannot see, or why it is stale. */
  readonly message: string
}

/**
 * Stream events: `window` (a RouteSeries or SeriesOverview), then each second `point`: the same shape with the newest
 * complete step only, its totals, accounts and window quantiles still those of the whole range. A step wider than a
 * second comes again until the next is complete: replace by timestamp. An overview's point comes only when it has
 * something new. A further `window` replaces everything: the clock was set.
 */
export type SeriesEvent = 'window' | 'point'
