import { HEARTBEAT } from '@/lib/dashboard-api/heartbeat'

/** Every bound of the observer, with what happens at it. */
export interface ObserverLimits {
  /** Metrics URLs, or Pods, read at once; more URLs are refused at the start, more Pods are a failed scrape. */
  readonly sourcesMax: number
  /** Bytes of one scrape; a longer answer is a failed scrape. */
  readonly scrapeBytesMax: number
  /** Lines of one scrape; a longer answer is a failed scrape. */
  readonly scrapeLinesMax: number
  /** A scrape that is not complete after this long is a failed scrape. */
  readonly scrapeTimeoutMs: number
  /** A question to Prometheus that is not answered after this long has failed; it gives up with the page's patience. */
  readonly prometheusTimeoutMs: number
  /** Open pages get what Prometheus has new this often. */
  readonly prometheusIntervalMs: number
  /** Routes with history; the series of further routes are counted as refused. */
  readonly routesMax: number
  /** Metric series followed; further ones are counted as refused. */
  readonly seriesMax: number
  /**
   * Distinct counts kept for one route. Beyond, answers with a new status code are counted under the code `other`,
   * and what has no code is counted as refused.
   */
  readonly slotsPerRouteMax: number
  /** Bytes of history of all routes. Beyond, the oldest history of every resolution is shortened, and said so. */
  readonly historyBytesMax: number
  /** History is written this often; a process that is killed loses what came after the last time. */
  readonly persistIntervalMs: number
  /** Open streams; a further client is answered 503. */
  readonly streamClientsMax: number
  /** Bytes a stream may leave unread before it is dropped instead of sent another event. */
  readonly streamBufferBytesMax: number
  /** Every stream gets a comment this often, so that a connection that broke is noticed. */
  readonly heartbeatMs: number
  /** Points drawn for one route in the overview; a longer range has wider steps. */
  readonly overviewPointsMax: number
  /** After this time without a scrape the source is unreachable instead of stale. */
  readonly staleMs: number
}

export const OBSERVER_LIMITS: ObserverLimits = {
  sourcesMax: 16,
  scrapeBytesMax: 128 * 1024 * 1024,
  scrapeLinesMax: 1_000_000,
  scrapeTimeoutMs: 5_000,
  prometheusTimeoutMs: 10_000,
  prometheusIntervalMs: 5_000,
  routesMax: 10_000,
  seriesMax: 1_000_000,
  slotsPerRouteMax: 2048,
  historyBytesMax: 256 * 1024 * 1024,
  persistIntervalMs: 15_000,
  streamClientsMax: 64,
  streamBufferBytesMax: 8 * 1024 * 1024,
  heartbeatMs: HEARTBEAT.intervalMs,
  overviewPointsMax: 60,
  staleMs: 10_000,
}
