/** What a client can do with frames that no library would send; others are served all the while. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import {
  connectFrames,
  END_HEADERS,
  END_STREAM,
  FRAME,
  type FrameClient,
  field,
  frame,
  getBlock,
} from './test-support/http2-frames'
import { brokenIdentities, total } from './test-support/metrics-reader'
import { type HttpPeer, startHttpPeer } from './test-support/peers'
import { mirror, route, rule } from './test-support/route-tables'
import {
  connectRaw,
  eventually,
  startTestGateway,
  type TestGateway,
} from './test-support/test-gateway'

const ENHANCE_YOUR_CALM = 11
const REFUSED_STREAM = 7
const LIMITS = {
  http2ResetsMax: 50,
  http2ControlFramesMax: 100,
  exchangeIdleMs: 700,
  clientIdleMs: 1_500,
}

let gateway: TestGateway
let primary: HttpPeer
let shadow: HttpPeer
const held: (() => void)[] = []
beforeAll(async () => {
  gateway = await startTestGateway(LIMITS)
  primary = await startHttpPeer((request, response) => {
    if (request.url === '/held') held.push(() => response.end())
    else response.end('x'.repeat(100))
  })
  shadow = await startHttpPeer()
  await gateway.serve([route('r', [rule({ mirrors: [mirror('shadow')] })])], {
    primary: [primary.port],
    shadow: [shadow.port],
  })
})
afterEach(() => {
  for (const answer of held.splice(0)) answer()
})
afterAll(async () => {
  await gateway.stop()
  await primary.close()
  await shadow.close()
})

function get(stream: number, path = '/'): Buffer {
  return frame(FRAME.headers, END_HEADERS | END_STREAM, stream, getBlock(path))
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Client streams have odd numbers. */
function streams(count: number): number[] {
  return Array.from({ length: count }, (_, index) => 2 * index + 1)
}

/** 4 KiB on the wire that decode to megabytes: one large field put into the table, then referred to again and again. */
function headerBomb(): Buffer {
  const value = Buffer.alloc(3_900, 'v')
  const length = Buffer.from([127, ((value.length - 127) & 127) | 128, (value.length - 127) >> 7])
  const inserted = Buffer.concat([Buffer.from([0x40, 1]), Buffer.from('x'), length, value])
  return Buffer.concat([getBlock(), inserted, Buffer.alloc(4_000, 0x80 | 62)])
}

interface Abuse {
  readonly name: string
  attack(client: FrameClient): void
  /** What the attacker gets; the connection closing always counts. */
  isRefused(client: FrameClient): boolean
  readonly floods?: number
}

function isReset(client: FrameClient, stream: number, code?: number): boolean {
  return client.frames.some(
    ({ type, stream: seen, payload }) =>
      type === FRAME.reset &&
      seen === stream &&
      (code === undefined || payload.readUInt32BE(0) === code),
  )
}

const ABUSES: readonly Abuse[] = [
  {
    name: 'resets every stream it opens',
    attack: (client) => {
      const reset = (stream: number) => frame(FRAME.reset, 0, stream, number32(8))
      client.send(...streams(1_000).flatMap((stream) => [get(stream, '/held'), reset(stream)]))
    },
    isRefused: ({ goAway }) => goAway === ENHANCE_YOUR_CALM,
    floods: 1,
  },
  {
    name: 'makes the gateway reset every stream it opens',
    attack: (client) => {
      const zero = (stream: number) => frame(FRAME.windowUpdate, 0, stream, number32(0))
      client.send(...streams(1_000).flatMap((stream) => [get(stream, '/held'), zero(stream)]))
    },
    isRefused: ({ goAway }) => goAway !== null,
  },
  {
    name: 'never ends a header block',
    attack: (client) => {
      const more = field('x-more', 'x'.repeat(200))
      client.send(frame(FRAME.headers, END_STREAM, 1, getBlock()))
      client.send(...streams(5_000).map(() => frame(FRAME.continuation, 0, 1, more)))
    },
    isRefused: ({ goAway }) => goAway !== null,
  },
  {
    name: 'begins a header block and falls silent',
    attack: (client) => client.send(frame(FRAME.headers, END_STREAM, 1, getBlock())),
    isRefused: ({ goAway }) => goAway === 0,
  },
  {
    name: 'sends headers that grow when decoded',
    attack: (client) =>
      client.send(frame(FRAME.headers, END_HEADERS | END_STREAM, 1, headerBomb())),
    isRefused: (client) => isReset(client, 1, ENHANCE_YOUR_CALM),
  },
  {
    name: 'sends too many headers',
    attack: (client) => {
      const many = Array.from({ length: 300 }, (_, index) => field(`x-${index}`, ''))
      client.send(frame(FRAME.headers, END_HEADERS | END_STREAM, 1, getBlock('/', ...many)))
    },
    isRefused: (client) => isReset(client, 1, ENHANCE_YOUR_CALM),
  },
  {
    name: 'floods with SETTINGS',
    attack: (client) => client.send(...streams(2_000).map(() => frame(FRAME.settings, 0, 0))),
    isRefused: ({ goAway }) => goAway === ENHANCE_YOUR_CALM,
    floods: 1,
  },
  {
    name: 'floods with PING',
    attack: (client) =>
      client.send(...streams(2_000).map(() => frame(FRAME.ping, 0, 0, Buffer.alloc(8)))),
    isRefused: ({ goAway }) => goAway === ENHANCE_YOUR_CALM,
    floods: 1,
  },
  {
    name: 'floods with empty DATA',
    attack: (client) => {
      client.send(frame(FRAME.headers, END_HEADERS, 1, getBlock('/held')))
      client.send(...streams(2_000).map(() => frame(FRAME.data, 0, 1)))
    },
    isRefused: ({ raw }) => raw.isClosed,
  },
  {
    name: 'opens more streams than it may',
    attack: (client) => client.send(...streams(140).map((stream) => get(stream, '/held'))),
    isRefused: (client) => isReset(client, 2 * 139 + 1, REFUSED_STREAM),
  },
  {
    name: 'opens a window that overflows',
    attack: (client) => {
      const update = frame(FRAME.windowUpdate, 0, 1, number32(0x7fffffff))
      client.send(get(1, '/held'), update)
    },
    isRefused: (client) => isReset(client, 1) || client.goAway !== null,
  },
  {
    name: 'never opens the window for an answer',
    attack: (client) => {
      const none = Buffer.concat([Buffer.from([0, 4]), number32(0)])
      client.send(frame(FRAME.settings, 0, 0, none), get(1))
    },
    isRefused: (client) => isReset(client, 1),
  },
  {
    name: 'sends a frame larger than allowed',
    attack: (client) => client.send(frame(FRAME.data, 0, 1, Buffer.alloc(20_000))),
    isRefused: ({ goAway }) => goAway === 6,
  },
  {
    name: 'uses an even stream number',
    attack: (client) => client.send(get(2)),
    isRefused: ({ goAway, raw }) => goAway !== null || raw.isClosed,
  },
  {
    name: 'sends garbage after the preface',
    attack: (client) => client.send(Buffer.alloc(10_000, 0xff)),
    isRefused: ({ goAway }) => goAway !== null,
  },
]

describe('a client that', () => {
  it.each(ABUSES)('$name is refused, and others are served', async (abuse) => {
    let other = await connectFrames(gateway)
    other.send(get(1))
    const isServed = (stream: number) =>
      other.frames.some((seen) => seen.stream === stream && seen.type === FRAME.data)
    await eventually('an answer before', () => isServed(1))
    const flood = { reason: 'http2_flood' }
    const before = total(await gateway.scrape(), GATEWAY_METRICS.unmatched, flood)
    const requests = primary.requests.length

    const attacker = await connectFrames(gateway)
    abuse.attack(attacker)
    await eventually('the refusal', () => abuse.isRefused(attacker) || attacker.raw.isClosed)
    expect(abuse.isRefused(attacker)).toBe(true)

    other.send(get(3))
    await eventually('an answer after', async () => {
      if (isServed(3)) return true
      // A connection that waits for as long as an attacker's is idle as well, and may be told so only now.
      if (other.goAway !== null) {
        other = await connectFrames(gateway)
        other.send(get(3))
      }
      return false
    })
    // One of the two is the other client's.
    expect(primary.requests.length - requests).toBeLessThanOrEqual(2 + 140)
    attacker.raw.socket.destroy()
    other.raw.socket.destroy()
    const samples = await gateway.scrape()
    expect(total(samples, GATEWAY_METRICS.unmatched, flood) - before).toBe(abuse.floods ?? 0)
    expect(brokenIdentities(samples)).toEqual([])
  })

  it('comes with the preface after a request gets 505, as any other version that is not served', async () => {
    const client = await connectRaw(gateway.address, gateway.port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await client.until((received) => received.includes('x'.repeat(100)))
    client.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    expect(await client.closed()).toContain('HTTP/1.1 505')
  })
})
