/** HTTP request → this → comparisons, pairs, one pair. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { comparisonQuery, pairQuery } from '@/lib/dashboard-api/comparison'
import type { DashboardError } from '@/lib/dashboard-api/errors'
import type { ComparisonStore } from './comparison-store'

type Answer = readonly [status: number, body: object]

/** Answers a request below `/comparisons`; `url` is its target. DELETE starts a route's comparison anew. */
export function answerComparison(
  store: ComparisonStore,
  request: IncomingMessage,
  url: URL,
  response: ServerResponse,
): void {
  const [status, body] =
    request.method === 'DELETE' ? reset(store, url) : answer(store, url.pathname, url)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(JSON.stringify(body))
}

function reset(store: ComparisonStore, url: URL): Answer {
  const route = url.searchParams.get('route')
  if (route === null) return refusal(400, 'Name the route: ?route=namespace/name.')
  store.reset(route)
  return [200, { reset: true }]
}

function answer(store: ComparisonStore, path: string, url: URL): Answer {
  const asked = Object.fromEntries(url.searchParams)
  if (path === '/comparisons') {
    const { route } = asked
    if (route === undefined) return refusal(400, 'Name the route: ?route=namespace/name.')
    return [200, { comparisons: store.list(route) }]
  }
  if (path === '/comparisons/newest') return [200, { comparisons: store.newest() }]
  if (path === '/comparisons/pairs') {
    const query = pairQuery.safeParse(asked)
    return query.success ? found(store.pairs(query.data)) : BAD_QUERY
  }
  const query = comparisonQuery.safeParse(asked)
  if (!query.success) return BAD_QUERY
  if (path === '/comparisons/snapshot') return found(store.snapshot(query.data))
  const { id } = asked
  if (path === '/comparisons/pair' && id !== undefined) return found(store.pair(query.data, id))
  return refusal(404, `There is nothing at ${path}.`)
}

function found(value: object | null): Answer {
  return value === null
    ? refusal(
        404,
        'That is not kept: nothing was captured, it was started anew, or newer pairs took its place.',
      )
    : [200, value]
}

function refusal(status: 400 | 404, message: string): Answer {
  const error: DashboardError = { code: status === 404 ? 'not-found' : 'bad-request', message }
  return [status, error]
}

const BAD_QUERY = refusal(
  400,
  'Name the comparison: route=namespace/name, generation, rule and filterIndex as whole numbers.',
)
