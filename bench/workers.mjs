/**
 * What a second worker adds: requests per second of CPU the gateway uses, with one worker and with two.
 *
 *   node bench/workers.mjs [--seconds=3] [--repeats=5] [--connections=64]
 *
 * The load generator and the backends need cores as well, so wall-clock throughput on a small machine says little: the
 * figure is how many requests two cores full of worker could serve, against one. The load's share of the machine is stated.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import {
  bundle,
  cpuNanoseconds,
  median,
  readOptions,
  startBackend,
  startLoad,
  workDirectory,
} from './harness.mjs'
import { startOurs } from './proxies.mjs'

const options = readOptions({ seconds: 3, repeats: 5, connections: 64 })
const work = workDirectory()
const gateway = await bundle(work, {
  gateway: 'server/gateway/start-gateway.ts',
  worker: 'server/gateway/gateway-worker.ts',
})
const workerFile = join(work, 'worker.mjs')
const backends = [await startBackend({ isPinned: false }), await startBackend({ isPinned: false })]
const generators = [startLoad({ isPinned: false }), startLoad({ isPinned: false })]
const [primary, shadow] = backends.map(({ port }) => port)
const loadIds = [
  ...backends.map(({ child }) => child.pid),
  ...generators.map(({ processId }) => processId),
]

async function measure(workers) {
  const ours = await startOurs(gateway, { workerFile, workers, primary, shadow, isMirrored: true })
  const job = { host: ours.host, port: ours.port, connections: options.connections / 2, rate: 0 }
  const run = (seconds) => Promise.all(generators.map((one) => one.run({ ...job, seconds })))
  const cpuOf = (ids) => ids.map(cpuNanoseconds)
  try {
    await run(1)
    const [before, loadBefore] = [cpuOf(ours.processIds), cpuOf(loadIds)]
    const results = await run(options.seconds)
    const used = cpuOf(ours.processIds).map((value, index) => (value - before[index]) / 1e9)
    const load = cpuOf(loadIds).reduce(
      (sum, value, index) => sum + (value - loadBefore[index]) / 1e9,
      0,
    )
    const requests = results.reduce((sum, result) => sum + result.requests, 0)
    const cpu = used.reduce((sum, value) => sum + value, 0)
    return {
      perCpuSecond: requests / cpu,
      served: requests / options.seconds,
      smallestShare: Math.min(...used) / cpu,
      loadShare: load / options.seconds / availableParallelism(),
    }
  } finally {
    await ours.stop()
  }
}

const results = new Map([
  [1, []],
  [2, []],
])
for (let repeat = 0; repeat < options.repeats; repeat++) {
  for (const [workers, runs] of results) runs.push(await measure(workers))
}
console.log(
  '| workers | requests a CPU second | requests/s here | smaller worker’s share | load’s share of the machine |',
)
console.log('|---|---|---|---|---|')
for (const [workers, runs] of results) {
  const of = (pick) => median(runs.map(pick))
  const percent = (pick) => `${Math.round(of(pick) * 100)} %`
  console.log(
    `| ${workers} | ${Math.round(of((run) => run.perCpuSecond))} | ${Math.round(of((run) => run.served))} | ${percent((run) => run.smallestShare)} | ${percent((run) => run.loadShare)} |`,
  )
}
const [one, two] = [1, 2].map((workers) =>
  median(results.get(workers).map((run) => run.perCpuSecond)),
)
console.log(`two workers on two cores of their own: ${((2 * two) / one).toFixed(2)} × one`)
for (const { child } of backends) child.kill()
for (const generator of generators) generator.stop()
process.exit()
