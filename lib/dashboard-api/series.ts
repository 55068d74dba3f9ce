/**
 * GET /api/series?route=namespace/name&range=300 and its stream: what the observer knows of one route; `rule=0` of one
 * of its rules, `end=1795608000000` of the range that ended at that time (epoch milliseconds) instead of now.
 * GET /api/series?range=300 (no route): the overview of all routes.
 * Counts are per step, not rates: the page divides by `stepSeconds`. `null` is a step without a scrape, never zero.
 */
export type Points = readonly (number | null)[]

/** Seconds of history a page offers: 1 minute to 7 days. */
export const SERIES_RANGES_SECONDS = [60, 300, 900, 3600, 21_600, 86_400, 604_800] as const

export interface SeriesOverview {
  readonly stepSeconds: number
  /** Epoch milliseconds at the end of each step. */
  readonly timestamps: readonly number[]
  /** By `namespace/name`. */
  readonly routes: Readonly<Record<string, RouteOverview>>
  readonly source: SourceState
}

/** What is known of one route in the overview; a signal that is zero throughout is left out. */
export interface RouteOverview {
  readonly requests: Points
  readonly mirrored: Points
  readonly signals?: Readonly<Partial<Record<RouteSignal, Points>>>
  /** True where the accounting identity of one of its mirrors does not hold since its gateway started. */
  readonly isUnbalanced?: true
}

/**
 * What may need attention: the primary's 5xx answers, the mirror's, copies without an answer, and copies given up at a
 * limit before they were sent. And what the totals have beside the steps that are known: requests and mirrored copies
 * counted while scrapes were missed, at the step in which they were noticed.
 */
export const ROUTE_SIGNALS = [
  'errors',
  'mirrorErrors',
  'failed',
  'dropped',
  'unplacedRequests',
  'unplacedMirrored',
] as const
export type RouteSignal = (typeof ROUTE_SIGNALS)[number]

export interface RouteSeries {
  readonly route: string
  readonly stepSeconds: number
  readonly timestamps: readonly number[]
  readonly primary: TrafficSeries
  readonly rules: readonly RuleSeries[]
  readonly backends: readonly BackendSeries[]
  readonly mirrors: readonly MirrorSeries[]
  readonly captures: CaptureCounts
  readonly retries: RetryCounts
  readonly source: SourceState
  /** What the source of this route's numbers cannot see, in a sentence each; empty for our own gateway. */
  readonly blindSpots: BlindSpots
}

/**
 * Requests sent to a backend again in the window, and those that a rule's `retry` allows and that were not, by reason: the
 * answer of the attempt before was handed over then.
 */
export interface RetryCounts {
  readonly made: number
  readonly refused: Readonly<Record<string, number>>
}

/** Pairs of answers captured for comparison in the window, and those given up, by reason. */
export interface CaptureCounts {
  readonly captured: number
  readonly givenUp: Readonly<Record<string, number>>
}

/**
 * Which number is meant: all of the route's, backends apart, the accounting identity, why copies failed, latency, bytes,
 * short steps.
 */
export type BlindSpot =
  | 'route'
  | 'backends'
  | 'account'
  | 'failures'
  | 'latency'
  | 'bytes'
  | 'steps'
export type BlindSpots = Readonly<Partial<Record<BlindSpot, string>>>

export interface TrafficSeries {
  readonly requests: Points
  /** By status class: `2xx`, `3xx`, `4xx`, `5xx`, and `aborted` where no response was sent. */
  readonly responsesByClass: Readonly<Record<string, Points>>
  /** Responses in the window by status code. */
  readonly totalsByCode: Readonly<Record<string, number>>
  readonly latency: LatencySeries
  /** Requests in the window. */
  readonly total: number
  /** Now. */
  readonly inFlight: number
  readonly bytes: ByteSeries
  readonly peaks: Peaks<'requests'>
}

/**
 * Where a step sums several shorter ones: the count it would have had if all of it had been as busy as the busiest of
 * them, so that a short spike is not averaged away. By series, the classes of `responsesByClass` under their own names;
 * empty where a step is the finest that is kept.
 */
export type Peaks<Name extends string> = Readonly<Partial<Record<Name | StatusClass, Points>>>
export type StatusClass = '1xx' | '2xx' | '3xx' | '4xx' | '5xx' | 'aborted' | 'other'

/** Body bytes by direction, per step. */
export interface ByteSeries {
  readonly request: Points
  readonly response: Points
  /** In the window. */
  readonly total: ByteTotals
}

/** Body bytes by direction, in the window. */
export interface ByteTotals {
  readonly request: number
  readonly response: number
}

/** One rule in the window; ask with `rule=` for its series. */
export interface RuleSeries {
  readonly rule: string
  readonly requests: Points
  readonly total: number
  readonly totalsByCode: Readonly<Record<string, number>>
  readonly quantiles: Quantiles
  /** Now. */
  readonly inFlight: number
  readonly bytes: ByteTotals
}

/** Milliseconds. */
export interface Quantiles {
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
}

/** Milliseconds, from histogram buckets: a value is exact to its bucket's width. */
export interface LatencySeries {
  readonly p50: Points
  readonly p90: Points
  readonly p99: Points
  /** Over the whole window. */
  readonly window: Quantiles
  /** Width of the bucket each of the window's quantiles falls in: the value may be off by as much. */
  readonly resolution: Quantiles
}

export interface BackendSeries {
  /** `namespace/service:port`. */
  readonly backend: string
  readonly responses: Points
  readonly responsesByClass: Readonly<Record<string, Points>>
  readonly total: number
  readonly totalsByCode: Readonly<Record<string, number>>
  readonly latency: LatencySeries
  /** Now. */
  readonly inFlight: number
  readonly bytes: ByteTotals
}

export interface MirrorSeries {
  readonly rule: string
  /** Index of the filter in rule.filters. */
  readonly mirror: string
  /** `namespace/service:port`; `''` where the source does not say. */
  readonly target: string
  readonly mirrored: Points
  readonly answered: Points
  readonly failed: Points
  readonly responsesByClass: Readonly<Record<string, Points>>
  readonly totalsByCode: Readonly<Record<string, number>>
  readonly latency: LatencySeries
  readonly bytes: ByteSeries
  /** What went wrong in the window by cause, where the source counts causes apart from outcomes. */
  readonly causes: Readonly<Record<string, number>>
  readonly peaks: Peaks<'mirrored' | 'answered' | 'failed'>
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
