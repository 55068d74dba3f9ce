import https from 'node:https'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startTestSandbox, type TestSandbox } from '../../testing/start-sandbox'
import type { LogLine, PodAccess } from '../api/contracts'

const PODS = '/api/v1/namespaces/default/pods'
const START = Date.parse('2026-01-01T00:00:00Z')

const lines: LogLine[] = [
  { time: START, text: 'first' },
  { time: START + 60_000, text: 'second' },
  { time: START + 120_000, text: 'third' },
]
const followers = new Set<(line: LogLine) => void>()
let hasRoom = true
const source: PodAccess = {
  addressOf: () => undefined,
  logs: (_uid, container) => (container === 'main' ? lines : undefined),
  followLogs(_uid, _container, onLine) {
    if (!hasRoom) return undefined
    followers.add(onLine)
    return () => followers.delete(onLine)
  },
}

let sandbox: TestSandbox
beforeAll(async () => {
  sandbox = await startTestSandbox({ pods: source, now: () => START + 130_000 })
  const pod = (name: string, containers: string[]) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: containers.map((container) => ({ name: container, image: 'echo-basic' })) },
  })
  await sandbox.json('POST', PODS, pod('one', ['main']))
  await sandbox.json('POST', PODS, pod('two', ['main', 'side']))
})
afterAll(() => sandbox.stop())

test.each([
  ['', 'first\nsecond\nthird\n'],
  ['?tailLines=1', 'third\n'],
  ['?tailLines=0', ''],
  ['?limitBytes=8', 'first\nse'],
  ['?sinceSeconds=80', 'second\nthird\n'],
  ['?sinceTime=2026-01-01T00:01:30Z', 'third\n'],
  ['?timestamps=true&tailLines=1', '2026-01-01T00:02:00.000Z third\n'],
])('log%s', async (query, expected) => {
  const answer = await sandbox.send(`${PODS}/one/log${query}`)
  expect([answer.status, answer.text]).toEqual([200, expected])
})

test('a Pod with several containers needs the name of one', async () => {
  const unnamed = await sandbox.json('GET', `${PODS}/two/log`)
  expect(unnamed.body.message).toBe(
    'a container name must be specified for pod two, choose one of: [main side]',
  )
  const unknown = await sandbox.json('GET', `${PODS}/two/log?container=nope`)
  expect(unknown.body.message).toBe('container nope is not valid for pod two')
  const waiting = await sandbox.json('GET', `${PODS}/two/log?container=side`)
  expect(waiting.body.message).toBe(
    'container "side" in pod "two" is waiting to start: ContainerCreating',
  )
})

test('a followed log goes on with new lines, and ends when the server stops following', async () => {
  let text = ''
  const headers = { authorization: `Bearer ${sandbox.token}` }
  const request = https.get(
    `${sandbox.url}${PODS}/one/log?follow=true&tailLines=1`,
    { headers, agent: false, rejectUnauthorized: false },
    (response) => response.on('data', (chunk: Buffer) => (text += chunk.toString())),
  )
  onTestFinished(() => void request.destroy())
  await expect.poll(() => text).toBe('third\n')
  for (const onLine of followers) onLine({ time: START, text: 'fourth' })
  await expect.poll(() => text).toBe('third\nfourth\n')
  request.destroy()
  await expect.poll(() => followers.size).toBe(0)
})

test('a log that cannot be followed ends after what there is, and does not stay open in silence', async () => {
  hasRoom = false
  onTestFinished(() => {
    hasRoom = true
  })
  const answer = await sandbox.send(`${PODS}/one/log?follow=true&tailLines=1`)
  expect([answer.status, answer.text]).toEqual([200, 'third\n'])
})
