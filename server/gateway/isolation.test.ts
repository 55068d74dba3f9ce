import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import type { GatewayLimits } from './bounds/limits'
import { sendMany } from './test-support/load'
import { brokenIdentities, type ReadSample, total } from './test-support/metrics-reader'
import { closedPort, startHttpPeer, startRawPeer } from './test-support/peers'
import { mirror, route, rule } from './test-support/route-tables'
import {
  connectRaw,
  eventually,
  startTestGateway,
  type TestGateway,
} from './test-support/test-gateway'

const MIB = 1024 * 1024
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const ROUTES = [route('r', [rule({ mirrors: [mirror('shadow')] })])]
const WELL = 'HTTP/1.1 204 No Content\r\n\r\n'

/** A gateway, a primary that answers, and a mirror in trouble until `heal`; every copy is answered from then on. */
async function start(trouble: (socket: Socket) => void, limits: Partial<GatewayLimits> = {}) {
  const gateway = await startTestGateway({ mirrorTimeoutMs: 400, drainMs: 300, ...limits })
  const primary = await startHttpPeer()
  let isWell = false
  const shadow = await startRawPeer((socket) => {
    if (isWell) socket.on('data', () => socket.write(WELL))
    else trouble(socket)
  })
  closers.push(
    () => gateway.stop(),
    () => primary.close(),
    () => shadow.close(),
  )
  await gateway.serve(ROUTES, { primary: [primary.port], shadow: [shadow.port] })
  const heal = () => {
    isWell = true
  }
  return { gateway, primary, shadow, heal }
}

async function settled(gateway: TestGateway): Promise<readonly ReadSample[]> {
  await eventually('copies to settle', async () => {
    return total(await gateway.scrape(), GATEWAY_METRICS.mirrorInFlight) === 0
  })
  const samples = await gateway.scrape()
  expect(brokenIdentities(samples)).toEqual([])
  return samples
}

/** What became of all copies, by reason; a copy that was answered has none. */
function fates(samples: readonly ReadSample[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { name, labels, value } of samples) {
    const isEnd = name === GATEWAY_METRICS.mirrorResponses
    const isRefusal = name === GATEWAY_METRICS.mirrorRequests && labels['outcome'] !== 'mirrored'
    if (!(isEnd || isRefusal) || value === 0) continue
    const fate = labels['reason'] || labels['outcome'] || ''
    counts[fate] = (counts[fate] ?? 0) + value
  }
  return counts
}

async function expectRecovery(gateway: TestGateway): Promise<void> {
  const answered = async () => fates(await gateway.scrape())['answered'] ?? 0
  const before = await answered()
  await eventually('an answered copy', async () => {
    await sendMany(gateway, 1, 1)
    return (await answered()) > before
  })
}

function endlessly(socket: Socket, piece: string | Buffer): void {
  const more = () => {
    while (!socket.destroyed && socket.write(piece));
  }
  socket.on('drain', more)
  more()
}

type Trouble = (socket: Socket) => void
const onRequest =
  (answer: Trouble): Trouble =>
  (socket) =>
    socket.once('data', () => answer(socket))

const TROUBLES: readonly [what: string, trouble: Trouble, ...fates: string[]][] = [
  ['hangs', () => undefined, 'timeout', 'backing_off'],
  [
    'trickles its answer',
    onRequest((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n')
      const timer = setInterval(() => socket.write('.'), 20)
      socket.on('close', () => clearInterval(timer))
    }),
    'timeout',
    'backing_off',
  ],
  [
    'trickles its head',
    onRequest((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX: ')
      const timer = setInterval(() => socket.write('.'), 20)
      socket.on('close', () => clearInterval(timer))
    }),
    'timeout',
    'backing_off',
  ],
  [
    'is slow',
    (socket) => socket.on('data', () => setTimeout(() => socket.write(WELL), 50)),
    'answered',
    // On a machine that is slower still.
    'timeout',
    'backing_off',
  ],
  ['resets', (socket) => socket.resetAndDestroy(), 'reset', 'connect_failed', 'backing_off'],
  ['hangs up', onRequest((socket) => socket.end()), 'reset', 'backing_off'],
  [
    'answers garbage',
    onRequest((socket) => socket.write('SSH-2.0-x\r\n\r\n')),
    'bad_response',
    'backing_off',
  ],
  [
    'answers 1 GB',
    onRequest((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n')
      endlessly(socket, Buffer.alloc(65_536))
    }),
    'response_limit',
    'timeout',
    'backing_off',
  ],
  [
    'answers in endless chunks',
    onRequest((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      endlessly(socket, `1000\r\n${'x'.repeat(4096)}\r\n`)
    }),
    'response_limit',
    'timeout',
    'backing_off',
  ],
]

describe('the primary answers every request, and the copies are found again, after a mirror', () => {
  it.each(TROUBLES)('%s', async (_what, trouble, ...expected) => {
    const { gateway, primary, heal } = await start(trouble, { mirrorResponseBytesMax: MIB })
    const { statuses } = await sendMany(gateway, 40, 8)
    expect([...statuses]).toEqual([[200, 40]])
    expect(primary.requests).toHaveLength(40)
    const counts = fates(await settled(gateway))
    expect(expected).toEqual(expect.arrayContaining(Object.keys(counts)))
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(40)
    heal()
    await expectRecovery(gateway)
  })

  it('answers garbage for long: few copies are sent meanwhile', async () => {
    const { gateway, shadow } = await start(onRequest((socket) => socket.write('no HTTP\r\n\r\n')))
    const { statuses } = await sendMany(gateway, 500, 4)
    expect([...statuses]).toEqual([[200, 500]])
    const counts = fates(await settled(gateway))
    expect(counts['bad_response']).toBe(shadow.connections)
    expect((counts['bad_response'] ?? 0) + (counts['backing_off'] ?? 0)).toBe(500)
    expect(shadow.connections).toBeGreaterThanOrEqual(8)
    expect(shadow.connections).toBeLessThan(100)
  })

  it('hangs for long: no more copies are sent than show whether it still does', async () => {
    const pause = { mirrorBackoffMinMs: 600_000, mirrorBackoffMaxMs: 600_000 }
    const { gateway, shadow } = await start(() => undefined, { mirrorTimeoutMs: 100, ...pause })
    await eventually('copies given up in a row', async () => {
      await sendMany(gateway, 8, 8)
      return (fates(await settled(gateway))['timeout'] ?? 0) >= 8
    })
    const [before, connections] = [fates(await settled(gateway)), shadow.connections]
    const { statuses } = await sendMany(gateway, 200, 8)
    expect([...statuses]).toEqual([[200, 200]])
    const after = fates(await settled(gateway))
    expect(after['timeout']).toBe(before['timeout'])
    expect(after['backing_off']).toBe((before['backing_off'] ?? 0) + 200)
    expect(shadow.connections).toBe(connections)
  })

  it('does not answer SYNs: no more connections wait for it than their limit', async () => {
    const { gateway, primary } = await start(() => undefined, { connectingPerEndpointMax: 4 })
    await gateway.serve(ROUTES, { primary: [primary.port], shadow: [await startBlackHole()] })
    const { statuses } = await sendMany(gateway, 40, 1)
    expect([...statuses]).toEqual([[200, 40]])
    const counts = fates(await settled(gateway))
    expect(counts).toEqual({ timeout: 4, backing_off: 36 })
  })

  it('accepts no connection: SYNs are not answered', async () => {
    const { gateway, primary } = await start(() => undefined, { connectTimeoutMs: 200 })
    const hole = await startBlackHole()
    await gateway.serve(ROUTES, { primary: [primary.port], shadow: [hole] })
    const { statuses } = await sendMany(gateway, 40, 8)
    expect([...statuses]).toEqual([[200, 40]])
    const counts = fates(await settled(gateway))
    expect(['connect_failed', 'timeout', 'backing_off']).toEqual(
      expect.arrayContaining(Object.keys(counts)),
    )
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(40)
    const back = await startHttpPeer()
    closers.push(() => back.close())
    await gateway.serve(ROUTES, { primary: [primary.port], shadow: [back.port] })
    await expectRecovery(gateway)
  })

  it.each([
    ['has no endpoints', async () => ({ shadow: [] })],
    ['is named wrongly', async () => ({})],
    ['is down', async () => ({ shadow: [await closedPort()] })],
  ])('%s', async (_what, clusters) => {
    const { gateway, primary, shadow, heal } = await start(() => undefined)
    heal()
    await gateway.serve(ROUTES, { primary: [primary.port], ...(await clusters()) })
    const { statuses } = await sendMany(gateway, 40, 8)
    expect([...statuses]).toEqual([[200, 40]])
    const counts = fates(await settled(gateway))
    expect(['no_endpoints', 'connect_failed', 'backing_off']).toEqual(
      expect.arrayContaining(Object.keys(counts)),
    )
    await gateway.serve(ROUTES, { primary: [primary.port], shadow: [shadow.port] })
    await expectRecovery(gateway)
  })

  it('never reads an upload of 100 MiB: no more is kept for it than its limit', async () => {
    const perCopy = 2 * MIB
    const { gateway, shadow } = await start((socket) => socket.pause(), {
      mirrorBufferBytesPerCopyMax: perCopy,
      mirrorTimeoutMs: 20_000,
    })
    const discarding = await startRawPeer((socket) => {
      let left = 100 * MIB
      socket.on('data', (bytes) => {
        left -= bytes.length
        // The head comes on top of the body, so that nothing is left before the end.
        if (left <= 0) socket.write(WELL)
      })
    })
    closers.push(() => discarding.close())
    await gateway.serve(ROUTES, { primary: [discarding.port], shadow: [shadow.port] })
    const client = await connectRaw(gateway.address, gateway.port)
    client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${100 * MIB}\r\n\r\n`)
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    const piece = Buffer.alloc(MIB / 4)
    for (let sent = 0; sent < 100 * MIB; sent += piece.length) {
      if (!client.socket.write(piece)) await once(client.socket, 'drain')
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }
    await client.until((received) => received.startsWith('HTTP/1.1 204'))
    client.socket.destroy()
    expect(fates(await settled(gateway))).toEqual({ buffer_limit: 1 })
    // The copy's own bytes, what is being read and written, and what is not collected yet.
    expect(most).toBeLessThan(perCopy + 70 * MIB)
  })

  it('keeps 2,000 copies waiting: those above the limit are not made', async () => {
    const waiting: Socket[] = []
    const { gateway, primary, heal } = await start((socket) => waiting.push(socket), {
      mirrorTimeoutMs: 20_000,
      mirrorInFlightMax: 1_024,
    })
    const { statuses } = await sendMany(gateway, 2_000, 16)
    expect([...statuses]).toEqual([[200, 2_000]])
    expect(primary.requests).toHaveLength(2_000)
    const samples = await gateway.scrape()
    expect(total(samples, GATEWAY_METRICS.mirrorInFlight)).toBe(1_024)
    expect(fates(samples)).toEqual({ in_flight_limit: 976 })
    expect(brokenIdentities(samples)).toEqual([])
    await eventually('every copy arriving', () => waiting.length === 1_024)
    for (const socket of waiting) socket.write(WELL)
    expect(fates(await settled(gateway))).toEqual({ in_flight_limit: 976, answered: 1_024 })
    heal()
    await expectRecovery(gateway)
  })
})

const LISTENER = `
const server = require('node:net').createServer()
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => process.send(server.address().port))
`

/** A port whose listener has stopped accepting and whose queue is full: the system drops what comes. */
async function startBlackHole(): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, ['-e', LISTENER], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  closers.push(() => child.kill('SIGKILL'))
  const [port] = (await once(child, 'message')) as [number]
  child.kill('SIGSTOP')
  const fillers = Array.from({ length: 8 }, () => connect(port, '127.0.0.1'))
  for (const filler of fillers) filler.on('error', () => undefined)
  closers.push(() => {
    for (const filler of fillers) filler.destroy()
  })
  await eventually('the queue filling', () => {
    return fillers.filter((filler) => filler.readyState === 'open').length >= 2
  })
  return port
}
