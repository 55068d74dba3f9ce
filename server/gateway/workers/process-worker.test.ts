import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { GATEWAY_LIMITS } from '../bounds/limits'
import { cluster, listener, route, rule, table } from '../test-support/route-tables'
import { ProcessWorker } from './process-worker'

const PLACE = { index: 0, count: 1, captureSalt: 'salt', hopsSecret: 'hops' }

function startWorker(onExit = () => {}) {
  const entry = {
    file: fileURLToPath(new URL('./gateway-worker.ts', import.meta.url)),
    execArgv: ['--import', 'tsx'],
  }
  const worker = new ProcessWorker(entry, onExit, () => {})
  onTestFinished(() => worker.stop())
  return worker
}

test('a worker process is configured once', async () => {
  const worker = startWorker()
  await worker.configure(GATEWAY_LIMITS, PLACE)
  await worker.replaceTable(
    table({
      listeners: [listener(1)],
      routes: [route('r', [rule({})])],
      clusters: { primary: cluster(1) },
    }),
  )
  const before = await worker.snapshot()
  await expect(worker.configure(GATEWAY_LIMITS, PLACE)).rejects.toThrow(
    'The worker has been configured already.',
  )
  expect(await worker.snapshot()).toEqual(before)
})

test('calls of a worker that has ended are refused, also those that wait', async () => {
  let ends = 0
  const worker = startWorker(() => {
    ends += 1
  })
  await worker.configure(GATEWAY_LIMITS, PLACE)
  await worker.stop()
  expect(ends).toBe(1)
  await expect(worker.snapshot()).rejects.toThrow('The worker has ended.')
})
