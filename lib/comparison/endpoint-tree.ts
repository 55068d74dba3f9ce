/** Request paths with their ids taken out: `GET /orders/{id}/items`. Bounded, whatever clients ask for. */
import { COMPARISON_LIMITS } from '@/lib/comparison/limits'
import { isIdKey, isIdText } from '@/lib/comparison/value-shape'

const SEGMENTS_MAX = 12
/** Of RFC 9110, section 9, and RFC 5789; clients may invent any number of others. */
const METHODS: ReadonlySet<string> = new Set([
  ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'],
])
/** All that is beyond `endpointsMax`. */
const BEYOND = '…'

/** Learns which segments are parameters: those that look like ids, and those with too many values at one place. */
export class EndpointTree {
  private readonly places = new Map<string, Set<string>>()
  private readonly names = new Set<string>()
  private count = 0

  /** The endpoint of a request; the query does not matter. */
  endpointOf(method: string, path: string): string {
    const verb = METHODS.has(method) ? method : 'OTHER'
    const [plain = ''] = path.split(/[?#]/, 1)
    const segments = plain.split('/').slice(1)
    let endpoint = `${verb} `
    for (const segment of segments.slice(0, SEGMENTS_MAX)) {
      endpoint = `${endpoint}/${this.learn(endpoint, segment)}`
    }
    return this.named(segments.length > SEGMENTS_MAX ? `${endpoint}/…` : endpoint)
  }

  /** Parameters may stand at any place, so that segments alone do not bound the names. */
  private named(endpoint: string): string {
    if (this.names.has(endpoint)) return endpoint
    if (this.names.size >= COMPARISON_LIMITS.endpointsMax) return BEYOND
    this.names.add(endpoint)
    return endpoint
  }

  private learn(place: string, segment: string): string {
    if (isIdKey(segment) || isIdText(segment)) return '{id}'
    const name = segment.slice(0, COMPARISON_LIMITS.keyLengthMax)
    const known = this.places.get(place) ?? new Set<string>()
    if (known.has(name)) return name
    const isFull =
      known.size >= COMPARISON_LIMITS.segmentsPerPlaceMax ||
      this.count >= COMPARISON_LIMITS.endpointsMax
    if (isFull) return '{*}'
    this.count += 1
    this.places.set(place, known.add(name))
    return name
  }

  /** Learns an endpoint that this or another tree has given. */
  learnName(endpoint: string): void {
    const [verb = '', path] = endpoint.split(' ')
    if (path !== undefined) this.endpointOf(verb, path)
  }
}
