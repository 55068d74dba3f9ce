/** What is captured of mirrored requests, over real sockets: whole, redacted, bounded, and never at the primary's cost. */
import { request as httpRequest } from 'node:http'
import * as zlib from 'node:zlib'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
} from 'vitest'
import type { CapturedExchange, RequestPaths } from '@/lib/comparison/exchange'
import type { RouteEntry } from '@/lib/routing/route-table'
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import { sendMany } from '../test-support/load'
import { brokenIdentities, total } from '../test-support/metrics-reader'
import { closedPort, startHttpPeer, startRawPeer } from '../test-support/peers'
import { backend, mirror, route, rule } from '../test-support/route-tables'
import {
  connectRaw,
  eventually,
  startTestGateway,
  type TestGateway,
} from '../test-support/test-gateway'

let gateway: TestGateway
let name = ''
let count = 0
const closers: (() => Promise<void>)[] = []

const logged: string[] = []

beforeAll(async () => {
  const log = (message: string, fields: unknown) => {
    logged.push(`${message} ${JSON.stringify(fields)}`)
  }
  const logger = { debug: log, info: log, warn: log, error: log }
  const limits = {
    mirrorTimeoutMs: 600,
    capturesPerSecondMax: 2_000,
    capturesInProgressMax: 8,
    captureBodyBytesMax: 4_000,
    captureDecodedBytesMax: 8_000,
    capturesHeldMax: 60,
    requestPathsPerRuleMax: 3,
  }
  gateway = await startTestGateway(limits, logger)
})
beforeEach(() => {
  name = `captured-${++count}`
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})
afterAll(() => gateway.stop())

function closing<P extends { close(): Promise<void> }>(peer: P): P {
  closers.push(() => peer.close())
  return peer
}

type Settings = Partial<Record<'comparison' | 'calibration' | 'mirror-budget', unknown>>

function entry(settings: Settings, more: Partial<RouteEntry> = {}): RouteEntry {
  const written = Object.entries(settings).map(([key, value]) => [
    `mirrorboard.dev/${key}`,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  const rules = [
    rule({ name: 'main', mirrors: [mirror('shadow')], backends: [backend('primary')] }),
  ]
  return route(name, rules, { generation: 7, settings: Object.fromEntries(written), ...more })
}

type Respond = Parameters<typeof startHttpPeer>[0]

async function serve(settings: Settings, primary?: Respond, shadow?: Respond) {
  const first = closing(await startHttpPeer(primary))
  const second = closing(await startHttpPeer(shadow))
  const clusters = { primary: [first.port], shadow: [second.port] }
  await gateway.serve([entry(settings)], clusters)
  return { first, second }
}

interface Sent {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
}

function send({ method = 'GET', path = '/', headers = {}, body = '' }: Sent = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const { address: host, port } = gateway
    const outgoing = httpRequest({ host, port, method, path, headers: { ...headers } as never })
    outgoing.on('error', reject)
    outgoing.on('response', async (incoming) => {
      let text = `${incoming.statusCode} `
      for await (const chunk of incoming) text += chunk
      resolve(text)
    })
    outgoing.end(body)
  })
}

/** Takes out what has been captured since the last call. */
async function drain(): Promise<readonly CapturedExchange[]> {
  return (await drainLines()).filter((line) => line.kind !== 'requests')
}

async function drainLines(): Promise<readonly (CapturedExchange | RequestPaths)[]> {
  const answer = await fetch(gateway.plane.metricsUrl.replace('/metrics', '/exchanges'))
  const lines = (await answer.text()).split('\n').filter((line) => line !== '')
  return lines.map((line): CapturedExchange | RequestPaths => JSON.parse(line))
}

async function captured(least = 1): Promise<readonly CapturedExchange[]> {
  const all: CapturedExchange[] = []
  await eventually(`${least} captures`, async () => {
    all.push(...(await drain()))
    return all.length >= least
  })
  return all
}

async function counted(metric: string, labels: Record<string, string> = {}): Promise<number> {
  return total(await gateway.scrape(), metric, { route_name: name, ...labels })
}

const givenUp = (reason: string) =>
  counted(GATEWAY_METRICS.captures, { outcome: 'given_up', reason })

const ON = { comparison: { percent: 100 } }

describe('a captured exchange', () => {
  it('holds the request and both answers, and says where they come from', async () => {
    await serve(
      ON,
      (_request, response) => {
        response.setHeader('Content-Type', 'application/json')
        response.setHeader('X-From', 'primary')
        response.write('{"price":')
        response.end('10}')
      },
      (_request, response) => {
        response.writeHead(201, { 'Content-Type': 'application/json; charset=utf-8' })
        response.end('{"price":12}')
      },
    )
    const body = '{"item":"tea"}'
    const headers = { 'Content-Type': 'application/json', Host: 'shop.example' }
    expect(await send({ method: 'POST', path: '/buy?n=2', headers, body })).toBe('200 {"price":10}')
    const [exchange] = await captured()
    expect(exchange).toMatchObject({
      route: `default/${name}`,
      generation: 7,
      rule: 0,
      ruleName: 'main',
      filterIndex: 0,
      kind: 'mirror',
      request: {
        method: 'POST',
        host: 'shop.example',
        path: '/buy?n=2',
        body: { kind: 'json', value: { item: 'tea' }, bytes: body.length },
      },
      primary: {
        outcome: 'answered',
        backend: 'primary',
        status: 200,
        body: { kind: 'json', value: { price: 10 }, bytes: 12 },
      },
      mirror: {
        outcome: 'answered',
        backend: 'shadow',
        status: 201,
        body: { kind: 'json', value: { price: 12 }, bytes: 12 },
      },
    })
    if (exchange?.primary.outcome !== 'answered') throw new Error('The primary answered.')
    expect(exchange.primary.headers).toContainEqual(['x-from', 'primary'])
    expect(exchange.primary.totalMs).toBeGreaterThanOrEqual(exchange.primary.firstByteMs)
    expect(exchange.requestId).not.toBe('')
    expect(await counted(GATEWAY_METRICS.captures, { outcome: 'captured' })).toBe(1)
    expect(await drain()).toEqual([])
  })

  it('says what only one side was sent: the hop of the copy, and what the backendRef’s filters do', async () => {
    const primary = closing(await startHttpPeer())
    const shadow = closing(await startHttpPeer())
    const requestHeaders = { set: [['X-Tier', 'gold']], add: [], remove: [] } as const
    const own = { ...backend('primary'), requestHeaders }
    const rules = [rule({ name: 'main', mirrors: [mirror('shadow')], backends: [own] })]
    await gateway.serve([{ ...entry(ON), rules }], {
      primary: [primary.port],
      shadow: [shadow.port],
    })
    await send({ headers: { 'X-Both': 'yes' } })
    const [exchange] = await captured()
    expect(exchange?.sentApart).toEqual({
      primary: [['x-tier', 'gold']],
      mirror: [['x-mirrorboard-mirror-hops', expect.stringMatching(/^1;sig=[0-9a-f]{32}$/)]],
    })
    expect(primary.requests[0]?.headers).toMatchObject({ 'x-tier': 'gold' })
  })

  const bodies: readonly { type: string; coding?: string; bytes: Buffer; expected: unknown }[] = [
    {
      type: 'application/json',
      coding: 'gzip',
      bytes: zlib.gzipSync('[1]'),
      expected: { kind: 'json', value: [1] },
    },
    {
      type: 'application/problem+json',
      coding: 'br',
      bytes: zlib.brotliCompressSync('{"a":null}'),
      expected: { kind: 'json', value: { a: null } },
    },
    {
      type: 'application/json',
      coding: 'zstd',
      bytes: Buffer.from('KLUv/QRYOQAAeyJ6IjoxfexTK78=', 'base64'),
      expected: { kind: 'json', value: { z: 1 } },
    },
    {
      type: 'application/json',
      bytes: Buffer.from('{not json'),
      expected: { kind: 'text', text: '{not json' },
    },
    {
      type: 'text/html',
      bytes: Buffer.from('<p>é</p>'),
      expected: { kind: 'text', text: '<p>é</p>' },
    },
    {
      type: 'application/x-www-form-urlencoded',
      bytes: Buffer.from('a=1&b=x+y'),
      expected: {
        kind: 'form',
        fields: [
          ['a', '1'],
          ['b', 'x y'],
        ],
      },
    },
    { type: 'image/png', bytes: Buffer.from([1, 2, 255]), expected: { kind: 'binary' } },
    {
      type: 'application/json',
      coding: 'gzip',
      bytes: Buffer.from('no gzip'),
      expected: { kind: 'uncaptured', reason: 'bad_coding' },
    },
    {
      type: 'application/json',
      coding: 'compress',
      bytes: Buffer.from('x'),
      expected: { kind: 'uncaptured', reason: 'content_coding' },
    },
    {
      type: 'text/plain',
      coding: 'gzip',
      bytes: zlib.gzipSync('x'.repeat(100_000)),
      expected: { kind: 'uncaptured', reason: 'body_limit' },
    },
    {
      type: 'text/plain',
      bytes: Buffer.from('x'.repeat(5_000)),
      expected: { kind: 'uncaptured', reason: 'body_limit', bytes: 5_000 },
    },
    {
      type: 'text/event-stream',
      bytes: Buffer.from('data: 1\n\n'),
      expected: { kind: 'uncaptured', reason: 'stream' },
    },
    {
      type: 'application/json',
      bytes: Buffer.from(`${'['.repeat(100)}${']'.repeat(100)}`),
      expected: { kind: 'uncaptured', reason: 'too_deep' },
    },
    {
      type: 'application/json',
      bytes: Buffer.from('{"__proto__":{"a":1}}'),
      expected: { kind: 'json' },
    },
    { type: 'text/plain', bytes: Buffer.alloc(0), expected: { kind: 'none' } },
  ]
  it.each(bodies)('reads $type $coding as $expected', async ({ type, coding, bytes, expected }) => {
    const respond: Respond = (_request, response) => {
      response.setHeader('Content-Type', type)
      if (coding !== undefined) response.setHeader('Content-Encoding', coding)
      response.end(bytes)
    }
    await serve(ON, respond, respond)
    await send()
    const [exchange] = await captured()
    expect(exchange?.primary).toMatchObject({ body: expected })
    expect(exchange?.mirror).toMatchObject({ body: expected })
  })

  it('tells gRPC messages apart by their hashes', async () => {
    const message = (text: string) =>
      Buffer.concat([Buffer.from([0, 0, 0, 0, text.length]), Buffer.from(text)])
    const respond =
      (...texts: string[]): Respond =>
      (_request, response) => {
        response.setHeader('Content-Type', 'application/grpc')
        response.end(Buffer.concat(texts.map(message)))
      }
    await serve(ON, respond('one', 'two'), respond('one', 'other'))
    await send({ method: 'POST', body: 'x' })
    const [exchange] = await captured()
    const messagesOf = (side: 'primary' | 'mirror') => {
      const answer = exchange?.[side]
      return answer?.outcome === 'answered' && answer.body.kind === 'grpc'
        ? answer.body.messages
        : []
    }
    expect(messagesOf('primary')).toHaveLength(2)
    expect(messagesOf('primary')[0]).toBe(messagesOf('mirror')[0])
    expect(messagesOf('primary')[1]).not.toBe(messagesOf('mirror')[1])
  })

  it('says how a mirror failed, and that the primary was not there', async () => {
    const primary = closing(await startHttpPeer())
    const shadow = await closedPort()
    await gateway.serve([entry(ON)], { primary: [primary.port], shadow: [shadow] })
    await send()
    const [refused] = await captured()
    expect(refused?.mirror).toMatchObject({ outcome: 'failed', reason: 'connect_failed' })
    const alive = closing(await startHttpPeer())
    await gateway.serve([entry(ON)], { primary: [], shadow: [alive.port] })
    expect(await send()).toContain('503')
    const [absent] = await captured()
    expect(absent?.primary).toMatchObject({ outcome: 'failed', reason: 'not_forwarded' })
    expect(absent?.mirror).toMatchObject({ outcome: 'answered', status: 200 })
  })

  it('says that a client left in the middle of its request', async () => {
    await serve(ON)
    const client = await connectRaw(gateway.address, gateway.port)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf')
    await eventually('the request to be forwarded', async () => {
      return (await counted(GATEWAY_METRICS.requestsInFlight)) === 1
    })
    client.socket.destroy()
    const [exchange] = await captured()
    expect(exchange?.request.body).toMatchObject({ kind: 'uncaptured', reason: 'incomplete' })
    expect(exchange?.primary).toMatchObject({ outcome: 'failed', reason: 'client_aborted' })
  })
})

describe('what is captured', () => {
  it('is nothing without the annotation, with one that can’t be read, or at 0 %', async () => {
    for (const settings of [{}, { comparison: '{"percnt":1}' }, { comparison: { percent: 0 } }]) {
      const { second } = await serve(settings)
      await send()
      await eventually('the copy', () => second.requests.length === 1)
    }
    expect(await drain()).toEqual([])
    expect(await counted(GATEWAY_METRICS.captures)).toBe(0)
  })

  it('is the share the annotation names', async () => {
    await serve({ comparison: { percent: 10 } })
    for (let sent = 0; sent < 200; sent++) await send()
    await eventually('copies to end', async () => {
      return (await counted(GATEWAY_METRICS.mirrorResponses)) === 200
    })
    const exchanges = await captured(18)
    expect(exchanges.length).toBeGreaterThanOrEqual(18)
    expect(exchanges.length).toBeLessThanOrEqual(22)
  })

  it('is bounded in progress: more than that is given up, and the primary knows nothing of it', async () => {
    const primary = closing(await startHttpPeer())
    const hung = closing(await startRawPeer(() => undefined))
    await gateway.serve([entry(ON)], { primary: [primary.port], shadow: [hung.port] })
    const answers = await Promise.all(Array.from({ length: 20 }, () => send()))
    expect(answers).toEqual(Array(20).fill('200 seen /'))
    const exchanges = await captured(8)
    expect(exchanges).toHaveLength(8)
    expect(exchanges[0]?.mirror).toMatchObject({ outcome: 'failed', reason: 'timeout' })
    expect(await givenUp('in_progress_limit')).toBe(12)
    expect(brokenIdentities(await gateway.scrape())).toEqual([])
  })

  it('is bounded while nobody fetches it: the oldest goes', async () => {
    await serve(ON)
    for (let sent = 0; sent < 70; sent++) await send({ path: `/${sent}` })
    await eventually('the last to be captured', async () => (await givenUp('not_fetched')) === 10)
    const exchanges = await drain()
    expect(exchanges.map(({ request }) => request.path)).toEqual(
      Array.from({ length: 60 }, (_, index) => `/${index + 10}`),
    )
    expect(await givenUp('not_fetched')).toBe(10)
    expect(await counted(GATEWAY_METRICS.captures, { outcome: 'captured' })).toBe(60)
  })
})

it('captureDrainBytesMax: what is too much for one fetch waits for the next, oldest first', async () => {
  const shared = gateway
  gateway = await startTestGateway({ captureDrainBytesMax: 1, capturesPerSecondMax: 2_000 })
  try {
    const { second } = await serve(ON)
    for (const path of ['/1', '/2', '/3']) await send({ path })
    await eventually('the copies', () => second.requests.length === 3)
    const fetched: (readonly string[])[] = []
    await eventually('all pairs', async () => {
      fetched.push((await drain()).map(({ request }) => request.path))
      return fetched.flat().length === 3
    })
    expect(fetched.filter(({ length }) => length > 0)).toEqual([['/1'], ['/2'], ['/3']])
  } finally {
    await gateway.stop()
    gateway = shared
  }
})

describe('what a rule is asked for', () => {
  it('is counted of every request, captured or not, without queries and secrets', async () => {
    await serve({ comparison: { percent: 0 } })
    for (const path of ['/a?token=x', '/a?token=y', '/tea.lover@planted.example', '/a']) {
      await send({ path })
    }
    await send({ method: 'POST', path: '/a' })
    for (const path of ['/one-more', '/another', '/a']) await send({ path })
    const [counted, ...others] = await drainLines()
    expect(others).toEqual([])
    expect(counted).toMatchObject({
      kind: 'requests',
      route: `default/${name}`,
      rule: 0,
      paths: [
        ['GET', '/a', 4],
        ['GET', expect.stringMatching(/^\/\[redacted [0-9a-f]{12}\]$/), 1],
        ['POST', '/a', 1],
      ],
      beyond: 2,
    })
    expect(await drainLines()).toEqual([])
  })
})

describe('secrets', () => {
  const SECRETS = [
    'hunter2-planted',
    'cookie-value-planted',
    'query-token-planted',
    'json-secret-planted',
    'tea.lover@planted.example',
    '4111 1111 1111 1111',
    'header-planted',
    'path-planted',
    'set-cookie-planted',
  ]

  it('never leave the gateway, and equal ones stay equal', async () => {
    const respond =
      (email: string): Respond =>
      (_request, response) => {
        response.setHeader('Content-Type', 'application/json')
        response.setHeader('Set-Cookie', 'sid=set-cookie-planted; Path=/; HttpOnly')
        response.end(
          JSON.stringify({
            user: { email, note: 'path-planted', password: 'json-secret-planted' },
            card: '4111 1111 1111 1111',
          }),
        )
      }
    const comparison = {
      percent: 100,
      redactHeaders: ['X-Customer'],
      redactPaths: ['$.user.note'],
    }
    await serve(
      { comparison },
      respond('tea.lover@planted.example'),
      respond('tea.lover@planted.example'),
    )
    const secretive = {
      method: 'POST',
      path: '/x?token=query-token-planted&n=1',
      headers: {
        Authorization: 'Bearer hunter2-planted',
        Cookie: 'theme=cookie-value-planted',
        'X-Customer': 'header-planted',
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: 'password=json-secret-planted&user=tea.lover%40planted.example',
    }
    await send(secretive)
    const [exchange] = await captured()
    const text = JSON.stringify(exchange)
    for (const secret of SECRETS) expect(text).not.toContain(secret)
    expect(exchange?.primary).toMatchObject({ outcome: 'answered' })
    if (exchange?.primary.outcome !== 'answered' || exchange.mirror.outcome !== 'answered') return
    expect(exchange.primary.body).toEqual(exchange.mirror.body)
    expect(exchange.request.path).toMatch(/^\/x\?token=\[redacted [0-9a-f]{12}\]&n=1$/)
    const cookie = exchange.request.headers.find(([header]) => header === 'cookie')
    expect(cookie?.[1]).toMatch(/^theme=\[redacted [0-9a-f]{12}\]$/)
    const set = exchange.primary.headers.find(([header]) => header === 'set-cookie')
    expect(set?.[1]).toMatch(/^sid=\[redacted [0-9a-f]{12}\]; Path=\/; HttpOnly$/)
    // Nor where it fails: neither side answers, the log says all it ever says.
    const gone = await closedPort()
    await gateway.serve([entry({ comparison })], { primary: [gone], shadow: [gone] })
    expect(await send(secretive)).toMatch(/^502/)
    const failed = JSON.stringify(await captured())
    const samples = await (await fetch(gateway.plane.metricsUrl)).text()
    expect(logged).not.toEqual([])
    for (const secret of SECRETS) {
      expect(logged.join('\n')).not.toContain(secret)
      expect(failed + samples).not.toContain(secret)
    }
  })
})

describe('a calibration', () => {
  it('sends that many safe requests to the primary twice, then no more', async () => {
    let answers = 0
    const { first, second } = await serve(
      { calibration: { id: `run-${name}`, requests: 5 } },
      (_request, response) => response.end(`answer ${++answers}`),
    )
    for (let sent = 0; sent < 4; sent++) await send({ method: 'POST', body: 'x' })
    for (let sent = 0; sent < 10; sent++)
      await send({ headers: { Authorization: 'Basic c2VjcmV0' } })
    const exchanges = await captured(5)
    expect(exchanges).toHaveLength(5)
    for (const { kind, filterIndex, primary, mirror: again } of exchanges) {
      expect({ kind, filterIndex }).toEqual({ kind: 'calibration', filterIndex: -1 })
      expect(again).toMatchObject({ outcome: 'answered', backend: 'primary' })
      expect(primary).not.toEqual(again)
    }
    await eventually('the requests', () => first.requests.length === 19)
    // The backend can't tell the second from the first: same credentials, same headers.
    const heads = first.requests.filter(({ headers }) => headers.authorization === 'Basic c2VjcmV0')
    expect(heads).toHaveLength(15)
    expect(heads.some(({ headers }) => 'x-mirrorboard-mirror-hops' in headers)).toBe(false)
    await eventually('the copies', () => second.requests.length === 14)
    const samples = await gateway.scrape()
    const labels = { route_name: name }
    expect(total(samples, GATEWAY_METRICS.requests, labels)).toBe(14)
    expect(total(samples, GATEWAY_METRICS.mirrorRequests, labels)).toBe(14)
    expect(total(samples, GATEWAY_METRICS.calibrationRequests, labels)).toBe(5)
    expect(brokenIdentities(samples)).toEqual([])
    // The same id over a new table is the same calibration; one that is over does not begin.
    const clusters = { primary: [first.port], shadow: [second.port] }
    await gateway.serve(
      [entry({ calibration: { id: `run-${name}`, requests: 5 } }, { generation: 8 })],
      clusters,
    )
    await send()
    const over = { id: 'late', requests: 5, until: '2020-01-01T00:00:00Z' }
    await gateway.serve([entry({ calibration: over })], clusters)
    await send()
    expect(await counted(GATEWAY_METRICS.calibrationRequests)).toBe(5)
  })
})

describe('a calibration at the limit of captures', () => {
  it('repeats nothing that could not be recorded', async () => {
    const slow = await startTestGateway({ capturesPerSecondMax: 1 })
    onTestFinished(() => slow.stop())
    const first = closing(await startHttpPeer())
    const clusters = { primary: [first.port], shadow: [first.port] }
    await slow.serve([entry({ calibration: { id: 'slow', requests: 50 } })], clusters)
    const { statuses } = await sendMany(slow, 100, 2)
    expect([...statuses]).toEqual([[200, 100]])
    await eventually('an end', async () => brokenIdentities(await slow.scrape()).length === 0)
    const samples = await slow.scrape()
    const repeats = total(samples, GATEWAY_METRICS.calibrationRequests)
    expect(repeats).toBeGreaterThan(0)
    expect(repeats).toBeLessThan(10)
    expect(total(samples, GATEWAY_METRICS.captures, { reason: 'rate_limit' })).toBe(0)
  })
})

describe('a mirror budget', () => {
  const skipped = (reason: string) =>
    counted(GATEWAY_METRICS.mirrorRequests, { outcome: 'skipped', reason })

  it('caps the copies in flight', async () => {
    const primary = closing(await startHttpPeer())
    const hung = closing(await startRawPeer(() => undefined))
    const settings = { 'mirror-budget': { inFlight: 3 } }
    await gateway.serve([entry(settings)], { primary: [primary.port], shadow: [hung.port] })
    const answers = await Promise.all(Array.from({ length: 10 }, () => send()))
    expect(answers).toEqual(Array(10).fill('200 seen /'))
    expect(await skipped('budget_in_flight')).toBe(7)
    expect(await counted(GATEWAY_METRICS.mirrorRequests, { outcome: 'mirrored' })).toBe(3)
    expect(brokenIdentities(await gateway.scrape())).toEqual([])
  })

  it('caps the rate', async () => {
    await serve({ 'mirror-budget': { requestsPerSecond: 0.001 } })
    for (let sent = 0; sent < 10; sent++) await send()
    expect(await skipped('budget_rate')).toBe(9)
    expect(await counted(GATEWAY_METRICS.mirrorRequests, { outcome: 'mirrored' })).toBe(1)
  })

  it('ends at its time, and allows nothing while it can’t be read', async () => {
    await serve({ 'mirror-budget': { until: '2020-01-01T00:00:00Z' } })
    expect(await send()).toBe('200 seen /')
    expect(await skipped('budget_expired')).toBe(1)
    await serve({ 'mirror-budget': '{"requestPerSecond":5}' })
    expect(await send()).toBe('200 seen /')
    expect(await skipped('budget_invalid')).toBe(1)
    await serve({ 'mirror-budget': { until: '2999-01-01T00:00:00Z', requestsPerSecond: 1e6 } })
    await send()
    expect(await counted(GATEWAY_METRICS.mirrorRequests, { outcome: 'mirrored' })).toBe(1)
  })
})
