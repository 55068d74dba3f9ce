/** HTTP request → this → series, stream, health or metrics. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DashboardError } from '@/lib/dashboard-api/errors'
import { isLoopbackHost, targetUrl } from '@/lib/shared/loopback-request'
import type { SeriesAnswer, SeriesQuery } from './series-source'
import type { StreamHub } from './stream-hub'

export interface RequestContext {
  readonly hub: StreamHub
  /** The longest history that is kept. */
  readonly rangeSecondsMax: number
  answer(query: SeriesQuery): Promise<SeriesAnswer>
  /** Answers what is below `/comparisons`. */
  comparison(request: IncomingMessage, url: URL, response: ServerResponse): void
  health(): Record<string, unknown>
  metrics(): string
}

const RANGE_SECONDS_DEFAULT = 300
const ROUTE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/

/** Answers one request; never throws. */
export function answerRequest(
  context: RequestContext,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const refusal = refusalOf(request)
  if (refusal !== null) {
    sendError(response, refusal.status, refusal.error)
    return
  }
  const url = targetUrl(request.url ?? '/')
  if (url === null) {
    sendError(response, 400, { code: 'bad-request', message: 'That is no path.' })
  } else if (isComparison(url.pathname)) context.comparison(request, url, response)
  else if (request.method === 'DELETE') {
    sendError(response, 405, { code: 'bad-request', message: 'Only /comparisons can be deleted.' })
  } else if (url.pathname === '/healthz') sendJson(response, 200, context.health())
  else if (url.pathname === '/metrics') {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
    response.end(context.metrics())
  } else if (url.pathname === '/series' || url.pathname === '/series/stream') {
    answerSeries(context, url, response)
  } else {
    sendError(response, 404, { code: 'not-found', message: `There is nothing at ${url.pathname}.` })
  }
}

function isComparison(path: string): boolean {
  return path === '/comparisons' || path.startsWith('/comparisons/')
}

function answerSeries(context: RequestContext, url: URL, response: ServerResponse): void {
  const query = readQuery(url, context.rangeSecondsMax)
  if (typeof query === 'string') {
    sendError(response, 400, { code: 'bad-request', message: query })
  } else if (url.pathname === '/series') {
    void context.answer(query).then((answer) => sendJson(response, 200, answer))
  } else if (!context.hub.add(response, query)) {
    sendError(response, 503, {
      code: 'too-many',
      message: 'Too many pages are open on these series; close some and load again.',
    })
  }
}

/** A name that resolves to loopback is how another site would read this port (DNS rebinding). */
function refusalOf(request: IncomingMessage): { status: number; error: DashboardError } | null {
  if (!isLoopbackHost(request.headers.host)) {
    const message = 'This service answers on loopback only: address it as 127.0.0.1.'
    return { status: 403, error: { code: 'forbidden-origin', message } }
  }
  if (['GET', 'HEAD', 'DELETE'].includes(request.method ?? '')) return null
  const message = 'This service only answers GET and DELETE.'
  return { status: 405, error: { code: 'bad-request', message } }
}

const RULE = /^\d{1,4}$/
const END = /^\d{1,15}$/

function readQuery(url: URL, rangeMax: number): SeriesQuery | string {
  const rangeText = url.searchParams.get('range') ?? String(RANGE_SECONDS_DEFAULT)
  const range = Number(rangeText)
  const rangeMin = Math.min(10, rangeMax)
  if (!/^\d{1,7}$/.test(rangeText) || range < rangeMin || range > rangeMax) {
    return `range takes whole seconds from ${rangeMin} to ${rangeMax}.`
  }
  const route = url.searchParams.get('route')
  if (route !== null && !ROUTE.test(route)) return 'route takes namespace/name.'
  const rule = url.searchParams.get('rule')
  if (rule !== null && !RULE.test(rule)) return 'rule takes the index of a rule.'
  const end = url.searchParams.get('end')
  if (end !== null && !END.test(end)) return 'end takes epoch milliseconds.'
  return { route, rangeSeconds: range, rule, endMs: end === null ? null : Number(end) }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(JSON.stringify(value))
}

function sendError(response: ServerResponse, status: number, error: DashboardError): void {
  sendJson(response, status, error)
}
