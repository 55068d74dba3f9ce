/** Every route at once: summed by Prometheus, because the series of thousands of routes are too many to fetch. */
import type { RouteOverview, RouteSignal } from '@/lib/dashboard-api/series'
import { GATEWAY_METRICS as OWN } from '@/lib/series/gateway-metrics'
import { classifyEnvoySample } from '../envoy-samples'
import { toRouteOverview } from '../query-overview'
import type { Grid, MatrixSeries, PrometheusClient } from './prometheus-client'
import { PRESENCE } from './queries'

type Series = 'requests' | 'mirrored' | RouteSignal

interface OverviewQuery {
  readonly series: Series
  readonly selector: string
  readonly by: 'route_namespace, route_name' | 'envoy_cluster_name'
}

const ROUTE = 'route_namespace, route_name'
const PRIMARY = 'envoy_cluster_name=~"httproute/.+/rule/[0-9]+"'
const MIRROR = 'envoy_cluster_name=~"httproute/.+/rule/[0-9]+-mirror-[0-9]+"'
const COMPLETED = 'envoy_cluster_upstream_rq_completed'
const SERVER_ERRORS = 'envoy_cluster_upstream_rq_xx{envoy_response_code_class="5"'

const QUERIES: readonly OverviewQuery[] = [
  { series: 'requests', selector: OWN.requests, by: ROUTE },
  { series: 'mirrored', selector: `${OWN.mirrorRequests}{outcome="mirrored"}`, by: ROUTE },
  { series: 'errors', selector: `${OWN.responses}{code=~"5.."}`, by: ROUTE },
  {
    series: 'mirrorErrors',
    selector: `${OWN.mirrorResponses}{outcome="answered",code=~"5.."}`,
    by: ROUTE,
  },
  { series: 'failed', selector: `${OWN.mirrorResponses}{outcome="failed"}`, by: ROUTE },
  { series: 'dropped', selector: `${OWN.mirrorRequests}{outcome="dropped"}`, by: ROUTE },
  { series: 'requests', selector: `${COMPLETED}{${PRIMARY}}`, by: 'envoy_cluster_name' },
  { series: 'mirrored', selector: `${COMPLETED}{${MIRROR}}`, by: 'envoy_cluster_name' },
  { series: 'errors', selector: `${SERVER_ERRORS},${PRIMARY}}`, by: 'envoy_cluster_name' },
  { series: 'mirrorErrors', selector: `${SERVER_ERRORS},${MIRROR}}`, by: 'envoy_cluster_name' },
]

/**
 * What was counted in a step. increase() takes the first sample in its window as the start: one interval more reaches
 * the sample before it. A series made within the step counts from zero, which increase() leaves out.
 */
function countQuery(
  { selector, by }: OverviewQuery,
  stepSeconds: number,
  intervalSeconds: number,
): string {
  const window = stepSeconds + intervalSeconds
  const grown = `sum by (${by}) (increase(${selector}[${window}s])) * ${stepSeconds / window}`
  const before = `offset ${stepSeconds}s`
  const made = `sum by (${by}) ((${selector} unless ${selector} ${before}) and on (job, instance, namespace, pod) ${PRESENCE} ${before})`
  return `(${grown} + ${made}) or ${grown} or ${made}`
}

/** Returns the overview by route, or a sentence that says what failed. Counts are Prometheus' estimates. */
export async function queryOverviewMatrix(
  client: PrometheusClient,
  grid: Grid,
  intervalSeconds: number,
): Promise<Readonly<Record<string, RouteOverview>> | string> {
  const results = await Promise.all(
    QUERIES.map((query) =>
      client.queryRange(countQuery(query, grid.stepSeconds, intervalSeconds), grid),
    ),
  )
  const counts = new Map<string, Map<Series, Float64Array>>()
  const known = new Array<boolean>(grid.points).fill(false)
  for (const [index, result] of results.entries()) {
    if (typeof result === 'string') return result
    const series = QUERIES[index]?.series ?? 'requests'
    for (const one of result) add(counts, series, one, grid, known)
  }
  const routes = [...counts].map(
    ([route, of]) => [route, toRouteOverview(known, (series) => of.get(series), false)] as const,
  )
  return Object.fromEntries(routes)
}

function add(
  counts: Map<string, Map<Series, Float64Array>>,
  series: Series,
  { labels, values }: MatrixSeries,
  grid: Grid,
  known: boolean[],
): void {
  const route = routeOf(labels)
  if (route === null) return
  const ofRoute = counts.get(route) ?? new Map<Series, Float64Array>()
  counts.set(route, ofRoute)
  const steps = ofRoute.get(series) ?? new Float64Array(grid.points)
  for (const [time, text] of values) {
    const step = Math.round((time - grid.start) / grid.stepSeconds) - 1
    const value = Number(text)
    if (!(step in known) || !Number.isFinite(value)) continue
    known[step] = true
    steps[step] = (steps[step] ?? 0) + value
  }
  const isSignal = series !== 'requests' && series !== 'mirrored'
  if (!isSignal || steps.some((count) => count > 0)) ofRoute.set(series, steps)
}

function routeOf(labels: MatrixSeries['labels']): string | null {
  const { route_namespace: namespace, route_name: name, envoy_cluster_name: cluster } = labels
  if (namespace !== undefined && name !== undefined) return `${namespace}/${name}`
  if (cluster === undefined) return null
  return classifyEnvoySample(COMPLETED, labels)?.route ?? null
}
