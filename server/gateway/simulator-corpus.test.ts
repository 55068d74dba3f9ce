/** Generated routes and requests: what the match simulator predicts, next to what the gateway does on sockets. */
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { HTTPRoute, HTTPRouteMatch, HTTPRouteRule } from '@/lib/gateway-api/types'
import { buildGraph } from '@/lib/routing/build-graph'
import { buildRouteTable } from '@/lib/routing/build-route-table'
import type { ClusterState } from '@/lib/routing/cluster-state'
import { CONTROLLER_NAME } from '@/lib/routing/supported-features'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import { type SimulatedRequest, simulateMatch } from '@/lib/simulation/match-simulation'
import { type GatewayPlane, startGateway } from './start-gateway'
import { type HttpPeer, startHttpPeer } from './test-support/peers'
import { eventually, freePort } from './test-support/test-gateway'

const apiVersion = 'gateway.networking.k8s.io/v1'
const WORLDS = 60
const REQUESTS_PER_WORLD = 100

const random = seededRandom(20_261_125)
const pick = <Item>(items: readonly [Item, ...Item[]]): Item =>
  items[Math.floor(random() * items.length)] ?? items[0]
const chance = (share: number) => random() < share
const some = <Item>(most: number, make: () => Item): Item[] =>
  Array.from({ length: Math.floor(random() * (most + 1)) }, make)

let plane: GatewayPlane
let primary: HttpPeer
let mirror: HttpPeer
let port: number
const agent = new Agent({ keepAlive: true, maxSockets: 4 })

beforeAll(async () => {
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  plane = await startGateway({ workers: 0, metrics: { host: '127.0.0.1', port: 0 }, logger })
  primary = await startHttpPeer((_request, response) => response.end())
  mirror = await startHttpPeer((_request, response) => response.end())
  port = await freePort()
})
afterAll(async () => {
  agent.destroy()
  await plane.stop()
  await primary.close()
  await mirror.close()
})

const HOSTNAMES = ['a.example', 'b.a.example', '*.a.example', '*.example', 'c.example'] as const
const HOSTS = [
  'a.example',
  'A.Example',
  'b.a.example',
  'x.b.a.example',
  'c.example',
  'c.example:81',
  'other.test',
  'example',
] as const
const PATHS = ['/', '/a', '/a/', '/a/b', '/a/bc', '/ab', '/a%2Fb', '/A', '/a/b/c'] as const
const ASKED = [
  ...PATHS,
  '/a//b',
  '//',
  '/a/./b',
  '/a/../ab',
  '/a/%2e%2e/ab',
  '/a/b/..',
  '/a%20b',
  '/a/bé',
  "/a;v=1'",
  '/a/b/c/d',
  '/a%5Cb',
  '/zzz',
] as const
const QUERIES = [
  '',
  '?',
  '?q=1',
  '?q=2&q=1',
  '?q=%31',
  '?q',
  '?r=x+y&q=10',
  '?Q=1',
  '?q=1?2',
] as const
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH'] as const

const EXPRESSIONS = [
  '/a.*',
  '/[ab]+',
  '/a/b/?',
  '.*c',
  '/[[:alpha:]]{1,2}',
  '(?i:/A)(?:/\\pL)?',
  '\\Q/a/b\\E\\x{63}?',
] as const

function randomMatch(): HTTPRouteMatch {
  const type = pick(['Exact', 'PathPrefix', 'PathPrefix', 'RegularExpression'] as const)
  const value = type === 'RegularExpression' ? pick(EXPRESSIONS) : pick(PATHS)
  return {
    ...(chance(0.85) && { path: { type, value } }),
    ...(chance(0.3) && { method: pick(['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'] as const) }),
    headers: some(2, () => ({
      name: pick(['X-One', 'x-two']),
      type: pick(['Exact', 'RegularExpression'] as const),
      value: pick(['1', '2', '[0-9]+', '[[:digit:]]\\pN?', 'é', '\\x{e9}']),
    })).filter(({ name }, index, all) => all.findIndex((one) => one.name === name) === index),
    queryParams: some(1, () => ({
      name: pick(['q', 'r']),
      type: pick(['Exact', 'RegularExpression'] as const),
      value: pick(['1', 'x y', '1.*']),
    })),
  }
}

/** Every rule says who it is in a response header, so that the answer tells which one took the request. */
function randomRule(route: string, index: number): HTTPRouteRule {
  const identity = { set: [{ name: 'x-taken-by', value: `default/${route} rule ${index}` }] }
  const copies = { backendRef: { name: 'mirror', port: 80 } }
  return {
    matches: some(3, randomMatch),
    filters: [
      { type: 'ResponseHeaderModifier', responseHeaderModifier: identity },
      ...(chance(0.5) ? [{ type: 'RequestMirror' as const, requestMirror: copies }] : []),
      ...(chance(0.4) ? [{ type: 'CORS' as const, cors: { allowOrigins: ['*'] } }] : []),
    ],
    backendRefs: [{ name: 'primary', port: 80 }],
  }
}

function randomRoute(name: string): HTTPRoute {
  const second = Math.floor(random() * 3)
  const parent = { name: 'eg', ...(chance(0.4) && { sectionName: pick(['every', 'wild', 'one']) }) }
  const hostnames = some(2, () => pick(HOSTNAMES))
  return {
    apiVersion,
    kind: 'HTTPRoute',
    metadata: { name, namespace: 'default', creationTimestamp: `2026-01-01T00:00:0${second}Z` },
    spec: {
      parentRefs: [parent],
      ...(hostnames.length > 0 && { hostnames: [...new Set(hostnames)] }),
      rules: Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) =>
        randomRule(name, index),
      ),
    },
  }
}

function service(name: string) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { ports: [{ port: 80 }] },
  }
}

function slice(name: string, peer: HttpPeer) {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4' as const,
    endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
    ports: [{ port: peer.port, protocol: 'TCP' as const }],
  }
}

function randomWorld(): ClusterState {
  const metadata = { name: 'eg', namespace: 'default' }
  const http = { port, protocol: 'HTTP' as const }
  const listeners = [
    { name: 'every', ...http },
    { name: 'wild', hostname: '*.example', ...http },
    { name: 'one', hostname: 'a.example', ...http },
  ].filter((_, index) => index === 0 || chance(0.7))
  const names = Array.from({ length: 2 + Math.floor(random() * 5) }, (_, index) => `r${index}`)
  return {
    gatewayClasses: [
      {
        apiVersion,
        kind: 'GatewayClass',
        metadata: { name: 'mine' },
        spec: { controllerName: CONTROLLER_NAME },
      },
    ],
    gateways: [
      { apiVersion, kind: 'Gateway', metadata, spec: { gatewayClassName: 'mine', listeners } },
    ],
    httpRoutes: names.map(randomRoute),
    referenceGrants: [],
    namespaces: [],
    services: [service('primary'), service('mirror')],
    endpointSlices: [slice('primary', primary), slice('mirror', mirror)],
    secrets: [],
  }
}

function randomRequest(): SimulatedRequest {
  return {
    gateway: 'default/eg',
    scheme: 'http',
    port,
    method: pick([...METHODS, 'OPTIONS', 'OPTIONS']),
    host: pick(HOSTS),
    path: encodeURI(pick(ASKED)).replaceAll('%25', '%') + pick(QUERIES),
    headers: [
      ...some(2, () => ({ name: 'X-One', value: pick(['1', '2', '10', '', 'é']) })),
      ...some(1, () => ({ name: 'x-two', value: pick(['1', 'z']) })),
      ...some(1, () => ({ name: 'Origin', value: 'https://app.example' })),
      ...some(1, () => ({ name: 'Access-Control-Request-Method', value: pick(METHODS) })),
    ],
  }
}

/** Sends the request as described and returns who took it: the rule's name, or the gateway's own status. */
async function send(address: string, described: SimulatedRequest): Promise<string> {
  // As curl sends it: text in UTF-8.
  const wire = (text: string) => Buffer.from(text).toString('latin1')
  const headers = described.headers.flatMap(({ name, value }) => [name, wire(value)])
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const { method, host, path } = described
    const options = { host: address, port, method, path, agent, setHost: false }
    const outgoing = httpRequest({ ...options, headers: ['Host', host, ...headers] as never })
    outgoing.once('response', resolve)
    outgoing.once('error', reject)
    outgoing.end()
  })
  response.resume()
  const taken = response.headers['x-taken-by']
  return typeof taken === 'string' ? taken : String(response.statusCode)
}

/** What the simulator says, in the same words. */
function predict(state: ClusterState, described: SimulatedRequest) {
  const simulation = simulateMatch(state, null, described)
  if (simulation.refused !== null) return { taken: '400', copies: false, isPreflight: false }
  const { outcome, explanation } = simulation
  if (outcome === null) return { taken: '404', copies: false, isPreflight: false }
  const { route, rule } = outcome.winner
  return {
    taken: `${route.key} rule ${rule.index}`,
    copies: outcome.mirrors.length > 0,
    isPreflight: explanation.preflightOf !== null,
  }
}

it('agrees with the gateway on who takes a request, and on which are copied', async () => {
  const disagreements: unknown[] = []
  const takers = new Map<string, number>()
  let copiesExpected = 0
  let preflights = 0
  for (let version = 1; version <= WORLDS; version += 1) {
    const state = randomWorld()
    const graph = buildGraph(state, { controllerNames: [CONTROLLER_NAME] })
    const acknowledged = await plane.publish(buildRouteTable(graph, version))
    const address = acknowledged.gateways[0]?.address?.value ?? ''
    for (let sent = 0; sent < REQUESTS_PER_WORLD; sent += 1) {
      const described = randomRequest()
      const { taken, copies, isPreflight } = predict(state, described)
      const actual = await send(address, described)
      takers.set(actual, (takers.get(actual) ?? 0) + 1)
      copiesExpected += Number(copies)
      preflights += Number(isPreflight)
      if (actual !== taken) disagreements.push({ version, described, taken, actual })
    }
  }
  await eventually('every copy to arrive', () => mirror.requests.length >= copiesExpected)
  expect(disagreements).toEqual([])
  expect(mirror.requests.length).toBe(copiesExpected)
  // The corpus is worth something only if both outcomes, and many rules, take part.
  expect(takers.get('404') ?? 0).toBeGreaterThan(200)
  expect(takers.size).toBeGreaterThan(12)
  expect(preflights).toBeGreaterThan(20)
  expect(WORLDS * REQUESTS_PER_WORLD).toBeGreaterThanOrEqual(5_000)
}, 120_000)
