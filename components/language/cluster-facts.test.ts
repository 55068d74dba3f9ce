import { describe, expect, it } from 'vitest'
import type { Condition, EndpointSlice, HTTPRoute, Service } from '@/lib/gateway-api/types'
import { clusterFacts, type LiveLists } from './cluster-facts'

const UNKNOWN: LiveLists = {
  services: { objects: [], isSynced: false },
  endpointSlices: { objects: [], isSynced: false },
  gateways: { objects: [], isSynced: false },
  gatewayClasses: { objects: [], isSynced: false },
  namespaces: { objects: [], isSynced: false },
  referenceGrants: { apiVersion: 'v1beta1', objects: [], isSynced: false },
  httpRoutes: { objects: [], isSynced: false },
  isSandbox: null,
  envoyGatewayVersion: null,
}

function known<T>(...objects: T[]) {
  return { objects, isSynced: true }
}

const SERVICE: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 's', namespace: 'default', annotations: { long: 'text' } },
  spec: {
    ports: [
      { name: 'web', port: 80 },
      { name: 'admin', port: 81 },
    ],
  },
}

const SLICE: EndpointSlice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: 's-1',
    namespace: 'default',
    labels: { 'kubernetes.io/service-name': 's' },
  },
  addressType: 'IPv4',
  endpoints: [
    { addresses: ['10.0.0.1'], conditions: { ready: true } },
    { addresses: ['10.0.0.2'], conditions: { ready: false } },
  ],
  ports: [{ name: 'web', port: 8080, protocol: 'TCP' }],
}

function route(name: string, conditions: Pick<Condition, 'type' | 'status'>[]): HTTPRoute {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name, namespace: 'default', resourceVersion: '7' },
    spec: { rules: [{ backendRefs: [{ name: 's', port: 80 }], matches: [{ method: 'GET' }] }] },
    status: {
      parents: [
        {
          parentRef: { name: 'eg' },
          controllerName: 'c',
          conditions: conditions.map((condition) => ({
            ...condition,
            reason: '',
            message: '',
            lastTransitionTime: '',
          })),
        },
      ],
    },
  }
}

describe('clusterFacts', () => {
  it('knows nothing before the lists have arrived', () => {
    const { grantApiVersion, ...rest } = clusterFacts(UNKNOWN)
    expect(Object.values(rest)).toEqual(Array(8).fill(null))
    expect(grantApiVersion).toBe('v1beta1')
  })

  it('counts the ready endpoints behind each port', () => {
    const lists = { ...UNKNOWN, services: known(SERVICE), endpointSlices: known(SLICE) }
    expect(clusterFacts(lists).services?.['default/s']?.ports).toEqual([
      { port: 80, protocol: 'TCP', ready: 1 },
      { port: 81, protocol: 'TCP', ready: 0 },
    ])
  })

  it('does not take endpoints that have not arrived for none', () => {
    const { services } = clusterFacts({ ...UNKNOWN, services: known(SERVICE) })
    expect(services?.['default/s']?.ports.map(({ ready }) => ready)).toEqual([null, null])
  })

  it('keeps of a route only what competes for requests', () => {
    const accepted = route('r', [{ type: 'Accepted', status: 'True' }])
    expect(clusterFacts({ ...UNKNOWN, httpRoutes: known(accepted) }).httpRoutes).toEqual([
      {
        apiVersion: accepted.apiVersion,
        kind: 'HTTPRoute',
        metadata: { name: 'r', namespace: 'default' },
        spec: { rules: [{ matches: [{ method: 'GET' }] }] },
      },
    ])
  })

  it('leaves out routes that may not serve what they ask for', () => {
    const refused = route('a', [{ type: 'Accepted', status: 'False' }])
    const partial = route('b', [{ type: 'PartiallyInvalid', status: 'True' }])
    const facts = clusterFacts({ ...UNKNOWN, httpRoutes: known(refused, partial) })
    expect(facts.httpRoutes).toEqual([])
  })
})
