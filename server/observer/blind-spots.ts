/** Whose metrics a route was counted by → what those leave out, in the words a page shows. */
import type { BlindSpots } from '@/lib/dashboard-api/series'
import type { Dialect } from './slots'

const ENVOY: BlindSpots = {
  backends:
    'Envoy counts all backends of a rule as one, so what each of them answered is not known.',
  account:
    'Envoy counts a mirrored request when it ends. Requests it did not sample, skipped or dropped are not counted, so the sum cannot be checked.',
  failures:
    'In Envoy’s counts a mirrored request that was refused, reset or over a limit reads as status 503 and one that timed out as 504; the causes are counted apart.',
  latency:
    'Envoy’s latencies leave out every request that timed out or was reset: a hanging backend looks fast. Read them together with the causes. They arrive every 5 s.',
  bytes: 'Envoy counts bytes on its connections: headers and TLS are included.',
}

/**
 * Returns what is not seen of a route that has no counts where Envoys count: the rest of a name with a dot goes into the
 * names of Envoy's metrics, where it cannot be told apart.
 */
export function nameBlindSpot(route: string, dialects: Iterable<Dialect>): BlindSpots {
  const isHidden = route.includes('.') && [...dialects].includes('envoy')
  return isHidden
    ? {
        route:
          'Envoy ends the name of a cluster at its first dot, so a route with a dot in its name is not counted.',
      }
    : {}
}

/** Returns what is not seen; nothing for routes counted by our own gateway only. */
export function blindSpotsOf(dialects: Iterable<Dialect>): BlindSpots {
  for (const dialect of dialects) if (dialect === 'envoy') return ENVOY
  return {}
}
