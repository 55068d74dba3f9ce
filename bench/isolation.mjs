/**
 * What a mirror in trouble does to the primary's answers, beside nginx and Envoy where they are installed.
 *
 *   node bench/isolation.mjs [--seconds=3] [--warm=5] [--repeats=3] [--connections=64] [--rate=1000] [--preferred=1] [--peers=1]
 *
 * A fixed rate over keep-alive connections, every request mirrored, the proxy on one core and all else, V8's own threads included,
 * on the other, after some seconds to warm up, half of them at four times the rate. Proxy, primary and load generator go before
 * other processes, for one of those would decide the p99, and no core sleeps; that takes root, and `--preferred=0` leaves it;
 * `--peers=0` measures ours alone. Repeats are interleaved, medians reported: requests served a second, p50, CPU of the proxy. The
 * p99 is that of one second, by median over all seconds with their quartiles: a system that stalls for 50 ms now and then, for all
 * proxies alike, decides the p99 of a whole run. The last rows upload 100 MiB while the mirror reads nothing, and mirror one request
 * to the proxy itself.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import {
  bundle,
  cpuNanoseconds,
  freePort,
  keepAwake,
  LOAD_CORE,
  median,
  PROXY_CORE,
  pin,
  prefer,
  preferFirstThread,
  quantile,
  readOptions,
  residentMegabytes,
  root,
  startBackend,
  startLoad,
  workDirectory,
} from './harness.mjs'
import { TROUBLE_NAMES } from './hostile-mirror.mjs'
import { HAS, startEnvoy, startNginx, startOurs } from './proxies.mjs'

const options = readOptions({
  seconds: 3,
  warm: 5,
  repeats: 3,
  connections: 64,
  rate: 1000,
  preferred: 1,
  peers: 1,
})
const UPLOAD_BYTES = 100 * 1024 * 1024
const UPLOAD_SECONDS_MAX = 15
const work = workDirectory()

/** The mirror's port, and how to end it. Troubles of no process of their own have nobody there. */
async function startMirror(trouble) {
  if (trouble === 'has no endpoints') return { port: null, stop() {} }
  if (!TROUBLE_NAMES.includes(trouble)) return { port: await freePort(), stop() {} }
  const child = fork(join(root, 'bench/hostile-mirror.mjs'), [trouble])
  const { port } = await new Promise((resolve) => child.once('message', resolve))
  pin(child.pid, LOAD_CORE)
  const fillers = []
  if (trouble === 'does not answer SYNs') {
    child.kill('SIGSTOP')
    for (let count = 0; count < 8; count++) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      fillers.push(socket)
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return {
    port,
    stop() {
      for (const socket of fillers) socket.destroy()
      child.kill('SIGKILL')
    },
  }
}

async function withProxy(start, trouble, primary, use) {
  const mirror = await startMirror(trouble)
  const target = await start({
    primary,
    shadow: mirror.port,
    isMirrored: trouble !== 'no mirror',
    ...(trouble === 'is named wrongly' && { mirrorName: 'nowhere' }),
    isLoop: trouble === 'is the proxy itself',
    ...(trouble === 'answers after 2 s' && { limits: { mirrorInFlightMax: 2_048 } }),
  })
  try {
    for (const processId of target.processIds) {
      pin(processId, PROXY_CORE)
      if (options.preferred === 0) continue
      if (target.plane === undefined) prefer(processId)
      else preferFirstThread(processId, LOAD_CORE)
    }
    return await use(target)
  } finally {
    await target.stop()
    mirror.stop()
  }
}

function underLoad(generator) {
  return async ({ host, port, processIds }) => {
    const { connections, rate, seconds, warm } = options
    const job = { host, port, connections, rate }
    await generator.run({ ...job, rate: 4 * rate, seconds: warm / 2 })
    await generator.run({ ...job, seconds: warm / 2 })
    const cpu = () => processIds.reduce((sum, id) => sum + cpuNanoseconds(id), 0)
    const before = cpu()
    const result = await generator.run({ ...job, seconds })
    const memory = processIds.reduce((sum, id) => sum + residentMegabytes(id), 0)
    const microseconds = (cpu() - before) / 1000 / Math.max(1, result.requests)
    return { ...result, microseconds, memory, served: result.requests / result.seconds }
  }
}

/** Seconds until the answer to a large upload, Infinity when it does not come in time. */
function upload({ host, port, processIds }) {
  const startedAt = performance.now()
  const socket = connect({ host, port, noDelay: true })
  const piece = Buffer.alloc(65_536)
  let left = UPLOAD_BYTES
  let memory = 0
  const sample = setInterval(() => {
    memory = Math.max(
      memory,
      processIds.reduce((sum, id) => sum + residentMegabytes(id), 0),
    )
  }, 20)
  const more = () => {
    while (left > 0) {
      left -= piece.length
      if (!socket.write(piece)) return
    }
  }
  socket.on('error', () => undefined)
  socket.on('drain', more)
  socket.on('connect', () => {
    socket.write(
      `POST /upload HTTP/1.1\r\nHost: backends.example\r\nContent-Length: ${UPLOAD_BYTES}\r\n\r\n`,
    )
    more()
  })
  return new Promise((resolve) => {
    const end = (seconds) => {
      clearInterval(sample)
      clearTimeout(timer)
      socket.destroy()
      resolve({ seconds, memory })
    }
    const timer = setTimeout(() => end(Number.POSITIVE_INFINITY), UPLOAD_SECONDS_MAX * 1000)
    socket.on('data', () => end((performance.now() - startedAt) / 1000))
  })
}

/** How many requests the primary gets for one, when each is mirrored to the proxy itself. */
async function loop(start) {
  let count = 0
  const primary = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', () => {
      count++
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    })
  }).listen(0, '127.0.0.1')
  await once(primary, 'listening')
  const use = async ({ host, port }) => {
    const socket = connect({ host, port })
    socket.on('error', () => undefined)
    socket.write('GET / HTTP/1.1\r\nHost: backends.example\r\n\r\n')
    // At most 10 s: until none has come for one.
    for (let second = 0, before = -1; second < 10 && before !== count; second++) {
      before = count
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
    socket.destroy()
    return count
  }
  const most = await withProxy(start, 'is the proxy itself', primary.address().port, use)
  primary.close()
  return most
}

const cell = (runs) => {
  if (runs === undefined) return 'does not start'
  const of = (pick) => median(runs.map(pick))
  const p99s = runs.flatMap((run) => run.p99s)
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(p99s, share).toFixed(2))
  return [
    Math.round(of((run) => run.served)),
    of((run) => run.p50).toFixed(1),
    `${middle} (${low}–${high})`,
    Math.round(of((run) => run.microseconds)),
    Math.round(of((run) => run.memory)),
  ].join(' · ')
}

const gateway = await bundle(work, {
  gateway: 'server/gateway/start-gateway.ts',
  worker: 'server/gateway/workers/gateway-worker.ts',
})
const backend = await startBackend()
const generator = startLoad()
if (options.preferred === 1) {
  for (const id of [backend.child.pid, generator.processId]) prefer(id)
  for (const core of [PROXY_CORE, LOAD_CORE]) keepAwake(core)
}
const workerFile = join(work, 'worker.mjs')
const proxies = [
  { name: 'mirrorboard', start: (peers) => startOurs(gateway, { workerFile, ...peers }) },
  ...(options.peers === 1 && HAS.nginx
    ? [{ name: 'nginx', start: (peers) => startNginx(work, peers) }]
    : []),
  ...(options.peers === 1 && HAS.envoy
    ? [{ name: 'envoy', start: (peers) => startEnvoy(work, peers) }]
    : []),
]
const troubles = ['no mirror', ...TROUBLE_NAMES, 'is down', 'has no endpoints', 'is named wrongly']
const results = new Map()
for (let repeat = 0; repeat < options.repeats; repeat++) {
  for (const trouble of troubles) {
    for (const { name, start } of proxies) {
      const key = `${trouble}/${name}`
      const result = await withProxy(start, trouble, backend.port, underLoad(generator)).catch(
        (error) => console.error(`${key}: ${error.message}`),
      )
      if (result !== undefined) results.set(key, [...(results.get(key) ?? []), result])
    }
  }
}
console.log(
  `\n${options.rate} requests/s asked for over ${options.connections} connections: served/s · p50 ms · p99 ms (quartiles) · CPU µs · RSS MB`,
)
console.log(`| mirror | ${proxies.map(({ name }) => name).join(' | ')} |`)
console.log(`|---|${proxies.map(() => '---|').join('')}`)
for (const trouble of troubles) {
  const cells = proxies.map(({ name }) => cell(results.get(`${trouble}/${name}`)))
  console.log(`| ${trouble} | ${cells.join(' | ')} |`)
}
const uploads = []
for (const { start } of proxies) {
  const { seconds, memory } = await withProxy(start, 'never reads', backend.port, upload)
  const time = seconds > UPLOAD_SECONDS_MAX ? `not in ${UPLOAD_SECONDS_MAX}` : seconds.toFixed(2)
  uploads.push(`${time} s · ${Math.round(memory)} MB`)
}
console.log(`| 100 MiB uploaded, it never reads: time · most MB | ${uploads.join(' | ')} |`)
const loops = []
for (const { start } of proxies) loops.push(await loop(start))
console.log(`| is the proxy itself: requests of one | ${loops.join(' | ')} |`)
generator.stop()
backend.child.kill()
process.exit()
