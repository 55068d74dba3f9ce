/**
 * Whether memory grows: a worker with many routes, idle connections, mirrored traffic and a new table every second.
 *
 *   node bench/soak.mjs [--minutes=10] [--routes=10000] [--idle=1000] [--rate=300]
 *
 * Prints resident memory of the supervisor (with the table's owner) and the worker ten times along the way, then the
 * medians of the run's second and last fifth.
 */
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  bundle,
  median,
  readOptions,
  residentMegabytes,
  startBackend,
  startLoad,
  workDirectory,
} from './harness.mjs'
import { benchTable, startOurs } from './proxies.mjs'

const options = readOptions({ minutes: 10, routes: 10_000, idle: 1000, rate: 300 })
const work = workDirectory()
const gateway = await bundle(work, {
  gateway: 'server/gateway/start-gateway.ts',
  worker: 'server/gateway/workers/gateway-worker.ts',
})
const backends = [await startBackend(), await startBackend()]
const [primary, shadow] = backends.map(({ port }) => port)
const table = { primary, shadow, isMirrored: true, count: options.routes }
const ours = await startOurs(gateway, { workerFile: join(work, 'worker.mjs'), ...table })
const generator = startLoad()

const idle = []
for (let count = 0; count < options.idle; count++) {
  const socket = connect({ host: ours.host, port: ours.port })
  socket.on('error', () => undefined)
  idle.push(socket)
}

/** The table with one route's generation moved on, the others the same objects, as the controller publishes it. */
let latest = benchTable(ours.listenerPort, table)
function nextTable(version) {
  const routes = [...latest.routes]
  const changed = version % options.routes
  routes[changed] = { ...routes[changed], generation: version }
  latest = { ...latest, version, routes }
  return latest
}

const endsAt = performance.now() + options.minutes * 60_000
let isOver = false
const publishing = (async () => {
  for (let version = 2; !isOver; version++) {
    await ours.plane.publish(nextTable(version))
    await delay(1000)
  }
})()
const loading = (async () => {
  const sums = { requests: 0, errors: 0 }
  const job = { host: ours.host, port: ours.port, connections: 16, rate: options.rate, seconds: 5 }
  while (!isOver) {
    const { requests, errors } = await generator.run(job)
    sums.requests += requests
    sums.errors += errors
  }
  return sums
})()
const keepingIdle = (async () => {
  while (!isOver) {
    // Often enough not to be closed for idleness.
    await delay(30_000)
    for (const socket of idle) socket.write('GET / HTTP/1.1\r\nHost: backends.example\r\n\r\n')
  }
})()
for (const socket of idle) socket.resume()

const [worker] = ours.processIds
const samples = { supervisor: [], worker: [] }
let shown = 0
while (performance.now() < endsAt) {
  await delay(1000)
  samples.supervisor.push(residentMegabytes(process.pid))
  samples.worker.push(residentMegabytes(worker))
  const tenths = Math.floor((samples.worker.length / (options.minutes * 60)) * 10)
  if (tenths > shown) {
    shown = tenths
    const [mine, its] = [samples.supervisor, samples.worker].map((all) => Math.round(all.at(-1)))
    console.log(`after ${samples.worker.length} s: supervisor ${mine} MB, worker ${its} MB`)
  }
}
isOver = true
const { requests, errors } = await loading
await publishing
for (const [name, all] of Object.entries(samples)) {
  const fifth = Math.floor(all.length / 5)
  const early = median(all.slice(fifth, 2 * fifth))
  const late = median(all.slice(-fifth))
  console.log(
    `${name}: ${early.toFixed(0)} MB in the second fifth, ${late.toFixed(0)} MB in the last`,
  )
}
console.log(
  `${requests} requests, ${errors} failed; ${idle.filter(({ destroyed }) => !destroyed).length} idle connections still open`,
)
for (const socket of idle) socket.destroy()
void keepingIdle
generator.stop()
await ours.stop()
for (const { child } of backends) child.kill()
process.exit()
