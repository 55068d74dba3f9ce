import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import { brokenIdentities, total } from './test-support/metrics-reader'
import { closedPort, type HttpPeer, startHttpPeer, startRawPeer } from './test-support/peers'
import { backend, mirror, prefixMatch, route, rule } from './test-support/route-tables'
import {
  connectRaw,
  eventually,
  type RawClient,
  startTestGateway,
  type TestGateway,
} from './test-support/test-gateway'

let gateway: TestGateway
const closers: (() => Promise<void>)[] = []

beforeAll(async () => {
  gateway = await startTestGateway({ lingerMs: 400 })
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})
afterAll(() => gateway.stop())

async function peer(respond?: Parameters<typeof startHttpPeer>[0]): Promise<HttpPeer> {
  const started = await startHttpPeer(respond)
  closers.push(() => started.close())
  return started
}

async function rawPeer(onConnection: Parameters<typeof startRawPeer>[0]) {
  const started = await startRawPeer(onConnection)
  closers.push(() => started.close())
  return started
}

async function client(): Promise<RawClient> {
  const connected = await connectRaw(gateway.address, gateway.port)
  closers.push(async () => void connected.socket.destroy())
  return connected
}

/** Sends bytes on a connection of their own and returns what came back before the answer was complete. */
async function exchange(text: string, end: string | RegExp): Promise<string> {
  const connected = await client()
  connected.send(text)
  return connected.until((received) =>
    typeof end === 'string' ? received.endsWith(end) : end.test(received),
  )
}

const GET = 'GET /get HTTP/1.1\r\nHost: backends.example\r\n\r\n'
const CLOSE_GET = 'GET /get HTTP/1.1\r\nHost: backends.example\r\nConnection: close\r\n\r\n'

describe('a request that is forwarded', () => {
  it('carries the client, the original host and a request id, and loses what concerned one hop', async () => {
    const primary = await peer()
    await gateway.serve([route('r', [rule()])], { primary: [primary.port] })
    await exchange(
      'GET /get?a=1 HTTP/1.1\r\nHost: Backends.Example:8080\r\nX-Forwarded-For: 10.0.0.1\r\n' +
        'X-Forwarded-Proto: https\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n' +
        'Proxy-Connection: x\r\nTE: trailers\r\nX-Kept: a\r\nX-Kept: b\r\n\r\n',
      'seen /get?a=1',
    )
    const headers = primary.requests[0]?.headers
    expect(headers).toMatchObject({
      host: 'Backends.Example:8080',
      'x-forwarded-for': '10.0.0.1, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'Backends.Example:8080',
      'x-kept': 'a, b',
    })
    expect(headers?.['x-request-id']).toMatch(/^[0-9a-f]{16}-[0-9a-f]{8}$/)
    for (const name of [
      'x-hop',
      'keep-alive',
      'proxy-connection',
      'te',
      'x-mirrorboard-mirror-hops',
    ]) {
      expect(headers).not.toHaveProperty(name)
    }
  })

  it('keeps the request id a client chose', async () => {
    const primary = await peer()
    await gateway.serve([route('r', [rule()])], { primary: [primary.port] })
    await exchange('GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: mine-1\r\n\r\n', 'seen /')
    expect(primary.requests[0]?.headers['x-request-id']).toBe('mine-1')
  })

  it('serves many requests on one connection, pipelined ones in order', async () => {
    const primary = await peer()
    await gateway.serve([route('r', [rule()])], { primary: [primary.port] })
    const connected = await client()
    const targets = Array.from({ length: 50 }, (_, index) => `/n/${index}`)
    connected.send(targets.map((target) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''))
    const text = await connected.until((received) => received.endsWith('seen /n/49'))
    expect([...text.matchAll(/seen (\S+?)(?=HTTP|$)/g)].map((match) => match[1])).toEqual(targets)
    expect(primary.connections).toBe(1)
  })

  it('reads a request the same however its bytes arrive', async () => {
    const primary = await peer((request, response, body) => {
      response.end(`${request.method} ${request.url} ${body}.`)
    })
    await gateway.serve([route('r', [rule()])], { primary: [primary.port] })
    const post = 'POST /p?q HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody'
    const chunked =
      'PUT /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n'
    for (const bytes of [`${post}${post}`, `${post}${chunked}`]) {
      const connected = await client()
      for (const byte of bytes) {
        connected.send(byte)
        await new Promise((resolve) => setImmediate(resolve))
      }
      await connected.until((received) => (received.match(/ body\./g) ?? []).length === 2)
    }
    expect(primary.requests.map(({ url }) => url)).toEqual(['/p?q', '/p?q', '/p?q', '/c'])
  })

  it('keeps the head and the length of an answer to HEAD, without a body', async () => {
    const primary = await peer((_request, response) => {
      response.setHeader('Content-Length', '12345').end()
    })
    await gateway.serve([route('r', [rule()])], { primary: [primary.port] })
    const connected = await client()
    connected.send('HEAD /a HTTP/1.1\r\nHost: a\r\n\r\nHEAD /b HTTP/1.1\r\nHost: a\r\n\r\n')
    const text = await connected.until((received) => received.split('12345').length === 3)
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
  })

  it('streams a large upload and a large download unchanged, both ways at once', async () => {
    const primary = await peer((_request, response, body) => {
      response.setHeader('X-Sum', createHash('sha256').update(body).digest('hex')).end(body)
    })
    await gateway.serve([route('r', [rule()])], { primary: [primary.port] })
    const sent = Buffer.alloc(8 * 1024 * 1024, 'mirrorboard-')
    for (const framing of ['length', 'chunked']) {
      const outgoing = httpRequest({
        host: gateway.address,
        port: gateway.port,
        method: 'POST',
        path: '/upload',
        headers: framing === 'length' ? { 'Content-Length': sent.length } : {},
      })
      for (let at = 0; at < sent.length; at += 300_000)
        outgoing.write(sent.subarray(at, at + 300_000))
      outgoing.end()
      const [incoming] = await once(outgoing, 'response')
      const received = createHash('sha256')
      for await (const chunk of incoming) received.update(chunk)
      const sum = createHash('sha256').update(sent).digest('hex')
      expect(incoming.headers['x-sum']).toBe(sum)
      expect(received.digest('hex')).toBe(sum)
    }
  })

  it('passes chunked bodies and trailers both ways', async () => {
    const primary = await peer((request, response) => {
      response.writeHead(200, { Trailer: 'X-End', 'Transfer-Encoding': 'chunked' })
      response.write(`trailer ${request.trailers['x-sum']}`)
      response.addTrailers({ 'X-End': 'yes' })
      response.end()
    })
    await gateway.serve([route('r', [rule()])], { primary: [primary.port] })
    const slow = await exchange(
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n' +
        '3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 42\r\n\r\n',
      '0\r\nX-End: yes\r\n\r\n',
    )
    expect(slow).toContain('trailer 42')
    expect(primary.requests[0]?.body.toString()).toBe('abcde')
    const fast = await exchange(GET, '0\r\nX-End: yes\r\n\r\n')
    expect(fast).toContain('trailer undefined')
  })

  it('goes on after a request that Node had to read, on the same connection', async () => {
    const primary = await peer((request, response, body) => response.end(`${request.url}=${body}.`))
    await gateway.serve([route('r', [rule()])], { primary: [primary.port] })
    const text = await exchange(
      'GET /a HTTP/1.1\r\nHost: a\r\n\r\nPOST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n' +
        '2\r\nhi\r\n0\r\n\r\nGET /c HTTP/1.1\r\nHost: a\r\n\r\nGET /d HTTP/1.1\r\nHost: a\r\n\r\n',
      '/d=.',
    )
    expect(text.match(/\/\w=\w*\./g)).toEqual(['/a=.', '/b=hi.', '/c=.', '/d=.'])
  })

  it('reframes an answer that ends with its connection', async () => {
    const raw = await rawPeer((socket) => {
      socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end'),
      )
    })
    await gateway.serve([route('r', [rule()])], { primary: [raw.port] })
    const text = await exchange(GET, '0\r\n\r\n')
    expect(text).toContain('Transfer-Encoding: chunked\r\n\r\nd\r\nuntil the end\r\n0\r\n\r\n')
  })

  it('answers HTTP/1.0 without chunks and closes', async () => {
    const primary = await peer((_request, response) => {
      response.write('part ')
      response.end('whole')
    })
    await gateway.serve([route('r', [rule()])], { primary: [primary.port] })
    const connected = await client()
    connected.send('GET / HTTP/1.0\r\nHost: a\r\n\r\n')
    const text = await connected.closed()
    expect(text).not.toContain('chunked')
    expect(text.endsWith('\r\n\r\npart whole')).toBe(true)
  })

  it('takes an absolute target and removes dot segments before matching', async () => {
    const primary = await peer()
    const rules = [rule({ matches: [prefixMatch('/public')] })]
    await gateway.serve([route('r', rules)], { primary: [primary.port] })
    await exchange('GET http://a.example/public/x HTTP/1.1\r\nHost: b\r\n\r\n', 'seen /public/x')
    expect(primary.requests[0]?.headers.host).toBe('a.example')
    const escaped = await exchange(
      'GET /public/%2e%2e/secret HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      'Not Found\n',
    )
    expect(escaped).toMatch(/^HTTP\/1\.1 404 /)
    expect(primary.requests).toHaveLength(1)
  })

  it('asks for the body itself when the client waits for 100, but only if a route takes it', async () => {
    const primary = await peer((_request, response, body) => response.end(`got ${body}`))
    const rules = [rule({ matches: [prefixMatch('/yes')] })]
    await gateway.serve([route('r', rules)], { primary: [primary.port] })
    const connected = await client()
    connected.send(
      'POST /yes HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n',
    )
    await connected.until((received) => received.includes('100 Continue'))
    connected.send('body')
    await connected.until((received) => received.endsWith('got body'))
    const refused = await client()
    refused.send(
      'POST /no HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n',
    )
    expect(await refused.closed()).toMatch(/^HTTP\/1\.1 404 /)
  })

  it('passes interim answers on, apart from 100', async () => {
    const raw = await rawPeer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n')
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      })
    })
    await gateway.serve([route('r', [rule()])], { primary: [raw.port] })
    const text = await exchange(GET, '\r\n\r\nok')
    expect(
      text.startsWith('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n'),
    ).toBe(true)
  })

  it('passes hints on to a request that Node had to read, but not to one of HTTP/1.0', async () => {
    const raw = await rawPeer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nX-Hint: 1\r\n\r\n')
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      })
    })
    await gateway.serve([route('r', [rule()])], { primary: [raw.port] })
    const chunked =
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n'
    const text = await exchange(chunked, '\r\n\r\nok')
    expect(text).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>; rel=preload\r\n/i)
    expect(text).toMatch(/x-hint: 1\r\n\r\nHTTP\/1\.1 200 OK/i)
    const old = await exchange('GET / HTTP/1.0\r\nHost: a\r\n\r\n', '\r\n\r\nok')
    expect(old).not.toContain('103')
  })

  it('tunnels an upgrade to the primary and skips the mirror', async () => {
    const raw = await rawPeer((socket) => {
      socket.once('data', (head: Buffer) => {
        expect(head.toString()).toMatch(/Connection: Upgrade\r\nUpgrade: echo\r\n/)
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello',
        )
        socket.on('data', (bytes: Buffer) => socket.write(`[${bytes}]`))
        socket.on('end', () => socket.end('bye'))
      })
    })
    const shadow = await peer()
    await gateway.serve([route('tunnel', [rule({ mirrors: [mirror('shadow')] })])], {
      primary: [raw.port],
      shadow: [shadow.port],
    })
    const upgrade = 'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'
    for (const before of [
      '',
      'POST / HTTP/1.1\r\nHost: nobody.invalid\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ]) {
      const connected = await client()
      if (before !== '') {
        await gateway.serve(
          [route('tunnel', [rule({ matches: [prefixMatch('/ws')], mirrors: [mirror('shadow')] })])],
          {
            primary: [raw.port],
            shadow: [shadow.port],
          },
        )
        connected.send(before)
        await connected.until((received) => received.includes('404'))
      }
      connected.send(upgrade)
      await connected.until((received) => received.endsWith('hello'))
      connected.send('ping')
      await connected.until((received) => received.endsWith('[ping]'))
      connected.socket.end()
      expect(await connected.closed()).toMatch(/bye$/)
    }
    await eventually('both tunnels being counted', async () => {
      const samples = await gateway.scrape()
      return (
        total(samples, GATEWAY_METRICS.responses, {
          route_name: 'tunnel',
          code: '101',
          outcome: 'answered',
        }) === 2
      )
    })
    const samples = await gateway.scrape()
    expect(brokenIdentities(samples)).toEqual([])
    const skipped = { route_name: 'tunnel', outcome: 'skipped', reason: 'upgrade' }
    expect(total(samples, GATEWAY_METRICS.mirrorRequests, skipped)).toBe(2)
    expect(shadow.requests).toHaveLength(0)
  })
})

describe('filters', () => {
  it("modify headers by rule and by backend, the mirror getting the rule's only", async () => {
    const primary = await peer((_request, response) =>
      response.setHeader('X-Out', 'backend').end('done'),
    )
    const shadow = await peer()
    const entry = rule({
      requestHeaders: {
        set: [['X-Set', 'rule']],
        add: [
          ['X-Add', 'two'],
          ['X-Bad', 'a\r\nInjected: 1'],
        ],
        remove: ['x-gone'],
      },
      responseHeaders: { set: [['X-Out', 'rule']], add: [['X-More', '1']], remove: [] },
      backends: [
        backend('primary', {
          requestHeaders: { set: [['X-Backend', 'only']], add: [], remove: [] },
          responseHeaders: { set: [['X-Backend-Out', '1']], add: [], remove: [] },
        }),
      ],
      mirrors: [mirror('shadow')],
    })
    await gateway.serve([route('r', [entry])], { primary: [primary.port], shadow: [shadow.port] })
    const text = await exchange(
      'GET / HTTP/1.1\r\nHost: a\r\nX-Set: client\r\nX-Add: one\r\nX-Gone: 1\r\n\r\n',
      'done',
    )
    expect(text).toMatch(/\r\nX-Out: rule\r\n/)
    expect(text).not.toMatch(/X-Out: backend/)
    expect(text).toMatch(/\r\nX-More: 1\r\n/)
    expect(text).toMatch(/\r\nX-Backend-Out: 1\r\n/)
    await eventually('the copy', () => shadow.requests.length === 1)
    for (const seen of [primary.requests[0], shadow.requests[0]]) {
      expect(seen?.headers).toMatchObject({
        'x-set': 'rule',
        'x-add': 'one, two',
        'x-bad': 'aInjected: 1',
      })
      expect(seen?.headers).not.toHaveProperty('x-gone')
    }
    expect(primary.requests[0]?.headers['x-backend']).toBe('only')
    expect(shadow.requests[0]?.headers).not.toHaveProperty('x-backend')
    expect(shadow.requests[0]?.headers['x-mirrorboard-mirror-hops']).toMatch(/^1;sig=[0-9a-f]{32}$/)
    expect(shadow.requests[0]?.headers['x-request-id']).toBe(
      primary.requests[0]?.headers['x-request-id'],
    )
  })

  it('rewrite path and host for the primary and the mirror', async () => {
    const primary = await peer()
    const shadow = await peer()
    const entry = rule({
      matches: [prefixMatch('/old')],
      rewrite: { hostname: 'inner.example', path: { type: 'ReplacePrefixMatch', value: '/new' } },
      mirrors: [mirror('shadow')],
    })
    await gateway.serve([route('r', [entry])], { primary: [primary.port], shadow: [shadow.port] })
    await exchange('GET /old/x?y=1 HTTP/1.1\r\nHost: outer.example\r\n\r\n', 'seen /new/x?y=1')
    await eventually('the copy', () => shadow.requests.length === 1)
    expect(shadow.requests[0]?.url).toBe('/new/x?y=1')
    expect(primary.requests[0]?.headers).toMatchObject({
      host: 'inner.example',
      'x-forwarded-host': 'outer.example',
    })
  })

  it('redirect without reaching a backend', async () => {
    const entry = rule({ redirect: { scheme: 'https', statusCode: 301 }, backends: [] })
    await gateway.serve([route('r', [entry])], {})
    const text = await exchange(
      'GET /a?b=c HTTP/1.1\r\nHost: x.example:81\r\nConnection: close\r\n\r\n',
      /Length: 0/,
    )
    expect(text).toMatch(/^HTTP\/1\.1 301 /)
    expect(text).toContain('\r\nLocation: https://x.example/a?b=c\r\n')
  })

  it('answer a CORS preflight and mark the response of an allowed origin only', async () => {
    const primary = await peer()
    const cors = {
      allowOrigins: ['https://*.example.com'],
      allowMethods: ['GET', 'PUT'],
      allowHeaders: ['*'],
      exposeHeaders: ['X-Sum'],
      allowCredentials: false,
      maxAgeSeconds: 5,
    }
    await gateway.serve([route('r', [rule({ cors })])], { primary: [primary.port] })
    const preflight = await exchange(
      'OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: https://www.example.com\r\nAccess-Control-Request-Method: PUT\r\n\r\n',
      '\r\n\r\n',
    )
    expect(preflight).toMatch(/^HTTP\/1\.1 204 /)
    expect(preflight).toContain('Access-Control-Allow-Methods: GET, PUT\r\n')
    expect(preflight).toContain('Access-Control-Allow-Origin: https://www.example.com\r\n')
    const allowed = await exchange(
      'GET / HTTP/1.1\r\nHost: a\r\nOrigin: https://b.example.com\r\n\r\n',
      'seen /',
    )
    expect(allowed).toContain('Access-Control-Expose-Headers: X-Sum\r\n')
    const other = await exchange(
      'GET / HTTP/1.1\r\nHost: a\r\nOrigin: https://evil.test\r\n\r\n',
      'seen /',
    )
    expect(other).not.toContain('Access-Control')
    expect(primary.requests).toHaveLength(2)
  })
})

describe('a CORS preflight of a rule that matches by method', () => {
  const cors = {
    allowOrigins: ['https://a.example'],
    allowMethods: ['GET', 'POST'],
    allowHeaders: [],
    exposeHeaders: [],
    allowCredentials: false,
    maxAgeSeconds: 5,
  }
  const matches = [{ ...prefixMatch('/'), method: 'POST' }]
  const preflight = (more: string) =>
    exchange(`OPTIONS /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${more}\r\n`, /\r\n\r\n/)
  const POST = 'Origin: https://a.example\r\naccess-control-request-METHOD: POST\r\n'

  it('is answered for the request that it asks about, and for no other', async () => {
    const primary = await peer()
    const rules = [rule({ matches, cors })]
    await gateway.serve([route('r', rules)], { primary: [primary.port] })
    const answer = await preflight(POST)
    expect(answer).toMatch(/^HTTP\/1\.1 204 /)
    expect(answer).toContain('Access-Control-Allow-Origin: https://a.example\r\n')
    expect(answer).toContain('Access-Control-Allow-Methods: GET, POST\r\n')
    const stranger = await preflight(POST.replace('a.example', 'b.example'))
    expect(stranger).toMatch(/^HTTP\/1\.1 204 /)
    expect(stranger).not.toContain('Access-Control-')
    for (const other of ['', 'Origin: https://a.example\r\n', POST.replace('POST', 'PUT')]) {
      expect(await preflight(other)).toMatch(/^HTTP\/1\.1 404 /)
    }
    expect(primary.requests).toHaveLength(0)
  })

  it('is not without a cors filter, nor where a match names OPTIONS', async () => {
    const primary = await peer()
    const options = rule({ index: 1, matches: [{ ...prefixMatch('/'), method: 'OPTIONS' }] })
    await gateway.serve([route('r', [rule({ matches })])], { primary: [primary.port] })
    expect(await preflight(POST)).toMatch(/^HTTP\/1\.1 404 /)
    const both = [rule({ matches, cors }), options]
    await gateway.serve([route('r', both)], { primary: [primary.port] })
    expect(await preflight(POST)).toMatch(/^HTTP\/1\.1 200 /)
    expect(primary.requests).toHaveLength(1)
  })
})

describe('a request that cannot be served', () => {
  it.each([
    ['no route', [], 404],
    ['a rule with a fixed status', [rule({ fixedStatus: 500 })], 500],
    [
      'a backend that is invalid',
      [rule({ backends: [backend('primary', { invalid: true })] })],
      500,
    ],
    ['no backend with a weight', [rule({ backends: [backend('primary', { weight: 0 })] })], 500],
    ['no ready endpoint', [rule({ backends: [backend('nobody')] })], 503],
  ])('is answered by status for %s', async (_what, rules, status) => {
    await gateway.serve([route('r', rules)], { primary: [1] })
    const text = await exchange(CLOSE_GET, new RegExp(`${status} [A-Z][^\\n]*\\n$`))
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  })

  it('is a 502 when the backend refuses, and another endpoint is tried first', async () => {
    const primary = await peer()
    const dead = await closedPort()
    await gateway.serve([route('r', [rule()])], { primary: [dead] })
    expect(await exchange(CLOSE_GET, 'Bad Gateway\n')).toMatch(/^HTTP\/1\.1 502 /)
    await gateway.serve([route('r', [rule()])], { primary: [dead, primary.port] })
    for (let count = 0; count < 4; count++) await exchange(CLOSE_GET, 'seen /get')
  })

  it('is a 502 when the backend hangs up or talks nonsense before answering', async () => {
    for (const words of [
      '',
      'HELLO\r\n\r\n',
      'HTTP/1.1 200 OK\nContent-Length: 0\n\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    ]) {
      const raw = await rawPeer((socket) => socket.once('data', () => socket.end(words)))
      await gateway.serve([route('r', [rule()])], { primary: [raw.port] })
      expect(await exchange(CLOSE_GET, 'Bad Gateway\n')).toMatch(/^HTTP\/1\.1 502 /)
    }
  })

  it('is cut off when the backend hangs up in the middle of its answer', async () => {
    const raw = await rawPeer((socket) => {
      socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this'),
      )
    })
    await gateway.serve([route('cut', [rule()])], { primary: [raw.port] })
    const connected = await client()
    connected.send(GET)
    expect(await connected.closed()).toMatch(/only this$/)
    const samples = await gateway.scrape()
    expect(
      total(samples, GATEWAY_METRICS.responses, {
        route_name: 'cut',
        outcome: 'backend_reset',
        code: '200',
      }),
    ).toBe(1)
  })

  it.each([
    ['request', { requestMs: 60, backendRequestMs: 0 }],
    ['backend', { requestMs: 0, backendRequestMs: 60 }],
  ])('is a 504 at the %s timeout', async (kind, timeouts) => {
    const raw = await rawPeer(() => undefined)
    await gateway.serve([route(`slow-${kind}`, [rule({ timeouts })])], { primary: [raw.port] })
    expect(await exchange(CLOSE_GET, 'Gateway Timeout\n')).toMatch(/^HTTP\/1\.1 504 /)
    const labels = { route_name: `slow-${kind}`, outcome: `${kind}_timeout`, code: '504' }
    expect(total(await gateway.scrape(), GATEWAY_METRICS.responses, labels)).toBe(1)
  })

  it('is sent again once when a pooled connection had gone stale, if it may be repeated', async () => {
    let answered = 0
    const raw = await rawPeer((socket) => {
      // Answers one request on each connection and resets it at the next.
      socket.once('data', () => {
        answered++
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        socket.once('data', () => socket.resetAndDestroy())
      })
    })
    await gateway.serve([route('stale', [rule()])], { primary: [raw.port] })
    for (let count = 0; count < 3; count++) await exchange(GET, '\r\n\r\nok')
    expect(answered).toBe(3)
    const post = await exchange(
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx',
      /\r\n\r\n.+/,
    )
    expect(post).toMatch(/^HTTP\/1\.1 502 /)
  })

  it('ends at the backend when the client leaves', async () => {
    let left = false
    const raw = await rawPeer((socket) => {
      socket.resume()
      socket.on('end', () => {
        left = true
      })
    })
    await gateway.serve([route('leave', [rule()])], { primary: [raw.port] })
    const connected = await client()
    connected.send(GET)
    await eventually('the request arriving', () => raw.connections === 1)
    connected.socket.destroy()
    await eventually('the backend being told', () => left)
    await eventually('the abort being counted', async () => {
      const labels = { route_name: 'leave', outcome: 'client_aborted', code: '' }
      return total(await gateway.scrape(), GATEWAY_METRICS.responses, labels) === 1
    })
  })

  it('answers early while the upload goes on, then serves the next request', async () => {
    const raw = await rawPeer((socket) => {
      socket.once('data', () =>
        socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno'),
      )
    })
    await gateway.serve([route('r', [rule()])], { primary: [raw.port] })
    const connected = await client()
    connected.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345')
    await connected.until((received) => received.endsWith('no'))
    connected.send(`67890${GET}`)
    await connected.until((received) => received.split('413').length === 3)
  })
})

describe('matching', () => {
  it('uses host, path, header, query and method, and splits by weight', async () => {
    const one = await peer((_request, response) => response.end('one'))
    const two = await peer((_request, response) => response.end('two'))
    const rules = [
      rule({
        matches: [
          prefixMatch('/m', {
            method: 'PUT',
            headers: [{ name: 'x-kind', type: 'Exact', value: 'a' }],
            queryParams: [{ name: 'q', type: 'Exact', value: '1' }],
          }),
        ],
        backends: [backend('two')],
      }),
      rule({ backends: [backend('one', { weight: 3 }), backend('two')] }),
    ]
    const attachments = [
      { gateway: 'default/eg' as const, listener: 'http', hostnames: ['*.example.com'] },
    ]
    await gateway.serve([route('r', rules, { attachments })], { one: [one.port], two: [two.port] })
    const put =
      'PUT /m/x?q=1 HTTP/1.1\r\nHost: www.example.com\r\nX-Kind: a\r\nConnection: close\r\n\r\n'
    expect(await exchange(put, /(one|two)$/)).toMatch(/two$/)
    expect(await exchange(GET, /Not Found/)).toMatch(/^HTTP\/1\.1 404 /)
    const connected = await client()
    for (let count = 1; count <= 40; count++) {
      connected.send('GET / HTTP/1.1\r\nHost: a.example.com\r\n\r\n')
      await connected.until(
        (received) => (received.match(/(one|two)(?=HTTP|$)/g) ?? []).length === count,
      )
    }
    expect(
      Math.abs((connected.received.match(/one(?=HTTP|$)/g) ?? []).length - 30),
    ).toBeLessThanOrEqual(2)
  })
})
