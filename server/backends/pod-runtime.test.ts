import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { type ClientHttp2Session, connect } from 'node:http2'
import { connect as connectSocket, createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Pod } from '@/lib/gateway-api/types'
import { createLogger } from '../log'
import type { SandboxOptions } from '../sandbox/sandbox'
import { createContainerLog } from './container-log'
import { canonicalHeaderName } from './echo-response'
import { isKnownImage } from './known-images'
import { LOG_FOLLOWERS_MAX, LOG_LINE_CHARACTERS_MAX, LOG_LINES_MAX } from './limits'
import { detectLoopbackMode } from './loopback-addresses'
import { type PodRuntimeOptions, startPodRuntime } from './pod-runtime'

const IMAGE = 'gcr.io/k8s-staging-gateway-api/echo-basic:v20231214-v1.0.0-140-gf544a46e'

function echoPod(uid: string, changes: Partial<Pod['spec']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `backend-${uid}`, namespace: 'default', uid },
    spec: {
      containers: [
        {
          name: 'backend',
          image: IMAGE,
          env: [
            { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            { name: 'NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
            { name: 'SERVICE_NAME', value: 'svc-$(NAMESPACE)' },
          ],
        },
      ],
      ...changes,
    },
  }
}

const loopbackMode = await detectLoopbackMode()
let firstAddress = 20_000 + (process.pid % 200) * 200

async function start(options: Partial<PodRuntimeOptions> = {}) {
  firstAddress += 10
  const runtime = await startPodRuntime({
    logger: createLogger('backends', () => {}),
    firstAddress,
    ...options,
  })
  onTestFinished(() => runtime.stop())
  return runtime
}

async function startPod(uid = 'a', options: Partial<PodRuntimeOptions> = {}) {
  const runtime = await start(options)
  const started = await runtime.start(echoPod(uid))
  if (!started.ok) throw new Error(started.message)
  return { runtime, host: started.podIP, port: started.ports[3000] ?? 0, ports: started.ports }
}

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  rawHeaders: string[]
  body: string
}

function send(
  host: string,
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string | string[]>; agent?: Agent } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host, port, path, agent: false, ...options }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        body += chunk
      })
      response.on('end', () => {
        const { statusCode = 0, headers, rawHeaders } = response
        resolve({ status: statusCode, headers, rawHeaders, body })
      })
    })
    request.on('error', reject)
    request.end()
  })
}

describe('echo over HTTP/1.1', () => {
  test('prints the request as Go prints it', async () => {
    const { host, port } = await startPod('x1')
    const { status, headers, body } = await send(host, port, '/get?a=1&b=<2>', {
      headers: { host: 'backends.example', 'x-request-id': 'r', 'X-MULTI': ['1', '2'] },
    })
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('application/json')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['content-length']).toBe(`${Buffer.byteLength(body)}`)
    expect(body).toBe(`{
 "path": "/get?a=1\\u0026b=\\u003c2\\u003e",
 "host": "backends.example",
 "method": "GET",
 "proto": "HTTP/1.1",
 "headers": {
  "Connection": [
   "close"
  ],
  "X-Multi": [
   "1",
   "2"
  ],
  "X-Request-Id": [
   "r"
  ]
 },
 "namespace": "default",
 "ingress": "",
 "service": "svc-default",
 "pod": "backend-x1"
}`)
  })

  test('logs its start and every echoed request', async () => {
    const { runtime, host, port } = await startPod('x2', { now: () => 1234 })
    await send(host, port, '/get')
    const lines = runtime.logs('x2', 'backend') ?? []
    expect(lines.map((line) => line.text)).toEqual([
      'Starting server, listening on port 3000 (http)',
      expect.stringMatching(/^Echoing back request made to \/get to client \(127\.[\d.]+:\d+\)$/),
    ])
    expect(lines[0]?.time).toBe(1234)
    expect(runtime.logs('x2', 'other')).toBeUndefined()
  })

  test('follows the log until unsubscribed', async () => {
    const { runtime, host, port } = await startPod('x3')
    const seen: string[] = []
    const unsubscribe = runtime.followLogs('x3', 'backend', (line) => seen.push(line.text))
    await send(host, port, '/one')
    unsubscribe?.()
    await send(host, port, '/two')
    expect(seen).toHaveLength(1)
    expect(seen[0]).toContain('made to /one to client')
  })

  test.each([
    ['/status/200', 200],
    ['/status/404', 404],
    ['/status/503', 503],
    ['/status/42', 400],
    ['/status/103', 400],
    ['/status/500?x', 400],
  ])('answers %s with %i and no body', async (path, expected) => {
    const { host, port } = await startPod('x4')
    const answer = await send(host, port, path)
    expect([answer.status, answer.body]).toEqual([expected, ''])
  })

  test('answers /health without logging it', async () => {
    const { runtime, host, port } = await startPod('x5')
    expect(await send(host, port, '/health')).toMatchObject({ status: 200, body: 'OK' })
    expect(runtime.logs('x5', 'backend')).toHaveLength(1)
  })

  test('sets the headers that X-Echo-Set-Header asks for and skips those HTTP forbids', async () => {
    const { host, port } = await startPod('x6')
    const { rawHeaders } = await send(host, port, '/', {
      headers: { 'X-Echo-Set-Header': 'x-One: 1, X-two:2,bad name:3, Content-Length:7' },
    })
    expect(rawHeaders).toEqual(expect.arrayContaining(['x-One', '1', 'X-two', '2']))
    expect(rawHeaders).not.toContain('bad name')
    expect(rawHeaders.filter((name) => name.toLowerCase() === 'content-length')).toHaveLength(1)
  })

  test('waits for ?delay= and says when it is not a duration', async () => {
    const { host, port } = await startPod('x7')
    const before = performance.now()
    expect((await send(host, port, '/get?delay=120ms')).status).toBe(200)
    expect(performance.now() - before).toBeGreaterThanOrEqual(115)
    const { status, body } = await send(host, port, '/get?delay=soon')
    expect([status, body]).toEqual([500, '{"message":"time: invalid duration \\"soon\\""}'])
  })

  test('answers HEAD without a body', async () => {
    const { host, port } = await startPod('x8')
    expect((await send(host, port, '/get', { method: 'HEAD' })).body).toBe('')
  })

  test('keeps a connection for the next request', async () => {
    const { runtime, host, port } = await startPod('x9')
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    for (const path of ['/1', '/2', '/3']) await send(host, port, path, { agent })
    const clients = (runtime.logs('x9', 'backend') ?? [])
      .slice(2)
      .map((line) => line.text.split('client ')[1])
    expect(new Set(clients).size).toBe(1)
  })

  test('answers an upgrade it does not know as a plain request', async () => {
    const { host, port } = await startPod('x10')
    const { status, body } = await send(host, port, '/get', {
      headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' },
    })
    expect(status).toBe(200)
    expect(JSON.parse(body)).toMatchObject({ path: '/get', headers: { Upgrade: ['h2c'] } })
  })
})

describe('echo over h2c', () => {
  function h2Get(
    session: ClientHttp2Session,
    path: string,
  ): Promise<{ status: unknown; body: string }> {
    return new Promise((resolve, reject) => {
      const stream = session.request({ ':path': path, 'x-a': '1' })
      let status: unknown
      let body = ''
      stream.setEncoding('utf8')
      stream.on('response', (headers) => {
        status = headers[':status']
      })
      stream.on('data', (chunk: string) => {
        body += chunk
      })
      stream.on('end', () => resolve({ status, body }))
      stream.on('error', reject)
      stream.end()
    })
  }

  test('echoes with HTTP/2.0 and finishes a request in flight when stopped', async () => {
    const { runtime, host, ports } = await startPod('h1')
    const session = connect(`http://${host}:${ports[3001]}`)
    onTestFinished(() => session.destroy())
    const first = await h2Get(session, '/get')
    expect(first.status).toBe(200)
    expect(JSON.parse(first.body)).toMatchObject({
      path: '/get',
      host: `${host}:${ports[3001]}`,
      proto: 'HTTP/2.0',
      headers: { 'X-A': ['1'] },
      pod: 'backend-h1',
    })
    const slow = h2Get(session, '/slow?delay=150ms')
    await h2Get(session, '/status/204')
    await Promise.all([runtime.stop('h1', 5), slow])
    expect((await slow).status).toBe(200)
  })
})

describe('WebSocket echo', () => {
  test('sends frames back and closes with the code it was given', async () => {
    const { host, port } = await startPod('w1')
    const socket = new WebSocketClient(`ws://${host}:${port}/ws`)
    const messages = await socket.exchange(['hello', 'x'.repeat(70_000)])
    expect(messages).toEqual(['hello', 'x'.repeat(70_000)])
    expect(await socket.close(1000)).toBe(1000)
  })

  test('refuses an unmasked frame with 1002 and a huge one with 1009', async () => {
    const { host, port } = await startPod('w2')
    expect(await rawWebSocket(host, port, Buffer.from([0x81, 0x01, 0x61]))).toBe(1002)
    const huge = Buffer.alloc(14)
    huge.writeUInt8(0x82, 0)
    huge.writeUInt8(0xff, 1)
    huge.writeBigUInt64BE(2n ** 40n, 2)
    expect(await rawWebSocket(host, port, huge)).toBe(1009)
  })

  test('answers a plain request to /ws with 400', async () => {
    const { host, port } = await startPod('w3')
    expect((await send(host, port, '/ws')).status).toBe(400)
  })
})

/** Sends the bytes after the handshake; resolves with the close code received. */
function rawWebSocket(host: string, port: number, frame: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host, port })
    let received = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(received.readUInt16BE(received.length - 2)))
    socket.write(
      `GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    )
    socket.write(frame)
  })
}

/** A small masked client; Node 20 has no WebSocket of its own. */
class WebSocketClient {
  readonly #url: URL
  #socket: ReturnType<typeof connectSocket> | undefined
  #received = Buffer.alloc(0)

  constructor(url: string) {
    this.#url = new URL(url)
  }

  async exchange(texts: readonly string[]): Promise<string[]> {
    const socket = connectSocket({ host: this.#url.hostname, port: Number(this.#url.port) })
    this.#socket = socket
    onTestFinished(() => {
      socket.destroy()
    })
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk])
    })
    socket.write(
      `GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    )
    const head = await this.#until(() => {
      const end = this.#received.indexOf('\r\n\r\n')
      return end < 0 ? undefined : this.#take(end + 4).toString()
    })
    expect(head).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
    for (const text of texts) this.#send(0x81, Buffer.from(text))
    const answers: string[] = []
    for (const _ of texts) answers.push((await this.#frame()).payload.toString())
    return answers
  }

  async close(code: number): Promise<number> {
    const payload = Buffer.alloc(2)
    payload.writeUInt16BE(code)
    this.#send(0x88, payload)
    const { first, payload: answer } = await this.#frame()
    expect(first).toBe(0x88)
    return answer.readUInt16BE(0)
  }

  #send(first: number, payload: Buffer): void {
    const mask = Buffer.from([1, 2, 3, 4])
    const length =
      payload.length < 126
        ? Buffer.from([0x80 | payload.length])
        : Buffer.concat([Buffer.from([0xff]), Buffer.alloc(8)])
    if (length.length > 1) length.writeBigUInt64BE(BigInt(payload.length), 1)
    const masked = payload.map((byte, index) => byte ^ (mask[index & 3] ?? 0))
    this.#socket?.write(Buffer.concat([Buffer.from([first]), length, mask, masked]))
  }

  /** Frames of up to 125 bytes, or of more than 65,535: what these tests send. */
  #frame(): Promise<{ first: number; payload: Buffer }> {
    return this.#until(() => {
      const bytes = this.#received
      const header = bytes.length > 1 && bytes.readUInt8(1) === 127 ? 10 : 2
      if (bytes.length < header) return undefined
      const length = header === 10 ? Number(bytes.readBigUInt64BE(2)) : bytes.readUInt8(1)
      if (bytes.length < header + length) return undefined
      const frame = this.#take(header + length)
      return { first: frame.readUInt8(0), payload: frame.subarray(header) }
    })
  }

  #take(count: number): Buffer {
    const taken = this.#received.subarray(0, count)
    this.#received = this.#received.subarray(count)
    return taken
  }

  #until<T>(read: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const socket = this.#socket
      const attempt = () => {
        const value = read()
        if (value === undefined) return
        socket?.off('data', attempt)
        resolve(value)
      }
      socket?.on('data', attempt)
      socket?.once('close', () => reject(new Error('closed')))
      attempt()
    })
  }
}

describe('Pods', () => {
  test('fits the contract of the sandbox', async () => {
    const runtime: NonNullable<SandboxOptions['runtime']> & { stop(): Promise<void> } =
      await start()
    expect(runtime.logs('none', 'none')).toBeUndefined()
  })

  test('starts a Pod once, also when asked twice at a time', async () => {
    const runtime = await start()
    const [first, second] = await Promise.all([
      runtime.start(echoPod('p1')),
      runtime.start(echoPod('p1')),
    ])
    expect(first).toEqual(second)
    expect(await runtime.start(echoPod('p1'))).toEqual(first)
    expect(runtime.logs('p1', 'backend')).toHaveLength(1)
  })

  test.skipIf(loopbackMode === 'single')(
    'gives every Pod its own address with the real ports, skipping taken ones',
    async () => {
      const taken = createServer()
      const index = 60_000 + (process.pid % 100)
      const address = `127.1.${Math.trunc(index / 254)}.${(index % 254) + 1}`
      await new Promise<void>((resolve) => taken.listen(3000, address, resolve))
      onTestFinished(() => {
        taken.close()
      })
      const runtime = await start({ firstAddress: index })
      const first = await runtime.start(echoPod('p2'))
      const second = await runtime.start(echoPod('p3'))
      if (!first.ok || !second.ok) throw new Error('not started')
      expect(first.podIP).not.toBe(address)
      expect(first.podIP).not.toBe(second.podIP)
      expect(first.ports).toEqual({ 3000: 3000, 3001: 3001 })
    },
  )

  test('shares 127.0.0.1 on free ports where there is no other address', async () => {
    const { host, port, ports } = await startPod('p4', { loopback: 'single' })
    expect(host).toBe('127.0.0.1')
    expect(port).not.toBe(3000)
    expect(Object.keys(ports)).toEqual(['3000', '3001'])
    expect((await send(host, port, '/health')).status).toBe(200)
  })

  test('says which images exist when asked for another', async () => {
    const runtime = await start()
    const result = await runtime.start(
      echoPod('p5', { containers: [{ name: 'c', image: 'nginx' }] }),
    )
    expect(result).toEqual({
      ok: false,
      reason: 'ErrImagePull',
      message: expect.stringMatching(/"nginx".*Images that exist: echo-basic/),
    })
  })

  test('fails a Pod whose containers want the same port, and leaves nothing open', async () => {
    const runtime = await start()
    const container = { name: 'one', image: IMAGE }
    const result = await runtime.start(
      echoPod('p6', { containers: [container, { ...container, name: 'two' }] }),
    )
    expect(result).toMatchObject({
      ok: false,
      reason: 'CreateContainerError',
      message: expect.stringContaining('Container "two" cannot listen'),
    })
    expect(await runtime.start(echoPod('p6'))).toMatchObject({ ok: true })
  })

  test('finishes what is in flight when stopped, and closes idle connections at once', async () => {
    const { runtime, host, port } = await startPod('p7')
    const agent = new Agent({ keepAlive: true })
    onTestFinished(() => agent.destroy())
    await send(host, port, '/get', { agent })
    const slow = send(host, port, '/get?delay=150ms')
    const seen = new Promise<void>((resolve) => {
      runtime.followLogs('p7', 'backend', () => resolve())
    })
    await seen
    await runtime.stop('p7', 10)
    expect((await slow).status).toBe(200)
    await expect(send(host, port, '/get')).rejects.toThrow('ECONNREFUSED')
    expect(runtime.logs('p7', 'backend')?.length).toBe(3)
  })

  test('cuts what is in flight when the grace is over', async () => {
    const { runtime, host, port } = await startPod('p8')
    const slow = send(host, port, '/get?delay=60s').catch((error: Error) => error.message)
    await new Promise<void>((resolve) => {
      runtime.followLogs('p8', 'backend', () => resolve())
    })
    await runtime.stop('p8', 0)
    expect(await slow).toContain('socket hang up')
  })

  test('fails the asked number of attempts by status, or by a reset connection, and then echoes', async () => {
    const { host, port } = await startPod('flaky')
    const statusOf = async (path: string) =>
      send(host, port, path).then(
        ({ status }) => status,
        (error: Error) => error.message,
      )
    const failing = '/retry/a?uuid=1&succeedAfter=2&responseCode=503'
    expect([await statusOf(failing), await statusOf(failing), await statusOf(failing)]).toEqual([
      503, 503, 200,
    ])
    expect(await statusOf('/retry/a?uuid=2&succeedAfter=1')).toContain('ECONNRESET')
    expect(await statusOf('/retry/a?uuid=2&succeedAfter=1')).toBe(200)
    expect(await statusOf('/retry/a?succeedAfter=1')).toBe(400)
    expect(await statusOf('/retry/a?uuid=3')).toBe(400)
    expect(await statusOf('/retry/a?uuid=4&succeedAfter=1&delayRetry=soon')).toBe(500)
  })

  test('speaks TCP lines in place of HTTP when TCP_ECHO_SERVER is set', async () => {
    const runtime = await start({ loopback: 'single' })
    const pod = echoPod('tcp')
    const env = pod.spec.containers[0]?.env
    env?.push({ name: 'TCP_ECHO_SERVER', value: '1' }, { name: 'TCP_PORT', value: '3333' })
    const started = await runtime.start(pod)
    if (!started.ok) throw new Error(started.message)
    expect(Object.keys(started.ports)).toEqual(['3333'])
    const socket = connectSocket(started.ports[3333] ?? 0, started.podIP)
    socket.write('TEST\nhello\r\nPING\r\nIS_TLS\n')
    let text = ''
    for await (const chunk of socket) {
      text += String(chunk)
      if (text.endsWith('false\n')) break
    }
    const [welcome, test, ...others] = text.trimEnd().split('\n')
    expect(welcome).toBe('Gateway API Test TCP Server')
    expect(JSON.parse(test ?? '')).toMatchObject({
      pod: 'backend-tcp',
      tcpport: '3333',
      isTLS: false,
    })
    expect(others).toEqual(['PONG', 'false'])
  })

  test('honours HTTP_PORT and H2C_PORT', async () => {
    const runtime = await start({ loopback: 'single' })
    const pod = echoPod('p9')
    pod.spec.containers[0]?.env?.push({ name: 'HTTP_PORT', value: '8080' })
    expect(await runtime.start(pod)).toMatchObject({
      ok: true,
      ports: { 8080: expect.any(Number) },
    })
  })
})

describe('parts', () => {
  test('keeps the newest lines and cuts long ones', () => {
    const log = createContainerLog(() => 0)
    for (let index = 0; index < LOG_LINES_MAX + 3; index += 1) log.write(`${index}`)
    log.write('y'.repeat(LOG_LINE_CHARACTERS_MAX + 1))
    const lines = log.lines()
    expect(lines).toHaveLength(LOG_LINES_MAX)
    expect(lines[0]?.text).toBe('4')
    expect(lines.at(-1)?.text).toHaveLength(LOG_LINE_CHARACTERS_MAX)
  })

  test('refuses followers above the limit, until one has left, which it does once', () => {
    const log = createContainerLog(() => 0)
    let count = 0
    const follow = () =>
      log.follow(() => {
        count += 1
      })
    const [leave] = Array.from({ length: LOG_FOLLOWERS_MAX }, follow)
    expect(follow()).toBeUndefined()
    leave?.()
    expect(follow()).toBeDefined()
    leave?.()
    expect(follow()).toBeUndefined()
    log.write('x')
    expect(count).toBe(LOG_FOLLOWERS_MAX)
  })

  test.each([
    ['echo-basic', true],
    ['gcr.io/k8s-staging-gateway-api/echo-basic:v1', true],
    ['localhost:5000/echo-basic', true],
    ['echo-basic@sha256:00', true],
    ['echo-basic-2:v1', false],
    ['nginx', false],
    ['', false],
  ])('knows the image %j: %s', (image, expected) => {
    expect(isKnownImage(image)).toBe(expected)
  })

  test.each([
    ['x-request-id', 'X-Request-Id'],
    ['ACCEPT', 'Accept'],
    ['x_y-z1', 'X_y-Z1'],
    ['bad name', 'bad name'],
  ])('writes the header name %j as Go does', (name, expected) => {
    expect(canonicalHeaderName(name)).toBe(expected)
  })
})
