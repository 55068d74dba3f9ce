import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import { sendMany } from './test-support/load'
import { brokenIdentities, total } from './test-support/metrics-reader'
import { closedPort, startHttpPeer, startRawPeer } from './test-support/peers'
import { mirror, route, rule } from './test-support/route-tables'
import { startTestGateway } from './test-support/test-gateway'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function startGateway(limits: Parameters<typeof startTestGateway>[0] = {}) {
  const gateway = await startTestGateway(limits)
  closers.push(() => gateway.stop())
  return gateway
}

const TROUBLES: readonly [string, (() => Promise<number>) | undefined][] = [
  ['hangs', () => raw(() => undefined)],
  ['resets', () => raw((socket) => socket.resetAndDestroy())],
  ['is down', () => closedPort()],
]

async function raw(onConnection: (socket: Socket) => void): Promise<number> {
  const peer = await startRawPeer(onConnection)
  closers.push(() => peer.close())
  return peer.port
}

describe('ten thousand requests', () => {
  for (const [trouble, start] of TROUBLES) {
    it.each([1, 0.29])(
      `are all answered and accounted for while the mirror ${trouble}, at %f`,
      async (fraction) => {
        const gateway = await startGateway({
          mirrorTimeoutMs: 500,
          mirrorInFlightMax: 64,
          drainMs: 500,
        })
        const primary = await startHttpPeer()
        closers.push(() => primary.close())
        await gateway.serve([route('many', [rule({ mirrors: [mirror('shadow', fraction)] })])], {
          primary: [primary.port],
          shadow: [(await start?.()) ?? 0],
        })
        let isSending = true
        let scrapes = 0
        const scraping = (async () => {
          while (isSending) {
            expect(brokenIdentities(await gateway.scrape())).toEqual([])
            scrapes++
            await new Promise((resolve) => setTimeout(resolve, 20))
          }
        })()
        const { statuses } = await sendMany(gateway, 10_000, 32)
        isSending = false
        await scraping
        expect([...statuses]).toEqual([[200, 10_000]])
        expect(scrapes).toBeGreaterThan(3)
        const samples = await gateway.scrape()
        expect(brokenIdentities(samples)).toEqual([])
        expect(
          total(samples, GATEWAY_METRICS.responses, { outcome: 'answered', code: '200' }),
        ).toBe(10_000)
        expect(total(samples, GATEWAY_METRICS.mirrorOffered)).toBe(10_000)
        const sampled =
          10_000 - total(samples, GATEWAY_METRICS.mirrorRequests, { outcome: 'not_sampled' })
        expect(Math.abs(sampled - 10_000 * fraction)).toBeLessThanOrEqual(3)
      },
    )
  }
})

describe('a new table', () => {
  it('is taken over under load without a failed request', async () => {
    const gateway = await startGateway()
    const peers = [await startHttpPeer(), await startHttpPeer()]
    for (const peer of peers) closers.push(() => peer.close())
    const serve = (count: number) => {
      const mirrors = count % 3 === 0 ? [] : [mirror('shadow', 0.5)]
      return gateway.serve([route(`r${count % 5}`, [rule({ mirrors })])], {
        primary: [peers[count % 2]?.port ?? 0],
        shadow: [peers[(count + 1) % 2]?.port ?? 0],
      })
    }
    await serve(0)
    let isSending = true
    let tables = 0
    const publishing = (async () => {
      while (isSending) {
        await serve(++tables)
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    })()
    const { statuses } = await sendMany(gateway, 5_000, 16)
    isSending = false
    await publishing
    expect([...statuses]).toEqual([[200, 5_000]])
    expect(tables).toBeGreaterThan(20)
    expect(brokenIdentities(await gateway.scrape())).toEqual([])
  })

  it('keeps the counts of a rule that stays, and removes those of a route that goes', async () => {
    const gateway = await startGateway()
    const primary = await startHttpPeer()
    closers.push(() => primary.close())
    await gateway.serve([route('stays', [rule()])], { primary: [primary.port] })
    await sendMany(gateway, 10, 1)
    await gateway.serve([route('stays', [rule({ mirrors: [mirror('none')] })])], {
      primary: [primary.port],
    })
    await sendMany(gateway, 5, 1)
    expect(total(await gateway.scrape(), GATEWAY_METRICS.requests, { route_name: 'stays' })).toBe(
      15,
    )
    await gateway.serve([], {})
    expect(JSON.stringify(await gateway.scrape())).not.toContain('stays')
  })
})
