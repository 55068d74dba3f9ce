import { afterEach, describe, expect, it } from 'vitest'
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import type { GatewayLimits } from './bounds/limits'
import { brokenIdentities, total } from './test-support/metrics-reader'
import { startHttpPeer } from './test-support/peers'
import { mirror, route, rule } from './test-support/route-tables'
import {
  connectRaw,
  eventually,
  type RawClient,
  startTestGateway,
  type TestGateway,
} from './test-support/test-gateway'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

async function start(
  limits: Partial<GatewayLimits>,
  respond?: Parameters<typeof startHttpPeer>[0],
): Promise<TestGateway> {
  const gateway = await startTestGateway({ drainMs: 300, ...limits })
  const primary = await startHttpPeer(respond)
  const shadow = await startHttpPeer()
  closers.push(
    () => gateway.stop(),
    () => primary.close(),
    () => shadow.close(),
  )
  await gateway.serve([route('r', [rule({ mirrors: [mirror('shadow')] })])], {
    primary: [primary.port],
    shadow: [shadow.port],
  })
  return gateway
}

async function connect(gateway: TestGateway, count: number): Promise<readonly RawClient[]> {
  const clients = await Promise.all(
    Array.from({ length: count }, () => connectRaw(gateway.address, gateway.port)),
  )
  closers.push(async () => {
    for (const { socket } of clients) socket.destroy()
  })
  return clients
}

/** A request on a connection of its own is answered. */
async function expectServed(gateway: TestGateway): Promise<void> {
  const [client] = await connect(gateway, 1)
  client?.send(GET)
  await client?.until((received) => received.endsWith('seen /'))
}

describe('other clients are served while', () => {
  it('a body stops half-way: it gets 408, and its copy ends with it', async () => {
    const gateway = await start({ exchangeIdleMs: 1_000, lingerMs: 100 })
    const clients = await connect(gateway, 50)
    for (const client of clients) {
      client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\npart')
    }
    await expectServed(gateway)
    for (const client of clients) expect(await client.closed()).toMatch(/^HTTP\/1\.1 408 /)
    await eventually('the copies ending', async () => {
      return total(await gateway.scrape(), GATEWAY_METRICS.mirrorInFlight) === 0
    })
    const samples = await gateway.scrape()
    expect(brokenIdentities(samples)).toEqual([])
    expect(
      total(samples, GATEWAY_METRICS.responses, { outcome: 'client_aborted', code: '408' }),
    ).toBe(50)
    expect(total(samples, GATEWAY_METRICS.mirrorResponses, { reason: 'client_aborted' })).toBe(50)
  })

  it('clients do not read their answers: those are held back at the backend, then cut off', async () => {
    const large = Buffer.alloc(16 * 1024 * 1024)
    let written = 0
    const gateway = await start({ exchangeIdleMs: 300 }, (request, response) => {
      if (request.url === '/') response.end('seen /')
      else {
        const pump = () => {
          while (written < 1e9) {
            written += 65_536
            if (!response.write(large.subarray(0, 65_536))) return
          }
        }
        response.on('drain', pump)
        pump()
      }
    })
    const clients = await connect(gateway, 10)
    for (const client of clients) {
      client.socket.pause()
      client.send('GET /large HTTP/1.1\r\nHost: a\r\n\r\n')
    }
    await expectServed(gateway)
    await eventually('the answers being cut off', async () => {
      const samples = await gateway.scrape()
      return total(samples, GATEWAY_METRICS.requestsInFlight) === 0
    })
    // What the kernel's buffers hold, and not what the backend could have sent.
    expect(written).toBeLessThan(500e6)
    expect(brokenIdentities(await gateway.scrape())).toEqual([])
  })

  it('connections are opened and say nothing, or never end their head', async () => {
    const gateway = await start({ headTimeoutMs: 400, clientIdleMs: 1_500 })
    const silent = await connect(gateway, 300)
    const dripping = await connect(gateway, 300)
    for (const [index, client] of dripping.entries()) {
      client.send(index % 2 === 0 ? 'GET / HTTP/1.1\r\nHo' : 'G')
    }
    await expectServed(gateway)
    for (const client of dripping) expect(await client.closed()).toMatch(/^HTTP\/1\.1 408 /)
    for (const client of silent) expect(await client.closed()).toBe('')
    await expectServed(gateway)
  })

  it('more connections are opened than are allowed: those there stay', async () => {
    const gateway = await start({ connectionsPerListenerMax: 20 })
    const [client, ...others] = await connect(gateway, 20)
    for (const other of await connect(gateway, 200)) expect(await other.closed()).toBe('')
    client?.send(GET)
    await client?.until((received) => received.endsWith('seen /'))
    for (const { socket } of others) socket.destroy()
    await eventually('room for another', async () => {
      const [next] = await connect(gateway, 1)
      next?.send(GET)
      await eventually('an answer', () => next?.isClosed || next?.received !== '')
      return next?.received !== ''
    })
  })

  it('requests are pipelined without end: they are answered in turn, and held back meanwhile', async () => {
    const gateway = await start({})
    const [client] = await connect(gateway, 1)
    const count = 5_000
    client?.send(GET.repeat(count))
    await expectServed(gateway)
    await client?.until((received) => received.split('seen /').length === count + 1)
  })
})

describe('what clients choose', () => {
  it('never becomes a label', async () => {
    const gateway = await start({})
    const series = async () => {
      const samples = await gateway.scrape()
      return samples.map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`).sort()
    }
    const [client] = await connect(gateway, 1)
    const send = async (count: number) => {
      for (let index = 0; index < count; index++) {
        const lines = `Host: h${index}.example\r\nX-${index}: ${index}\r\nX-Request-Id: id-${index}\r\n`
        const method = index % 2 === 0 ? 'GET' : `M${index}`
        client?.send(`GET /p${index}?q=${index} HTTP/1.1\r\n${lines}\r\n`)
        await client?.until((received) => received.endsWith(`seen /p${index}?q=${index}`))
        const [other] = await connect(gateway, 1)
        other?.send(`${method} /x${index} HTTP/1.${index % 3}\r\n${lines}\r\n`)
        await eventually('an answer', () => other?.received !== '')
        other?.socket.destroy()
      }
      await eventually('copies to settle', async () => {
        return total(await gateway.scrape(), GATEWAY_METRICS.mirrorInFlight) === 0
      })
    }
    await send(12)
    const few = await series()
    await send(100)
    expect(await series()).toEqual(few)
  })
})
