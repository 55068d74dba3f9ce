import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { ProbeAnswer } from '@/lib/dashboard-api/probe'
import { createCertificate } from '../compose/certificate'
import { startTraffic, type TrafficOptions } from './start-traffic'

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: readonly string[]
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  })
  return (server.address() as AddressInfo).port
}

async function startTarget(handler: RequestListener) {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    seen.push({ method: request.method, url: request.url, headers: request.rawHeaders })
    handler(request, response)
  })
  return { seen, port: await listening(server) }
}

async function startProber(options: TrafficOptions = {}) {
  const plane = await startTraffic(options)
  onTestFinished(() => plane.stop())
  return async (connectPort: number, request: object = {}, connectHost = '127.0.0.1') => {
    const asked = { gateway: 'default/eg', scheme: 'http', port: 80, host: 'a.example', ...request }
    const body = JSON.stringify({ request: asked, connectHost, connectPort })
    const response = await fetch(`${plane.url}/probes`, { method: 'POST', body })
    return { status: response.status, body: await response.json() }
  }
}

const answered = (body: ProbeAnswer) => {
  if (body.outcome !== 'answered') throw new Error(body.message)
  return body
}

test('sends the request as it is described, and nothing more', async () => {
  const target = await startTarget((_, response) => {
    response.writeHead(418, 'Short', ['X-One', 'a', 'x-one', 'b'])
    response.end('höhe')
  })
  const probe = await startProber()
  const headers = [
    { name: 'X-A', value: '1' },
    { name: 'x-a', value: '' },
  ]
  const { status, body } = await probe(target.port, { path: '/a/../b?c=%20', headers })
  expect(status).toBe(200)
  expect(body).toMatchObject({
    sentTo: `127.0.0.1:${target.port}`,
    outcome: 'answered',
    status: 418,
    reason: 'Short',
    body: { text: 'höhe', bytes: 5, isCut: false },
  })
  expect(answered(body).headers.slice(0, 2)).toEqual([
    ['X-One', 'a'],
    ['x-one', 'b'],
  ])
  expect(answered(body).latencyMs).toBeGreaterThan(0)
  expect(target.seen).toEqual([
    {
      method: 'GET',
      url: '/a/../b?c=%20',
      headers: ['Host', 'a.example', 'X-A', '1', 'x-a', '', 'Connection', 'close'],
    },
  ])
})

test('asks for its host in a TLS handshake, and takes any certificate', async () => {
  const names: unknown[] = []
  const server = createSecureServer(await createCertificate(Date.now()), (request, response) => {
    names.push((request.socket as { servername?: unknown }).servername)
    response.end('ok')
  })
  const port = await listening(server)
  const probe = await startProber()
  const { body } = await probe(port, { scheme: 'https', host: 'a.example:8443' })
  expect(answered(body).body.text).toBe('ok')
  expect(names).toEqual(['a.example'])
})

test('probeBodyBytesMax: reads no more of an answer, and tells text from other bytes', async () => {
  const target = await startTarget(({ url }, response) => {
    response.end(url === '/bytes' ? Buffer.from([1, 0, 2]) : 'é'.repeat(1000))
  })
  const probe = await startProber({ limits: { probeBodyBytesMax: 101 } })
  const long = await probe(target.port, { path: '/long' })
  expect(answered(long.body).body).toEqual({ text: 'é'.repeat(50), bytes: 101, isCut: true })
  const bytes = await probe(target.port, { path: '/bytes' })
  expect(answered(bytes.body).body).toEqual({ text: null, bytes: 3, isCut: false })
})

test('probeTimeoutMs: says what did not answer', async () => {
  const silent = await startTarget(() => {})
  const endless = await startTarget((_, response) => response.write('begun'))
  const probe = await startProber({ limits: { probeTimeoutMs: 50 } })
  const message = /^127\.0\.0\.1:\d+ did not answer: no answer within 0\.05 s\.$/
  for (const { port } of [silent, endless]) {
    expect((await probe(port)).body).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(message),
    })
  }
})

test('says that nobody listens, and that an answer was none', async () => {
  const noise = createTcpServer((socket) => socket.resume().end('SSH-2.0-x\r\n'))
  await new Promise<void>((resolve) => noise.listen(0, '127.0.0.1', resolve))
  const { port } = noise.address() as AddressInfo
  const probe = await startProber()
  const none = await probe(port)
  await new Promise((resolve) => noise.close(resolve))
  expect(none.body.message).toMatch(/not an HTTP answer/)
  expect((await probe(port)).body.message).toMatch(/connection refused/)
})

test('a method that may change data is sent only once someone has been asked', async () => {
  const target = await startTarget((_, response) => response.end())
  const probe = await startProber()
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PURGE']) {
    const { status, body } = await probe(target.port, { method })
    expect([status, body.message]).toEqual([
      400,
      `${method} may change data, so it is sent with isConfirmed only.`,
    ])
  }
  expect(target.seen).toEqual([])
  const { body } = await probe(target.port, { method: 'POST', isConfirmed: true })
  expect(answered(body).status).toBe(200)
  expect(target.seen[0]?.headers).toContain('Content-Length')
  for (const method of ['GET', 'HEAD', 'OPTIONS']) await probe(target.port, { method })
  expect(target.seen).toHaveLength(4)
})

test('goes to loopback only, or only where it is allowed', async () => {
  const target = await startTarget((_, response) => response.end())
  const probe = await startProber()
  for (const host of ['192.0.2.1', '169.254.169.254', '::ffff:192.0.2.1', 'localhost']) {
    expect((await probe(target.port, {}, host)).status).toBe(400)
  }
  const allowed = await startProber({ isAllowedTarget: async (_, port) => port === target.port })
  expect((await allowed(target.port)).status).toBe(200)
  const { body } = await allowed(target.port + 1)
  expect(body.message).toBe(
    `Traffic is sent to the addresses of Gateways only, and 127.0.0.1:${target.port + 1} is not one.`,
  )
})

test('a request that cannot be sent as described is refused', async () => {
  const probe = await startProber()
  const wrong = [
    { headers: [{ name: 'Host', value: 'b' }] },
    { headers: [{ name: 'a', value: '1\r\nb: 2' }] },
    { method: 'CONNECT' },
    { scheme: 'ftp' },
    { path: 'http://elsewhere/' },
  ]
  for (const request of wrong) expect((await probe(1, request)).status).toBe(400)
})

test('probesMax: a further request waits for its turn by being refused', async () => {
  const held: (() => void)[] = []
  const target = await startTarget((_, response) => held.push(() => response.end()))
  const probe = await startProber({ limits: { probesMax: 1 } })
  const first = probe(target.port)
  while (held.length === 0) await new Promise((resolve) => setImmediate(resolve))
  expect((await probe(target.port)).status).toBe(429)
  held[0]?.()
  expect((await first).status).toBe(200)
})
