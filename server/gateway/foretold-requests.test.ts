/** Generated filters and requests: what the match simulator foretells, next to what arrives at backends, mirrors and client. */
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { explainMatch } from '@/lib/routing/explain-match'
import {
  type DescribedRequest,
  type Foretold,
  foretell,
  foretellLines,
  type ReadRequest,
  readRequest,
} from '@/lib/routing/foretell'
import type { ForwardParts } from '@/lib/routing/forward-request'
import { joinLines, splitLines } from '@/lib/routing/header-edits'
import type {
  BackendEntry,
  HeaderModifier,
  PathModifier,
  RewriteEntry,
  RouteTable,
  RuleEntry,
} from '@/lib/routing/route-table'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import { type HttpPeer, type SeenRequest, startHttpPeer } from './test-support/peers'
import {
  backend,
  cluster,
  GATEWAY,
  listener,
  mirror,
  prefixMatch,
  route,
  rule,
  table,
} from './test-support/route-tables'
import { eventually, startTestGateway, type TestGateway } from './test-support/test-gateway'

const WORLDS = 40
const REQUESTS_PER_RULE = 12

const random = seededRandom(20_261_126)
const pick = <Item>(items: readonly [Item, ...Item[]]): Item =>
  items[Math.floor(random() * items.length)] ?? items[0]
const chance = (share: number) => random() < share
const some = <Item>(most: number, make: () => Item): Item[] =>
  Array.from({ length: Math.floor(random() * (most + 1)) }, make)

const NAMES = ['X-One', 'x-two', 'Cookie', 'User-Agent', 'X-Forwarded-Proto', 'Vary'] as const
/** A modifier must not reach framing and routing, nor write what is no name. */
const UNSAFE_NAMES = ['Host', 'Content-Length', 'Connection', 'not a name'] as const
const VALUES = ['1', 'a b', 'höhe', 'line\nbreak', '日本', 'tab\tin'] as const
const BACKENDS = ['a', 'b', 'c', 'empty', 'gone'] as const
const MIRRORS = ['m', 'n', 'empty'] as const
const ANSWER = ['X-One', 'of the backend', 'x-one', 'twice', 'Vary', 'Accept', 'Set-Cookie', 'a=1']

/** By cluster key; a mirror has a server of its own. */
const peers = new Map<string, HttpPeer>()
let gateway: TestGateway
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

beforeAll(async () => {
  gateway = await startTestGateway()
  for (const key of ['a', 'b', 'c', 'm', 'n']) {
    const peer = await startHttpPeer((_request, response) => {
      response.sendDate = false
      response.writeHead(200, [...ANSWER, 'Content-Length', '2'])
      response.end('ok')
    })
    peers.set(key, peer)
  }
})
afterAll(async () => {
  agent.destroy()
  await gateway.stop()
  for (const peer of peers.values()) await peer.close()
})

function randomName(): string {
  return chance(0.15) ? pick(UNSAFE_NAMES) : pick(NAMES)
}

function randomModifier(): HeaderModifier | undefined {
  if (chance(0.4)) return undefined
  const lines = () => some(2, () => [randomName(), pick(VALUES)] as const)
  return { set: lines(), add: lines(), remove: some(2, () => randomName().toLowerCase()) }
}

function randomPath(): PathModifier | undefined {
  if (chance(0.4)) return undefined
  return {
    type: pick(['ReplaceFullPath', 'ReplacePrefixMatch'] as const),
    value: pick(['/', '', '/new', '/new/', '/höhe x', '/a?b']),
  }
}

function randomRewrite(): RewriteEntry | undefined {
  if (chance(0.5)) return undefined
  const path = randomPath()
  return { ...(chance(0.5) && { hostname: 'rewritten.example' }), ...(path && { path }) }
}

function modifiers(): Pick<BackendEntry, 'requestHeaders' | 'responseHeaders' | 'rewrite'> {
  const [requestHeaders, responseHeaders] = [randomModifier(), randomModifier()]
  const rewrite = randomRewrite()
  return {
    ...(requestHeaders && { requestHeaders }),
    ...(responseHeaders && { responseHeaders }),
    ...(rewrite && { rewrite }),
  }
}

function randomCors(): RuleEntry['cors'] {
  return {
    allowOrigins: pick([['*'], ['https://*.example'], ['https://x.example']]),
    allowMethods: pick([['*'], ['GET', 'PUT']]),
    allowHeaders: pick([[], ['*'], ['x-one']]),
    exposeHeaders: pick([[], ['x-one', 'x-two']]),
    allowCredentials: chance(0.5),
    maxAgeSeconds: 60,
  }
}

function randomRule(prefix: string): RuleEntry {
  const matches = [prefixMatch(prefix)]
  const cors = chance(0.3) ? randomCors() : undefined
  const responseHeaders = randomModifier()
  const answer = { matches, ...(cors && { cors }), ...(responseHeaders && { responseHeaders }) }
  if (chance(0.15)) {
    const path = randomPath()
    const redirect = {
      statusCode: pick([301, 302, 307, 308]),
      ...(chance(0.5) && { scheme: pick(['http', 'https'] as const) }),
      ...(chance(0.5) && { hostname: 'elsewhere.example' }),
      ...(chance(0.3) && { port: pick([80, 443, 8443]) }),
      ...(path && { path }),
    }
    return rule({ ...answer, redirect, backends: [] })
  }
  const names = BACKENDS.filter(() => chance(0.4))
  const chosen: readonly (typeof BACKENDS)[number][] = names.length === 0 ? ['a'] : names
  const backends = chosen.map((name) => {
    return backend(name, { weight: pick([1, 1, 3, 9]), invalid: name === 'gone', ...modifiers() })
  })
  const mirrors = MIRRORS.filter(() => chance(0.4)).map((name, index) => {
    return mirror(name, pick([1, 1, 0.5, 0.1, 0]), index)
  })
  return rule({ ...answer, ...modifiers(), backends, mirrors })
}

function randomRequest(prefix: string, id: string): DescribedRequest {
  const method = pick(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'] as const)
  const lines = [
    ...some(2, () => [randomCase(pick(NAMES)), pick(['1', 'a b', ''])]),
    ...some(1, () => ['X-Forwarded-For', pick(['10.0.0.1', '10.0.0.1, 10.0.0.2'])]),
    ...some(1, () => ['x-forwarded-host', 'spoofed.example']),
    ...some(1, () => ['TE', 'trailers']),
    ...some(1, () => ['x-mirrorboard-mirror-hops', pick(['1', '2', '1;sig=00', 'abc', ''])]),
    ...some(1, () => ['Origin', pick(['https://x.example', 'https://a.b.example', 'null'])]),
    ...some(1, () => ['Access-Control-Request-Method', 'PUT']),
    ...(method === 'PUT' ? [['Content-Length', '2']] : []),
    ['X-Request-Id', id],
  ]
  const rest = pick(['', '/', '/x', '/x/../y', '//', '/%2e/z', '/a%20b'])
  const host = pick(['a.example', 'A.Example:81', 'b.example.'])
  return {
    method,
    host,
    target: `${`${prefix}${rest}` || '/'}${pick(['', '?', '?q=1&r=x+y'])}`,
    headers: lines.flat(),
  }
}

function randomCase(name: string): string {
  return chance(0.5) ? name.toLowerCase() : name
}

async function send({ method, host, target, headers }: DescribedRequest): Promise<IncomingMessage> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const { address, port } = gateway
    const options = { host: address, port, method, path: target, agent, setHost: false }
    const outgoing = httpRequest({ ...options, headers: ['Host', host, ...headers] as never })
    outgoing.once('response', resolve)
    outgoing.once('error', reject)
    outgoing.end(method === 'PUT' ? 'ok' : undefined)
  })
  response.resume()
  return response
}

const OWN = ['connection', 'keep-alive', 'date', 'content-type', 'content-length']

/** Lines but those of the connection, in order: `name: value`. */
function linesBut(rawHeaders: readonly string[], dropped: readonly string[]): readonly string[] {
  return rawHeaders.flatMap((name, index) => {
    if (index % 2 === 1 || dropped.includes(name.toLowerCase())) return []
    return [`${name}: ${rawHeaders[index + 1]}`]
  })
}

function asSeen({ method, url, rawHeaders, headers }: SeenRequest) {
  const lines = linesBut(rawHeaders, ['host', 'connection', 'keep-alive']).map((line) =>
    line.replace(/;sig=[0-9a-f]{32}$/, ' (signed)'),
  )
  return { method, target: url, authority: headers.host, lines }
}

function asForetold({ method, target, authority, lines, framing }: ForwardParts) {
  return { method, target, authority, lines: linesBut(splitLines(lines + framing), []) }
}

interface Sent {
  readonly described: DescribedRequest
  readonly request: ReadRequest
  readonly rule: RuleEntry
  readonly foretold: Foretold
  readonly response: IncomingMessage
}

/** Foretells a request of a table, then sends it. */
async function foretellAndSend(served: RouteTable, described: DescribedRequest): Promise<Sent> {
  const request = readRequest(described)
  if (typeof request === 'string') throw new Error(`No request: ${JSON.stringify(described)}`)
  const { port } = gateway
  const { winner } = explainMatch(served, { gateway: GATEWAY, port }, request)
  if (winner === null) throw new Error(`No rule takes ${described.target}`)
  const arrival = { scheme: 'http', listenerPort: port, clientAddress: clientAddress() } as const
  const foretold = foretell(served, winner, request, { ...arrival, requestId: 'unused' })
  return { described, request, rule: winner.rule, foretold, response: await send(described) }
}

function clientAddress(): string {
  return gateway.address.startsWith('127.') ? '127.0.0.1' : gateway.address
}

/** The cluster whose server saw the request; undefined when the gateway answered. */
function takerOf({ foretold, request }: Sent): string | undefined {
  const id = request.header('x-request-id')
  return foretold.backends
    .map(({ entry }) => entry.cluster)
    .find((key) => peers.get(key)?.requests.some(({ headers }) => headers['x-request-id'] === id))
}

/** What was foretold and what happened, of the answer and of the backend's request. */
function compareAnswer(sent: Sent) {
  const { foretold, rule: taken, request, response } = sent
  const answered = linesBut(response.rawHeaders, OWN)
  const taker = takerOf(sent)
  const backendSeen = peers.get(taker ?? '')?.requests.at(-1)
  const own = foretold.answer ?? ownAnswer(foretold, response.statusCode)
  const chosen = foretold.backends.find(({ entry }) => entry.cluster === taker)
  const lines =
    chosen === undefined
      ? foretellLines(own?.lines ?? '', taken, null, request)
      : foretellLines(joinLines(ANSWER), taken, chosen.entry, request)
  return {
    foretold: {
      status: chosen === undefined ? own?.status : 200,
      lines: linesBut(splitLines(lines), OWN),
      request: chosen && asForetold(chosen.request),
    },
    actual: {
      status: response.statusCode,
      lines: answered,
      request: backendSeen && asSeen(backendSeen),
    },
  }
}

function ownAnswer({ backends }: Foretold, status: number | undefined) {
  const possible = backends.some(({ answeredWith }) => answeredWith === status)
  return possible ? { status: status ?? 0, lines: '' } : null
}

/** How far the shares of a rule's backends and mirrors are from what was foretold, in requests; the worst of them. */
function worstShare(all: readonly Sent[]): number {
  const [first] = all
  if (first === undefined || first.foretold.answer !== null) return 0
  const ids = new Set(all.map(({ request }) => request.header('x-request-id')))
  const forwarded = all.filter(({ foretold }) => foretold.answer === null)
  const copied = first.foretold.mirrors.map(({ policy, cluster: target }) => {
    const seen = peers.get(policy.cluster)?.requests ?? []
    const count = seen.filter(({ headers }) => ids.has(String(headers['x-request-id']))).length
    return Math.abs(count - (target?.endpoints.length ? policy.fraction * forwarded.length : 0))
  })
  const served = first.foretold.backends
    .filter(({ answeredWith }) => answeredWith === null)
    .map(({ entry, probability }) => {
      const count = all.filter((sent) => takerOf(sent) === entry.cluster).length
      return Math.abs(count - probability * forwarded.length)
    })
  return Math.max(0, ...copied, ...served)
}

function compareCopies(all: readonly Sent[]) {
  return all.flatMap(({ foretold, request }) => {
    const id = request.header('x-request-id')
    return foretold.mirrors.flatMap(({ policy, request: copy }) => {
      const seen = peers.get(policy.cluster)?.requests ?? []
      return seen
        .filter(({ headers }) => headers['x-request-id'] === id)
        .map((actual) => ({ foretold: asForetold(copy), actual: asSeen(actual) }))
    })
  })
}

it('foretells what backends, mirrors and the client are sent, and how often', async () => {
  const all: Sent[] = []
  const answers: ReturnType<typeof compareAnswer>[] = []
  const clusters = Object.fromEntries(
    ['a', 'b', 'c', 'm', 'n'].map((key) => [key, cluster(peers.get(key)?.port ?? 0)]),
  )
  for (let world = 0; world < WORLDS; world++) {
    const prefixes = ['/a', '/b/', '/']
    const routes = [route(`world-${world}`, prefixes.map(randomRule))]
    const listeners = [listener(gateway.port)]
    const served = table({ listeners, routes, clusters: { ...clusters, empty: cluster() } })
    await gateway.plane.publish(served)
    for (const [index, prefix] of prefixes.entries()) {
      for (let sent = 0; sent < REQUESTS_PER_RULE; sent++) {
        const described = randomRequest(prefix.replace(/\/$/, ''), `${world}-${index}-${sent}`)
        const done = await foretellAndSend(served, described)
        answers.push(compareAnswer(done))
        all.push(done)
      }
    }
  }
  const surely = all
    .flatMap(({ foretold }) => foretold.mirrors)
    .filter(({ policy, cluster: to }) => {
      return policy.fraction === 1 && to?.endpoints.length === 1
    }).length
  await eventually('the copies that are always made', () => {
    return compareCopies(all).length >= surely
  })
  const copies = compareCopies(all)
  expect(answers.filter(({ foretold, actual }) => !same(foretold, actual))).toEqual([])
  expect(copies.filter(({ foretold, actual }) => !same(foretold, actual))).toEqual([])
  const byRule = new Map<RuleEntry, Sent[]>()
  for (const sent of all) byRule.set(sent.rule, [...(byRule.get(sent.rule) ?? []), sent])
  expect(Math.max(...[...byRule.values()].map(worstShare))).toBeLessThanOrEqual(3)
  expect(answers.length).toBeGreaterThanOrEqual(1_000)
  expect(copies.length).toBeGreaterThan(300)
}, 120_000)

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
