/** Request paths with their ids taken out: `GET /orders/{id}/items`. Bounded, whatever clients ask for. */
import { COMPARISON_LIMITS } from '@/lib/comparison/limits'
import { isIdKey, isIdText } from '@/lib/comparison/value-shape'

const SEGMENTS_MAX = 12
const METHODS = /^[A-Z]{1,16}$/

/** Learns which segments are parameters: those that look like ids, and those with too many values at one place. */
export class EndpointTree {
  private readonly places = new Map<string, Set<string>>()
  private count = 0

  /** The endpoint of a request; the query does not matter. */
  endpointOf(method: string, path: string): string {
    const verb = METHODS.test(method) ? method : 'OTHER'
    const [plain = ''] = path.split(/[?#]/, 1)
    const segments = plain.split('/').slice(1)
    let endpoint = `${verb} `
    for (const segment of segments.slice(0, SEGMENTS_MAX)) {
      endpoint = `${endpoint}/${this.learn(endpoint, segment)}`
    }
    return segments.length > SEGMENTS_MAX ? `${endpoint}/…` : endpoint
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

  /** Rebuilds the tree from endpoints it has given. */
  static restore(endpoints: readonly string[]): EndpointTree {
    const tree = new EndpointTree()
    for (const endpoint of endpoints) {
      const [verb = '', path = ''] = endpoint.split(' ')
      tree.endpointOf(verb, path)
    }
    return tree
  }
}
