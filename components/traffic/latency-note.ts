/** How far a latency can be trusted, in a sentence. Pure. */
import { formatLatency } from '@/components/format/numbers'
import type { RouteSeries } from '@/lib/dashboard-api/series'
import type { Percentile } from './chart-series'

/** What a source leaves out, else the width of the histogram's bucket the value falls in. */
export function latencyNote(route: RouteSeries, percentile: Percentile): string {
  const { blindSpots, primary } = route
  if (blindSpots.latency !== undefined) return blindSpots.latency
  const { window, resolution } = primary.latency
  const value = window[percentile]
  const width = resolution[percentile]
  if (value === null) return "From histogram buckets: a value is exact to its bucket's width."
  if (width === null) return 'Longer than the widest histogram bucket: at least as slow as shown.'
  return `Primary ${percentile} in this time: ${formatLatency(value)}, from a bucket ${formatLatency(width)} wide, so exact to within that.`
}
