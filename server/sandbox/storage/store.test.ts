import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'lmdb'
import { expect, onTestFinished, test } from 'vitest'
import { createLogger } from '../../log'
import { startTestSandbox } from '../../testing/start-sandbox'
import { type DurableLog, openDurableLog } from './durable-log'
import { Store } from './store'

const logger = createLogger('test', () => undefined)

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'mirrorboard-store-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

function openStore(directory: string): Store {
  const opened = openDurableLog(directory)
  if (!opened.ok) throw new Error(opened.message)
  return new Store(opened.log, logger)
}

function object(name: string, value = '') {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data: { value },
  }
}

test('a batch the disk refuses leaves nothing behind, and says that the disk is full', async () => {
  const directory = await temporaryDirectory()
  const opened = openDurableLog(directory)
  if (!opened.ok) throw new Error(opened.message)
  let isFull = false
  const log: DurableLog = {
    ...opened.log,
    append: (writes, revision) =>
      isFull
        ? Promise.reject(new Error('MDB_ENOSPC: No space left on device'))
        : opened.log.append(writes, revision),
  }
  const store = new Store(log, logger)
  expect((await store.put('/configmaps', object('before', '1'))).ok).toBe(true)
  isFull = true
  const outcomes = await Promise.all([
    store.put('/configmaps', object('before', '2')),
    store.put('/configmaps', object('new')),
  ])
  expect(outcomes.map((outcome) => (outcome.ok ? 200 : outcome.error.code))).toEqual([507, 507])
  expect(store.head('/configmaps', 'default/new')).toBeUndefined()
  expect(store.head('/configmaps', 'default/before')).toMatchObject({ data: { value: '1' } })
  isFull = false
  expect((await store.put('/configmaps', object('after'))).ok).toBe(true)
  await store.close()
})

test('a write decides against the newest state, a read sees only what is on disk', async () => {
  const store = openStore(await temporaryDirectory())
  const writing = store.put('/configmaps', object('a', '1'))
  expect(store.get('/configmaps', 'default/a')).toBeUndefined()
  expect(store.head('/configmaps', 'default/a')).toMatchObject({ data: { value: '1' } })
  await writing
  expect(store.get('/configmaps', 'default/a')).toMatchObject({ data: { value: '1' } })
  await store.close()
})

test('data of a newer version is refused in one sentence', async () => {
  const directory = await temporaryDirectory()
  await openStore(directory).close()
  const root = open({ path: join(directory, 'objects.mdb'), encoding: 'string', noSubdir: true })
  await root.openDB('meta', { encoding: 'string' }).put('format', '99')
  await root.close()
  expect(openDurableLog(directory)).toMatchObject({
    ok: false,
    message: expect.stringContaining('was written by a newer version (format 99'),
  })
})

test('a port that is taken is one sentence with the code of the system', async () => {
  const blocker = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void blocker.close())
  await new Promise((resolve) => blocker.once('listening', resolve))
  const address = blocker.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await expect(startTestSandbox({ port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
    message: `The sandbox cluster cannot start: port ${port} is already taken.`,
  })
})

test('objects are there again after a restart', async () => {
  const dataDirectory = await temporaryDirectory()
  const first = await startTestSandbox({ dataDirectory })
  const path = '/api/v1/namespaces/default/configmaps'
  const created = await first.json('POST', path, { metadata: { name: 'kept' }, data: { a: '1' } })
  await first.stop()
  const second = await startTestSandbox({ dataDirectory })
  const found = await second.json('GET', `${path}/kept`)
  expect(found.body).toEqual(created.body)
  await second.stop()
})
