/** Random frames, from clients and from backends: whatever they are, the process lives and others are served. */
import type { Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import {
  connectFrames,
  END_HEADERS,
  END_STREAM,
  FRAME,
  field,
  frame,
  getBlock,
} from './test-support/http2-frames'
import { brokenIdentities } from './test-support/metrics-reader'
import { startHttpPeer, startRawPeer } from './test-support/peers'
import { h2cCluster, mirror, route, rule } from './test-support/route-tables'
import { eventually, startTestGateway } from './test-support/test-gateway'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** Whole numbers below a bound, the same ones for the same seed. */
function generator(seed: number): (below: number) => number {
  const random = seededRandom(seed)
  return (below) => Math.floor(random() * below)
}

/** Frames that are mostly well-formed, as those get furthest: `block` makes header blocks. */
function randomFrame(next: (below: number) => number, block: () => Buffer): Buffer {
  const stream = [0, 1, 1, 3, 5, 7, 2][next(7)] ?? 1
  const flags = [0, END_STREAM, END_HEADERS, END_HEADERS | END_STREAM, next(256)][next(5)] ?? 0
  const noise = Buffer.from(Array.from({ length: next(40) }, () => next(256)))
  const payloads = [noise, noise.subarray(0, 4), noise.subarray(0, 8), block(), block()]
  const types = [...Object.values(FRAME), FRAME.headers, FRAME.headers, FRAME.data, next(16)]
  const type = types[next(types.length)] ?? FRAME.data
  const payload = type === FRAME.headers ? block() : (payloads[next(payloads.length)] ?? noise)
  return frame(type, flags, stream, payload)
}

function requestBlock(next: (below: number) => number): Buffer {
  const extra = [
    [],
    [field('content-length', String(next(50)))],
    [field('te', 'trailers')],
    [field('Upper', 'x')],
    [field('expect', '100-continue')],
    [field('connection', 'close')],
    [field('host', 'b.example')],
  ]
  return getBlock(['/', '/x', '*', ''][next(4)] ?? '/', ...(extra[next(extra.length)] ?? []))
}

function responseBlock(next: (below: number) => number): Buffer {
  const status = ['200', '204', '103', '100', '999', '101', '20', ''][next(8)] ?? '200'
  const extra = [
    [],
    [field('content-length', String(next(20)))],
    [field('connection', 'close')],
    [field('x', 'y'.repeat(next(200)))],
  ]
  const more = extra[next(extra.length)] ?? []
  return Buffer.concat(next(6) === 0 ? more : [field(':status', status), ...more])
}

it.each([1, 2, 3])('serves others while a client sends random frames, seed %i', async (seed) => {
  const next = generator(seed)
  const gateway = await startTestGateway({ drainMs: 300 })
  closers.push(() => gateway.stop())
  const primary = await startHttpPeer()
  closers.push(() => primary.close())
  const mirrors = [mirror('shadow')]
  await gateway.serve([route('r', [rule({ mirrors })])], {
    primary: [primary.port],
    shadow: [primary.port],
  })
  const other = await connectFrames(gateway)
  for (let round = 0; round < 100; round++) {
    const client = await connectFrames(gateway)
    const count = 1 + next(25)
    client.send(...Array.from({ length: count }, () => randomFrame(next, () => requestBlock(next))))
    other.send(frame(FRAME.headers, END_HEADERS | END_STREAM, 2 * round + 1, getBlock()))
    await eventually('an answer for the other', () =>
      other.frames.some(({ type, stream }) => type === FRAME.headers && stream === 2 * round + 1),
    )
    client.raw.socket.destroy()
  }
  other.raw.socket.destroy()
  expect(brokenIdentities(await gateway.scrape())).toEqual([])
})

it.each([1, 2, 3])(
  'answers every client while backends send random frames, seed %i',
  async (seed) => {
    const next = generator(seed)
    const noisy = (socket: Socket) => {
      socket.on('data', () => {
        const frames = Array.from({ length: 1 + next(8) }, () =>
          randomFrame(next, () => responseBlock(next)),
        )
        const settings = frame(FRAME.settings, 0, 0)
        socket.write(Buffer.concat(next(4) === 0 ? frames : [settings, ...frames]))
        if (next(3) === 0) socket.end()
      })
    }
    const gateway = await startTestGateway({ drainMs: 300, mirrorTimeoutMs: 300 })
    closers.push(() => gateway.stop())
    const backend = await startRawPeer(noisy)
    closers.push(() => backend.close())
    const timeouts = { requestMs: 120, backendRequestMs: 0 }
    await gateway.serve([route('r', [rule({ mirrors: [mirror('shadow')], timeouts })])], {
      primary: h2cCluster(backend.port),
      shadow: h2cCluster(backend.port),
    })
    const ask = async () => {
      const url = `http://${gateway.address}:${gateway.port}/`
      const answer = await fetch(url, { method: 'POST', body: 'x' }).catch(() => null)
      // A response that breaks off is an answer as well: the client knows.
      await answer?.arrayBuffer().catch(() => undefined)
      return answer?.status ?? 0
    }
    for (let round = 0; round < 15; round++) {
      const statuses = await Promise.all(Array.from({ length: 6 }, ask))
      for (const status of statuses) expect([200, 204, 502, 504, 0]).toContain(status)
    }
    await eventually('nothing in flight', async () => {
      const samples = await gateway.scrape()
      expect(brokenIdentities(samples)).toEqual([])
      return samples
        .filter(({ name }) => name.includes('in_flight'))
        .every(({ value }) => value === 0)
    })
  },
)
