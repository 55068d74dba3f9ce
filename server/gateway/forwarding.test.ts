import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type HttpPeer, startHttpPeer } from './test-support/peers'
import { mirror, route, rule } from './test-support/route-tables'
import {
  connectRaw,
  eventually,
  startTestGateway,
  type TestGateway,
} from './test-support/test-gateway'

let gateway: TestGateway
const peers: { close(): Promise<void> }[] = []

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close()
})
afterAll(() => gateway.stop())

async function peer(...args: Parameters<typeof startHttpPeer>): Promise<HttpPeer> {
  const started = await startHttpPeer(...args)
  peers.push(started)
  return started
}

describe('forwarding', () => {
  it('forwards a GET and mirrors it', async () => {
    const primary = await peer()
    const shadow = await peer()
    await gateway.serve([route('r', [rule({ mirrors: [mirror('shadow')] })])], {
      primary: [primary.port],
      shadow: [shadow.port],
    })
    const client = await connectRaw(gateway.address, gateway.port)
    client.send('GET /get?x=1 HTTP/1.1\r\nHost: backends.example\r\n\r\n')
    const text = await client.until((received) => received.endsWith('seen /get?x=1'))
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    await eventually('the copy', () => shadow.requests.length === 1)
    client.socket.destroy()
  })
})
