/** Many watches, and watches that do not read: raw sockets over plain HTTP, so that thousands fit into a test. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { createLogger } from '../../log'
import { type Sandbox, startSandbox } from '../sandbox'

const TOKEN = 'watch-load'
const MAPS = '/api/v1/namespaces/default/configmaps'
const CONFIG_MAPS = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
}

let server: Sandbox
let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mirrorboard-watches-'))
  server = await startSandbox({
    dataDirectory: directory,
    token: TOKEN,
    port: 0,
    logger: createLogger('test', () => undefined),
    isWatchListEnabled: true,
  })
})
afterAll(async () => {
  await server.stop()
  await rm(directory, { recursive: true, force: true })
})

/** Opens a watch of what comes from now on; resolves once its headers are there. */
async function watch(query = ''): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: server.port })
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  const { version } = await newest()
  socket.write(
    `GET ${MAPS}?watch=1&resourceVersion=${version}${query} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`,
  )
  await new Promise((resolve) => socket.once('readable', resolve))
  return socket
}

async function newest(): Promise<{ version: string }> {
  const headers = { authorization: `Bearer ${TOKEN}` }
  const response = await fetch(`${server.url}${MAPS}?limit=1`, { headers })
  const { metadata } = (await response.json()) as { metadata: { resourceVersion: string } }
  return { version: metadata.resourceVersion }
}

async function create(name: string, value: string): Promise<void> {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data: { value },
  }
  const made = await server.client.create(CONFIG_MAPS, object)
  expect(made.ok).toBe(true)
}

test('2,000 watches all see each change, in order', async () => {
  const sockets = await Promise.all(Array.from({ length: 2_000 }, watch))
  const seen = sockets.map((socket) => {
    const names: string[] = []
    let rest = ''
    socket.on('data', (chunk: Buffer) => {
      rest += chunk.toString('latin1')
      for (const match of rest.matchAll(/"name":"(load-\d)"/g)) names.push(match[1] ?? '')
      rest = rest.slice(rest.lastIndexOf('\n') + 1)
    })
    return names
  })
  for (const name of ['load-1', 'load-2', 'load-3']) await create(name, 'x')
  const isComplete = () => seen.filter((names) => names.join() === 'load-1,load-2,load-3').length
  await expect.poll(isComplete, { timeout: 20_000 }).toBe(2_000)
}, 60_000)

test('a watch that does not read is dropped, the others and the writers go on', async () => {
  const slow = await watch()
  slow.pause()
  const quick = await watch()
  let bytes = 0
  quick.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  // More than the buffers of the kernel and of the server hold together.
  const value = 'x'.repeat(900_000)
  let isDropped = false
  slow.on('close', () => {
    isDropped = true
  })
  const count = 40
  for (let i = 0; i < count; i += 1) await create(`big-${i}`, value)
  await expect.poll(() => bytes, { timeout: 20_000 }).toBeGreaterThan(count * value.length)
  // The server cut it off: what the kernel still held comes, then the end, long before the last event.
  let received = 0
  slow.on('data', (chunk: Buffer) => {
    received += chunk.length
  })
  slow.resume()
  await expect.poll(() => isDropped, { timeout: 20_000 }).toBe(true)
  expect(received).toBeLessThan((count * value.length) / 2)
}, 60_000)

/** Remembers the connections that the server accepts, to be found by their client's port. */
function acceptedSockets(): Socket[] {
  const sockets: Socket[] = []
  const onSocket = (message: unknown) => void sockets.push((message as { socket: Socket }).socket)
  subscribe('net.server.socket', onSocket)
  onTestFinished(() => void unsubscribe('net.server.socket', onSocket))
  return sockets
}

test('a slow reader of a watch that is over closes, and the next watch hears what follows', async () => {
  const timers = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const
  // Time runs on by itself, because the store waits for some of it.
  vi.useFakeTimers({ shouldAdvanceTime: true, toFake: [...timers] })
  onTestFinished(() => void vi.useRealTimers())
  const { version } = await newest()
  const accepted = acceptedSockets()
  const slow = await watch('&timeoutSeconds=60')
  slow.pause()
  const kept = accepted.find(({ remotePort }) => remotePort === slow.localPort)
  if (kept === undefined) throw new Error('not accepted')
  // The kernel takes what it can in several rounds; then a part of what was sent stays with the server.
  const isStuck = async () => {
    const before = kept.writableLength
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    return before > 0 && kept.writableLength === before
  }
  for (let i = 0; !(await isStuck()); i += 1) {
    expect([kept.destroyed, i < 40]).toEqual([false, true])
    await create(`slow-${version}-${i}`, 'x'.repeat(900_000))
  }
  vi.advanceTimersByTime(60_000)
  const next = await watch('&timeoutSeconds=600')
  let heard = ''
  next.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1')
  })
  expect([kept.destroyed, kept.writableLength > 0]).toEqual([false, true])
  slow.destroy()
  // Not by events.once, which takes the reset for a failure.
  await new Promise((resolve) => kept.once('close', resolve))
  await create(`after-${version}`, 'y')
  await expect.poll(() => heard).toContain(`after-${version}`)
}, 30_000)

test('a watch is sent all that exists, however much that is, and then what follows', async () => {
  const value = 'z'.repeat(900_000)
  for (let i = 0; i < 8; i += 1) await create(`initial-${i}`, value)
  const socket = await watch(
    '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
  )
  let tail = ''
  let bytes = 0
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    tail = (tail + chunk.toString('latin1')).slice(-2_000)
  })
  await expect.poll(() => tail, { timeout: 20_000 }).toContain('k8s.io/initial-events-end')
  expect(bytes).toBeGreaterThan(8 * value.length)
  await create('initial-after', 'y')
  await expect.poll(() => tail).toContain('initial-after')
}, 30_000)
