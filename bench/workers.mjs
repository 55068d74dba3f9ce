/**
 * What a second worker adds: requests per second, and per second of CPU the gateway uses, with one worker and with two.
 *
 *   node bench/workers.mjs [--seconds=3] [--repeats=5] [--connections=64] [--share=0.2]
 *
 * The load generator and the backends need cores as well, and a small machine has none to spare for them. So each worker gets
 * a fixed share of a core, by a control group, which takes root; the load's share of the machine is stated. Without
 * (`--share=0`) workers and load fight for the cores, and only requests per CPU second say something.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import {
  bundle,
  cpuNanoseconds,
  limitTo,
  median,
  readOptions,
  startBackend,
  startLoad,
  workDirectory,
} from './harness.mjs'
import { startOurs } from './proxies.mjs'

const options = readOptions({ seconds: 3, repeats: 5, connections: 64, share: 0.2 })
const work = workDirectory()
const gateway = await bundle(work, {
  gateway: 'server/gateway/start-gateway.ts',
  worker: 'server/gateway/workers/gateway-worker.ts',
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
  await run(2)
  const limits = options.share > 0 ? ours.processIds.map((id) => limitTo(id, options.share)) : []
  try {
    await run(0.5)
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
    for (const undo of limits) undo()
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
const ratio = (pick) => {
  const [one, two] = [1, 2].map((workers) => median(results.get(workers).map(pick)))
  return (two / one).toFixed(2)
}
const shares =
  options.share > 0 ? `with ${options.share} of a core each` : 'sharing the cores with the load'
console.log(`two workers ${shares}: ${ratio((run) => run.served)} × the requests of one`)
console.log(`a CPU second of theirs serves ${ratio((run) => run.perCpuSecond)} × the requests`)
for (const { child } of backends) child.kill()
for (const generator of generators) generator.stop()
process.exit()
