/** Configured against observed: is a mirror's share what its filter says? Pure. */
import type { MirrorSeries, RouteSeries } from '@/lib/dashboard-api/series'
import { clusterName } from '@/lib/gateway-api/references'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { mirrorFraction } from '@/lib/routing/build-filters'
import { binomialBand } from '@/lib/series/binomial-band'

export interface MirrorShare {
  /** 0 to 1; null where the filter is no longer, or not yet, in the route. */
  readonly configured: number | null
  /** Null without requests. */
  readonly observed: number | null
  readonly requests: number
  /** As shares of the requests, 0 to 1: where 99 of 100 random samples of this size lie. */
  readonly band: { readonly low: number; readonly high: number } | null
  readonly isWithin: boolean
  /** True where the source does not count what was not sampled: the rule's answers stand for the requests. */
  readonly isEstimate: boolean
}

/** What was sampled of a mirror's requests in the window, and what its filter says now. */
export function shareOfMirror(
  mirror: MirrorSeries,
  series: RouteSeries,
  route: HTTPRoute | undefined,
): MirrorShare {
  const isEstimate = series.blindSpots.account !== undefined
  const { windowAccount } = mirror
  const ofRule = series.rules.find(({ rule }) => rule === mirror.rule)?.total ?? 0
  const requests = isEstimate ? ofRule : windowAccount.requests
  const sampled = isEstimate
    ? windowAccount.mirrored
    : windowAccount.requests - windowAccount.notSampled
  const filter = filterOf(mirror, route)
  const configured = filter === null ? null : mirrorFraction(filter)
  if (requests === 0 || configured === null) {
    const observed = requests === 0 ? null : sampled / requests
    return { configured, observed, requests, band: null, isWithin: true, isEstimate }
  }
  const { low, high } = binomialBand(requests, configured)
  return {
    configured,
    observed: sampled / requests,
    requests,
    band: { low: low / requests, high: high / requests },
    isWithin: sampled >= low && sampled <= high,
    isEstimate,
  }
}

/** The filter that made the copies; null where another, or none, is in its place now. */
function filterOf({ rule, mirror, target }: MirrorSeries, route: HTTPRoute | undefined) {
  const filter = route?.spec.rules?.[Number(rule)]?.filters?.[Number(mirror)]?.requestMirror
  if (filter === undefined) return null
  const named = clusterName(filter.backendRef, route?.metadata.namespace ?? '')
  return target === '' || target === named ? filter : null
}
