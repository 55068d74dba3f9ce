import { createHash } from 'node:crypto'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import { brokenIdentities, total } from './test-support/metrics-reader'
import { type HttpPeer, startHttpPeer, startRawPeer } from './test-support/peers'
import { mirror, route, rule } from './test-support/route-tables'
import { eventually, startTestGateway, type TestGateway } from './test-support/test-gateway'
import { makeCertificate, secureListener } from './test-support/tls-client'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

let certificate: Awaited<ReturnType<typeof makeCertificate>>
beforeAll(async () => {
  certificate = await makeCertificate()
})

async function start(limits: Parameters<typeof startTestGateway>[0] = {}): Promise<TestGateway> {
  const gateway = await startTestGateway({ lingerMs: 300, ...limits })
  closers.push(() => gateway.stop())
  return gateway
}

async function peer(respond?: Parameters<typeof startHttpPeer>[0]): Promise<HttpPeer> {
  const started = await startHttpPeer(respond)
  closers.push(() => started.close())
  return started
}

/** A session with prior knowledge, or over TLS by ALPN. */
function session(gateway: TestGateway, scheme: 'http' | 'https' = 'http'): ClientHttp2Session {
  const opened = connect(`${scheme}://${gateway.address}:${gateway.port}`, {
    rejectUnauthorized: false,
    servername: 'a.example',
  })
  opened.on('error', () => undefined)
  closers.push(async () => opened.destroy())
  return opened
}

interface Answer {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly trailers: IncomingHttpHeaders
  readonly interim: readonly number[]
}

function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const interim: number[] = []
    let headers: IncomingHttpHeaders = {}
    let trailers: IncomingHttpHeaders = {}
    stream.on('headers', (seen) => interim.push(Number(seen[':status'])))
    stream.on('response', (seen) => {
      headers = seen
    })
    stream.on('trailers', (seen) => {
      trailers = seen
    })
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => resolve({ headers, body: Buffer.concat(chunks), trailers, interim }))
    stream.on('error', reject)
  })
}

function send(
  on: ClientHttp2Session,
  headers: OutgoingHttpHeaders = {},
  body?: Buffer | string,
): Promise<Answer> {
  const endStream = body === undefined
  const stream = on.request({ ':authority': 'a.example', ...headers }, { endStream })
  if (!endStream) stream.end(body)
  return answerOf(stream)
}

describe.each(['http', 'https'] as const)('an HTTP/2 client over %s', (scheme) => {
  async function serve(primary: number, shadow?: number, limits = {}) {
    const gateway = await start(limits)
    const mirrors = shadow === undefined ? [] : [mirror('shadow')]
    const listeners =
      scheme === 'http'
        ? undefined
        : [secureListener(gateway.port, 'http', 'a.example', certificate)]
    await gateway.serve(
      [route('r', [rule({ mirrors })])],
      { primary: [primary], ...(shadow === undefined ? {} : { shadow: [shadow] }) },
      listeners,
    )
    return gateway
  }

  it('is forwarded and mirrored as over HTTP/1.1', async () => {
    const primary = await peer((_request, response, body) => {
      response.setHeader('X-Sum', createHash('sha256').update(body).digest('hex')).end(body)
    })
    const shadow = await peer()
    const gateway = await serve(primary.port, shadow.port)
    const client = session(gateway, scheme)
    const body = Buffer.alloc(2_000_000, 'x')
    const answers = await Promise.all([
      send(client, { ':path': '/get?a=1', cookie: ['a=1', 'b=2'], te: 'trailers' }),
      send(client, { ':path': '/small', ':method': 'POST' }, 'small'),
      send(client, { ':path': '/large', ':method': 'POST', 'content-length': body.length }, body),
      send(client, { ':path': '/empty', ':method': 'POST' }),
    ])
    for (const { headers } of answers) expect(headers[':status']).toBe(200)
    expect(answers[2]?.headers['x-sum']).toBe(createHash('sha256').update(body).digest('hex'))
    expect(answers[2]?.body.equals(body)).toBe(true)
    expect(answers[0]?.headers).not.toHaveProperty('connection')
    const got = primary.requests.find(({ url }) => url === '/get?a=1')
    expect(got?.headers).toMatchObject({
      host: 'a.example',
      cookie: 'a=1; b=2',
      'x-forwarded-proto': scheme,
      'x-forwarded-host': 'a.example',
    })
    expect(primary.requests.find(({ url }) => url === '/empty')?.headers).toMatchObject({
      'content-length': '0',
    })
    await eventually('four copies', () => shadow.requests.length === 4)
    const bodies = shadow.requests.map((seen) => seen.body.length).sort((a, b) => a - b)
    expect(bodies).toEqual([0, 0, 5, 2_000_000])
    await eventually('every copy has ended', async () => {
      const samples = await gateway.scrape()
      expect(brokenIdentities(samples)).toEqual([])
      return total(samples, GATEWAY_METRICS.mirrorResponses, { outcome: 'answered' }) === 4
    })
  })

  it('keeps trailers both ways, interim answers, HEAD, and 100-continue', async () => {
    const primary = await peer((request, response) => {
      if (request.method === 'HEAD') {
        response.setHeader('Content-Length', '12').end()
        return
      }
      response.writeEarlyHints({ link: '</style.css>; rel=preload' })
      response.writeHead(200, { Trailer: 'X-Sum' })
      response.write('hello')
      response.addTrailers({ 'X-Sum': '5' })
      response.end()
    })
    const gateway = await serve(primary.port)
    const client = session(gateway, scheme)
    const head = await send(client, { ':method': 'HEAD' })
    expect(head.headers).toMatchObject({ ':status': 200, 'content-length': '12' })
    const stream = client.request(
      { ':authority': 'a.example', ':method': 'POST', expect: '100-continue', trailer: 'x-end' },
      { waitForTrailers: true },
    )
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-end': 'yes' }))
    stream.on('continue', () => stream.end('body'))
    const answer = await answerOf(stream)
    expect(answer.interim).toEqual([100, 103])
    expect(answer.trailers).toMatchObject({ 'x-sum': '5' })
    expect(primary.requests[1]).toMatchObject({ trailers: { 'x-end': 'yes' } })
    expect(primary.requests[1]?.headers).not.toHaveProperty('expect')
  })

  it('that leaves takes its stream with it, and no other', async () => {
    const held: (() => void)[] = []
    const closed: string[] = []
    const primary = await peer((request, response) => {
      held.push(() => response.end(request.url))
      response.on('close', () => {
        if (!response.writableFinished) closed.push(request.url ?? '')
      })
    })
    const gateway = await serve(primary.port)
    const client = session(gateway, scheme)
    const leaving = client.request({ ':authority': 'a.example', ':path': '/leaves' })
    leaving.on('error', () => undefined)
    const staying = send(client, { ':path': '/stays' })
    await eventually('both requests', () => held.length === 2)
    leaving.close(8)
    await eventually('the cancelled request', () => closed.length === 1)
    for (const answer of held) answer()
    expect((await staying).body.toString()).toBe('/stays')
    expect(closed).toEqual(['/leaves'])
    const samples = await gateway.scrape()
    expect(total(samples, GATEWAY_METRICS.responses, { outcome: 'client_aborted' })).toBe(1)
    expect(brokenIdentities(samples)).toEqual([])
  })

  it('is held back by a backend that does not read', async () => {
    let received = 0
    let resume = () => {}
    const reader = await startRawPeer((socket) => {
      socket.pause()
      resume = () => socket.resume()
      socket.on('data', (bytes: Buffer) => {
        received += bytes.length
        if (received > 30_000_000) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone')
      })
    })
    closers.push(() => reader.close())
    const gateway = await serve(reader.port)
    const client = session(gateway, scheme)
    const stream = client.request({ ':authority': 'a.example', ':method': 'POST' })
    const answer = answerOf(stream)
    const chunk = Buffer.alloc(1_000_000)
    let accepted = 0
    const pump = () => {
      while (accepted < 31_000_000) {
        accepted += chunk.length
        if (!stream.write(chunk)) return
      }
      stream.end()
    }
    stream.on('drain', pump)
    pump()
    await eventually('the upload stalls', async () => {
      const before = stream.writableLength
      await new Promise((resolve) => setTimeout(resolve, 100))
      return before > 0 && stream.writableLength === before
    })
    expect(accepted).toBeLessThan(20_000_000)
    resume()
    expect((await answer).body.toString()).toBe('done')
  })

  it('that does not read holds its backend back, and no other stream', async () => {
    let sent = 0
    const flowing = await startRawPeer((socket) => {
      socket.once('data', (bytes: Buffer) => {
        if (!bytes.toString().startsWith('GET /large')) {
          socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsmall')
          return
        }
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n')
        const chunk = Buffer.alloc(100_000)
        const pump = () => {
          while (sent < 200_000_000) {
            sent += chunk.length
            if (!socket.write(chunk)) return
          }
        }
        socket.on('drain', pump)
        pump()
      })
    })
    closers.push(() => flowing.close())
    const gateway = await serve(flowing.port)
    const client = session(gateway, scheme)
    const stream = client.request({ ':authority': 'a.example', ':path': '/large' })
    stream.on('error', () => undefined)
    await new Promise((resolve) => stream.once('response', resolve))
    const small = await send(client, { ':path': '/small' })
    expect(small.body.toString()).toBe('small')
    await eventually('the download stalls', async () => {
      const before = sent
      await new Promise((resolve) => setTimeout(resolve, 100))
      return sent === before
    })
    expect(sent).toBeLessThan(30_000_000)
    stream.close(8)
  })

  it('is told to go elsewhere when the gateway stops, after its streams are done', async () => {
    const held: (() => void)[] = []
    const primary = await peer((_request, response) => held.push(() => response.end('late')))
    const gateway = await serve(primary.port)
    const client = session(gateway, scheme)
    const idle = session(gateway, scheme)
    await new Promise((resolve) => idle.once('remoteSettings', resolve))
    const toldSo = new Set<ClientHttp2Session>()
    for (const each of [client, idle]) each.on('goaway', () => toldSo.add(each))
    const answer = send(client)
    await eventually('the request', () => held.length === 1)
    const stopped = gateway.stop()
    await eventually('both are told', () => toldSo.size === 2)
    held[0]?.()
    expect((await answer).body.toString()).toBe('late')
    await stopped
  })
})

describe('an HTTP/2 request', () => {
  it.each([
    ['CONNECT', { ':method': 'CONNECT', ':path': undefined, ':scheme': undefined }, 400],
    ['a host that is none', { ':authority': 'a:b' }, 400],
    ['a Host that contradicts its authority', { host: 'b.example' }, 400],
    ['a target with a backslash', { ':path': '/a\\b' }, 400],
    ['a target that is too long', { ':path': `/${'x'.repeat(17_000)}` }, 414],
    ['a path that no rule has', { ':path': '/elsewhere' }, 404],
  ])('with %s is refused, and the connection stays', async (_what, headers, status) => {
    const primary = await peer()
    const gateway = await start()
    const matches = [
      {
        path: { type: 'PathPrefix' as const, value: '/get' },
        method: '',
        headers: [],
        queryParams: [],
      },
    ]
    await gateway.serve([route('r', [rule({ matches })])], { primary: [primary.port] })
    const client = session(gateway)
    expect((await send(client, headers)).headers[':status']).toBe(status)
    expect((await send(client, { ':path': '/get' })).headers[':status']).toBe(200)
    expect(primary.requests).toHaveLength(1)
  })
})
