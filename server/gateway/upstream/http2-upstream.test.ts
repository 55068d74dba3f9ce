import { createHash } from 'node:crypto'
import { type ClientHttp2Session, connect } from 'node:http2'
import { afterEach, describe, expect, it } from 'vitest'
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import { type Http2Peer, startHttp2Peer } from '../test-support/http2-peer'
import { sendMany } from '../test-support/load'
import { brokenIdentities, total } from '../test-support/metrics-reader'
import { closedPort, startHttpPeer, startRawPeer } from '../test-support/peers'
import { h2cCluster, mirror, route, rule } from '../test-support/route-tables'
import {
  connectRaw,
  eventually,
  startTestGateway,
  type TestGateway,
} from '../test-support/test-gateway'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(limits: Parameters<typeof startTestGateway>[0] = {}): Promise<TestGateway> {
  const gateway = await startTestGateway({ drainMs: 500, ...limits })
  closers.push(() => gateway.stop())
  return gateway
}

async function peer(...args: Parameters<typeof startHttp2Peer>): Promise<Http2Peer> {
  const started = await startHttp2Peer(...args)
  closers.push(() => started.close())
  return started
}

function session(gateway: TestGateway): ClientHttp2Session {
  const opened = connect(`http://${gateway.address}:${gateway.port}`)
  closers.push(async () => opened.destroy())
  return opened
}

function url(gateway: TestGateway, path = '/'): string {
  return `http://${gateway.address}:${gateway.port}${path}`
}

const MIRRORED = [route('r', [rule({ mirrors: [mirror('shadow')] })])]

async function endedCopies(gateway: TestGateway, outcome: string, count: number): Promise<void> {
  await eventually(`${count} copies ${outcome}`, async () => {
    const samples = await gateway.scrape()
    expect(brokenIdentities(samples)).toEqual([])
    return total(samples, GATEWAY_METRICS.mirrorResponses, { outcome }) === count
  })
}

describe('a backend that speaks HTTP/2', () => {
  it('is sent what an HTTP/1.1 client sends, and so is a mirror', async () => {
    const primary = await peer((stream, _headers, body) => {
      stream.respond({ ':status': 201, 'x-sum': createHash('sha256').update(body).digest('hex') })
      stream.end(body)
    })
    const shadow = await peer()
    const gateway = await start()
    await gateway.serve(MIRRORED, {
      primary: h2cCluster(primary.port),
      shadow: h2cCluster(shadow.port),
    })
    const body = Buffer.alloc(3_000_000, 'x')
    const answer = await fetch(url(gateway, '/up?a=1'), { method: 'POST', body })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('x-sum')).toBe(createHash('sha256').update(body).digest('hex'))
    expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true)
    expect(primary.requests[0]?.headers).toMatchObject({
      ':method': 'POST',
      ':path': '/up?a=1',
      ':scheme': 'http',
      ':authority': `${gateway.address}:${gateway.port}`,
      'content-length': '3000000',
      'x-forwarded-for': '127.0.0.1',
    })
    expect(primary.requests[0]?.headers).not.toHaveProperty('connection')
    await endedCopies(gateway, 'answered', 1)
    expect(shadow.requests[0]?.body.equals(body)).toBe(true)
    expect(shadow.requests[0]?.headers['x-mirrorboard-mirror-hops']).toMatch(/^1;sig=[0-9a-f]{32}$/)
  })

  it('keeps trailers, interim answers, HEAD and an answer without a body', async () => {
    const primary = await peer((stream, headers) => {
      if (headers[':path'] === '/empty') {
        stream.respond({ ':status': 200 }, { endStream: true })
        return
      }
      if (headers[':method'] === 'HEAD') {
        stream.respond({ ':status': 200, 'content-length': 9 })
        stream.end()
        return
      }
      stream.additionalHeaders({ ':status': 103, link: '</a.css>' })
      stream.respond({ ':status': 200 }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-end': 'yes' }))
      stream.end('body')
    })
    const gateway = await start()
    await gateway.serve([route('r', [rule()])], { primary: h2cCluster(primary.port) })
    const client = await connectRaw(gateway.address, gateway.port)
    client.send('HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET /empty HTTP/1.1\r\nHost: a\r\n\r\n')
    const heads = await client.until((received) => received.split('HTTP/1.1 200').length === 3)
    expect(heads).toMatch(/content-length: 9\r\n/i)
    expect(heads).toMatch(/content-length: 0\r\n/i)
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    const last = await client.until((received) => received.endsWith('x-end: yes\r\n\r\n'))
    expect(last).toContain('HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n')
    expect(last).toContain('4\r\nbody\r\n0\r\nx-end: yes')
    client.socket.destroy()
  })

  it('carries gRPC: te, trailers both ways, and an answer of headers alone', async () => {
    const primary = await peer((stream, headers) => {
      if (headers[':path'] === '/a.B/Fails') {
        const alone = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '5' }
        stream.respond(alone, { endStream: true })
        return
      }
      stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end(Buffer.from([0, 0, 0, 0, 1, 7]))
    })
    const shadow = await peer()
    const gateway = await start()
    await gateway.serve(MIRRORED, {
      primary: h2cCluster(primary.port),
      shadow: h2cCluster(shadow.port),
    })
    const client = session(gateway)
    const call = (path: string) =>
      new Promise<Record<string, unknown>>((resolve, reject) => {
        const stream = client.request({
          ':method': 'POST',
          ':path': path,
          'content-type': 'application/grpc',
          te: 'trailers',
        })
        const seen: Record<string, unknown> = {}
        stream.on('response', (headers, flags) => {
          Object.assign(seen, { headers: headers['grpc-status'], isAlone: (flags & 1) === 1 })
        })
        stream.on('trailers', (headers) =>
          Object.assign(seen, { trailers: headers['grpc-status'] }),
        )
        stream.on('error', reject)
        stream.on('end', () => resolve(seen))
        stream.resume()
        stream.end(Buffer.from([0, 0, 0, 0, 0]))
      })
    expect(await call('/a.B/Works')).toEqual({ headers: undefined, isAlone: false, trailers: '0' })
    expect(await call('/a.B/Fails')).toEqual({ headers: '5', isAlone: true })
    expect(primary.requests[0]?.headers['te']).toBe('trailers')
    await endedCopies(gateway, 'answered', 2)
    expect(shadow.requests[0]?.body).toEqual(Buffer.from([0, 0, 0, 0, 0]))
  })

  it('is sent headers by any name, as its answers are', async () => {
    const odd = {
      constructor: 'a',
      __proto__x: 'b',
      'content-type': 'text/plain',
      'set-cookie': ['a=1', 'b=2'],
    }
    const primary = await peer((stream, headers) => {
      stream.respond({ ...odd, 'x-seen': String(headers['constructor']) })
      stream.end('done')
    })
    const http1 = await startRawPeer((socket) => {
      socket.once('data', () =>
        socket.end(
          'HTTP/1.1 299 Odd\r\nconstructor: a\r\n__proto__: b\r\nContent-Type: a/b\r\nContent-Type: c/d\r\nVary: a\r\nVary: b\r\nContent-Length: 2\r\n\r\nok',
        ),
      )
    })
    closers.push(() => http1.close())
    const gateway = await start()
    const client = session(gateway)
    const ask = () =>
      new Promise<Record<string, unknown>>((resolve, reject) => {
        const stream = client.request({ constructor: 'mine', ':authority': 'a.example' })
        stream.on('response', (headers) => resolve({ ...headers }))
        stream.on('error', reject)
        stream.resume()
      })
    await gateway.serve([route('r', [rule()])], { primary: h2cCluster(primary.port) })
    expect(await ask()).toMatchObject({ ':status': 200, constructor: 'a', 'x-seen': 'mine' })
    await gateway.serve([route('r', [rule()])], { primary: [http1.port] })
    expect(await ask()).toMatchObject({
      ':status': 299,
      constructor: 'a',
      'content-type': 'a/b',
      vary: 'a, b',
    })
  })

  it('costs only its own stream when it answers with a status that HTTP/2 has not', async () => {
    const http1 = await startRawPeer((socket) => {
      socket.on('data', () => socket.write('HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nok'))
    })
    closers.push(() => http1.close())
    const gateway = await start()
    await gateway.serve([route('r', [rule()])], { primary: [http1.port] })
    const client = session(gateway)
    for (let asked = 0; asked < 2; asked++) {
      const code = await new Promise((resolve) => {
        const stream = client.request({ ':authority': 'a.example' })
        stream.on('error', () => undefined)
        stream.on('close', () => resolve(stream.rstCode))
        stream.resume()
      })
      expect(code).toBe(2)
    }
    expect(client.destroyed).toBe(false)
  })

  it('is sent many requests on few connections', async () => {
    const primary = await peer()
    const shadow = await peer()
    const gateway = await start()
    await gateway.serve(MIRRORED, {
      primary: h2cCluster(primary.port),
      shadow: h2cCluster(shadow.port),
    })
    const { statuses } = await sendMany(gateway, 2_000, 64)
    expect([...statuses]).toEqual([[200, 2_000]])
    expect(primary.connections).toBeLessThanOrEqual(2)
    await endedCopies(gateway, 'answered', 2_000)
  })

  it('loses no request when it says goodbye under load', async () => {
    const primary = await peer()
    const gateway = await start()
    await gateway.serve([route('r', [rule()])], { primary: h2cCluster(primary.port) })
    const sending = sendMany(gateway, 3_000, 16, { method: 'POST' })
    for (const at of [500, 1_000, 1_500, 2_000]) {
      await eventually(`${at} requests`, () => primary.requests.length >= at)
      for (const each of primary.sessions) each.close()
    }
    const { statuses } = await sending
    expect([...statuses]).toEqual([[200, 3_000]])
    expect(primary.connections).toBeGreaterThanOrEqual(5)
  })

  it('that refuses a stream is asked once more, whatever the method', async () => {
    let refused = 0
    const primary = await peer(undefined, (stream) => {
      if (refused > 0) return false
      refused++
      stream.close(7)
      return true
    })
    const gateway = await start()
    await gateway.serve([route('r', [rule()])], { primary: h2cCluster(primary.port) })
    const answer = await fetch(url(gateway), { method: 'POST', body: 'small' })
    expect(answer.status).toBe(200)
    expect(primary.requests[0]?.body.toString()).toBe('small')
  })

  it('that resets a stream costs its client a 502', async () => {
    const primary = await peer(undefined, reset(2))
    const gateway = await start()
    await gateway.serve([route('r', [rule()])], { primary: h2cCluster(primary.port) })
    const answer = await fetch(url(gateway), { method: 'POST', body: 'small' })
    expect(answer.status).toBe(502)
    await answer.arrayBuffer()
    const samples = await gateway.scrape()
    expect(total(samples, GATEWAY_METRICS.responses, { outcome: 'backend_reset' })).toBe(1)
  })

  it('that is down, or speaks HTTP/1.1, costs its client a 502', async () => {
    const http1 = await startHttpPeer()
    closers.push(() => http1.close())
    const gateway = await start()
    for (const port of [await closedPort(), http1.port]) {
      await gateway.serve([route('r', [rule()])], { primary: h2cCluster(port) })
      const answer = await fetch(url(gateway))
      expect(answer.status).toBe(502)
      await answer.arrayBuffer()
    }
  })

  it('that stays silent on a connection loses it, and a request that may be sent again is', async () => {
    const silent = await startRawPeer(() => undefined)
    closers.push(() => silent.close())
    const primary = await peer()
    const gateway = await start({ connectTimeoutMs: 300 })
    await gateway.serve([route('r', [rule()])], { primary: h2cCluster(silent.port, primary.port) })
    const answers = await Promise.all([fetch(url(gateway)), fetch(url(gateway))])
    for (const answer of answers) {
      expect(answer.status).toBe(200)
      await answer.text()
    }
  })
})

describe('a mirror that speaks HTTP/2', () => {
  const limits = { mirrorTimeoutMs: 600, mirrorInFlightMax: 64, connectTimeoutMs: 500 }

  it.each<[string, () => Promise<number>, string]>([
    ['hangs', async () => (await peer(undefined, () => true)).port, 'timeout'],
    ['is silent', async () => rawPort(() => undefined), 'timeout'],
    ['is down', async () => closedPort(), 'connect_failed'],
    ['hangs up', async () => rawPort((socket) => socket.resetAndDestroy()), 'reset'],
    ['resets streams', async () => (await peer(undefined, reset(2))).port, 'reset'],
    ['refuses streams', async () => (await peer(undefined, reset(7))).port, 'reset'],
    ['answers garbage', async () => rawPort((socket) => socket.write('x'.repeat(200))), 'reset'],
  ])('and %s costs no request anything, and every copy is accounted for', async (_what, make) => {
    const primary = await peer()
    const gateway = await start(limits)
    await gateway.serve(MIRRORED, {
      primary: h2cCluster(primary.port),
      shadow: h2cCluster(await make()),
    })
    const { statuses } = await sendMany(gateway, 500, 16)
    expect([...statuses]).toEqual([[200, 500]])
    await eventually('no copy is in flight', async () => {
      const samples = await gateway.scrape()
      expect(brokenIdentities(samples)).toEqual([])
      return total(samples, GATEWAY_METRICS.mirrorInFlight) === 0
    })
    const samples = await gateway.scrape()
    expect(total(samples, GATEWAY_METRICS.mirrorOffered)).toBe(500)
    expect(total(samples, GATEWAY_METRICS.mirrorResponses, { outcome: 'answered' })).toBe(0)
  })

  it('and never reads an upload does not slow it down', async () => {
    const primary = await peer((stream, _headers, body) => {
      stream.respond()
      stream.end(`${body.length}`)
    })
    const shadow = await peer(undefined, (stream) => {
      stream.pause()
      return true
    })
    const gateway = await start({ ...limits, mirrorTimeoutMs: 20_000 })
    await gateway.serve(MIRRORED, {
      primary: h2cCluster(primary.port),
      shadow: h2cCluster(shadow.port),
    })
    const body = Buffer.alloc(50_000_000)
    const answer = await fetch(url(gateway), { method: 'POST', body })
    expect(await answer.text()).toBe('50000000')
    await eventually('the copy is given up', async () => {
      const reason = { reason: 'buffer_limit' }
      return total(await gateway.scrape(), GATEWAY_METRICS.mirrorResponses, reason) === 1
    })
  })

  it('and answers without end is given up at the limit', async () => {
    const primary = await peer()
    const shadow = await peer((stream) => {
      stream.respond()
      const more = () => {
        while (!stream.destroyed && stream.write(Buffer.alloc(100_000)));
      }
      stream.on('drain', more)
      more()
    })
    const gateway = await start({ ...limits, mirrorTimeoutMs: 20_000, mirrorResponseBytesMax: 5e6 })
    await gateway.serve(MIRRORED, {
      primary: h2cCluster(primary.port),
      shadow: h2cCluster(shadow.port),
    })
    expect((await fetch(url(gateway))).status).toBe(200)
    await eventually('the copy is given up', async () => {
      const reason = { reason: 'response_limit' }
      return total(await gateway.scrape(), GATEWAY_METRICS.mirrorResponses, reason) === 1
    })
  })
})

function reset(code: number) {
  return (stream: { close(code: number): void }) => {
    stream.close(code)
    return true
  }
}

async function rawPort(onConnection: Parameters<typeof startRawPeer>[0]): Promise<number> {
  const started = await startRawPeer(onConnection)
  closers.push(() => started.close())
  return started.port
}
