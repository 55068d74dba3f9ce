import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { TrafficRun, TrafficRunList } from '@/lib/dashboard-api/traffic'
import { startTraffic, type TrafficOptions } from './start-traffic'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

async function startTarget(handler: Handler) {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    request.resume()
    handler(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  })
  return { seen, port: (server.address() as AddressInfo).port }
}

async function start(options: TrafficOptions = {}) {
  const plane = await startTraffic(options)
  onTestFinished(() => plane.stop())
  return {
    plane,
    async post(port: number, request: Record<string, unknown> = {}, extra = {}) {
      const body = {
        request: {
          gateway: 'default/eg',
          host: 'backends.example',
          ratePerSecond: 100,
          durationSeconds: 1,
          ...request,
        },
        url: 'http://backends.example/',
        connectHost: '127.0.0.1',
        connectPort: port,
        ...extra,
      }
      const response = await fetch(`${plane.url}/runs`, {
        method: 'POST',
        body: JSON.stringify(body),
      })
      return { status: response.status, body: await response.json() }
    },
    async get(id: string): Promise<TrafficRun> {
      return (await fetch(`${plane.url}/runs/${id}`)).json()
    },
    async stop(id: string): Promise<TrafficRun> {
      return (await fetch(`${plane.url}/runs/${id}`, { method: 'DELETE' })).json()
    },
    async until(id: string, is: (run: TrafficRun) => boolean): Promise<TrafficRun> {
      const deadline = Date.now() + 15_000
      for (;;) {
        const run = await this.get(id)
        if (is(run)) return run
        if (Date.now() > deadline) throw new Error(`The run stayed at ${JSON.stringify(run)}`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
  }
}

const isOver = (run: TrafficRun) => run.state !== 'running' && run.inFlight === 0

describe('a run', () => {
  test('sends exactly as many requests as planned, as asked', async () => {
    const target = await startTarget((_, response) => response.end('ok'))
    const traffic = await start()
    const { status, body } = await traffic.post(target.port, {
      method: 'POST',
      path: '/get?x=1',
      headers: [
        { name: 'X-One', value: '1' },
        { name: 'x-one', value: '2' },
      ],
      body: 'höhe',
    })
    expect(status).toBe(201)
    expect(body.planned).toBe(100)
    const run = await traffic.until(body.id, isOver)
    expect(run).toMatchObject({ state: 'finished', sent: 100, answered: 100, errors: {} })
    expect(run.totalsByCode).toEqual({ '200': 100 })
    expect(target.seen).toHaveLength(100)
    const [first] = target.seen
    expect(first?.method).toBe('POST')
    expect(first?.url).toBe('/get?x=1')
    expect(first?.headers.host).toBe('backends.example')
    expect(first?.headers['x-one']).toBe('1, 2')
    expect(first?.headers['content-length']).toBe('5')
    expect(run.latencyMs.p50).toBeGreaterThan(0)
    expect(run.latencyMs.p99).toBeGreaterThanOrEqual(run.latencyMs.p50 ?? 0)
  })

  test('keeps its connections open', async () => {
    const ports = new Set<number | undefined>()
    const target = await startTarget((request, response) => {
      ports.add(request.socket.remotePort)
      response.end('ok')
    })
    const traffic = await start()
    const { body } = await traffic.post(target.port, { ratePerSecond: 50 })
    await traffic.until(body.id, isOver)
    expect(target.seen).toHaveLength(50)
    expect(ports.size).toBeLessThan(25)
  })

  test('counts answers by code', async () => {
    let count = 0
    const target = await startTarget((_, response) => {
      count += 1
      response.writeHead(count % 4 === 0 ? 503 : 200).end()
    })
    const traffic = await start()
    const { body } = await traffic.post(target.port)
    const run = await traffic.until(body.id, isOver)
    expect(run.totalsByCode).toEqual({ '200': 75, '503': 25 })
  })

  test('says in plain words that the target refuses', async () => {
    const closed = createTcpServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    const traffic = await start()
    const { body } = await traffic.post(port, { ratePerSecond: 20 })
    const run = await traffic.until(body.id, isOver)
    expect(run).toMatchObject({
      state: 'failed',
      sent: 20,
      answered: 0,
      errors: { 'connection refused': 20 },
      message: `None of 20 requests to 127.0.0.1:${port} was answered: connection refused. Check that the Gateway's listener is up.`,
    })
  })

  test('counts connections that are cut and answers that are not HTTP', async () => {
    const target = await startTarget((request) => request.socket.destroy())
    const noise = createTcpServer((socket) => {
      socket.on('error', () => {})
      socket.end('hello\r\n\r\n')
    })
    await new Promise<void>((resolve) => noise.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void noise.close())
    const traffic = await start()
    const cut = await traffic.post(target.port, { ratePerSecond: 10 })
    const wrong = await traffic.post((noise.address() as AddressInfo).port, { ratePerSecond: 10 })
    expect((await traffic.until(cut.body.id, isOver)).errors).toEqual({ 'connection reset': 10 })
    expect((await traffic.until(wrong.body.id, isOver)).errors).toEqual({
      'not an HTTP answer': 10,
    })
  })

  test('stops when asked to and sends nothing more', async () => {
    const target = await startTarget((_, response) => response.end('ok'))
    const traffic = await start()
    const { body } = await traffic.post(target.port, { durationSeconds: 300 })
    await traffic.until(body.id, ({ answered }) => answered >= 5)
    await traffic.stop(body.id)
    const run = await traffic.until(body.id, isOver)
    expect(run.state).toBe('stopped')
    expect(run.message).toBe('Stopped before its end.')
    expect(run.sent).toBeLessThan(30_000)
    expect(target.seen).toHaveLength(run.sent)
    expect(run.answered).toBe(run.sent)
  })

  test('stopGraceMs: what hangs after a stop is given up', async () => {
    const target = await startTarget(() => {})
    const traffic = await start({ limits: { stopGraceMs: 20 } })
    const { body } = await traffic.post(target.port)
    await traffic.until(body.id, ({ sent }) => sent >= 5)
    await traffic.stop(body.id)
    const run = await traffic.until(body.id, isOver)
    expect(run.errors).toEqual({ stopped: run.sent })
  })

  test('inFlightMax: sends late, says so, and measures from the time it was due', async () => {
    const held: ServerResponse[] = []
    let isHeld = true
    const target = await startTarget((_, response) => {
      if (isHeld) held.push(response)
      else response.end('ok')
    })
    const traffic = await start({ limits: { inFlightMax: 4 } })
    const { body } = await traffic.post(target.port)
    await traffic.until(body.id, () => held.length === 4)
    const opened = Date.now()
    await traffic.until(body.id, () => Date.now() - opened > 400)
    expect(target.seen).toHaveLength(4)
    isHeld = false
    for (const response of held) response.end('ok')
    const run = await traffic.until(body.id, isOver)
    expect(run).toMatchObject({ state: 'finished', sent: 100, answered: 100 })
    expect(run.lateness?.requests).toBeGreaterThan(10)
    expect(run.lateness?.maxMs).toBeGreaterThan(300)
    // Only 4 of 100 were held; the others waited for them, and their latency says so.
    expect(run.latencyMs.p90).toBeGreaterThan(200)
  })

  test('requestTimeoutMs: gives up what is not answered', async () => {
    const target = await startTarget(() => {})
    const traffic = await start({ limits: { requestTimeoutMs: 30 } })
    const { body } = await traffic.post(target.port, { ratePerSecond: 10 })
    const run = await traffic.until(body.id, isOver)
    expect(run).toMatchObject({ state: 'failed', sent: 10, errors: { 'no answer in time': 10 } })
  })

  test('overtimeMs: ends when the target does not keep up', async () => {
    const target = await startTarget(() => {})
    const limits = { inFlightMax: 2, overtimeMs: 50, stopGraceMs: 10 }
    const traffic = await start({ limits })
    const { body } = await traffic.post(target.port)
    const run = await traffic.until(body.id, isOver)
    expect(run).toMatchObject({
      state: 'failed',
      sent: 2,
      message: 'The target did not keep up with the rate, so the run was ended.',
    })
  })

  test('responseBytesMax: gives up an answer that is too long', async () => {
    const target = await startTarget((_, response) => response.end('x'.repeat(2000)))
    const traffic = await start({ limits: { responseBytesMax: 1000 } })
    const { body } = await traffic.post(target.port, { ratePerSecond: 5 })
    const run = await traffic.until(body.id, isOver)
    expect(run.errors).toEqual({ 'answer too long': 5 })
  })
})

describe('a request for a run', () => {
  test.each([
    [
      'a header of the connection',
      { headers: [{ name: 'Connection', value: 'close' }] },
      /Connection belongs to the connection/,
    ],
    [
      'transfer-encoding',
      { headers: [{ name: 'transfer-encoding', value: 'chunked' }] },
      /belongs to the connection/,
    ],
    [
      'Host among the headers',
      { headers: [{ name: 'Host', value: 'a' }] },
      /comes from the host field/,
    ],
    [
      'a header name with a space',
      { headers: [{ name: 'a b', value: '1' }] },
      /"a b" is not a header name/,
    ],
    [
      'a header value with a line break',
      { headers: [{ name: 'a', value: '1\r\nb: 2' }] },
      /characters HTTP does not allow/,
    ],
    ['a host with a slash', { host: 'a/b' }, /not a host name/],
    ['a path with an umlaut', { path: '/ä' }, /percent-encode/],
    ['CONNECT', { method: 'CONNECT' }, /tunnel/],
    ['a rate above the limit', { ratePerSecond: 501 }, /request\.ratePerSecond/],
    ['no duration', { durationSeconds: 0 }, /request\.durationSeconds/],
  ])('is refused with %s', async (_, request, message) => {
    const traffic = await start()
    const { status, body } = await traffic.post(1, request)
    expect(status).toBe(400)
    expect(body.code).toBe('bad-request')
    expect(body.message).toMatch(message)
  })

  test('is refused for an address beyond loopback', async () => {
    const traffic = await start()
    for (const connectHost of ['192.0.2.1', '10.0.0.1', '::ffff:192.0.2.1', '0.0.0.0']) {
      const { status, body } = await traffic.post(80, {}, { connectHost })
      expect(status).toBe(400)
      expect(body.message).toBe(
        `Traffic is sent to loopback addresses only, not to ${connectHost}.`,
      )
    }
    const named = await traffic.post(80, {}, { connectHost: 'localhost' })
    expect(named.body.message).toBe('connectHost takes an IP address.')
  })

  test('goes to another address when it is allowed explicitly', async () => {
    const traffic = await start({
      isAllowedTarget: (host, port) => host === '192.0.2.1' && port === 80,
      limits: { requestTimeoutMs: 50 },
    })
    const { status, body } = await traffic.post(
      80,
      { ratePerSecond: 1 },
      { connectHost: '192.0.2.1' },
    )
    expect(status).toBe(201)
    const other = await traffic.post(81, {}, { connectHost: '192.0.2.1' })
    expect(other.status).toBe(400)
    await traffic.until(body.id, isOver)
  })

  test('asks the resolver for an address it does not name', async () => {
    const target = await startTarget((_, response) => response.end())
    const traffic = await start({
      resolveTarget: async ({ gateway }) =>
        gateway === 'default/eg'
          ? { url: 'http://x/', connectHost: '127.0.0.1', connectPort: target.port }
          : `There is no Gateway ${gateway}.`,
    })
    const none = { connectHost: undefined, connectPort: undefined }
    const { status, body } = await traffic.post(0, { ratePerSecond: 1 }, none)
    expect(status).toBe(201)
    expect((await traffic.until(body.id, isOver)).answered).toBe(1)
    const unknown = await traffic.post(0, { gateway: 'default/no' }, none)
    expect(unknown.body.message).toBe('There is no Gateway default/no.')
  })

  test('runsMax: is refused while too many are under way', async () => {
    const target = await startTarget((_, response) => response.end())
    const traffic = await start({ limits: { runsMax: 1 } })
    const first = await traffic.post(target.port, { durationSeconds: 100 })
    const second = await traffic.post(target.port)
    expect(second).toMatchObject({ status: 429, body: { code: 'too-many' } })
    await traffic.stop(first.body.id)
    expect((await traffic.post(target.port, { ratePerSecond: 1 })).status).toBe(201)
  })

  test('rememberedMax: forgets the oldest finished run', async () => {
    const target = await startTarget((_, response) => response.end())
    let next = 0
    const traffic = await start({
      limits: { rememberedMax: 2 },
      createId: () => {
        next += 1
        return `run-${next}`
      },
    })
    for (let count = 1; count <= 3; count += 1) {
      await traffic.post(target.port, { ratePerSecond: 1 })
      await traffic.until(`run-${count}`, isOver)
    }
    const list: TrafficRunList = await (await fetch(`${traffic.plane.url}/runs`)).json()
    expect(list.runs.map(({ id }) => id)).toEqual(['run-3', 'run-2'])
    expect((await fetch(`${traffic.plane.url}/runs/run-1`)).status).toBe(404)
  })

  test('requestBytesMax: is refused when it is too long, and when it is not JSON', async () => {
    const traffic = await start({ limits: { requestBytesMax: 100 } })
    const long = await fetch(`${traffic.plane.url}/runs`, { method: 'POST', body: 'x'.repeat(101) })
    expect(long.status).toBe(413)
    const wrong = await fetch(`${traffic.plane.url}/runs`, { method: 'POST', body: '{' })
    expect(wrong.status).toBe(400)
  })

  test('is refused when its path is none', async () => {
    const traffic = await start()
    const response = await fetch(`${traffic.plane.url}//`)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ code: 'bad-request', message: 'That is no path.' })
  })

  test('is refused from a web page and under a foreign name', async () => {
    const traffic = await start()
    const page = await fetch(`${traffic.plane.url}/runs`, {
      headers: { origin: 'http://evil.example' },
    })
    expect(page.status).toBe(403)
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { host: 'evil.example' }
      httpRequest(`${traffic.plane.url}/runs`, { headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })
    expect(status).toBe(421)
  })
})
