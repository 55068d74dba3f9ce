/** What a rule is asked for, by path pattern: of every request, so that it can be said what no pair has asked. Bounded. */
import { EndpointTree } from '@/lib/comparison/endpoint-tree'
import type { RequestPaths } from '@/lib/comparison/exchange'
import type { RequestsSnapshot } from '@/lib/comparison/snapshot'

/** The counts of one rule; its tree names the paths of the rule's pairs as well. */
export class RequestCounts {
  readonly endpoints = new EndpointTree()
  private readonly counts: Map<string, number>
  private beyond: number
  private since: number

  constructor(restored: RequestsSnapshot = NO_REQUESTS) {
    this.counts = new Map(restored.endpoints.map(({ endpoint, requests }) => [endpoint, requests]))
    this.beyond = restored.beyond
    this.since = restored.since
    for (const { endpoint } of restored.endpoints) this.endpoints.learnName(endpoint)
  }

  /** Adds what a gateway has counted. */
  add({ paths, beyond, at }: RequestPaths): void {
    if (this.since === 0) this.since = at
    for (const [method, path, requests] of paths) {
      const endpoint = this.endpoints.endpointOf(method, path)
      this.counts.set(endpoint, (this.counts.get(endpoint) ?? 0) + requests)
    }
    this.beyond += beyond
  }

  snapshot(): RequestsSnapshot {
    const endpoints = [...this.counts].map(([endpoint, requests]) => ({ endpoint, requests }))
    return { endpoints, beyond: this.beyond, since: this.since }
  }
}

/** Where nobody counts requests: other gateways than ours. */
export const NO_REQUESTS: RequestsSnapshot = { endpoints: [], beyond: 0, since: 0 }
