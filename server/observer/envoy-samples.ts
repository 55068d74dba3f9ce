/**
 * One sample of an Envoy that Envoy Gateway configured → which count of which route it is. A rule is one cluster, named
 * `httproute/<namespace>/<name>/rule/<index>`, its mirrors further ones with `-mirror-<filter index>` behind it.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats
 */
import { type ClassifiedSample, type Labels, type Slot, type SlotKind, upperBoundOf } from './slots'

const CLUSTER = /^httproute\/([^/]+)\/([^/]+)\/rule\/(\d+)(?:-mirror-(\d+))?$/

interface Meaning {
  readonly primary: SlotKind
  readonly mirror: SlotKind
  readonly outcome?: 'mirrored' | 'answered'
  /** Why something went wrong. */
  readonly reason?: string
}

const cause = (reason: string): Meaning => ({ primary: 'causes', mirror: 'mirrorCauses', reason })
const IN_FLIGHT: Meaning = { primary: 'requestsInFlight', mirror: 'mirrorInFlight' }

/** Requests are counted when they end: `rq_total` would leave out those that found no connection. */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['rq_completed', { primary: 'requests', mirror: 'decided', outcome: 'mirrored' }],
  ['rq', { primary: 'responses', mirror: 'ended', outcome: 'answered' }],
  ['rq_active', IN_FLIGHT],
  ['rq_time_bucket', { primary: 'duration', mirror: 'mirrorDuration' }],
  ['cx_tx_bytes_total', { primary: 'requestBytes', mirror: 'mirrorRequestBytes' }],
  ['cx_rx_bytes_total', { primary: 'responseBytes', mirror: 'mirrorResponseBytes' }],
  ['rq_timeout', cause('timeout')],
  ['cx_connect_fail', cause('connect_failed')],
  ['cx_destroy_remote_with_active_rq', cause('reset')],
  ['rq_pending_overflow', cause('pending_overflow')],
  ['rq_active_overflow', cause('active_overflow')],
  ['cx_none_healthy', cause('no_endpoints')],
])
const PREFIX = 'envoy_cluster_upstream_'

/** Metrics of an Envoy that are kept, as one Prometheus selector asks for them. */
export const ENVOY_METRIC_NAMES: readonly string[] = [...MEANINGS.keys()].map(
  (name) => `${PREFIX}${name}`,
)

/** The same as Envoy's own `filter` takes it, so that a scrape is a small part of all an Envoy counts. */
export const ENVOY_STATS_QUERY = `filter=${encodeURIComponent('^cluster\\.httproute/.*\\.upstream_(rq|cx)_')}`

/** Returns whether series of this metric of an Envoy are kept. */
export function isEnvoyMetric(name: string): boolean {
  return name.startsWith(PREFIX) && MEANINGS.has(name.slice(PREFIX.length))
}

/** Returns what a sample of an Envoy counts, or null when its cluster is no rule of an HTTPRoute. */
export function classifyEnvoySample(name: string, labels: Labels): ClassifiedSample | null {
  const meaning = MEANINGS.get(name.slice(PREFIX.length))
  const cluster = labels['envoy_cluster_name'] ?? ''
  const [, namespace, routeName, rule = '', mirror = ''] = CLUSTER.exec(cluster) ?? []
  if (meaning === undefined || namespace === undefined || routeName === undefined) return null
  const kind = mirror === '' ? meaning.primary : meaning.mirror
  const { le, envoy_response_code: code = '' } = labels
  const slot: Slot = {
    kind,
    rule,
    mirror,
    subject: '',
    outcome: mirror === '' ? '' : (meaning.outcome ?? ''),
    reason: meaning.reason ?? '',
    code,
    // Envoy's bounds are milliseconds.
    upperBound: le === undefined ? 0 : upperBoundOf(le) / 1000,
  }
  const isGauge = meaning === IN_FLIGHT
  return { dialect: 'envoy', route: `${namespace}/${routeName}`, slot, group: cluster, isGauge }
}
