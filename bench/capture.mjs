/**
 * What capturing exchanges for comparison costs the gateway: its workers' CPU time per request, every request mirrored, at a
 * fixed rate, with nothing, 1 % and all of the mirrored requests to be captured.
 *
 *   node bench/capture.mjs [--seconds=2] [--rounds=15] [--warmup=5] [--connections=32] [--rate=3000] [--subjects=4]
 *
 * One gateway for each, all running; each round gives the load to one after the other, and a ratio is between two of the
 * same round, so that what else the machine does meets both. The limits are the product's own, so that most of `100 %` is
 * given up at the rate limit; the last row lifts it.
 */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  bundle,
  cpuNanoseconds,
  median,
  PROXY_CORE,
  pin,
  readOptions,
  startBackend,
  startLoad,
  workDirectory,
} from './harness.mjs'
import { startOurs } from './proxies.mjs'

const options = readOptions({
  seconds: 2,
  rounds: 15,
  warmup: 5,
  connections: 32,
  rate: 3000,
  subjects: 4,
})
const work = workDirectory()
const generator = startLoad()
const gateway = await bundle(work, {
  gateway: 'server/gateway/start-gateway.ts',
  worker: 'server/gateway/gateway-worker.ts',
})
const backends = [await startBackend(), await startBackend()]
const [primary, shadow] = backends.map(({ port }) => port)

const capturing = (percent) => ({
  settings: { 'mirrorboard.dev/comparison': JSON.stringify({ percent }) },
})
const BASE = 'no comparison'
const SUBJECTS = [
  [BASE, {}],
  ['1 %', capturing(1)],
  ['100 %', capturing(100)],
  ['100 %, no limit', { ...capturing(100), limits: { capturesPerSecondMax: 1e6 } }],
]

/** A gateway whose captures are fetched every second, as the observer does. */
async function start(name, more) {
  const ours = { workerFile: join(work, 'worker.mjs'), primary, shadow, isMirrored: true, ...more }
  const target = await startOurs(gateway, ours)
  for (const processId of target.processIds) pin(processId, PROXY_CORE)
  const exchanges = target.plane.metricsUrl.replace('/metrics', '/exchanges')
  const subject = { name, target, captured: 0, isOver: false, runs: [] }
  subject.draining = (async () => {
    while (!subject.isOver) {
      const text = await (await fetch(exchanges)).text()
      subject.captured += text.split('\n').length - 1
      await delay(1000)
    }
  })()
  return subject
}

/** Gives one gateway the load: CPU microseconds a request, and exchanges captured a second. */
async function measure({ host, port, processIds }) {
  const { connections, rate, seconds } = options
  const cpu = () => processIds.reduce((sum, processId) => sum + cpuNanoseconds(processId), 0)
  const cpuBefore = cpu()
  const result = await generator.run({ host, port, connections, rate, seconds })
  // What is captured now is read at the next fetch, which is part of its cost.
  await delay(1100)
  const microseconds = (cpu() - cpuBefore) / 1000 / result.requests
  return { microseconds, errors: result.errors }
}

const subjects = []
try {
  for (const [name, more] of SUBJECTS.slice(0, options.subjects))
    subjects.push(await start(name, more))
  for (let round = 0; round < options.warmup + options.rounds; round++) {
    for (const subject of subjects) {
      const before = subject.captured
      const run = await measure(subject.target)
      run.captured = (subject.captured - before) / options.seconds
      if (round >= options.warmup) subject.runs.push(run)
    }
  }
} finally {
  for (const subject of subjects) subject.isOver = true
  await Promise.all(subjects.map(({ draining }) => draining))
  for (const { target } of subjects) await target.stop()
  for (const { child } of backends) child.kill()
  generator.stop()
}

const base = subjects[0].runs
console.log(
  `\n${options.rate} requests/s, all mirrored, ${options.connections} connections, medians of ${options.rounds} rounds`,
)
console.log('| captured | CPU µs a request | ÷ no comparison (quartiles) | exchanges/s | errors |')
console.log('|---|---|---|---|---|')
for (const { name, runs } of subjects) {
  const ratios = runs
    .map(({ microseconds }, round) => microseconds / base[round].microseconds)
    .sort((left, right) => left - right)
  const quartile = (share) => ratios[Math.floor(ratios.length * share)].toFixed(2)
  const cells = [
    name,
    median(runs.map(({ microseconds }) => microseconds)).toFixed(1),
    `${median(ratios).toFixed(3)} (${quartile(0.25)} to ${quartile(0.75)})`,
    Math.round(median(runs.map(({ captured }) => captured))),
    runs.reduce((sum, { errors }) => sum + errors, 0),
  ]
  console.log(`| ${cells.join(' | ')} |`)
}
