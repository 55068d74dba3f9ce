/** HTTP request → this → comparisons, pairs, one pair. */
import { comparisonQuery, pairQuery } from '@/lib/dashboard-api/comparison'
import {
  nothingAt,
  ok,
  type PlaneAnswer,
  type PlaneRequest,
  refuse,
} from '../../plane-http/plane-answer'
import type { ComparisonStore } from './comparison-store'

/** Answers a request below `/comparisons`. DELETE resets a route's comparison. */
export function answerComparison(
  store: ComparisonStore,
  { method, url }: PlaneRequest,
): PlaneAnswer {
  return method === 'DELETE' ? reset(store, url) : answer(store, url.pathname, url)
}

function reset(store: ComparisonStore, url: URL): PlaneAnswer {
  const route = url.searchParams.get('route')
  if (route === null) return NO_ROUTE
  store.reset(route)
  return ok({ reset: true })
}

function answer(store: ComparisonStore, path: string, url: URL): PlaneAnswer {
  const asked = Object.fromEntries(url.searchParams)
  if (path === '/comparisons') {
    const { route } = asked
    if (route === undefined) return NO_ROUTE
    return ok({ comparisons: store.list(route) })
  }
  if (path === '/comparisons/newest') return ok({ comparisons: store.newest() })
  if (path === '/comparisons/pairs') {
    const query = pairQuery.safeParse(asked)
    return query.success ? found(store.pairs(query.data)) : BAD_QUERY
  }
  const query = comparisonQuery.safeParse(asked)
  if (!query.success) return BAD_QUERY
  if (path === '/comparisons/snapshot') return found(store.snapshot(query.data))
  const { id } = asked
  if (path === '/comparisons/pair' && id !== undefined) return found(store.pair(query.data, id))
  return nothingAt(path)
}

function found(value: object | null): PlaneAnswer {
  if (value !== null) return ok(value)
  const sentence =
    'Not found: nothing was captured, the comparison was reset, or newer pairs took its place.'
  return refuse(404, 'not-found', sentence)
}

const NO_ROUTE = refuse(400, 'bad-request', 'Name the route: ?route=namespace/name.')
const BAD_QUERY = refuse(
  400,
  'bad-request',
  'Name the comparison: route=namespace/name, generation, rule and filterIndex as whole numbers.',
)
