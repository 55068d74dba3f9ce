import type { NamespacedName } from '@/lib/gateway-api/references'
import type {
  BackendEntry,
  ClusterEntry,
  ListenerEntry,
  MatchEntry,
  MirrorPolicy,
  RouteEntry,
  RouteTable,
  RuleEntry,
} from '@/lib/routing/route-table'

export const GATEWAY: NamespacedName = 'default/eg'

/** A match on a path prefix, the API's default being `/`. */
export function prefixMatch(value = '/', more: Partial<MatchEntry> = {}): MatchEntry {
  return { path: { type: 'PathPrefix', value }, method: '', headers: [], queryParams: [], ...more }
}

export function backend(cluster: string, more: Partial<BackendEntry> = {}): BackendEntry {
  return { weight: 1, cluster, invalid: false, ...more }
}

export function mirror(cluster: string, fraction = 1, filterIndex = 0): MirrorPolicy {
  return { filterIndex, cluster, fraction }
}

export function rule(more: Partial<RuleEntry> = {}): RuleEntry {
  return {
    index: 0,
    name: '',
    matches: [prefixMatch()],
    mirrors: [],
    backends: [backend('primary')],
    timeouts: { requestMs: 0, backendRequestMs: 0 },
    ...more,
  }
}

export function route(
  name: string,
  rules: readonly RuleEntry[],
  more: Partial<RouteEntry> = {},
): RouteEntry {
  return {
    key: `default/${name}`,
    namespace: 'default',
    name,
    generation: 1,
    attachments: [{ gateway: GATEWAY, listener: 'http', hostnames: [''] }],
    rules: rules.map((entry, index) => ({ ...entry, index })),
    ...more,
  }
}

export function listener(port: number, more: Partial<ListenerEntry> = {}): ListenerEntry {
  return { name: 'http', port, protocol: 'HTTP', hostname: '', ...more }
}

export function cluster(...ports: readonly number[]): ClusterEntry {
  return { protocol: 'http1', endpoints: ports.map((port) => ({ address: '127.0.0.1', port })) }
}

/** Endpoints that speak HTTP/2 with prior knowledge. */
export function h2cCluster(...ports: readonly number[]): ClusterEntry {
  return { ...cluster(...ports), protocol: 'h2c' }
}

let lastVersion = 0

/** A table with one Gateway; its version is one more than the last one made. */
export function table(parts: {
  listeners: readonly ListenerEntry[]
  routes: readonly RouteEntry[]
  clusters: Readonly<Record<string, ClusterEntry>>
}): RouteTable {
  return {
    version: ++lastVersion,
    gateways: [{ key: GATEWAY, listeners: parts.listeners }],
    routes: parts.routes,
    clusters: parts.clusters,
  }
}
