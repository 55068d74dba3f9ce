/** The gateway's counts and captured exchanges → this → whoever scrapes it, and the observer. */
import type { Logger } from '../../log'
import { metricsText, nothingAt, type PlaneAnswer, refuse } from '../../plane-http/plane-answer'
import { type PlaneServer, startPlaneServer } from '../../plane-http/plane-server'

/** Scrapers connected at once; further ones are closed on accept. */
const CONNECTIONS_MAX = 64

/** What is served, as text. */
export interface MetricsTexts {
  metrics(): Promise<string>
  /** Takes out captured exchanges: one JSON value a line. */
  exchanges(): Promise<string>
}

export interface MetricsPlace {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** What the observer shows for the exchanges; the metrics are for every scraper. */
  readonly secret?: string | undefined
}

/** Serves `GET /metrics` and `GET /exchanges`. Resolves once it listens; rejects when the port can't be had. */
export function startMetricsServer(
  texts: MetricsTexts,
  place: MetricsPlace,
  logger: Logger,
): Promise<PlaneServer> {
  return startPlaneServer({
    ...place,
    open: ['/metrics'],
    connectionsMax: CONNECTIONS_MAX,
    logger,
    answer: ({ method, url }) => answer(texts, method, url.pathname),
  })
}

async function answer(texts: MetricsTexts, method: string, path: string): Promise<PlaneAnswer> {
  if (path === '/metrics') {
    if (method === 'GET' || method === 'HEAD') return metricsText(await texts.metrics())
    return refuse(405, 'bad-request', 'Metrics are read with GET or HEAD.')
  }
  if (path !== '/exchanges') return nothingAt(path)
  // What is handed over is gone, so only a GET may ask for it.
  if (method !== 'GET') return refuse(405, 'bad-request', 'Exchanges are taken with GET.')
  return { status: 200, text: await texts.exchanges(), type: 'application/x-ndjson' }
}
