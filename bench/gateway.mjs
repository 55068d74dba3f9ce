/**
 * What the gateway costs: CPU time of the proxy process per request, from the system's own accounting.
 *
 *   node bench/gateway.mjs [--seconds=3] [--repeats=5] [--connections=32] [--rate=3000] [--routes=10000] [--preferred=1]
 *
 * One route alone unless the row says otherwise. Every proxy is under full load for 2 s first, so that its compiler is done. The
 * proxy has one core, load generator and backends the other where `taskset` exists; repeats are interleaved, medians (minima)
 * reported. nginx, HAProxy and Envoy take part where they are installed, each with one worker; `ENVOY` names a binary that is
 * not on the path. At a fixed rate proxies, load and backends go before other processes, so that the rate is kept on a machine
 * that others use as well; that takes root, and `--preferred=0` leaves it. Only ratios within one run mean anything.
 */
import { join } from 'node:path'
import {
  bundle,
  cpuNanoseconds,
  median,
  PROXY_CORE,
  pin,
  prefer,
  readOptions,
  residentMegabytes,
  startBackend,
  startLoad,
  workDirectory,
} from './harness.mjs'
import { HAS, startEnvoy, startHaproxy, startNginx, startOurs } from './proxies.mjs'

const options = readOptions({
  seconds: 3,
  repeats: 5,
  connections: 32,
  rate: 3000,
  routes: 10_000,
  preferred: 1,
})
const work = workDirectory()
const MANY = `mirrorboard, ${options.routes} routes`
const generator = startLoad()
const backends = [await startBackend(), await startBackend()]
const helperIds = [generator.processId, ...backends.map(({ child }) => child.pid)]

async function measure(subject, rate) {
  const target = await subject.start()
  const { connections, seconds } = options
  const { host, port, processIds } = target
  const job = { host, port, connections, rate }
  try {
    for (const processId of processIds) pin(processId, PROXY_CORE)
    if (rate > 0 && options.preferred === 1)
      for (const id of [...processIds, ...helperIds]) prefer(id)
    await generator.run({ ...job, rate: 0, seconds: 2 })
    if (rate > 0) await generator.run({ ...job, seconds: 1 })
    const cpu = () => processIds.reduce((sum, processId) => sum + cpuNanoseconds(processId), 0)
    const before = cpu()
    const result = await generator.run({ ...job, seconds })
    const microseconds = (cpu() - before) / 1000 / result.requests
    const memory = processIds.reduce((sum, processId) => sum + residentMegabytes(processId), 0)
    return { ...result, microseconds, memory }
  } finally {
    await target.stop()
  }
}

async function subjectsOf() {
  const gateway = await bundle(work, {
    gateway: 'server/gateway/start-gateway.ts',
    worker: 'server/gateway/workers/gateway-worker.ts',
  })
  const [primary, shadow] = backends.map(({ port }) => port)
  const subjects = []
  for (const isMirrored of [false, true]) {
    const peers = { primary, shadow, isMirrored }
    const suffix = isMirrored ? ', mirror' : ''
    const ours = { workerFile: join(work, 'worker.mjs'), ...peers }
    subjects.push({ name: `mirrorboard${suffix}`, start: () => startOurs(gateway, ours) })
    if (!isMirrored) {
      const many = { ...ours, count: options.routes }
      subjects.push({ name: MANY, start: () => startOurs(gateway, many) })
    }
    if (HAS.nginx) subjects.push({ name: `nginx${suffix}`, start: () => startNginx(work, peers) })
    if (HAS.envoy) subjects.push({ name: `envoy${suffix}`, start: () => startEnvoy(work, peers) })
    if (HAS.haproxy && !isMirrored) {
      subjects.push({ name: 'haproxy', start: () => startHaproxy(work, peers) })
    }
  }
  return subjects
}

/** Runs every subject in turn, `repeats` times; `rateOf` gives requests a second, 0 as many as it can. */
async function compare(subjects, rateOf) {
  const results = new Map(subjects.map(({ name }) => [name, []]))
  for (let repeat = 0; repeat < options.repeats; repeat++) {
    for (const subject of subjects) {
      results.get(subject.name).push(await measure(subject, rateOf(subject.name)))
    }
  }
  return results
}

function report(title, results) {
  console.log(`\n${title}, ${options.connections} connections`)
  console.log(
    '| | CPU µs a request, median (min) | requests/s | requests/s a core | p50 ms | p99 ms | RSS MB | errors | CPU ÷ Envoy | ÷ nginx |',
  )
  console.log('|---|---|---|---|---|---|---|---|---|---|')
  const cpuOf = (name) => median((results.get(name) ?? []).map((run) => run.microseconds))
  for (const [name, runs] of results) {
    const of = (pick) => median(runs.map(pick))
    const cpu = cpuOf(name)
    const against = (peer) => {
      const other = cpuOf(`${peer}${name.endsWith(', mirror') ? ', mirror' : ''}`)
      return other > 0 ? (cpu / other).toFixed(2) : ''
    }
    const cells = [
      name,
      `${cpu.toFixed(1)} (${Math.min(...runs.map((run) => run.microseconds)).toFixed(1)})`,
      Math.round(of((run) => run.requests / run.seconds)),
      Math.round(1e6 / cpu),
      of((run) => run.p50).toFixed(2),
      of((run) => run.p99).toFixed(2),
      Math.round(of((run) => run.memory)),
      runs.reduce((sum, run) => sum + run.errors, 0),
      against('envoy'),
      against('nginx'),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
  const ratio = cpuOf(MANY) / cpuOf('mirrorboard')
  console.log(`a request among ${options.routes} routes costs ${ratio.toFixed(2)} of one alone`)
}

const subjects = await subjectsOf()
try {
  const saturated = await compare(subjects, () => 0)
  report('saturated', saturated)
  report(`${options.rate} requests/s`, await compare(subjects, () => options.rate))
  const halfOf = (name) =>
    Math.round(median(saturated.get(name).map((run) => run.requests / run.seconds)) / 2)
  report('at half of its own saturated load', await compare(subjects, halfOf))
} finally {
  for (const { child } of backends) child.kill()
  generator.stop()
}
