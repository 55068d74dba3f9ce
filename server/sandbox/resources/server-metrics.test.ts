import { request } from 'node:https'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startTestSandbox, type TestSandbox } from '../../testing/start-sandbox'
import { Health } from '../requests/health'
import type { Store } from '../storage/store'

let sandbox: TestSandbox
beforeAll(async () => {
  sandbox = await startTestSandbox()
})
afterAll(() => sandbox.stop())

const MAPS = '/api/v1/namespaces/default/configmaps'

async function metric(pattern: RegExp): Promise<number | undefined> {
  const { text } = await sandbox.send('/metrics')
  const line = text.split('\n').find((each) => pattern.test(each))
  return line === undefined ? undefined : Number(line.split(' ').at(-1))
}

test('requests are counted under what they are about, and never under what a client makes up', async () => {
  await sandbox.json('POST', MAPS, { metadata: { name: 'a' } })
  await sandbox.json('GET', `${MAPS}/a`)
  await sandbox.json('GET', `${MAPS}/missing`)
  for (let index = 0; index < 50; index += 1) {
    await sandbox.send(`/apis/made${index}.up/v1/things?made=${index}`)
  }
  const total = (code: number, verb: string, resource: string) =>
    metric(
      new RegExp(
        `^apiserver_request_total\\{code="${code}",.*,resource="${resource}",.*verb="${verb}"`,
      ),
    )
  expect(await total(201, 'POST', 'configmaps')).toBe(1)
  expect(await total(200, 'GET', 'configmaps')).toBe(1)
  expect(await total(404, 'GET', 'configmaps')).toBe(1)
  expect(await total(404, 'GET', '')).toBe(50)
  expect((await sandbox.send('/metrics')).text).not.toContain('made')
  expect(await metric(/^apiserver_storage_objects\{resource="configmaps"\}/)).toBe(1)
  expect(await metric(/^process_resident_memory_bytes /)).toBeGreaterThan(1e6)
})

test('every line is Prometheus text, and every name is declared once', async () => {
  const { text, headers } = await sandbox.send('/metrics')
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
  const lines = text.trimEnd().split('\n')
  const sample = /^[a-z_]+(\{([a-z_]+="[^"]*",?)*\})? [0-9.e+-]+$/
  expect(lines.filter((line) => !line.startsWith('# ') && !sample.test(line))).toEqual([])
  const declared = lines
    .filter((line) => line.startsWith('# TYPE'))
    .map((line) => line.split(' ')[2])
  expect(new Set(declared).size).toBe(declared.length)
})

test('a watch counts as open until it closes', async () => {
  const open = () => metric(/^apiserver_longrunning_requests\{.*resource="configmaps".*WATCH/)
  const headers = { authorization: `Bearer ${sandbox.token}` }
  const outgoing = request(`${sandbox.url}${MAPS}?watch=1`, { headers, rejectUnauthorized: false })
  outgoing.on('error', () => undefined)
  outgoing.end()
  await vi.waitUntil(async () => (await open()) === 1)
  outgoing.destroy()
  await vi.waitUntil(async () => (await open()) === 0)
})

test('metrics need a token', async () => {
  const { status } = await sandbox.send('/metrics', { headers: { authorization: '' } })
  expect(status).toBe(401)
})

test.each([
  ['/readyz', 'ok'],
  [
    '/readyz?verbose',
    '[+]ping ok\n[+]storage ok\n[+]storage-writes ok\n[+]shutdown ok\nreadyz check passed\n',
  ],
  [
    '/readyz?verbose&exclude=ping',
    '[+]ping excluded: ok\n[+]storage ok\n[+]storage-writes ok\n[+]shutdown ok\nreadyz check passed\n',
  ],
  ['/livez?verbose=true', '[+]ping ok\n[+]storage ok\nlivez check passed\n'],
  ['/healthz', 'ok'],
  ['/readyz/storage', 'ok'],
])('%s', async (path, text) => {
  const answer = await sandbox.send(path, { headers: { authorization: '' } })
  expect([answer.status, answer.text]).toEqual([200, text])
})

test('a check there is not is not found', async () => {
  expect((await sandbox.send('/livez/shutdown')).status).toBe(404)
})

test('a failing check fails the whole, and says which', () => {
  const store = { isClosed: false, writeProblem: 'the disk is full' } as Store
  const health = new Health(store)
  const answerOf = (path: string) => health.answer(path, new URLSearchParams())
  expect(answerOf('/livez')).toMatchObject({ code: 200 })
  expect(answerOf('/readyz')).toMatchObject({
    code: 500,
    text: '[+]ping ok\n[+]storage ok\n[-]storage-writes failed: the disk is full\n[+]shutdown ok\nreadyz check failed\n',
  })
  expect(answerOf('/readyz/storage-writes')).toMatchObject({ code: 500 })
  health.stop()
  expect(answerOf('/readyz/shutdown')).toMatchObject({ code: 500 })
})
