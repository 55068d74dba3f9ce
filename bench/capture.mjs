/**
 * What capturing exchanges for comparison costs the gateway: its worker's CPU time per request, every request mirrored, at a
 * fixed rate, with nothing, 1 % and all of the mirrored requests to be captured.
 *
 *   node bench/capture.mjs [--seconds=1] [--rounds=40] [--warmup=5] [--connections=32] [--rate=3000]
 *
 * One worker serves a route for each. Every round gives the load to one route after the other, fetches what was captured, as
 * the observer does every second, and compares within the round: what else the machine does meets all of them alike. The
 * limits are the product's own, so that most of `100 %` is given up at the rate limit, but for the last row, which lifts it.
 */
import { join } from 'node:path'
import {
  bundle,
  cpuNanoseconds,
  median,
  PROXY_CORE,
  pin,
  quantile,
  readOptions,
  startBackend,
  startLoad,
  workDirectory,
} from './harness.mjs'
import { benchTable, startOurs } from './proxies.mjs'

const options = readOptions({ seconds: 1, rounds: 40, warmup: 5, connections: 32, rate: 3000 })
const work = workDirectory()
const generator = startLoad()
const gateway = await bundle(work, {
  gateway: 'server/gateway/start-gateway.ts',
  worker: 'server/gateway/workers/gateway-worker.ts',
})
const backends = [await startBackend(), await startBackend()]
const [primary, shadow] = backends.map(({ port }) => port)
const traffic = { primary, shadow, isMirrored: true }

const BASE = 'no comparison'

/** A gateway with one route for each share of the mirrored requests that is captured; a host for each. */
async function start(percents, limits) {
  const target = await startOurs(gateway, {
    workerFile: join(work, 'worker.mjs'),
    ...traffic,
    ...(limits && { limits }),
  })
  for (const processId of target.processIds) pin(processId, PROXY_CORE)
  const table = benchTable(target.listenerPort, traffic)
  const [{ attachments, ...route }] = table.routes
  const routes = percents.map((percent, index) => ({
    ...route,
    key: `bench/route-${index}`,
    name: `route-${index}`,
    attachments: [{ ...attachments[0], hostnames: [`host-${index}.example`] }],
    ...(percent !== null && {
      settings: { 'mirrorboard.dev/comparison': JSON.stringify({ percent }) },
    }),
  }))
  await target.plane.publish({ ...table, version: 2, routes })
  return target
}

/** Gives one route the load: CPU microseconds a request, exchanges captured a second, errors. */
async function measure({ target, hostname }) {
  const { host, port, processIds, plane } = target
  const { connections, rate, seconds } = options
  const cpu = () => processIds.reduce((sum, processId) => sum + cpuNanoseconds(processId), 0)
  const before = cpu()
  const { requests, errors } = await generator.run({
    ...{ host, port, hostname, connections, rate, seconds },
  })
  const answer = await fetch(plane.metricsUrl.replace('/metrics', '/exchanges'))
  const lines = (await answer.text()).split('\n').filter((line) => line.includes('"mirror":'))
  return { microseconds: (cpu() - before) / 1000 / requests, captured: lines.length, errors }
}

const usual = await start([null, 1, 100])
const unlimited = await start([null, 100], { capturesPerSecondMax: 1e6 })
const SUBJECTS = [
  { name: BASE, target: usual, hostname: 'host-0.example', base: 0 },
  { name: '1 %', target: usual, hostname: 'host-1.example', base: 0 },
  { name: '100 %', target: usual, hostname: 'host-2.example', base: 0 },
  { name: `${BASE}, no limit`, target: unlimited, hostname: 'host-0.example', base: 3 },
  { name: '100 %, no limit', target: unlimited, hostname: 'host-1.example', base: 3 },
]
const runs = SUBJECTS.map(() => [])
try {
  for (let round = 0; round < options.warmup + options.rounds; round++) {
    for (const [index, subject] of SUBJECTS.entries()) {
      const run = await measure(subject)
      if (round >= options.warmup) runs[index].push(run)
    }
  }
} finally {
  await usual.stop()
  await unlimited.stop()
  for (const { child } of backends) child.kill()
  generator.stop()
}

const { rate, connections, rounds, seconds } = options
console.log(`\n${rate} requests/s, all mirrored, ${connections} connections, ${rounds} rounds`)
console.log('| captured | CPU µs a request | ÷ no comparison (quartiles) | exchanges/s | errors |')
console.log('|---|---|---|---|---|')
for (const [index, { name, base }] of SUBJECTS.entries()) {
  const ratios = runs[index].map((run, round) => run.microseconds / runs[base][round].microseconds)
  const quartiles = [0.25, 0.75].map((share) => quantile(ratios, share).toFixed(3)).join(' to ')
  const cells = [
    name,
    median(runs[index].map(({ microseconds }) => microseconds)).toFixed(1),
    `${median(ratios).toFixed(3)} (${quartiles})`,
    Math.round(median(runs[index].map(({ captured }) => captured)) / seconds),
    runs[index].reduce((sum, { errors }) => sum + errors, 0),
  ]
  console.log(`| ${cells.join(' | ')} |`)
}
