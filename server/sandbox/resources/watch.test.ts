import https from 'node:https'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { JsonObject } from '@/lib/shared/json'
import { startTestSandbox, TEST_TOKEN, type TestSandbox } from '../../testing/start-sandbox'
import { HISTORY_EVENTS_MAX } from '../api/limits'

const MAPS = '/api/v1/namespaces/default/configmaps'
const MERGE = 'application/merge-patch+json'

let sandbox: TestSandbox
beforeAll(async () => {
  sandbox = await startTestSandbox({ isWatchListEnabled: true })
})
afterAll(() => sandbox.stop())

interface Event {
  type: string
  object: JsonObject & { metadata: { name: string; resourceVersion: string } }
}

/** Opens a watch; the list fills as events arrive. */
function watch(path: string): { events: Event[]; isOver: () => boolean } {
  const events: Event[] = []
  let rest = ''
  let isOver = false
  const headers = { authorization: `Bearer ${TEST_TOKEN}` }
  const settings = { headers, agent: false as const, rejectUnauthorized: false }
  const request = https.get(`${sandbox.url}${path}`, settings, (response) => {
    response.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('utf8')).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) events.push(JSON.parse(line) as Event)
    })
    response.on('end', () => {
      isOver = true
    })
    response.on('error', () => undefined)
  })
  request.on('error', () => undefined)
  onTestFinished(() => {
    request.destroy()
  })
  return { events, isOver: () => isOver }
}

const summary = (events: Event[]) =>
  events.map((event) => `${event.type} ${event.object.metadata.name}`)

function configMap(name: string, labels: Record<string, string> = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels } }
}

test('a watch shows what is there, then every change in order', async () => {
  await sandbox.json('POST', MAPS, configMap('one'))
  const { events } = watch(`${MAPS}?watch=true&fieldSelector=metadata.name=one`)
  await expect.poll(() => summary(events)).toEqual(['ADDED one'])
  await sandbox.json('PATCH', `${MAPS}/one`, { data: { a: '1' } }, MERGE)
  await sandbox.json('DELETE', `${MAPS}/one`)
  await expect.poll(() => summary(events)).toEqual(['ADDED one', 'MODIFIED one', 'DELETED one'])
})

test('a watch resumes after the version it has seen', async () => {
  const { body } = await sandbox.json('POST', MAPS, configMap('resume'))
  await sandbox.json('PATCH', `${MAPS}/resume`, { data: { a: '1' } }, MERGE)
  const { events } = watch(`${MAPS}?watch=1&resourceVersion=${body.metadata.resourceVersion}`)
  await expect.poll(() => summary(events)).toEqual(['MODIFIED resume'])
})

test('an object that leaves the selector is deleted for the watch, in its old state', async () => {
  await sandbox.json('POST', MAPS, configMap('moving', { app: 'x' }))
  const { events } = watch(`${MAPS}?watch=1&labelSelector=app%3Dx`)
  await expect.poll(() => events.length).toBe(1)
  await sandbox.json('PATCH', `${MAPS}/moving`, { metadata: { labels: { app: 'y' } } }, MERGE)
  await expect.poll(() => summary(events)).toEqual(['ADDED moving', 'DELETED moving'])
  expect(events[1]?.object.metadata['labels' as never]).toEqual({ app: 'x' })
})

test('a version older than the history gets an ERROR event with 410', async () => {
  const { body } = await sandbox.json('POST', MAPS, configMap('busy'))
  const kind = {
    group: '',
    version: 'v1',
    kind: 'ConfigMap',
    plural: 'configmaps',
    namespaced: true,
  }
  const writes = Array.from({ length: HISTORY_EVENTS_MAX / 2 + 1 }, async (_, i) => {
    await sandbox.client.create(kind, {
      ...configMap(`busy-${i}`),
      metadata: { name: `busy-${i}`, namespace: 'default' },
    })
    await sandbox.client.delete(kind, 'default', `busy-${i}`)
  })
  await Promise.all(writes)
  const { events, isOver } = watch(
    `${MAPS}?watch=1&resourceVersion=${body.metadata.resourceVersion}`,
  )
  await expect.poll(isOver).toBe(true)
  expect(events).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }])
})

test('a watch from a version that is still to come is silent until it has come', async () => {
  const created = await sandbox.json('POST', MAPS, configMap('before-the-future'))
  const future = Number(created.body.metadata.resourceVersion) + 2
  const { events } = watch(`${MAPS}?watch=1&resourceVersion=${future}`)
  for (const name of ['to-come-1', 'to-come-2', 'to-come-3'])
    await sandbox.json('POST', MAPS, configMap(name))
  await expect.poll(() => events.length).toBe(1)
  expect(events[0]).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'to-come-3' } } })
})

test('initial events end with a marked bookmark when the client asks for them', async () => {
  await sandbox.json('POST', MAPS, configMap('initial'))
  const query =
    'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'
  const { events } = watch(`${MAPS}?${query}&fieldSelector=metadata.name=initial`)
  await expect.poll(() => events.map((event) => event.type)).toEqual(['ADDED', 'BOOKMARK'])
  expect(events[1]?.object).toMatchObject({
    metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } },
  })
})

test('a watch ends after timeoutSeconds', async () => {
  const { isOver } = watch(`${MAPS}?watch=1&resourceVersion=0&timeoutSeconds=1`)
  await expect.poll(isOver, { timeout: 5_000 }).toBe(true)
})

test('initial events of a version that does not come answer 504, as newer clients expect', async () => {
  const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan'
  const answer = await sandbox.json('GET', `${MAPS}?${query}&resourceVersion=999999999`)
  expect([answer.status, answer.body.reason]).toEqual([504, 'Timeout'])
})
