/** Connections that leave HTTP: port forwards of kubectl and of WebSocket clients, watches and logs over WebSockets. */
import { type ChildProcess, spawn } from 'node:child_process'
import { request as httpRequest } from 'node:http'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { startPodRuntime } from '../../backends/pod-runtime'
import { createLogger } from '../../log'
import { hasKubectl } from '../../testing/contract-cluster'
import { startTestSandbox, type TestSandbox } from '../../testing/start-sandbox'

const PODS = '/api/v1/namespaces/default/pods'
let sandbox: TestSandbox
let stop: () => Promise<void>

beforeAll(async () => {
  const logger = createLogger('test')
  const firstAddress = 30_000 + (process.pid % 1_000) * 20
  const runtime = await startPodRuntime({ logger, firstAddress })
  sandbox = await startTestSandbox({ runtime })
  stop = async () => {
    await sandbox.stop()
    await runtime.stop()
  }
  const spec = { containers: [{ name: 'c', image: 'echo-basic' }] }
  await sandbox.json('POST', PODS, { metadata: { name: 'echo' }, spec })
  await sandbox.json('POST', PODS, {
    metadata: { name: 'broken' },
    spec: { containers: [{ name: 'c', image: 'nginx' }] },
  })
  const phase = async () => (await sandbox.json('GET', `${PODS}/echo`)).body.status?.phase
  await vi.waitUntil(async () => (await phase()) === 'Running', { timeout: 10_000 })
})
afterAll(() => stop())

function open(path: string, protocols: string[]): WebSocket {
  const socket = new WebSocket(`${sandbox.url.replace('https', 'wss')}${path}`, protocols, {
    headers: { authorization: `Bearer ${sandbox.token}` },
    rejectUnauthorized: false,
  })
  onTestFinished(() => socket.terminate())
  return socket
}

/** The Status a refused handshake carries. */
function refusal(socket: WebSocket): Promise<{ code: number; message: string }> {
  return new Promise((resolve, reject) => {
    socket.on('open', () => reject(new Error('the handshake was accepted')))
    socket.on('error', () => undefined)
    socket.on('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())))
    })
  })
}

describe('port-forward over WebSocket channels', () => {
  const CHANNELS = ['v4.channel.k8s.io']

  test('carries a request and its answer, after the port on each channel', async () => {
    const socket = open(`${PODS}/echo/portforward?ports=3000`, CHANNELS)
    const texts = ['', '']
    socket.on('message', (message: Buffer) => {
      texts[message[0] ?? 0] += message.subarray(1).toString('latin1')
    })
    await new Promise((resolve) => socket.on('open', resolve))
    socket.send(
      Buffer.concat([Buffer.from([0]), Buffer.from('GET /forwarded HTTP/1.0\r\nHost: x\r\n\r\n')]),
    )
    await expect.poll(() => texts[0]).toContain('"path": "/forwarded"')
    const port = Buffer.from([0xb8, 0x0b]).toString('latin1')
    expect(texts[0]?.slice(0, 2)).toBe(port)
    expect(texts[1]).toBe(port)
  })

  test('says on the error channel that nothing listens', async () => {
    const socket = open(`${PODS}/echo/portforward?ports=9`, CHANNELS)
    let errors = ''
    socket.on('message', (message: Buffer) => {
      if (message[0] === 1) errors += message.subarray(1).toString()
    })
    await expect
      .poll(() => errors)
      .toMatch(/error forwarding port 9 to pod default\/echo, uid \S+: .*connection refused/)
  })

  test.each([
    [`${PODS}/echo/portforward`, CHANNELS, 400, '"ports" must name one to 32 ports'],
    [`${PODS}/echo/portforward?ports=0`, CHANNELS, 400, '"ports" must name one to 32 ports'],
    [`${PODS}/echo/portforward?ports=3000`, ['other'], 400, 'the subprotocols of a port forward'],
    [`${PODS}/none/portforward?ports=3000`, CHANNELS, 404, 'pods "none" not found'],
    [`${PODS}/broken/portforward?ports=3000`, CHANNELS, 500, 'pod is not running'],
    [`${PODS}/echo/exec?command=ls`, ['v5.channel.k8s.io'], 400, 'has no program to run'],
    [`${PODS}/echo`, CHANNELS, 200, ''],
  ])('%s as %s is answered with %i', async (path, protocols, code, message) => {
    const answer = await refusal(open(path, protocols))
    if (code === 200) expect(answer).toMatchObject({ kind: 'Pod' })
    else expect(answer).toMatchObject({ code, message: expect.stringContaining(message) })
  })
})

test('a watch and a followed log run over WebSockets, as browsers need it', async () => {
  const events: { type: string; object: { metadata: { name: string } } }[] = []
  const watch = open(`${PODS}?watch=1&fieldSelector=metadata.name%3Decho`, [])
  watch.on('message', (message: Buffer) => events.push(JSON.parse(message.toString())))
  await expect.poll(() => events.map(({ type }) => type)).toEqual(['ADDED'])
  const lines: string[] = []
  const log = open(`${PODS}/echo/log?follow=true`, ['base64.binary.k8s.io'])
  log.on('message', (message: Buffer) =>
    lines.push(Buffer.from(message.toString(), 'base64').toString()),
  )
  await expect.poll(() => lines.join('')).toContain('Starting server, listening on port 3000')
})

test('a port forward without an upgrade, or with broken SPDY, is refused or ended', async () => {
  const plain = await sandbox.json('POST', `${PODS}/echo/portforward`, {})
  expect([plain.status, plain.body.message]).toEqual([400, 'Upgrade request required'])
  for (const bytes of [
    Buffer.alloc(64, 0xff),
    Buffer.from('8003000101000012'.padEnd(60, '0'), 'hex'),
  ]) {
    const { hostname, port } = new URL(sandbox.url)
    const socket = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false })
    socket.on('error', () => undefined)
    socket.write(
      `POST ${PODS}/echo/portforward HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${sandbox.token}\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n`,
    )
    let answer = ''
    socket.on('data', (chunk: Buffer) => {
      if (answer === '') socket.write(bytes)
      answer += chunk.toString('latin1')
    })
    await new Promise((resolve) => socket.on('close', resolve))
    expect(answer).toMatch(/^HTTP\/1.1 101 .*\r\nX-Stream-Protocol-Version: portforward.k8s.io/s)
  }
  expect((await sandbox.send('/readyz')).status).toBe(200)
})

describe.skipIf(!hasKubectl())('kubectl (skipped when it is not installed)', () => {
  function kubectl(args: string[], env: Record<string, string> = {}) {
    const child: ChildProcess = spawn('kubectl', args, {
      env: { ...process.env, KUBECONFIG: sandbox.kubeconfig, HOME: sandbox.home, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const output = { text: '' }
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output.text += chunk.toString()
      })
    }
    const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()))
    onTestFinished(() => void child.kill('SIGKILL'))
    return { output, exited }
  }

  /** Sends a body; resolves with the answer, or with the error when the Pod hung up on it. */
  function send(port: number, path: string, connection: 'close' | 'keep-alive'): Promise<string> {
    return new Promise((resolve) => {
      const headers = { connection }
      const outgoing = httpRequest(
        { host: '127.0.0.1', port, path, method: 'POST', agent: false, headers },
        (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString()
          })
          response.on('error', (error) => resolve(error.message))
          response.on('end', () => {
            outgoing.destroy()
            resolve(text)
          })
        },
      )
      outgoing.on('error', (error) => resolve(error.message))
      outgoing.end('x'.repeat(300_000))
    })
  }

  test.each([
    ['SPDY in a WebSocket', {}],
    ['plain SPDY', { KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }],
  ])('forwards many connections at once over %s', async (_name, env) => {
    const { output } = kubectl(['port-forward', 'pod/echo', ':3000'], env)
    await expect.poll(() => output.text, { timeout: 10_000 }).toContain('Forwarding from 127')
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(output.text)?.[1])
    const paths = Array.from({ length: 20 }, (_, index) => `/n${index}`)
    // The Pod answers these before it has read them, then hangs up: they must not hold the others.
    const hungUp = paths.map((path) => send(port, path, 'close'))
    const answers = await Promise.all(paths.map((path) => send(port, path, 'keep-alive')))
    await Promise.all(hungUp)
    expect(answers.map((text) => JSON.parse(text).path)).toEqual(paths)
    expect(output.text).not.toContain('error')
  })

  test('says what exec and attach cannot do here', async () => {
    for (const args of [
      ['exec', 'echo', '--', 'ls'],
      ['attach', 'echo'],
    ]) {
      const { output, exited } = kubectl(args)
      await exited
      expect(output.text).toContain('pod echo has no program to run')
    }
  })
})
