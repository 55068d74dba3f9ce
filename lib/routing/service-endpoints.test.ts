import { describe, expect, it } from 'vitest'
import type { EndpointSlice, Service } from '@/lib/gateway-api/types'
import { readyEndpoints, type ServiceEndpoints, serviceEndpoints } from './service-endpoints'

function service(spec: Service['spec']): Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'a', name: 's' }, spec }
}

function slice(
  endpoints: EndpointSlice['endpoints'],
  rest: Partial<EndpointSlice> & { labels?: Record<string, string>; namespace?: string } = {},
): EndpointSlice {
  const { labels, namespace = 'a', ...fields } = rest
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace, name: 's-1', labels: { 'kubernetes.io/service-name': 's', ...labels } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080 }],
    ...(endpoints === undefined ? {} : { endpoints }),
    ...fields,
  }
}

const HTTP = { name: 'http', port: 80 }
const one = (ready?: boolean) => [
  { addresses: ['10.0.0.1'], ...(ready === undefined ? {} : { conditions: { ready } }) },
]
/** Ready addresses behind each port, then each address with `+` where it is ready. */
function summary({ ports, endpoints }: ServiceEndpoints) {
  const addresses = endpoints?.map(({ address, isReady }) => `${isReady ? '+' : '-'}${address}`)
  return [ports.map(({ ready }) => ready), addresses ?? null]
}

describe('what stands behind a Service', () => {
  const cases: [string, Service['spec'], readonly EndpointSlice[] | null, unknown[]][] = [
    ['no selector, a ready slice', { ports: [HTTP] }, [slice(one(true))], [[1], ['+10.0.0.1']]],
    ['readiness that is not said', { ports: [HTTP] }, [slice(one())], [[1], ['+10.0.0.1']]],
    ['nobody ready', { ports: [HTTP] }, [slice(one(false))], [[0], ['-10.0.0.1']]],
    ['no slice', { ports: [HTTP] }, [], [[0], []]],
    ['a slice without endpoints', { ports: [HTTP] }, [slice(undefined)], [[0], []]],
    ['an endpoint without address', { ports: [HTTP] }, [slice([{ addresses: [] }])], [[0], []]],
    ['slices that can’t be read', { ports: [HTTP] }, null, [[null], null]],
    ['a selector does not matter', { selector: { app: 's' }, ports: [HTTP] }, [], [[0], []]],
    [
      'a port of another name',
      { ports: [{ name: 'web', port: 80 }] },
      [slice(one(true))],
      [[0], ['+10.0.0.1']],
    ],
    ['a port without a name', { ports: [{ port: 80 }] }, [slice(one(true))], [[0], ['+10.0.0.1']]],
    [
      'both without a name',
      { ports: [{ port: 80 }] },
      [slice(one(true), { ports: [{ port: 9 }] })],
      [[1], ['+10.0.0.1']],
    ],
    [
      'a slice that gives no number',
      { ports: [HTTP] },
      [slice(one(true), { ports: [{ name: 'http' }] })],
      [[0], ['+10.0.0.1']],
    ],
    [
      'a UDP port of the Service',
      { ports: [{ ...HTTP, protocol: 'UDP' }] },
      [slice(one(true))],
      [[0], ['+10.0.0.1']],
    ],
    [
      'a UDP port of the slice',
      { ports: [HTTP] },
      [slice(one(true), { ports: [{ name: 'http', port: 1, protocol: 'UDP' }] })],
      [[0], ['+10.0.0.1']],
    ],
    [
      'names that resolve elsewhere',
      { ports: [HTTP] },
      [slice([{ addresses: ['x.example'] }], { addressType: 'FQDN' })],
      [[0], ['+x.example']],
    ],
    [
      'another Service’s slice',
      { ports: [HTTP] },
      [slice(one(true), { namespace: 'b' })],
      [[0], []],
    ],
    ['no ports', {}, [slice(one(true))], [[], ['+10.0.0.1']]],
    [
      'an address in two slices',
      { ports: [HTTP] },
      [slice(one(false)), slice(one(true))],
      [[1], ['+10.0.0.1']],
    ],
    ['ExternalName', { type: 'ExternalName', ports: [HTTP] }, [slice(one(true))], [[0], []]],
    ['ExternalName, slices unread', { type: 'ExternalName', ports: [HTTP] }, null, [[0], []]],
  ]
  it.each(cases)('%s', (_name, spec, slices, expected) => {
    expect(summary(serviceEndpoints(service(spec), slices))).toEqual(expected)
  })

  it('is told from what it is: a name elsewhere, headless, or neither', () => {
    const kindOf = (spec: Service['spec']) => serviceEndpoints(service(spec), []).kind
    expect(kindOf({ type: 'ExternalName', externalName: 'x.example' })).toBe('external-name')
    expect(kindOf({ clusterIP: 'None' })).toBe('headless')
    expect(kindOf({ clusterIP: '10.96.0.1' })).toBe('cluster-ip')
    expect(serviceEndpoints(service({ selector: {} }), []).hasSelector).toBe(false)
    expect(serviceEndpoints(service({ selector: { app: 's' } }), []).hasSelector).toBe(true)
  })

  it('lists each address with its conditions, ports and what it belongs to', () => {
    const pod = { kind: 'Pod', namespace: 'a', name: 'p-1' }
    const endpoints = [
      { addresses: ['10.0.0.3'], conditions: { ready: false, serving: true, terminating: true } },
      { addresses: ['10.0.0.2', '10.0.0.9'], targetRef: pod },
    ]
    const ports = [{ name: 'http', port: 8080 }, { port: 53, protocol: 'UDP' }, { name: 'all' }]
    const labels = { 'endpointslice.kubernetes.io/managed-by': 'my-registry' }
    const slices = [slice(endpoints, { ports, labels })]
    const found = serviceEndpoints(service({ ports: [HTTP] }), slices)
    const shared = { isName: false, ports: ['http 8080', '53 UDP', 'all any port'] }
    expect(found.endpoints).toEqual([
      {
        ...shared,
        address: '10.0.0.2',
        isReady: true,
        isServing: true,
        isTerminating: false,
        target: { kind: 'Pod', name: 'p-1' },
      },
      {
        ...shared,
        address: '10.0.0.3',
        isReady: false,
        isServing: true,
        isTerminating: true,
        target: null,
      },
    ])
    expect(found.managers).toEqual(['my-registry'])
    expect(found.slicePortNames).toEqual(['', 'all', 'http'])
  })

  it('takes an address of several slices once, with the better of what they say', () => {
    const gone = { ready: false, serving: false, terminating: true }
    const target = { kind: 'Pod', name: 'p-1' }
    const slices = [
      slice([{ addresses: ['10.0.0.1'], conditions: gone }]),
      slice([{ addresses: ['10.0.0.1'], targetRef: target }], { ports: [{ name: 'b', port: 1 }] }),
    ]
    expect(serviceEndpoints(service({ ports: [HTTP] }), slices).endpoints).toEqual([
      {
        address: '10.0.0.1',
        isReady: true,
        isServing: true,
        isTerminating: false,
        isName: false,
        target,
        ports: ['http 8080', 'b 1'],
      },
    ])
  })
})

describe('ready endpoints of a port', () => {
  it('are sorted, and each once', () => {
    const slices = [
      slice([{ addresses: ['10.0.0.2'] }, { addresses: ['10.0.0.1'] }]),
      slice([{ addresses: ['10.0.0.2'] }]),
      slice([{ addresses: ['10.0.0.2'] }], { ports: [{ name: 'http', port: 9090 }] }),
    ]
    expect(readyEndpoints(slices, HTTP)).toEqual([
      { address: '10.0.0.1', port: 8080 },
      { address: '10.0.0.2', port: 8080 },
      { address: '10.0.0.2', port: 9090 },
    ])
  })
})
