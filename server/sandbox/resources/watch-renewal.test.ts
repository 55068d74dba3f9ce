/** Watches that end and begin again, as every client renews them: nothing may be lost in between. */
import https from 'node:https'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { JsonObject } from '@/lib/shared/json'
import { startTestSandbox, TEST_TOKEN, type TestSandbox } from '../../testing/start-sandbox'
import { BOOKMARK_INTERVAL_MS, WATCH_DRAIN_MS } from '../api/limits'
import { StoredObject } from '../api/object-json'
import { builtinServedKind } from '../kinds/builtin-served-kind'
import { BUILTIN_KINDS } from '../kinds/core/builtin-kinds'
import type { ServerContext } from '../requests/api-request'
import type { StreamSink } from '../requests/stream-sink'
import { StoreEvent, WatchHistory } from '../storage/watch-history'
import { WatchHub } from '../storage/watch-hub'
import { startWatch } from './watch-stream'

const MAPS = '/api/v1/namespaces/default/configmaps'
const CONFIG_MAPS = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
}

const TIMERS = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const

let sandbox: TestSandbox
beforeAll(async () => {
  sandbox = await startTestSandbox()
})
afterAll(() => sandbox.stop())
afterEach(() => void vi.useRealTimers())

interface Line {
  readonly type: string
  readonly object: JsonObject & {
    readonly metadata: { readonly name?: string; readonly resourceVersion: string }
  }
}

/** One watch on a connection that is kept: what it sent, and a promise of its end. */
function openWatch(agent: https.Agent, version: string, seconds: number) {
  const lines: Line[] = []
  const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=${seconds}&resourceVersion=${version}`
  let rest = ''
  let accept = () => {}
  const opened = new Promise<void>((resolve) => {
    accept = resolve
  })
  const ended = new Promise<void>((resolve, reject) => {
    const headers = { authorization: `Bearer ${TEST_TOKEN}` }
    const settings = { headers, agent, rejectUnauthorized: false }
    const request = https.get(`${sandbox.url}${MAPS}?${query}`, settings, (response) => {
      accept()
      response.on('data', (chunk: Buffer) => {
        const texts = (rest + chunk.toString('utf8')).split('\n')
        rest = texts.pop() ?? ''
        for (const text of texts) lines.push(JSON.parse(text) as Line)
      })
      response.on('end', resolve)
    })
    request.on('error', reject)
  })
  return { lines, opened, ended }
}

let count = 0
async function create(): Promise<string> {
  count += 1
  const name = `renewed-${count}`
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } }
  const made = await sandbox.client.create(CONFIG_MAPS, object)
  if (!made.ok) throw new Error('refused')
  return name
}

test('a sole watch that is renewed 200 times over one TLS connection misses nothing', async () => {
  // Time runs on by itself, because the store waits for some of it, and is turned on where a watch waits.
  vi.useFakeTimers({ shouldAdvanceTime: true, toFake: [...TIMERS] })
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  const first = await sandbox.json('GET', `${MAPS}?limit=1`)
  let version: string = first.body.metadata.resourceVersion
  const seconds = (BOOKMARK_INTERVAL_MS * 1.5) / 1000
  const made: string[] = []
  const seen: string[] = []
  let bookmarks = 0
  for (let renewal = 0; renewal < 200; renewal += 1) {
    const watch = openWatch(agent, version, seconds)
    const writes = create()
    await watch.opened
    made.push(await writes, await create())
    // A bookmark is what a client resumes from: a watch that was deaf would get past what it missed.
    vi.advanceTimersByTime(BOOKMARK_INTERVAL_MS)
    made.push(await create())
    vi.advanceTimersByTime(BOOKMARK_INTERVAL_MS / 2)
    await watch.ended
    for (const { type, object } of watch.lines) {
      version = object.metadata.resourceVersion
      if (type === 'BOOKMARK') bookmarks += 1
      else seen.push(`${type} ${object.metadata.name}`)
    }
  }
  expect(seen).toEqual(made.map((name) => `ADDED ${name}`))
  expect(bookmarks).toBe(200)
}, 60_000)

/** A sink in memory, whose connection closes when the test says so. */
function memorySink() {
  const sent: string[] = []
  const closings: (() => void)[] = []
  const calls: string[] = []
  const sink: StreamSink = {
    open: () => undefined,
    write: (chunk) => void sent.push(String(chunk)),
    writableLength: 0,
    end: () => void calls.push('end'),
    destroy: () => void calls.push('destroy'),
    onClose: (callback) => void closings.push(callback),
  }
  const close = () => {
    for (const closing of closings) closing()
  }
  return { sink, sent, calls, close }
}

function startHub() {
  const history = new WatchHistory(1)
  let publish: (event: StoreEvent) => void = () => {}
  const store = {
    version: 1,
    history: () => history,
    objects: () => ({ keys: () => [] }),
    subscribe: (listener: (event: StoreEvent) => void) => {
      publish = listener
      return () => undefined
    },
  }
  const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const hub = new WatchHub(store, logger)
  const found = BUILTIN_KINDS.find(({ resource }) => resource.plural === 'configmaps')
  if (found === undefined) throw new Error('no such kind')
  const kind = builtinServedKind(found)
  const context = { store, hub, logger } as unknown as ServerContext
  const watch = (timeoutSeconds: number) => {
    const end = memorySink()
    const answer = startWatch({
      context,
      kind,
      namespace: '',
      labels: undefined,
      fields: undefined,
      representation: { format: 'json', as: undefined },
      include: 'Metadata',
      options: {
        isWatch: true,
        resourceVersion: '1',
        timeoutSeconds,
        hasBookmarks: true,
      },
    } as unknown as Parameters<typeof startWatch>[0])
    if (answer.is === 'stream') answer.start(end.sink)
    return end
  }
  const change = () => {
    store.version += 1
    const metadata = { name: 'a', namespace: 'n', resourceVersion: String(store.version) }
    const after = new StoredObject(
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata }),
    )
    const place = { resource: '/configmaps', key: 'n/a', version: store.version }
    const event = new StoreEvent({ type: 'MODIFIED', ...place, after, before: undefined })
    history.push(event)
    publish(event)
  }
  return { hub, watch, change }
}

test('a slow reader that closes long after its watch timed out leaves the next watch its events', () => {
  vi.useFakeTimers()
  const { hub, watch, change } = startHub()
  const slow = watch(1)
  change()
  vi.advanceTimersByTime(1_000)
  expect(slow.calls).toEqual(['end'])
  const next = watch(3_600)
  slow.close()
  slow.close()
  change()
  expect(next.sent.filter((line) => line.includes('"type":"MODIFIED"'))).toHaveLength(2)
  vi.advanceTimersByTime(BOOKMARK_INTERVAL_MS)
  expect(next.sent.at(-1)).toContain('"resourceVersion":"3"')
  expect([hub.count, hub.lostSubscriptions]).toEqual([1, 0])
  expect(slow.sent).toHaveLength(1)
})

test('a reader that never takes the rest of a watch that is over is cut off', () => {
  vi.useFakeTimers()
  const { watch } = startHub()
  const slow = watch(1)
  vi.advanceTimersByTime(1_000)
  const closed = watch(1)
  vi.advanceTimersByTime(1_000)
  closed.close()
  vi.advanceTimersByTime(WATCH_DRAIN_MS)
  expect(slow.calls).toEqual(['end', 'destroy'])
  expect(closed.calls).toEqual(['end'])
})
