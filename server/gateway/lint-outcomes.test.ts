/** What the editor says a route will do, next to what the gateway does with it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clusterFacts } from '@/components/language/cluster-facts'
import { MIRROR_BUDGET_ANNOTATION } from '@/lib/comparison/mirror-budget'
import type {
  EndpointSlice,
  HTTPRoute,
  HTTPRouteFilter,
  HTTPRouteRule,
  Listener,
  Service,
} from '@/lib/gateway-api/types'
import { buildGraph } from '@/lib/routing/build-graph'
import { buildRouteTable } from '@/lib/routing/build-route-table'
import type { ClusterState } from '@/lib/routing/cluster-state'
import {
  CONTROLLER_NAME,
  ENVOY_CONTROLLER_NAME,
  MULTIPLE_MIRRORS_FEATURE,
} from '@/lib/routing/supported-features'
import { LINT_CODES, type LintCode } from '@/lib/validation/lints/lint-finding'
import { lintHttpRoute } from '@/lib/validation/lints/lint-http-route'
import { type HttpPeer, startHttpPeer } from './test-support/peers'
import { eventually, startTestGateway, type TestGateway } from './test-support/test-gateway'

const apiVersion = 'gateway.networking.k8s.io/v1'
const PEERS = ['a', 'b', 'c'] as const
type PeerName = (typeof PEERS)[number]

let gateway: TestGateway
const peers = new Map<PeerName, HttpPeer>()

beforeAll(async () => {
  gateway = await startTestGateway()
  for (const name of PEERS) {
    peers.set(name, await startHttpPeer((_request, response) => response.end(name)))
  }
})
afterAll(async () => {
  await gateway.stop()
  for (const peer of peers.values()) await peer.close()
})

function service(name: string, namespace = 'default', type: Service['spec']['type'] = 'ClusterIP') {
  const spec = { type, ports: [{ port: 80 }] }
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec }
}

function slice(name: string, namespace: string, port: number): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
    ports: [{ port, protocol: 'TCP' }],
  }
}

function cluster(route: HTTPRoute, controllerName: string): ClusterState {
  const slices = PEERS.map((name) => slice(name, 'default', peers.get(name)?.port ?? 0))
  return {
    gatewayClasses: [
      {
        apiVersion,
        kind: 'GatewayClass',
        metadata: { name: 'mine' },
        spec: { controllerName },
        status: { supportedFeatures: [] },
      },
    ],
    gateways: [
      {
        apiVersion,
        kind: 'Gateway',
        metadata: { name: 'eg', namespace: 'default' },
        spec: {
          gatewayClassName: 'mine',
          listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
        },
      },
    ],
    httpRoutes: [route],
    referenceGrants: [],
    namespaces: [],
    services: [
      ...PEERS.map((name) => service(name)),
      service('empty'),
      service('outside', 'default', 'ExternalName'),
      service('c', 'other'),
    ],
    endpointSlices: [...slices, slice('c', 'other', peers.get('c')?.port ?? 0)],
    secrets: [],
  }
}

function codesOf(route: HTTPRoute, state: ClusterState): readonly string[] {
  const known = <Item>(objects: readonly Item[]) => ({ objects, isSynced: true })
  const facts = clusterFacts({
    services: known(state.services),
    endpointSlices: known(state.endpointSlices),
    gateways: known(state.gateways),
    gatewayClasses: known(state.gatewayClasses),
    namespaces: known(state.namespaces),
    referenceGrants: { apiVersion, ...known(state.referenceGrants) },
    httpRoutes: known(state.httpRoutes),
    isSandbox: true,
    envoyGatewayVersion: null,
  })
  return lintHttpRoute(route, facts).map(({ code }) => code)
}

async function serve(state: ClusterState, controllerName: string): Promise<void> {
  const graph = buildGraph(state, { controllerNames: [controllerName] })
  const { routes, clusters } = buildRouteTable(graph, 1)
  const ports = Object.entries(clusters).map(
    ([key, { endpoints }]) => [key, endpoints.map(({ port }) => port)] as const,
  )
  await gateway.serve(routes, Object.fromEntries(ports))
}

/** Statuses and what each peer was sent beyond what it had before. */
async function send(count: number, init: RequestInit = {}) {
  const before = new Map(PEERS.map((name) => [name, peers.get(name)?.requests.length ?? 0]))
  const answers: string[] = []
  for (let sent = 0; sent < count; sent++) {
    const url = `http://${gateway.address}:${gateway.port}/x`
    const answer = await fetch(url, { redirect: 'manual', ...init })
    answers.push(`${answer.status} ${answer.ok ? await answer.text() : ''}`.trim())
    if (!answer.ok) await answer.arrayBuffer()
  }
  const seen = (name: PeerName) => (peers.get(name)?.requests.length ?? 0) - (before.get(name) ?? 0)
  return { answers, seen }
}

function mirror(name: string, more: object = {}): HTTPRouteFilter {
  return { type: 'RequestMirror', requestMirror: { backendRef: { name, port: 80 }, ...more } }
}

const TO_A = [{ name: 'a', port: 80 }]
const toC: HTTPRouteRule = { backendRefs: [{ name: 'c', port: 80 }] }

interface Case {
  readonly code: LintCode
  readonly rules: HTTPRouteRule[]
  readonly init?: RequestInit
  /** How often each answer comes among 20 requests. */
  readonly answers: Readonly<Record<string, number>>
  /** Requests and copies each peer is sent. */
  readonly sent: Partial<Record<PeerName, number>>
  readonly controllerName?: string
  /** Other fields of the route, beside its parentRef and its rules. */
  readonly spec?: Partial<HTTPRoute['spec']>
  readonly metadata?: Partial<HTTPRoute['metadata']>
  /** Changes what is around the route. */
  readonly around?: (state: ClusterState) => Partial<ClusterState>
  /** A request header of what `b` is sent, and its value. */
  readonly carries?: readonly [name: string, value: string]
}

const CASES: readonly Case[] = [
  {
    code: 'mirror.backend-not-found',
    rules: [{ backendRefs: TO_A, filters: [mirror('nope'), mirror('b')] }],
    answers: { '200 a': 20 },
    sent: { a: 20, b: 20 },
  },
  {
    code: 'mirror.port-not-found',
    rules: [{ backendRefs: TO_A, filters: [mirror('b', { backendRef: { name: 'b', port: 81 } })] }],
    answers: { '200 a': 20 },
    sent: { a: 20 },
  },
  {
    code: 'mirror.reference-not-permitted',
    rules: [
      {
        backendRefs: TO_A,
        filters: [mirror('c', { backendRef: { name: 'c', namespace: 'other', port: 80 } })],
      },
    ],
    answers: { '200 a': 20 },
    sent: { a: 20 },
  },
  {
    code: 'mirror.no-endpoints',
    rules: [{ backendRefs: TO_A, filters: [mirror('empty')] }],
    answers: { '200 a': 20 },
    sent: { a: 20 },
  },
  {
    code: 'backend.not-found',
    rules: [
      {
        backendRefs: [
          { name: 'a', port: 80, weight: 3 },
          { name: 'nope', port: 80 },
        ],
        filters: [mirror('b')],
      },
    ],
    answers: { '200 a': 15, '500': 5 },
    sent: { a: 15, b: 20 },
  },
  {
    code: 'backend.external-name',
    rules: [{ backendRefs: [{ name: 'outside', port: 80 }] }],
    answers: { '500': 20 },
    sent: {},
  },
  {
    code: 'backend.kind-unknown',
    rules: [{ backendRefs: [{ group: 'x.io', kind: 'Thing', name: 'a', port: 80 }] }],
    answers: { '500': 20 },
    sent: {},
  },
  {
    code: 'backend.no-endpoints',
    rules: [{ backendRefs: [{ name: 'empty', port: 80 }], filters: [mirror('b')] }],
    answers: { '503': 20 },
    sent: { b: 20 },
  },
  {
    code: 'mirror.same-as-primary',
    rules: [{ backendRefs: TO_A, filters: [mirror('a')] }],
    answers: { '200 a': 20 },
    sent: { a: 40 },
  },
  {
    code: 'mirror.share-zero',
    rules: [{ backendRefs: TO_A, filters: [mirror('b', { percent: 0 })] }],
    answers: { '200 a': 20 },
    sent: { a: 20 },
  },
  {
    code: 'mirror.share-default',
    rules: [{ backendRefs: TO_A, filters: [mirror('b')] }],
    answers: { '200 a': 20 },
    sent: { a: 20, b: 20 },
  },
  {
    code: 'mirror.share-all',
    rules: [{ backendRefs: TO_A, filters: [mirror('b', { percent: 100 })] }],
    answers: { '200 a': 20 },
    sent: { a: 20, b: 20 },
  },
  {
    code: 'mirror.unsafe-methods',
    rules: [{ backendRefs: TO_A, filters: [mirror('b')] }],
    init: { method: 'DELETE' },
    answers: { '200 a': 20 },
    sent: { a: 20, b: 20 },
  },
  {
    code: 'mirror.several-refused',
    rules: [{ backendRefs: TO_A, filters: [mirror('b'), mirror('c')] }, toC],
    answers: { '404': 20 },
    sent: {},
    controllerName: ENVOY_CONTROLLER_NAME,
  },
  {
    code: 'mirror.with-redirect',
    rules: [
      {
        matches: [{ path: { value: '/x' } }],
        filters: [{ type: 'RequestRedirect', requestRedirect: {} }, mirror('b')],
      },
      toC,
    ],
    answers: { '200 c': 20 },
    sent: { c: 20 },
  },
  {
    code: 'mirror.in-backend-filters',
    rules: [{ backendRefs: [{ name: 'a', port: 80, filters: [mirror('b')] }] }],
    answers: { '404': 20 },
    sent: {},
  },
  {
    code: 'filter.extension-unsupported',
    rules: [
      {
        backendRefs: TO_A,
        filters: [{ type: 'ExtensionRef', extensionRef: { group: 'x', kind: 'F', name: 'f' } }],
      },
    ],
    answers: { '500': 20 },
    sent: {},
  },
  {
    code: 'rule.no-backend',
    rules: [{ filters: [mirror('b')] }],
    answers: { '500': 20 },
    sent: {},
  },
  {
    code: 'rule.shadowed',
    rules: [{ backendRefs: TO_A }, toC],
    answers: { '200 a': 20 },
    sent: { a: 20 },
  },
  {
    code: 'header.repeated-by-case',
    rules: [
      {
        matches: [
          {
            headers: [
              { name: 'X-A', value: '1' },
              { name: 'x-a', value: '2' },
            ],
          },
        ],
        backendRefs: TO_A,
      },
    ],
    init: { headers: { 'x-a': '1' } },
    answers: { '200 a': 20 },
    sent: { a: 20 },
  },
]

const TO_X = { path: { value: '/x' } }
const TO_NONE = { answers: { '404': 20 }, sent: {} }

function listeners(listener: Partial<Listener>) {
  return ({ gateways }: ClusterState) => ({
    gateways: gateways.map((gateway) => ({
      ...gateway,
      spec: {
        ...gateway.spec,
        listeners: gateway.spec.listeners.map((former) => ({ ...former, ...listener })),
      },
    })),
  })
}

/** Beside the route another one that sends everything to `c`. */
function beside(creationTimestamp: string, rules: HTTPRouteRule[] = [toC]) {
  const metadata = { name: 'other', namespace: 'default', creationTimestamp }
  const spec = { parentRefs: [{ name: 'eg' }], rules }
  const other: HTTPRoute = { apiVersion, kind: 'HTTPRoute', metadata, spec }
  return ({ httpRoutes }: ClusterState) => ({ httpRoutes: [...httpRoutes, other] })
}

const secureB = ({ services }: ClusterState) => ({
  services: services.map((known) =>
    known.metadata.name === 'b'
      ? { ...known, spec: { ports: [{ port: 80, appProtocol: 'https' }] } }
      : known,
  ),
})

const PARENTS: readonly Case[] = [
  {
    code: 'parent.none',
    rules: [{ backendRefs: TO_A }],
    spec: { parentRefs: [] },
    ...TO_NONE,
  },
  {
    code: 'parent.not-found',
    rules: [{ backendRefs: TO_A }],
    spec: { parentRefs: [{ name: 'nope' }] },
    ...TO_NONE,
  },
  {
    code: 'parent.class-not-found',
    rules: [{ backendRefs: TO_A }],
    around: () => ({ gatewayClasses: [] }),
    ...TO_NONE,
  },
  {
    code: 'parent.listener-not-found',
    rules: [{ backendRefs: TO_A }],
    spec: { parentRefs: [{ name: 'eg', sectionName: 'https' }] },
    ...TO_NONE,
  },
  {
    code: 'parent.kind-not-allowed',
    rules: [{ backendRefs: TO_A }],
    around: listeners({ allowedRoutes: { kinds: [{ kind: 'GRPCRoute' }] } }),
    ...TO_NONE,
  },
  {
    code: 'parent.namespace-not-allowed',
    rules: [{ backendRefs: TO_A }],
    around: listeners({ allowedRoutes: { namespaces: { from: 'None' } } }),
    ...TO_NONE,
  },
  {
    code: 'hostname.no-intersection',
    rules: [{ backendRefs: TO_A }],
    spec: { hostnames: ['a.test'] },
    around: listeners({ hostname: '*.example.com' }),
    init: { headers: { host: 'a.test' } },
    ...TO_NONE,
  },
  {
    code: 'hostname.ignored',
    rules: [{ backendRefs: TO_A }],
    spec: { hostnames: ['a.example.com', 'a.test'] },
    around: listeners({ hostname: '*.example.com' }),
    init: { headers: { host: 'a.test' } },
    ...TO_NONE,
  },
]

const REFERENCES: readonly Case[] = [
  {
    code: 'backend.port-not-found',
    rules: [{ backendRefs: [{ name: 'a', port: 81 }] }],
    answers: { '500': 20 },
    sent: {},
  },
  {
    code: 'backend.reference-not-permitted',
    rules: [{ backendRefs: [{ name: 'c', namespace: 'other', port: 80 }] }],
    answers: { '500': 20 },
    sent: {},
  },
  {
    code: 'backend.protocol-unsupported',
    rules: [{ backendRefs: [{ name: 'b', port: 80 }] }],
    around: secureB,
    answers: { '500': 20 },
    sent: {},
  },
  {
    code: 'mirror.protocol-unsupported',
    rules: [{ backendRefs: TO_A, filters: [mirror('b')] }],
    around: secureB,
    answers: { '200 a': 20 },
    sent: { a: 20 },
  },
  {
    code: 'mirror.external-name',
    rules: [{ backendRefs: TO_A, filters: [mirror('outside')] }],
    answers: { '200 a': 20 },
    sent: { a: 20 },
  },
  {
    code: 'mirror.kind-unknown',
    rules: [
      {
        backendRefs: TO_A,
        filters: [mirror('b', { backendRef: { group: 'x.io', kind: 'Thing', name: 'b' } })],
      },
    ],
    answers: { '200 a': 20 },
    sent: { a: 20 },
  },
]

const COPIES: readonly Case[] = [
  {
    code: 'mirror.several',
    rules: [{ backendRefs: TO_A, filters: [mirror('b'), mirror('c')] }],
    around: ({ gatewayClasses }) => ({
      gatewayClasses: gatewayClasses.map((one) => ({
        ...one,
        status: { supportedFeatures: [{ name: MULTIPLE_MIRRORS_FEATURE }] },
      })),
    }),
    answers: { '200 a': 20 },
    sent: { a: 20, b: 20, c: 20 },
  },
  {
    code: 'mirror.one-endpoint',
    rules: [{ backendRefs: TO_A, filters: [mirror('b')] }],
    around: ({ endpointSlices }) => ({
      endpointSlices: endpointSlices.map((one) =>
        one.metadata.name === 'b'
          ? { ...one, endpoints: [{ addresses: ['127.0.0.1'] }, { addresses: ['127.0.0.2'] }] }
          : one,
      ),
    }),
    answers: { '200 a': 20 },
    sent: { a: 20, b: 20 },
  },
  {
    code: 'mirror.other-filters',
    rules: [
      {
        backendRefs: TO_A,
        filters: [
          mirror('b'),
          {
            type: 'RequestHeaderModifier',
            requestHeaderModifier: { set: [{ name: 'x-version', value: '2' }] },
          },
        ],
      },
    ],
    init: { headers: { 'x-version': '1' } },
    answers: { '200 a': 20 },
    sent: { a: 20, b: 20 },
    carries: ['x-version', '2'],
  },
  {
    code: 'annotation.invalid',
    rules: [{ backendRefs: TO_A, filters: [mirror('b')] }],
    metadata: { annotations: { [MIRROR_BUDGET_ANNOTATION]: 'soon' } },
    answers: { '200 a': 20 },
    sent: { a: 20 },
  },
]

const PRECEDENCE: readonly Case[] = [
  {
    code: 'match.expression-invalid',
    rules: [
      {
        matches: [TO_X, { path: { type: 'RegularExpression', value: '/(?=x).*' } }],
        backendRefs: TO_A,
      },
      toC,
    ],
    answers: { '200 c': 20 },
    sent: { c: 20 },
  },
  {
    code: 'match.shadowed',
    rules: [
      { matches: [TO_X], backendRefs: TO_A },
      { ...toC, matches: [{ path: { value: '/y' } }, TO_X] },
    ],
    answers: { '200 a': 20 },
    sent: { a: 20 },
  },
  {
    code: 'rule.shadowed-by-route',
    rules: [{ backendRefs: TO_A }],
    around: beside('2020-01-01T00:00:00Z'),
    answers: { '200 c': 20 },
    sent: { c: 20 },
  },
  {
    code: 'match.shadowed-by-route',
    rules: [{ matches: [TO_X, { path: { value: '/y' } }], backendRefs: TO_A }],
    around: beside('2020-01-01T00:00:00Z', [{ ...toC, matches: [TO_X] }]),
    answers: { '200 c': 20 },
    sent: { c: 20 },
  },
  {
    code: 'rule.shadows-route',
    rules: [{ backendRefs: TO_A }],
    metadata: { creationTimestamp: '2020-01-01T00:00:00Z' },
    around: beside('2026-01-01T00:00:00Z'),
    answers: { '200 a': 20 },
    sent: { a: 20 },
  },
]

/** Codes about what other gateways do, or may do. */
const OF_OTHERS: readonly LintCode[] = [
  'annotation.not-served',
  'feature.not-listed',
  'mirror.grpc-service-not-found',
  'mirror.share-rounds-to-zero',
  'mirror.with-direct-response',
]

const ALL = [...CASES, ...PARENTS, ...REFERENCES, ...COPIES, ...PRECEDENCE]

describe('what the editor says of a route', () => {
  it('is shown for every code that says what this gateway does', () => {
    const shown = ALL.map(({ code }) => code)
    expect([...new Set([...shown, ...OF_OTHERS])].sort()).toEqual([...LINT_CODES])
    expect(OF_OTHERS.filter((code) => shown.includes(code))).toEqual([])
  })

  it.each(ALL)('is what the gateway does: $code', async (given) => {
    const { code, rules, init, answers, sent, controllerName = CONTROLLER_NAME } = given
    const route: HTTPRoute = {
      apiVersion,
      kind: 'HTTPRoute',
      metadata: { name: 'r', namespace: 'default', ...given.metadata },
      spec: { parentRefs: [{ name: 'eg' }], rules, ...given.spec },
    }
    const known = cluster(route, controllerName)
    const state = { ...known, ...given.around?.(known) }
    expect(codesOf(route, state)).toContain(code)
    await serve(state, controllerName)
    const result = await send(20, init)
    const counts: Record<string, number> = {}
    for (const answer of result.answers) counts[answer] = (counts[answer] ?? 0) + 1
    expect(counts).toEqual(answers)
    for (const name of PEERS) {
      const expected = sent[name] ?? 0
      await eventually(`${name} is sent ${expected}`, () => result.seen(name) >= expected)
      expect(result.seen(name)).toBe(expected)
    }
    if (given.carries === undefined) return
    const [name, value] = given.carries
    expect(peers.get('b')?.requests.at(-1)?.headers[name]).toBe(value)
  })
})
