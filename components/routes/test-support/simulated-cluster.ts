/** A small cluster to simulate requests in: Gateway `eg`, Services `a` and `b` with a ready Pod each. */
import type {
  EndpointSlice,
  Gateway,
  HTTPRoute,
  HTTPRouteRule,
  Service,
} from '@/lib/gateway-api/types'
import type { ClusterState } from '@/lib/routing/cluster-state'
import { CONTROLLER_NAME } from '@/lib/routing/supported-features'
import type { SimulatedRequest } from '@/lib/simulation/match-simulation'

const apiVersion = 'gateway.networking.k8s.io/v1'

export const GATEWAY: Gateway = {
  apiVersion,
  kind: 'Gateway',
  metadata: { name: 'eg', namespace: 'default' },
  spec: {
    gatewayClassName: 'mine',
    listeners: [
      { name: 'http', port: 80, protocol: 'HTTP' },
      { name: 'https', port: 443, protocol: 'HTTPS', hostname: 'secure.example.com' },
    ],
  },
  status: { addresses: [{ type: 'IPAddress', value: '10.0.0.7' }] },
}

function service(name: string): Service {
  const metadata = { name, namespace: 'default' }
  return { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80 }] } }
}

/** One ready endpoint of a Service: Pod `<name>-pod`. */
export function slice(name: string): EndpointSlice {
  const targetRef = { kind: 'Pod', namespace: 'default', name: `${name}-pod` }
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.1.0.1'], targetRef }],
    ports: [{ port: 3000, protocol: 'TCP' }],
  }
}

export function route(name: string, rules: HTTPRouteRule[], created?: string): HTTPRoute {
  return {
    apiVersion,
    kind: 'HTTPRoute',
    metadata: {
      name,
      namespace: 'default',
      ...(created === undefined ? {} : { creationTimestamp: created }),
    },
    spec: { parentRefs: [{ name: 'eg' }], rules },
  }
}

export function stateOf(httpRoutes: readonly HTTPRoute[]): ClusterState {
  return {
    gatewayClasses: [
      {
        apiVersion,
        kind: 'GatewayClass',
        metadata: { name: 'mine' },
        spec: { controllerName: CONTROLLER_NAME },
      },
    ],
    gateways: [GATEWAY],
    httpRoutes,
    referenceGrants: [],
    namespaces: [],
    services: [service('a'), service('b')],
    endpointSlices: [slice('a'), slice('b')],
    secrets: [],
  }
}

export const REQUEST: SimulatedRequest = {
  gateway: 'default/eg',
  scheme: 'http',
  port: 80,
  method: 'GET',
  host: 'www.example.com',
  path: '/x?q=1',
  headers: [{ name: 'X-A', value: 'it\'s "1"' }],
}
