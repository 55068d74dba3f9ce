import { describe, expect, it } from 'vitest'
import type { Gateway, HTTPRoute, HTTPRouteRule, Service } from '@/lib/gateway-api/types'
import type { ClusterState } from '@/lib/routing/cluster-state'
import { CONTROLLER_NAME } from '@/lib/routing/supported-features'
import { simulateMatch } from './match-simulation'

const apiVersion = 'gateway.networking.k8s.io/v1'

function service(name: string): Service {
  const metadata = { name, namespace: 'default' }
  return { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80 }] } }
}

const GATEWAY: Gateway = {
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

function route(name: string, rules: HTTPRouteRule[], created?: string): HTTPRoute {
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

const MIRRORED: HTTPRouteRule = {
  matches: [{ path: { type: 'PathPrefix', value: '/' } }],
  filters: [
    {
      type: 'RequestMirror',
      requestMirror: { backendRef: { name: 'b', port: 80 }, percent: 29 },
    },
  ],
  backendRefs: [
    { name: 'a', port: 80, weight: 3 },
    { name: 'gone', port: 80 },
  ],
}

const STATE: ClusterState = {
  gatewayClasses: [
    {
      apiVersion,
      kind: 'GatewayClass',
      metadata: { name: 'mine' },
      spec: { controllerName: CONTROLLER_NAME },
    },
  ],
  gateways: [GATEWAY],
  httpRoutes: [
    route('r', [MIRRORED], '2025-01-01T00:00:00Z'),
    route(
      's',
      [
        {
          matches: [{ path: { value: '/' }, method: 'POST' }],
          backendRefs: [{ name: 'b', port: 80 }],
        },
      ],
      '2025-01-02T00:00:00Z',
    ),
  ],
  referenceGrants: [],
  namespaces: [],
  services: [service('a'), service('b')],
  endpointSlices: [],
  secrets: [],
}

const REQUEST = {
  gateway: 'default/eg',
  port: 80,
  method: 'GET',
  host: 'www.example.com',
  path: '/x?q=1',
  headers: 'X-A: it\'s "1"\nnot a header',
}

describe('simulateMatch', () => {
  it('says who takes the request, where it goes, and why no other does', () => {
    const simulation = simulateMatch(STATE, null, REQUEST)
    expect(simulation).toMatchObject({
      isTaken: true,
      result: 'Rule 0 of default/r, match 0 (PathPrefix /) takes it, through listener http.',
      consequences: [
        '75 % to default/a:80',
        "25 %: status 500, as default/gone:80 can't be used",
        'Copied to default/b:80 29 % of the time (filter 0)',
      ],
      lost: [
        {
          candidate: 'Rule 0 of default/s, match 0 (POST, PathPrefix /)',
          why: 'It takes POST only.',
        },
      ],
    })
  })

  it('gives the request as a command that a shell takes as it is', () => {
    const { curl } = simulateMatch(STATE, null, REQUEST)
    expect(curl).toBe(
      `curl -i --path-as-is -X GET -H 'Host: www.example.com' -H 'X-A: it'\\''s "1"' 'http://10.0.0.7:80/x?q=1'`,
    )
  })

  it('puts the draft in the place of the route it would replace', () => {
    const rule = { ...MIRRORED, matches: [{ path: { value: '/other' } }] }
    const { result, lost } = simulateMatch(STATE, route('r', [rule]), REQUEST)
    expect(result).toBe('No rule takes it at listener http: the answer is 404.')
    expect(lost.map(({ why }) => why)).toContain('The path does not match.')
  })

  it('looks for the path that is left when dot segments are resolved', () => {
    const draft = route('r', [{ ...MIRRORED, matches: [{ path: { value: '/other' } }] }])
    const taken = (path: string) => simulateMatch(STATE, draft, { ...REQUEST, path }).isTaken
    expect(['/x/../other/y', '/x/%2E%2e/other', '/other/..'].map(taken)).toEqual([
      true,
      true,
      false,
    ])
  })

  it('finds routes behind TLS without its certificate', () => {
    const request = { ...REQUEST, port: 443, host: 'Secure.Example.com:443' }
    expect(simulateMatch(STATE, null, request).result).toContain('through listener https')
    const { result } = simulateMatch(STATE, null, { ...request, host: 'other.org' })
    expect(result).toBe('No listener of default/eg on port 443 serves the host: the answer is 404.')
  })

  it('says that a rule without a backend answers by itself', () => {
    const { consequences } = simulateMatch(STATE, route('r', [{}]), REQUEST)
    expect(consequences).toEqual(['The gateway answers it itself, with status 500.'])
  })
})
