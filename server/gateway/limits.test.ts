import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import type { GatewayLimits } from './bounds/limits'
import { MetricsRegistry } from './metrics/metrics'
import { MetricsSum, renderMetrics, settleLostWorker } from './metrics/metrics-snapshot'
import { brokenIdentities, readSamples, total } from './test-support/metrics-reader'
import { startHttpPeer, startRawPeer } from './test-support/peers'
import { mirror, route, rule } from './test-support/route-tables'
import { connectRaw, eventually, startTestGateway } from './test-support/test-gateway'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(limits: Partial<GatewayLimits>) {
  const gateway = await startTestGateway({ drainMs: 300, ...limits })
  closers.push(() => gateway.stop())
  return gateway
}

async function httpPeer(...args: Parameters<typeof startHttpPeer>) {
  const peer = await startHttpPeer(...args)
  closers.push(() => peer.close())
  return peer
}

async function rawPeer(onConnection: (socket: Socket) => void) {
  const peer = await startRawPeer(onConnection)
  closers.push(() => peer.close())
  return peer
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

describe('at its limit', () => {
  it('connectionsPerListenerMax closes further connections on accept', async () => {
    const gateway = await start({ connectionsPerListenerMax: 1 })
    const first = await connectRaw(gateway.address, gateway.port)
    first.send(GET)
    await first.until((received) => received.includes('404'))
    const second = await connectRaw(gateway.address, gateway.port)
    expect(await second.closed()).toBe('')
    first.socket.destroy()
  })

  it('clientIdleMs closes a connection without a request', async () => {
    const gateway = await start({ clientIdleMs: 50 })
    const client = await connectRaw(gateway.address, gateway.port)
    client.send(GET)
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 404/)
  })

  it("headTimeoutMs refuses a head that drips, on the fast path and on Node's", async () => {
    const gateway = await start({ headTimeoutMs: 100 })
    const fast = await connectRaw(gateway.address, gateway.port)
    fast.send('GET / HTTP/1.1\r\nHo')
    expect(await fast.closed()).toMatch(/^HTTP\/1\.1 408/)
    const slow = await connectRaw(gateway.address, gateway.port)
    slow.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HT')
    await slow.until((received) => received.includes('404'))
    expect(await slow.closed()).toMatch(/404[\s\S]*HTTP\/1\.1 408/)
  })

  it('exchangeIdleMs answers 504 for a backend that says nothing', async () => {
    const gateway = await start({ exchangeIdleMs: 100 })
    const silent = await rawPeer(() => undefined)
    await gateway.serve([route('idle', [rule()])], { primary: [silent.port] })
    const client = await connectRaw(gateway.address, gateway.port)
    client.send(GET)
    expect(await client.until((received) => received.endsWith('Timeout\n'))).toMatch(
      /^HTTP\/1\.1 504/,
    )
    client.socket.destroy()
  })

  it('tunnelIdleMs closes a tunnel in which nothing moves', async () => {
    const gateway = await start({ tunnelIdleMs: 100 })
    const raw = await rawPeer((socket) => {
      socket.on('data', () =>
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
        ),
      )
    })
    await gateway.serve([route('tunnel', [rule()])], { primary: [raw.port] })
    const client = await connectRaw(gateway.address, gateway.port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 101/)
    expect(brokenIdentities(await gateway.scrape())).toEqual([])
  })

  it('lingerMs closes a connection whose upload outlasts its answer', async () => {
    const gateway = await start({ lingerMs: 50 })
    const client = await connectRaw(gateway.address, gateway.port)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nsome')
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 404/)
  })

  it("responseHeadBytesMax makes a backend's endless head a 502", async () => {
    const gateway = await start({ responseHeadBytesMax: 1_000 })
    const raw = await rawPeer((socket) => {
      socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(2_000)}\r\n\r\n`))
    })
    await gateway.serve([route('head', [rule()])], { primary: [raw.port] })
    const client = await connectRaw(gateway.address, gateway.port)
    client.send(GET)
    expect(await client.until((received) => received.endsWith('Gateway\n'))).toMatch(
      /^HTTP\/1\.1 502/,
    )
    client.socket.destroy()
  })

  it('idleConnectionsPerEndpointMax and idleConnectionMs close what is kept for nothing', async () => {
    const gateway = await start({ idleConnectionsPerEndpointMax: 2, idleConnectionMs: 300 })
    let open = 0
    const answers: (() => void)[] = []
    const raw = await rawPeer((socket) => {
      open++
      socket.on('close', () => open--)
      socket.on('end', () => socket.destroy())
      socket.on('data', () =>
        answers.push(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')),
      )
    })
    await gateway.serve([route('idle', [rule()])], { primary: [raw.port] })
    const clients = await Promise.all(
      Array.from({ length: 5 }, () => connectRaw(gateway.address, gateway.port)),
    )
    for (const client of clients) client.send(GET)
    await eventually('five requests', () => answers.length === 5)
    for (const answer of answers) answer()
    for (const client of clients) await client.until((received) => received.endsWith('ok'))
    await eventually('three closing', () => open <= 2)
    await eventually('the rest closing', () => open === 0)
    for (const client of clients) client.socket.destroy()
  })

  it('replayBodyBytesMax: a larger body is not sent twice', async () => {
    const gateway = await start({ replayBodyBytesMax: 10 })
    let bodies = 0
    const raw = await rawPeer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        socket.once('data', () => {
          bodies++
          socket.resetAndDestroy()
        })
      })
    })
    await gateway.serve([route('replay', [rule()])], { primary: [raw.port] })
    const client = await connectRaw(gateway.address, gateway.port)
    client.send(GET)
    await client.until((received) => received.endsWith('ok'))
    client.send('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n12345678901234567890')
    await client.until((received) => received.includes('502 Bad Gateway'))
    expect(bodies).toBe(1)
    client.socket.destroy()
  })

  it('mirrorBufferBytesTotalMax gives up the copies that would exceed it together', async () => {
    const gateway = await start({
      mirrorBufferBytesPerCopyMax: 64 * 1024 * 1024,
      mirrorBufferBytesTotalMax: 2 * 1024 * 1024,
      mirrorTimeoutMs: 20_000,
    })
    const primary = await httpPeer((_request, response) => response.end('ok'))
    const unread = await rawPeer((socket) => socket.pause())
    await gateway.serve([route('total', [rule({ mirrors: [mirror('shadow')] })])], {
      primary: [primary.port],
      shadow: [unread.port],
    })
    const body = Buffer.alloc(24 * 1024 * 1024)
    const clients = await Promise.all(
      Array.from({ length: 3 }, () => connectRaw(gateway.address, gateway.port)),
    )
    for (const client of clients) {
      client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`)
      client.send(body)
    }
    for (const client of clients) await client.until((received) => received.endsWith('ok'))
    await eventually('the copies ending', async () => {
      return total(await gateway.scrape(), GATEWAY_METRICS.mirrorInFlight) === 0
    })
    const samples = await gateway.scrape()
    expect(
      total(samples, GATEWAY_METRICS.mirrorResponses, {
        outcome: 'failed',
        reason: 'buffer_limit',
      }),
    ).toBe(3)
    expect(brokenIdentities(samples)).toEqual([])
    for (const client of clients) client.socket.destroy()
  })

  it('mirrorHopsMax can forbid copies of copies', async () => {
    const gateway = await start({ mirrorHopsMax: 1 })
    const primary = await httpPeer()
    await gateway.serve([route('hops', [rule({ mirrors: [mirror('shadow')] })])], {
      primary: [primary.port],
      shadow: [primary.port],
    })
    const client = await connectRaw(gateway.address, gateway.port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await client.until((received) => received.endsWith('seen /'))
    await eventually('the copy', () => primary.requests.length === 2)
    const signed = primary.requests
      .map(({ headers }) => headers['x-mirrorboard-mirror-hops'])
      .find((value) => value !== undefined)
    client.send(`GET / HTTP/1.1\r\nHost: a\r\nX-Mirrorboard-Mirror-Hops: ${signed}\r\n\r\n`)
    await client.until((received) => received.split('seen /').length === 3)
    expect(total(await gateway.scrape(), GATEWAY_METRICS.mirrorRequests, { reason: 'loop' })).toBe(
      1,
    )
    client.socket.destroy()
  })

  it('backendSeriesPerRuleMax folds backends that are gone, without losing a count', () => {
    const registry = new MetricsRegistry()
    const metrics = registry.rule('gateway="g",rule="0"')
    for (const name of ['a', 'b', 'c', 'a']) {
      metrics.countRequest()
      metrics.begin(name).end('answered', 200, 0.001)
    }
    metrics.countRequest()
    const late = metrics.begin('d')
    metrics.retainBackends(new Set(['c']), 2)
    const samples = readSamples(renderMetrics(registry.snapshot(), 1))
    expect(total(samples, GATEWAY_METRICS.responses, { backend: '' })).toBe(3)
    expect(total(samples, GATEWAY_METRICS.responses, { backend: 'c' })).toBe(1)
    expect(total(samples, GATEWAY_METRICS.responses, { backend: 'a' })).toBe(0)
    expect(total(samples, GATEWAY_METRICS.requestsInFlight, { backend: 'd' })).toBe(1)
    expect(brokenIdentities(samples)).toEqual([])
    late.end('answered', 200, 0.001)
    metrics.retainBackends(new Set(['c']), 2)
    const later = readSamples(renderMetrics(registry.snapshot(), 1))
    expect(total(later, GATEWAY_METRICS.responses, { backend: '' })).toBe(4)
    expect(brokenIdentities(later)).toEqual([])
  })
})

describe('the counts of a worker that died', () => {
  it('are settled: what was in flight ended unanswered', () => {
    const registry = new MetricsRegistry()
    const metrics = registry.rule('gateway="g",rule="0"')
    const copies = metrics.mirror(0, 'shadow')
    const [first] = ['a', 'b', 'b'].map((backend) => {
      metrics.countRequest()
      copies.countMirrored()
      return metrics.begin(backend)
    })
    first?.end('answered', 200, 0.001)
    copies.countAnswered(200, 0.001)
    const sum = new MetricsSum()
    sum.add(settleLostWorker(registry.snapshot()))
    sum.add(registry.snapshot())
    const samples = readSamples(renderMetrics(sum.toSnapshot(), 1))
    expect(total(samples, GATEWAY_METRICS.responses, { outcome: 'worker_lost' })).toBe(2)
    expect(total(samples, GATEWAY_METRICS.mirrorResponses, { reason: 'shutdown' })).toBe(2)
    expect(total(samples, GATEWAY_METRICS.requestsInFlight)).toBe(2)
    const accounted =
      total(samples, GATEWAY_METRICS.responses) + total(samples, GATEWAY_METRICS.requestsInFlight)
    expect(accounted).toBe(total(samples, GATEWAY_METRICS.requests))
  })
})
