/** Who may say that a request has been mirrored: the gateway's own copies, and nobody else. */
import { once } from 'node:events'
import { connect } from 'node:http2'
import { afterEach, describe, expect, it } from 'vitest'
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import { brokenIdentities, total } from './test-support/metrics-reader'
import { type HttpPeer, type SeenRequest, startHttpPeer } from './test-support/peers'
import { mirror, route, rule } from './test-support/route-tables'
import {
  connectRaw,
  eventually,
  startTestGateway,
  type TestGateway,
} from './test-support/test-gateway'

const HOPS = 'x-mirrorboard-mirror-hops'
const SIGNED = /^1;sig=[0-9a-f]{32}$/

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(): Promise<TestGateway> {
  const gateway = await startTestGateway({ drainMs: 500 })
  closers.push(() => gateway.stop())
  return gateway
}

async function peer(): Promise<HttpPeer> {
  const started = await startHttpPeer()
  closers.push(() => started.close())
  return started
}

/** A gateway whose rule copies everything to `shadow`. */
async function mirroring() {
  const gateway = await start()
  const [primary, shadow] = [await peer(), await peer()]
  const entry = rule({ mirrors: [mirror('shadow')] })
  const ports = { primary: [primary.port], shadow: [shadow.port] }
  await gateway.serve([route('r', [entry])], ports)
  return { gateway, primary, shadow }
}

async function sendLines(gateway: TestGateway, lines: readonly string[], body = ''): Promise<void> {
  const client = await connectRaw(gateway.address, gateway.port)
  const method = body === '' ? 'GET' : 'POST'
  client.send([`${method} / HTTP/1.1`, 'Host: a', ...lines, '', body].join('\r\n'))
  await client.until((received) => received.endsWith('seen /'))
  client.socket.destroy()
}

/** Values of the lines of a name, as they came. */
function valuesOf(seen: SeenRequest | undefined, name = HOPS): string[] {
  const { rawHeaders = [] } = seen ?? {}
  return rawHeaders.filter((_, index) => rawHeaders[index - 1]?.toLowerCase() === name && index % 2)
}

async function expectOneCopy({ gateway, primary, shadow }: Awaited<ReturnType<typeof mirroring>>) {
  await eventually('the copy', () => shadow.requests.length === 1)
  const samples = await gateway.scrape()
  expect(total(samples, GATEWAY_METRICS.mirrorRequests, { outcome: 'mirrored' })).toBe(1)
  expect(total(samples, GATEWAY_METRICS.mirrorRequests, { reason: 'loop' })).toBe(0)
  expect(brokenIdentities(samples)).toEqual([])
  return { sent: valuesOf(primary.requests[0]), copied: valuesOf(shadow.requests[0]) }
}

const SPOOFS: readonly (readonly [string, readonly string[]])[] = [
  ['a number', ['3']],
  ['a large number', ['999999']],
  ['a word', ['abc']],
  ['nothing', ['']],
  ['a made-up signature', [`3;sig=${'0'.repeat(32)}`]],
  ['a signature cut short', ['1;sig=']],
  ['two lines', ['3', '2']],
]

describe('a client’s own hop count', () => {
  it.each(SPOOFS)('as %s stops no copy and comes to the primary unchanged', async (_, values) => {
    const served = await mirroring()
    await sendLines(
      served.gateway,
      values.map((value, index) => `${index === 0 ? HOPS : 'X-Mirrorboard-MIRROR-Hops'}: ${value}`),
    )
    const { sent, copied } = await expectOneCopy(served)
    expect(sent).toEqual(values)
    expect(copied.slice(0, -1)).toEqual(values)
    expect(copied.at(-1)).toMatch(SIGNED)
  })

  it.each(SPOOFS)('as %s does neither over HTTP/2', async (_, values) => {
    const served = await mirroring()
    const session = connect(`http://${served.gateway.address}:${served.gateway.port}`)
    closers.push(async () => session.destroy())
    const stream = session.request({ ':authority': 'a', [HOPS]: [...values] })
    stream.resume()
    await once(stream, 'close')
    const { sent, copied } = await expectOneCopy(served)
    expect(sent.join(', ')).toBe(values.join(', '))
    expect(copied.at(-1)).toMatch(SIGNED)
  })

  it('does neither when Connection lists it, or as a trailer', async () => {
    const listed = await mirroring()
    await sendLines(listed.gateway, [`Connection: ${HOPS}`, `${HOPS}: 3`])
    const { sent, copied } = await expectOneCopy(listed)
    expect(sent).toEqual([])
    expect(copied).toEqual([expect.stringMatching(SIGNED)])

    const trailing = await mirroring()
    const body = `1\r\nx\r\n0\r\n${HOPS}: 3\r\n\r\n`
    await sendLines(trailing.gateway, ['Transfer-Encoding: chunked', `Trailer: ${HOPS}`], body)
    expect((await expectOneCopy(trailing)).copied).toEqual([expect.stringMatching(SIGNED)])
  })

  it('of another gateway says nothing here', async () => {
    const elsewhere = await mirroring()
    await sendLines(elsewhere.gateway, [])
    const [foreign = ''] = (await expectOneCopy(elsewhere)).copied
    const here = await mirroring()
    await sendLines(here.gateway, [`${HOPS}: ${foreign}`])
    const { sent, copied } = await expectOneCopy(here)
    expect(sent).toEqual([foreign])
    expect(copied).toEqual([foreign, expect.stringMatching(SIGNED)])
    expect(copied[1]).not.toBe(foreign)
  })
})

describe('a copy’s own hop count', () => {
  it('is kept on the way to a primary, and grows by one for a mirror, beside lines of others', async () => {
    const served = await mirroring()
    await sendLines(served.gateway, [])
    const [signed = ''] = (await expectOneCopy(served)).copied
    await sendLines(served.gateway, [`${HOPS}: 3`, `Connection: ${HOPS}x`, `${HOPS}:  ${signed}\t`])
    await eventually('the second copy', () => served.shadow.requests.length === 2)
    expect(valuesOf(served.primary.requests[1])).toEqual(['3', signed])
    const [own, grown] = valuesOf(served.shadow.requests[1])
    expect(own).toBe('3')
    expect(grown).toMatch(/^2;sig=[0-9a-f]{32}$/)
  })

  it('ends a loop through two gateways, whatever their filters do to the header', async () => {
    const [first, second] = [await start(), await start()]
    const primary = await peer()
    const requestHeaders = { set: [[HOPS, '0']], add: [], remove: [HOPS] } as const
    const entry = rule({ mirrors: [mirror('other')], requestHeaders })
    for (const [gateway, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const endpoints = [{ address: other.address, port: other.port }]
      await gateway.serve([route('loop', [entry])], {
        primary: [primary.port],
        other: { protocol: 'http1', endpoints },
      })
    }
    await sendLines(first, [])
    await eventually('the end of the loop', async () => {
      const samples = [...(await first.scrape()), ...(await second.scrape())]
      return total(samples, GATEWAY_METRICS.mirrorRequests, { reason: 'loop' }) === 1
    })
    const samples = [...(await first.scrape()), ...(await second.scrape())]
    expect(total(samples, GATEWAY_METRICS.mirrorRequests, { outcome: 'mirrored' })).toBe(6)
  })
})
