import { request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import { brokenIdentities, type ReadSample, total } from './test-support/metrics-reader'
import { closedPort, startHttpPeer, startRawPeer } from './test-support/peers'
import { backend, mirror, route, rule } from './test-support/route-tables'
import {
  connectRaw,
  eventually,
  startTestGateway,
  type TestGateway,
} from './test-support/test-gateway'

const MIB = 1024 * 1024
let gateway: TestGateway
const closers: (() => Promise<void>)[] = []

beforeAll(async () => {
  gateway = await startTestGateway({
    mirrorTimeoutMs: 700,
    mirrorInFlightMax: 40,
    mirrorBufferBytesPerCopyMax: MIB,
    mirrorBodyBytesMax: 64 * MIB,
    mirrorResponseBytesMax: 4 * MIB,
    lingerMs: 400,
  })
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})
afterAll(() => gateway.stop())

function closing<P extends { close(): Promise<void> }>(peer: P): P {
  closers.push(() => peer.close())
  return peer
}

/** The standard cast: a primary that answers, and a mirror made of bytes. Labels select the route's series. */
async function serve(name: string, shadow: (socket: Socket) => void, fraction = 1) {
  const primary = closing(
    await startHttpPeer((_request, response, body) => response.end(`${body.length}`)),
  )
  const hostile = closing(await startRawPeer(shadow))
  await gateway.serve([route(name, [rule({ mirrors: [mirror('shadow', fraction)] })])], {
    primary: [primary.port],
    shadow: [hostile.port],
  })
  return { primary, hostile, labels: { route_name: name } }
}

function send(
  method: string,
  body = Buffer.alloc(0),
  headers: Record<string, string> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      host: gateway.address,
      port: gateway.port,
      method,
      path: '/',
      headers,
    })
    outgoing.on('error', reject)
    outgoing.on('response', async (incoming) => {
      let text = `${incoming.statusCode} `
      for await (const chunk of incoming) text += chunk
      resolve(text)
    })
    outgoing.end(body)
  })
}

/** Waits until nothing is in flight, then returns the samples, having checked every identity. */
async function settled(labels: Record<string, string>): Promise<readonly ReadSample[]> {
  await eventually('copies to settle', async () => {
    const samples = await gateway.scrape()
    return (
      total(samples, GATEWAY_METRICS.mirrorInFlight, labels) === 0 &&
      total(samples, GATEWAY_METRICS.requestsInFlight, labels) === 0
    )
  })
  const samples = await gateway.scrape()
  expect(brokenIdentities(samples)).toEqual([])
  return samples
}

const failed = (labels: Record<string, string>, reason: string) => ({
  ...labels,
  outcome: 'failed',
  reason,
})

describe('a copy', () => {
  it('carries the same bytes, to each of several mirrors, at its own share', async () => {
    const primary = closing(await startHttpPeer())
    const all = closing(await startHttpPeer())
    const half = closing(await startHttpPeer())
    const mirrors = [mirror('all', 1, 0), mirror('half', 0.5, 2), mirror('none', 0, 3)]
    await gateway.serve([route('several', [rule({ mirrors })])], {
      primary: [primary.port],
      all: [all.port],
      half: [half.port],
      none: [1],
    })
    for (let count = 0; count < 40; count++) await send('POST', Buffer.from(`body ${count}`))
    const labels = { route_name: 'several' }
    const samples = await settled(labels)
    expect(all.requests.map((seen) => seen.body.toString()).sort()).toEqual(
      primary.requests.map((seen) => seen.body.toString()).sort(),
    )
    expect(Math.abs(half.requests.length - 20)).toBeLessThanOrEqual(2)
    expect(
      total(samples, GATEWAY_METRICS.mirrorRequests, {
        ...labels,
        mirror: '3',
        outcome: 'not_sampled',
      }),
    ).toBe(40)
    expect(
      total(samples, GATEWAY_METRICS.mirrorResponses, {
        ...labels,
        mirror: '0',
        outcome: 'answered',
        code: '200',
      }),
    ).toBe(40)
  })

  it('is made of a request that only Node reads and the gateway answers itself', async () => {
    const shadow = closing(await startHttpPeer())
    const mirrors = [mirror('shadow')]
    await gateway.serve([route('own', [rule({ mirrors, backends: [backend('none')] })])], {
      none: [],
      shadow: [shadow.port],
    })
    const client = await connectRaw(gateway.address, gateway.port)
    client.send('GET /a/../b HTTP/1.1\r\nHost: a.example\r\n\r\n')
    await client.until((text) => text.startsWith('HTTP/1.1 503'))
    const samples = await settled({ route_name: 'own' })
    client.socket.destroy()
    expect(total(samples, GATEWAY_METRICS.mirrorResponses, { outcome: 'answered' })).toBe(1)
    expect(shadow.requests.map(({ url }) => url)).toEqual(['/b'])
  })

  it('of a chunked upload is chunked too', async () => {
    const primary = closing(await startHttpPeer())
    const shadow = closing(await startHttpPeer())
    await gateway.serve([route('chunked', [rule({ mirrors: [mirror('shadow')] })])], {
      primary: [primary.port],
      shadow: [shadow.port],
    })
    await send('POST', Buffer.from('pieces'), { 'Transfer-Encoding': 'chunked' })
    await settled({ route_name: 'chunked' })
    expect(shadow.requests[0]?.headers['transfer-encoding']).toBe('chunked')
    expect(shadow.requests[0]?.body.toString()).toBe('pieces')
  })

  it('goes on when the client leaves after its request, and ends with it before', async () => {
    const sockets: Socket[] = []
    const { labels } = await serve('leaver', (socket) => {
      sockets.push(socket)
      socket.resume()
    })
    const held = closing(await startRawPeer((socket) => socket.resume()))
    await gateway.serve(
      [
        route('leaver', [
          rule({
            mirrors: [mirror('shadow')],
            backends: [{ weight: 1, cluster: 'held', invalid: false }],
          }),
        ]),
      ],
      {
        held: [held.port],
        shadow: [await shadowThatAnswersLate(sockets)],
      },
    )
    const whole = await connectRaw(gateway.address, gateway.port)
    whole.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok')
    await eventually('the copy', () => sockets.length === 1)
    whole.socket.destroy()
    const part = await connectRaw(gateway.address, gateway.port)
    part.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\npart')
    await eventually('the second copy', () => sockets.length === 2)
    part.socket.destroy()
    await eventually('the abort', async () => {
      return (
        total(
          await gateway.scrape(),
          GATEWAY_METRICS.mirrorResponses,
          failed(labels, 'client_aborted'),
        ) === 1
      )
    })
    sockets[0]?.write('HTTP/1.1 204 No Content\r\n\r\n')
    const samples = await settled(labels)
    expect(
      total(samples, GATEWAY_METRICS.mirrorResponses, {
        ...labels,
        outcome: 'answered',
        code: '204',
      }),
    ).toBe(1)
    expect(
      total(samples, GATEWAY_METRICS.responses, { ...labels, outcome: 'client_aborted' }),
    ).toBe(2)
  })

  async function shadowThatAnswersLate(sockets: Socket[]): Promise<number> {
    const late = closing(
      await startRawPeer((socket) => {
        sockets.push(socket)
        socket.resume()
      }),
    )
    return late.port
  }

  it('is made whatever becomes of the primary', async () => {
    const shadow = closing(await startHttpPeer())
    await gateway.serve([route('alone', [rule({ mirrors: [mirror('shadow')] })])], {
      primary: [await closedPort()],
      shadow: [shadow.port],
    })
    expect(await send('POST', Buffer.from('x'))).toMatch(/^502/)
    await settled({ route_name: 'alone' })
    expect(shadow.requests[0]?.body.toString()).toBe('x')
  })
})

describe('a mirror in trouble leaves the primary alone when it', () => {
  it('hangs: copies end at their deadline, and those above the cap are dropped', async () => {
    const { labels, hostile } = await serve('hangs', () => undefined)
    const answers = await Promise.all(Array.from({ length: 60 }, () => send('GET')))
    expect(new Set(answers)).toEqual(new Set(['200 0']))
    const samples = await settled(labels)
    expect(total(samples, GATEWAY_METRICS.mirrorResponses, failed(labels, 'timeout'))).toBe(40)
    expect(
      total(samples, GATEWAY_METRICS.mirrorRequests, {
        ...labels,
        outcome: 'dropped',
        reason: 'in_flight_limit',
      }),
    ).toBe(20)
    expect(hostile.connections).toBe(40)
  })

  it('never reads a large upload: the copy is given up at its buffer', async () => {
    const { labels, primary } = await serve('unread', (socket) => socket.pause())
    const body = Buffer.alloc(60 * MIB, 7)
    expect(await send('POST', body)).toBe(`200 ${body.length}`)
    const samples = await settled(labels)
    expect(total(samples, GATEWAY_METRICS.mirrorResponses, failed(labels, 'buffer_limit'))).toBe(1)
    expect(primary.requests[0]?.body.equals(body)).toBe(true)
  })

  it('is offered a body over the limit: announced ones are not sent, growing ones are given up', async () => {
    const { labels } = await serve('large', (socket) => socket.resume())
    const body = Buffer.alloc(65 * MIB)
    expect(await send('POST', body)).toBe(`200 ${body.length}`)
    expect(await send('POST', body, { 'Transfer-Encoding': 'chunked' })).toBe(`200 ${body.length}`)
    const samples = await settled(labels)
    expect(
      total(samples, GATEWAY_METRICS.mirrorRequests, {
        ...labels,
        outcome: 'dropped',
        reason: 'body_limit',
      }),
    ).toBe(1)
    const ended =
      total(samples, GATEWAY_METRICS.mirrorResponses, failed(labels, 'body_limit')) +
      total(samples, GATEWAY_METRICS.mirrorResponses, failed(labels, 'buffer_limit'))
    expect(ended).toBe(1)
  })

  it('is down: few attempts are made, and it is found again when it is back', async () => {
    const primary = closing(await startHttpPeer())
    const port = await closedPort()
    const routes = [route('down', [rule({ mirrors: [mirror('shadow')] })])]
    await gateway.serve(routes, { primary: [primary.port], shadow: [port] })
    const labels = { route_name: 'down' }
    for (let count = 0; count < 100; count++) expect(await send('GET')).toMatch(/^200/)
    const samples = await settled(labels)
    const refused = total(
      samples,
      GATEWAY_METRICS.mirrorResponses,
      failed(labels, 'connect_failed'),
    )
    const skipped = total(samples, GATEWAY_METRICS.mirrorRequests, {
      ...labels,
      outcome: 'skipped',
      reason: 'backing_off',
    })
    expect(refused + skipped).toBe(100)
    expect(refused).toBeGreaterThan(0)
    expect(refused).toBeLessThan(50)
    const shadow = closing(await startHttpPeer())
    await gateway.serve(routes, { primary: [primary.port], shadow: [port, shadow.port] })
    await eventually('a copy arriving', async () => {
      await send('GET')
      return shadow.requests.length > 0
    })
  })

  it('has no endpoints, or does not exist', async () => {
    const primary = closing(await startHttpPeer())
    const entry = rule({ mirrors: [mirror('empty', 1, 0), mirror('unknown', 1, 1)] })
    await gateway.serve([route('nobody', [entry])], { primary: [primary.port], empty: [] })
    expect(await send('GET')).toMatch(/^200/)
    const labels = { route_name: 'nobody' }
    const samples = await settled(labels)
    expect(
      total(samples, GATEWAY_METRICS.mirrorRequests, {
        ...labels,
        outcome: 'skipped',
        reason: 'no_endpoints',
      }),
    ).toBe(2)
  })

  it.each([
    ['garbage', 'SSH-2.0-what\r\n\r\n'],
    ['an endless head', `HTTP/1.1 200 OK\r\n${'X-Y: z\r\n'.repeat(20_000)}`],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na'],
    ['an upgrade nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
  ])('answers %s', async (what, words) => {
    const name = `garbage-${what.length}`
    const { labels } = await serve(name, (socket) => socket.once('data', () => socket.write(words)))
    expect(await send('GET')).toBe('200 0')
    const samples = await settled(labels)
    expect(total(samples, GATEWAY_METRICS.mirrorResponses, failed(labels, 'bad_response'))).toBe(1)
  })

  it('is slow: the primary has long answered, the copy is still counted as answered', async () => {
    const waiting: Socket[] = []
    const { labels } = await serve('slow', (socket) => {
      socket.once('data', () => waiting.push(socket))
    })
    const client = await connectRaw(gateway.address, gateway.port)
    for (let count = 1; count <= 5; count++) {
      client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      await client.until((received) => received.split('HTTP/1.1 200').length === count + 1)
    }
    await eventually('the copies', () => waiting.length === 5)
    for (const socket of waiting) socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n')
    const samples = await settled(labels)
    expect(
      total(samples, GATEWAY_METRICS.mirrorResponses, {
        ...labels,
        outcome: 'answered',
        code: '503',
      }),
    ).toBe(5)
    client.socket.destroy()
  })

  it('is the gateway itself: the loop ends after a few hops', async () => {
    const primary = closing(await startHttpPeer())
    const entry = rule({ mirrors: [mirror('self')] })
    await gateway.plane.publish({
      version: 1_000_000,
      gateways: [
        {
          key: 'default/eg',
          listeners: [{ name: 'http', port: gateway.port, protocol: 'HTTP', hostname: '' }],
        },
      ],
      routes: [route('loop', [entry])],
      clusters: {
        primary: { protocol: 'http1', endpoints: [{ address: '127.0.0.1', port: primary.port }] },
        self: { protocol: 'http1', endpoints: [{ address: gateway.address, port: gateway.port }] },
      },
    })
    expect(await send('GET')).toMatch(/^200/)
    const labels = { route_name: 'loop' }
    const samples = await settled(labels)
    expect(total(samples, GATEWAY_METRICS.requests, labels)).toBe(4)
    expect(
      total(samples, GATEWAY_METRICS.mirrorRequests, {
        ...labels,
        outcome: 'skipped',
        reason: 'loop',
      }),
    ).toBe(1)
    expect(primary.requests).toHaveLength(4)
  })
})

describe('bytes', () => {
  it('of bodies are counted for the backend and for each mirror', async () => {
    const { labels } = await serve('bytes', (socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n1234567')
      })
    })
    await send('POST', Buffer.alloc(1000))
    let samples: readonly ReadSample[] = []
    await eventually('the copy is answered', async () => {
      samples = await gateway.scrape()
      return total(samples, GATEWAY_METRICS.mirrorResponses, labels) === 1
    })
    const bytes = (metric: string) => total(samples, metric, labels)
    expect(bytes(GATEWAY_METRICS.mirrorResponseBytes)).toBe(7)
    expect(bytes(GATEWAY_METRICS.mirrorRequestBytes)).toBe(1000)
    const ofBackend = { ...labels, backend: 'primary' }
    expect(total(samples, GATEWAY_METRICS.requestBytes, ofBackend)).toBe(1000)
    expect(total(samples, GATEWAY_METRICS.responseBytes, ofBackend)).toBe(4)
  })
})
