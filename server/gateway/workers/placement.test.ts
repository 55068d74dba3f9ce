import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { ListenerEntry } from '@/lib/routing/route-table'
import { GATEWAY_LIMITS } from '../bounds/limits'
import type { Binding } from '../client/listener-server'
import { startGateway } from '../start-gateway'
import { startHttpPeer } from '../test-support/peers'
import { cluster, listener, route, rule, table } from '../test-support/route-tables'
import { connectRaw, eventually, freePort } from '../test-support/test-gateway'
import { loopbackAddresses } from './loopback-address'
import { GatewayPlaces } from './place-gateways'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start() {
  const plane = await startGateway({
    workers: 0,
    metrics: { host: '127.0.0.1', port: 0 },
    limits: { drainMs: 2_000 },
    logger: SILENT,
  })
  closers.push(() => plane.stop())
  return plane
}

/** Where a Gateway lands on a system that refuses some addresses and ports. */
async function placeOn(
  refusal: (binding: Binding) => string | null,
  listeners: readonly ListenerEntry[],
) {
  const places = new GatewayPlaces(GATEWAY_LIMITS)
  const placed = await places.place(
    table({ listeners, routes: [], clusters: {} }),
    async (binding) => refusal(binding),
  )
  return placed
}

describe('a Gateway', () => {
  it('gets the same loopback address of its own every time, with its own ports', async () => {
    const own = [...loopbackAddresses('default/eg', 1)][0]
    expect(own).toMatch(/^127\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./)
    const { gateways, bindings } = await placeOn(
      () => null,
      [listener(80), listener(8080, { name: 'other' })],
    )
    expect(gateways[0]?.address).toEqual({ type: 'IPAddress', value: own })
    expect(
      gateways[0]?.listeners.map(({ bound, port, message }) => [bound, port, message]),
    ).toEqual([
      [true, 80, ''],
      [true, 8080, ''],
    ])
    expect(bindings).toHaveLength(2)
  })

  it('moves to the next address while a port is taken on the first', async () => {
    const [first, second] = loopbackAddresses('default/eg', 2)
    const { gateways } = await placeOn(
      ({ address }) => (address === first ? 'EADDRINUSE' : null),
      [listener(80)],
    )
    expect(gateways[0]?.address?.value).toBe(second)
  })

  it('is reachable by host and port where its port is privileged, and says so', async () => {
    const { gateways } = await placeOn(
      ({ socketPort }) => (socketPort < 1024 ? 'EACCES' : null),
      [listener(80)],
    )
    const own = [...loopbackAddresses('default/eg', 1)][0]
    expect(gateways[0]?.address).toEqual({
      type: 'mirrorboard.dev/HostPort',
      value: `${own}:10080`,
    })
    expect(gateways[0]?.listeners[0]).toMatchObject({ bound: true, port: 10080 })
    expect(gateways[0]?.listeners[0]?.message).toContain('Port 80 may not be opened')
  })

  it('falls back to 127.0.0.1 on a system with one loopback address', async () => {
    const { gateways } = await placeOn(
      ({ address, socketPort }) => {
        if (address !== '127.0.0.1') return 'EADDRNOTAVAIL'
        return socketPort === 80 ? 'EADDRINUSE' : null
      },
      [listener(80)],
    )
    expect(gateways[0]?.address?.value).toBe('127.0.0.1:10080')
  })

  it('reports a listener that can be opened nowhere, and one it does not serve', async () => {
    const { gateways } = await placeOn(
      () => 'EADDRINUSE',
      [listener(80), listener(443, { name: 'tls', protocol: 'HTTPS' })],
    )
    expect(gateways[0]?.address).toBeNull()
    expect(gateways[0]?.listeners.map(({ bound }) => bound)).toEqual([false, false])
  })

  it('serves several Gateways on one port, each with its own routes', async () => {
    const plane = await start()
    const port = await freePort()
    const primary = await startHttpPeer()
    closers.push(() => primary.close())
    const attached = (gateway: `${string}/${string}`) => ({
      attachments: [{ gateway, listener: 'http', hostnames: [''] }],
    })
    const base = table({
      listeners: [listener(port)],
      routes: [],
      clusters: { primary: cluster(primary.port) },
    })
    const acknowledged = await plane.publish({
      ...base,
      gateways: ['a/one', 'a/two'].map((key) => ({
        key: key as `${string}/${string}`,
        listeners: [listener(port)],
      })),
      routes: [route('first', [rule()], attached('a/one'))],
    })
    expect(acknowledged.version).toBe(base.version)
    const [one, two] = acknowledged.gateways.map((gateway) => gateway.address?.value ?? '')
    expect(one).not.toBe(two)
    const get = async (address: string) => {
      const client = await connectRaw(address, port)
      client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
      return client.closed()
    }
    expect(await get(one ?? '')).toMatch(/^HTTP\/1\.1 200/)
    expect(await get(two ?? '')).toMatch(/^HTTP\/1\.1 404/)
  })

  it('closes its listeners when it is removed: what is in flight ends, then the connection', async () => {
    const plane = await start()
    const port = await freePort()
    let answer: (() => void) | undefined
    const primary = await startHttpPeer((_request, response) => {
      answer = () => response.end('late')
    })
    closers.push(() => primary.close())
    const parts = {
      listeners: [listener(port)],
      routes: [route('r', [rule()])],
      clusters: { primary: cluster(primary.port) },
    }
    const acknowledged = await plane.publish(table(parts))
    const address = acknowledged.gateways[0]?.address?.value ?? ''
    const busy = await connectRaw(address, port)
    const idle = await connectRaw(address, port)
    busy.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await eventually('the request', () => answer !== undefined)
    await plane.publish({ ...table(parts), gateways: [], routes: [] })
    await idle.closed()
    await expect(connectRaw(address, port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    answer?.()
    expect(await busy.closed()).toMatch(/Connection: close\r\n[\s\S]*late$/)
  })

  it('keeps the address it asks for', async () => {
    const plane = await start()
    const port = await freePort()
    const base = table({ listeners: [], routes: [], clusters: {} })
    const acknowledged = await plane.publish({
      ...base,
      gateways: [
        { key: 'default/eg', requestedAddress: '127.99.1.2:10080', listeners: [listener(port)] },
      ],
    })
    expect(acknowledged.gateways[0]?.address).toEqual({ type: 'IPAddress', value: '127.99.1.2' })
    const squatter = createServer()
    const taken = await new Promise((resolve) => {
      squatter.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
      squatter.listen(port, '127.99.1.2')
    })
    expect(taken).toBe('EADDRINUSE')
  })
})
