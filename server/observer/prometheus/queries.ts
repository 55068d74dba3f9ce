/** Which PromQL asks for what; and what says that a process was scraped. */
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import { ENVOY_METRIC_NAMES } from '../envoy-samples'
import { KEPT_GATEWAY_METRICS } from '../gateway-samples'
import { type Presence, targetOf } from './count-matrix'
import type { Grid, MatrixSeries } from './prometheus-client'

/** Series every scrape of a gateway, or of an Envoy, has: where they are, its process was scraped. */
export const PRESENCE = `{__name__=~"${GATEWAY_METRICS.routeTableVersion}|envoy_server_live"}`

const namesOf = (names: readonly string[]) => `__name__=~"${names.join('|')}"`

/** A regular expression as PromQL's strings and RE2 both take it; names hold nothing else that is special. */
function literal(text: string): string {
  return text.replaceAll('.', '\\\\.')
}

/** Every series of one route, `namespace/name`, of our gateway or of an Envoy. */
export function routeQuery(route: string): string {
  const [namespace = '', name = ''] = route.split('/')
  const own = `{${namesOf(KEPT_GATEWAY_METRICS)},route_namespace="${namespace}",route_name="${name}"}`
  const cluster = `httproute/${literal(namespace)}/${literal(name)}/rule/.+`
  return `${own} or {${namesOf(ENVOY_METRIC_NAMES)},envoy_cluster_name=~"${cluster}"}`
}

/** When each process was scraped last, by grid time: a value alone may be minutes old. */
export function presenceQuery(): string {
  return `timestamp(${PRESENCE})`
}

/** How many scrapes may be missing before a process counts as not seen. */
const SCRAPES_LATE_MAX = 2.5

/** Returns at which grid times each process had been scraped lately. */
export function readPresence(
  series: readonly MatrixSeries[],
  grid: Grid,
  intervalSeconds: number,
): Presence {
  const presence = new Map<string, boolean[]>()
  for (const { labels, values } of series) {
    const target = targetOf(labels)
    const seen = presence.get(target) ?? new Array<boolean>(grid.points + 1).fill(false)
    presence.set(target, seen)
    for (const [time, text] of values) {
      const index = Math.round((time - grid.start) / grid.stepSeconds)
      if (index in seen && time - Number(text) <= SCRAPES_LATE_MAX * intervalSeconds) {
        seen[index] = true
      }
    }
  }
  return presence
}
