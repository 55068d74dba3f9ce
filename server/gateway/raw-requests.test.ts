import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HAS_NGINX, type NginxPeer, startNginx } from './test-support/nginx'
import { type HttpPeer, type SeenRequest, startHttpPeer } from './test-support/peers'
import { RAW_REQUESTS, type RawRequest } from './test-support/raw-requests'
import { route, rule } from './test-support/route-tables'
import { connectRaw, startTestGateway, type TestGateway } from './test-support/test-gateway'

const BEHIND = 'GET /behind HTTP/1.1\r\nHost: a\r\n\r\n'

let gateway: TestGateway
let primary: HttpPeer

beforeAll(async () => {
  gateway = await startTestGateway()
  primary = await startHttpPeer()
  await gateway.serve([route('r', [rule()])], { primary: [primary.port] })
})
afterAll(async () => {
  await gateway.stop()
  await primary.close()
})

/** Final statuses of a stream of answers. */
function statusesOf(received: string): readonly number[] {
  const all = [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]))
  return all.filter((status) => status >= 200)
}

function seenBy(peer: HttpPeer, start: number): readonly SeenRequest[] {
  return peer.requests.slice(start).filter(({ isComplete }) => isComplete)
}

function describeSeen({ method, url, body }: SeenRequest): string {
  return [method, url, ...(body.length === 0 ? [] : [body.toString('latin1')])].join(' ')
}

/** Sends an input with a request behind it; returns what came back once that was answered or the connection closed. */
async function send(target: { address: string; port: number }, { bytes, closes }: RawRequest) {
  const client = await connectRaw(target.address, target.port)
  client.send(Buffer.from(bytes + BEHIND, 'latin1'))
  const received = closes
    ? await client.closed()
    : await client.until((text) => text.endsWith('seen /behind'))
  client.socket.destroy()
  return received
}

describe('raw requests', () => {
  it('are many', () => {
    expect(RAW_REQUESTS.length).toBeGreaterThanOrEqual(150)
    expect(new Set(RAW_REQUESTS.map(({ what }) => what)).size).toBe(RAW_REQUESTS.length)
  })

  it.each(RAW_REQUESTS)('$what', async (input) => {
    const start = primary.requests.length
    const received = await send(gateway, input)
    const behind = input.closes
      ? { statuses: [], seen: [] }
      : { statuses: [200], seen: ['GET /behind'] }
    expect(statusesOf(received)).toEqual([...input.statuses, ...behind.statuses])
    expect(seenBy(primary, start).map(describeSeen)).toEqual([...input.seen, ...behind.seen])
  })
})

/** What a backend made of a request, in a form in which proxies may not differ. */
function meaningOf({ method, url, headers, body }: SeenRequest): string {
  const path = new URL(url === '*' ? '/*' : url.replace(/^\/+/, '/'), 'http://any')
  const host = (headers.host ?? '').toLowerCase().replace(/:\d+$/, '')
  return `${method} ${path.pathname}${path.search} ${host} ${body.toString('latin1')}`
}

describe.skipIf(!HAS_NGINX)('beside nginx, where it is installed', () => {
  let nginx: NginxPeer
  let behindNginx: HttpPeer
  beforeAll(async () => {
    behindNginx = await startHttpPeer()
    nginx = await startNginx(behindNginx.port)
  })
  afterAll(async () => {
    await nginx.stop()
    await behindNginx.close()
  })

  /** Half-closes behind the input, so that nginx never waits for more. */
  async function sendToNginx(bytes: string): Promise<void> {
    const client = await connectRaw(nginx.address, nginx.port)
    client.socket.end(Buffer.from(bytes + BEHIND, 'latin1'))
    await client.closed()
  }

  it('a request that both accept means the same to both', async () => {
    const differences: string[] = []
    let both = 0
    for (const input of RAW_REQUESTS) {
      const [ourStart, theirStart] = [primary.requests.length, behindNginx.requests.length]
      await send(gateway, input)
      await sendToNginx(input.bytes)
      const ours = seenBy(primary, ourStart).map(meaningOf)
      const theirs = seenBy(behindNginx, theirStart).map(meaningOf)
      // Either may be the stricter one and stop earlier; what both pass on has to be the same.
      const common = Math.min(ours.length, theirs.length)
      both += common
      for (let index = 0; index < common; index++) {
        if (ours[index] !== theirs[index]) {
          differences.push(`${input.what}: ${ours[index]} is not ${theirs[index]}`)
        }
      }
    }
    expect(differences).toEqual([])
    expect(both).toBeGreaterThan(50)
  })
})
