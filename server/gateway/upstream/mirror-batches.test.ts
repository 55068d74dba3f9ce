import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import type { GatewayLimits } from '../bounds/limits'
import { brokenIdentities, total } from '../test-support/metrics-reader'
import { startHttpPeer, startRawPeer } from '../test-support/peers'
import { mirror, route, rule } from '../test-support/route-tables'
import {
  connectRaw,
  eventually,
  type RawClient,
  startTestGateway,
} from '../test-support/test-gateway'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const CLIENTS = 12
const WELL = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
/** Answers are then never too slow for a batch, however busy the machine is. */
const PATIENT = { mirrorBatchQuickMs: 60_000, mirrorBatchSlowMs: 60_000 }

/** What arrived at once on one connection: the requests' heads. */
type Answer = (socket: Socket, heads: readonly string[]) => void

const answerAll: Answer = (socket, heads) => socket.write(WELL.repeat(heads.length))

/** Clients that ask all at the same moment, a primary, and a mirror that is handed what arrives together. */
async function start(answer: Answer, limits: Partial<GatewayLimits> = {}) {
  const gateway = await startTestGateway({ drainMs: 300, ...PATIENT, ...limits })
  const primary = await startHttpPeer((_request, response) => response.end('ok'))
  const arrivals: string[][] = []
  const shadow = await startRawPeer((socket) => {
    socket.on('data', (bytes) => {
      const heads = bytes.toString('latin1').split('\r\n\r\n').slice(0, -1)
      arrivals.push(heads)
      answer(socket, heads)
    })
  })
  closers.push(
    () => gateway.stop(),
    () => primary.close(),
    () => shadow.close(),
  )
  const serve = (settings = {}) =>
    gateway.serve([{ ...route('r', [rule({ mirrors: [mirror('shadow')] })]), ...settings }], {
      primary: [primary.port],
      shadow: [shadow.port],
    })
  await serve()
  const clients: RawClient[] = []
  for (let count = 0; count < CLIENTS; count++) {
    clients.push(await connectRaw(gateway.address, gateway.port))
  }
  closers.push(() => clients.map(({ socket }) => socket.destroy()))
  let rounds = 0
  /** Every client asks once; resolves when all have been answered. */
  const burst = async (method = 'GET') => {
    rounds++
    const count = (received: string) => received.split('HTTP/1.1 200').length - 1
    clients.forEach(({ send }, index) => {
      send(`${method} /${rounds}/${index} HTTP/1.1\r\nHost: a\r\n\r\n`)
    })
    await Promise.all(clients.map(({ until }) => until((received) => count(received) === rounds)))
  }
  const answered = async () =>
    total(await gateway.scrape(), GATEWAY_METRICS.mirrorResponses, { outcome: 'answered' })
  const settled = async () => {
    await eventually('copies to settle', async () => {
      return total(await gateway.scrape(), GATEWAY_METRICS.mirrorInFlight) === 0
    })
    const samples = await gateway.scrape()
    expect(brokenIdentities(samples)).toEqual([])
    const of = (reason: string) =>
      total(samples, GATEWAY_METRICS.mirrorResponses, { outcome: 'failed', reason })
    return { answered: await answered(), of }
  }
  /** Bursts until so many have arrived together. */
  const burstUntil = (together: number, method?: string) =>
    eventually(`a batch of ${together}`, async () => {
      await burst(method)
      await settled()
      return arrivals.some((heads) => heads.length >= together)
    })
  const batches = () => arrivals.filter((heads) => heads.length > 1)
  return { arrivals, batches, burst, burstUntil, settled, serve, sent: () => rounds * CLIENTS }
}

describe('copies of the same moment', () => {
  it('are sent together to a mirror that answers quickly, each once and counted once', async () => {
    const { arrivals, burstUntil, settled, sent } = await start(answerAll)
    await burstUntil(4)
    expect((await settled()).answered).toBe(sent())
    const targets = arrivals.flat().map((head) => head.split(' ')[1])
    expect(new Set(targets).size).toBe(sent())
    expect(targets).toHaveLength(sent())
    expect(Math.max(...arrivals.map((heads) => heads.length))).toBeLessThanOrEqual(8)
  })

  it('are each read to their own end, however the answers are framed and cut', async () => {
    const chunked =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n'
    const forms = [
      WELL,
      'HTTP/1.1 204 No Content\r\n\r\n',
      chunked,
      `HTTP/1.1 103 E\r\n\r\n${WELL}`,
    ]
    const { burstUntil, burst, settled, sent } = await start((socket, heads) => {
      const text = heads.map((_head, index) => forms[index % forms.length]).join('')
      const cut = Math.floor(text.length * 0.6)
      socket.write(text.slice(0, cut))
      setImmediate(() => socket.write(text.slice(cut)))
    })
    await burstUntil(4)
    await burst()
    const { answered } = await settled()
    expect(answered).toBe(sent())
  })

  it('that expect no body in the answer are not given one', async () => {
    const { burstUntil, settled, sent } = await start((socket, heads) => {
      for (const _head of heads) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n')
    })
    await burstUntil(3, 'HEAD')
    expect((await settled()).answered).toBe(sent())
  })

  it('are sent again when the mirror closes behind an answer, as it may', async () => {
    const close = WELL.replace('Content-Length', 'Connection: close\r\nContent-Length')
    const { burstUntil, settled, sent } = await start((socket, heads) => {
      if (heads.length < 3) answerAll(socket, heads)
      else socket.end(WELL + close)
    })
    await burstUntil(3)
    expect((await settled()).answered).toBe(sent())
  })

  it('are sent again when the connection breaks before they are answered', async () => {
    const { burstUntil, settled, sent } = await start((socket, heads) => {
      if (heads.length < 3) answerAll(socket, heads)
      else socket.end(WELL)
    })
    await burstUntil(3)
    expect((await settled()).answered).toBe(sent())
  })

  it('are all given up, and none sent again, when the mirror hangs', async () => {
    const { arrivals, burstUntil, settled, sent } = await start(
      (socket, heads) => {
        if (heads.length < 3) answerAll(socket, heads)
      },
      { mirrorTimeoutMs: 300 },
    )
    await burstUntil(3)
    const { answered, of } = await settled()
    const hung = arrivals.filter((heads) => heads.length >= 3).flat().length
    expect(of('timeout')).toBe(hung)
    expect(answered).toBe(sent() - hung)
    expect(arrivals.flat()).toHaveLength(sent())
  })

  it('fail alone when one answer is garbage', async () => {
    const { burstUntil, batches, settled, sent } = await start((socket, heads) => {
      if (heads.length < 3) answerAll(socket, heads)
      else socket.write(`${WELL}garbage\r\n\r\n`)
    })
    await burstUntil(3)
    const { answered, of } = await settled()
    const broken = batches().filter((heads) => heads.length >= 3).length
    expect(of('bad_response')).toBe(broken)
    expect(answered).toBe(sent() - broken)
  })
})

describe('no copies are sent together', () => {
  it('to a mirror that loses all but the first: it is tried once', async () => {
    const { batches, burst, burstUntil, settled, sent } = await start(
      (socket) => socket.write(WELL),
      { mirrorTimeoutMs: 400 },
    )
    await burstUntil(2)
    for (let count = 0; count < 20; count++) await burst()
    const { answered, of } = await settled()
    expect(batches().map((heads) => heads.length)).toEqual([2])
    expect(of('timeout')).toBe(1)
    expect(answered).toBe(sent() - 1)
  })

  it('to a mirror that answers slowly, but for one try in a while', async () => {
    const { batches, burst, burstUntil, settled, sent } = await start(answerAll, {
      mirrorBatchSlowMs: 0,
      mirrorBatchPauseMs: 600_000,
    })
    await burstUntil(2)
    for (let count = 0; count < 5; count++) await burst()
    expect((await settled()).answered).toBe(sent())
    expect(batches()).toHaveLength(1)
  })

  it('when their requests have effects', async () => {
    const { batches, burst, settled, sent } = await start(answerAll)
    for (let count = 0; count < 10; count++) await burst('DELETE')
    expect((await settled()).answered).toBe(sent())
    expect(batches()).toEqual([])
  })

  it('when they are captured: how long each takes is then its own', async () => {
    const { batches, burst, serve, settled, sent } = await start(answerAll, {
      capturesPerSecondMax: 100_000,
    })
    await serve({ settings: { 'mirrorboard.dev/comparison': '{"percent":100}' } })
    for (let count = 0; count < 10; count++) await burst()
    expect((await settled()).answered).toBe(sent())
    expect(batches()).toEqual([])
  })
})
