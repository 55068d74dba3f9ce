/** HTTP request → this → series, stream, health or metrics. */
import {
  metricsText,
  nothingAt,
  ok,
  type PlaneAnswer,
  type PlaneRequest,
  refuse,
} from '../plane-http/plane-answer'
import type { SeriesAnswer, SeriesQuery } from './series-source'
import type { StreamHub } from './stream-hub'

export interface RequestContext {
  readonly hub: StreamHub
  /** The longest history that is kept. */
  readonly rangeSecondsMax: number
  answer(query: SeriesQuery): Promise<SeriesAnswer>
  /** Answers what is below `/comparisons`. */
  comparison(request: PlaneRequest): PlaneAnswer
  health(): Record<string, unknown>
  metrics(): string
}

const RANGE_SECONDS_DEFAULT = 300
const ROUTE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/

/** Answers one request. */
export function answerRequest(
  context: RequestContext,
  request: PlaneRequest,
): PlaneAnswer | Promise<PlaneAnswer> {
  const { method, url } = request
  const { pathname } = url
  if (!['GET', 'HEAD', 'DELETE'].includes(method)) {
    return refuse(405, 'bad-request', 'This service only answers GET and DELETE.')
  }
  if (isComparison(pathname)) return context.comparison(request)
  if (method === 'DELETE') return refuse(405, 'bad-request', 'Only /comparisons can be deleted.')
  if (pathname === '/healthz') return ok(context.health())
  if (pathname === '/metrics') return metricsText(context.metrics())
  if (pathname === '/series' || pathname === '/series/stream') return answerSeries(context, url)
  return nothingAt(pathname)
}

function isComparison(path: string): boolean {
  return path === '/comparisons' || path.startsWith('/comparisons/')
}

async function answerSeries(context: RequestContext, url: URL): Promise<PlaneAnswer> {
  const query = readQuery(url, context.rangeSecondsMax)
  if (typeof query === 'string') return refuse(400, 'bad-request', query)
  if (url.pathname === '/series') return ok(await context.answer(query))
  if (context.hub.isFull) {
    const sentence = 'Too many pages are open on these series; close some and load again.'
    return refuse(503, 'too-many', sentence)
  }
  return { stream: (response) => context.hub.add(response, query) }
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
