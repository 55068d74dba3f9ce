/**
 * What capturing exchanges for comparison costs the gateway: its CPU time per request, every request mirrored, at a fixed
 * rate, with nothing, 1 % and all of the mirrored requests to be captured.
 *
 *   node bench/capture.mjs [--seconds=3] [--repeats=5] [--connections=32] [--rate=3000]
 *
 * The limits are the product's own, so that most of `100 %` is given up at the rate limit; the last row lifts it.
 */
import { join } from 'node:path'
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

const options = readOptions({ seconds: 3, repeats: 5, connections: 32, rate: 3000 })
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
const SUBJECTS = [
  ['no comparison', {}],
  ['1 %', capturing(1)],
  ['100 %', capturing(100)],
  ['100 %, no limit', { ...capturing(100), limits: { capturesPerSecondMax: 1e6 } }],
]

/** Returns CPU microseconds a request, and how many exchanges a second were captured. */
async function measure(more) {
  const ours = { workerFile: join(work, 'worker.mjs'), primary, shadow, isMirrored: true, ...more }
  const target = await startOurs(gateway, ours)
  const exchanges = target.plane.metricsUrl.replace('/metrics', '/exchanges')
  let captured = 0
  const fetchAll = async () => {
    const lines = (await (await fetch(exchanges)).text()).split('\n')
    captured += lines.length - 1
  }
  const drain = setInterval(fetchAll, 1000)
  try {
    const { host, port, processIds } = target
    const { connections, rate, seconds } = options
    for (const processId of processIds) pin(processId, PROXY_CORE)
    const job = { host, port, connections, rate }
    await generator.run({ ...job, seconds: 1 })
    captured = 0
    const cpu = () => processIds.reduce((sum, processId) => sum + cpuNanoseconds(processId), 0)
    const before = cpu()
    const result = await generator.run({ ...job, seconds })
    const microseconds = (cpu() - before) / 1000 / result.requests
    await fetchAll()
    return { microseconds, captured: captured / seconds, errors: result.errors }
  } finally {
    clearInterval(drain)
    await target.stop()
  }
}

const results = new Map(SUBJECTS.map(([name]) => [name, []]))
try {
  for (let repeat = 0; repeat < options.repeats; repeat++) {
    for (const [name, more] of SUBJECTS) results.get(name).push(await measure(more))
  }
} finally {
  for (const { child } of backends) child.kill()
  generator.stop()
}
const cpuOf = (name) => median(results.get(name).map((run) => run.microseconds))
console.log(`\n${options.rate} requests/s, all mirrored, ${options.connections} connections`)
console.log(
  '| captured | CPU µs a request, median (min) | ÷ no comparison | exchanges/s | errors |',
)
console.log('|---|---|---|---|---|')
for (const [name, runs] of results) {
  const least = Math.min(...runs.map((run) => run.microseconds))
  const cells = [
    name,
    `${cpuOf(name).toFixed(1)} (${least.toFixed(1)})`,
    (cpuOf(name) / cpuOf('no comparison')).toFixed(2),
    Math.round(median(runs.map((run) => run.captured))),
    runs.reduce((sum, run) => sum + run.errors, 0),
  ]
  console.log(`| ${cells.join(' | ')} |`)
}
