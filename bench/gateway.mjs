/**
 * What the gateway costs: CPU time of the proxy process per request, from the system's own accounting.
 *
 *   node bench/gateway.mjs [--seconds=3] [--repeats=5] [--connections=32] [--rate=3000] [--routes=1]
 *
 * Proxy alone on one core, load generator and backends on the other where `taskset` exists; repeats are interleaved, medians
 * (minima) reported. nginx and HAProxy take part when installed. Only ratios within one run mean anything.
 */
import { execFileSync, fork, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const options = { seconds: 3, repeats: 5, connections: 32, rate: 3000, routes: 1 }
for (const argument of process.argv.slice(2)) {
  const [, name = '', value = ''] = /^--(\w+)=(\d+)$/.exec(argument) ?? []
  if (!(name in options)) throw new Error(`Unknown option ${argument}`)
  options[name] = Number(value)
}

const work = mkdtempSync(join(tmpdir(), 'mirrorboard-bench-'))
const canPin = availableParallelism() > 1 && installed('taskset')
const PROXY_CORE = 0
const LOAD_CORE = 1

function installed(program) {
  try {
    execFileSync('which', [program], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function pin(processId, core) {
  if (canPin)
    execFileSync('taskset', ['-apc', String(core), String(processId)], { stdio: 'ignore' })
}

/** Nanoseconds of CPU a process has used, summed over its threads. */
function cpuNanoseconds(processId) {
  const threads = readdirSync(`/proc/${processId}/task`)
  return threads.reduce((sum, thread) => {
    const text = readFileSync(`/proc/${processId}/task/${thread}/schedstat`, 'utf8')
    return sum + Number(text.split(' ')[0])
  }, 0)
}

function residentMegabytes(processId) {
  const text = readFileSync(`/proc/${processId}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

async function startBackend() {
  const child = fork(join(root, 'bench/backend.mjs'))
  const [{ port }] = await new Promise((resolve) =>
    child.once('message', (...message) => resolve(message)),
  )
  pin(child.pid, LOAD_CORE)
  return { child, port }
}

async function bundleGateway() {
  await build({
    absWorkingDir: root,
    entryPoints: {
      gateway: 'server/gateway/start-gateway.ts',
      worker: 'server/gateway/gateway-worker.ts',
    },
    outdir: work,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  })
  return import(join(work, 'gateway.mjs'))
}

const silent = { debug() {}, info() {}, warn: console.error, error: console.error }

function routesFor(mirrors) {
  const rule = (path, policies) => ({
    index: 0,
    name: '',
    matches: [
      { path: { type: 'PathPrefix', value: path }, method: '', headers: [], queryParams: [] },
    ],
    mirrors: policies,
    backends: [{ weight: 1, cluster: 'primary', invalid: false }],
    timeouts: { requestMs: 0, backendRequestMs: 0 },
  })
  const route = (name, hostname, entry) => ({
    key: `bench/${name}`,
    namespace: 'bench',
    name,
    generation: 1,
    attachments: [{ gateway: 'bench/gateway', listener: 'http', hostnames: [hostname] }],
    rules: [entry],
  })
  const others = Array.from({ length: options.routes - 1 }, (_, index) =>
    route(`other-${index}`, `host-${index}.example`, rule(`/other/${index}`, [])),
  )
  return [...others, route('bench', 'backends.example', rule('/', mirrors))]
}

async function startOurs({ startGateway }, backend, shadow, fraction) {
  const plane = await startGateway({
    workers: 1,
    workerEntry: { file: join(work, 'worker.mjs') },
    metrics: { host: '127.0.0.1', port: 0 },
    logger: silent,
  })
  const port = await freePort()
  const endpoint = (peer) => ({
    protocol: 'http1',
    endpoints: [{ address: '127.0.0.1', port: peer.port }],
  })
  const mirrors = fraction > 0 ? [{ filterIndex: 0, cluster: 'shadow', fraction }] : []
  const { gateways } = await plane.publish({
    version: 1,
    gateways: [
      { key: 'bench/gateway', listeners: [{ name: 'http', port, protocol: 'HTTP', hostname: '' }] },
    ],
    routes: routesFor(mirrors),
    clusters: { primary: endpoint(backend), shadow: endpoint(shadow) },
  })
  const [processId] = plane.workerProcessIds
  return {
    host: gateways[0].address.value,
    port,
    processIds: [processId],
    stop: () => plane.stop(),
  }
}

/** One worker, its own prefix, no access log: the leanest configuration that forwards with keep-alive. */
async function startNginx(backend, shadow, isMirrored) {
  const port = await freePort()
  const directory = mkdtempSync(join(work, 'nginx-'))
  writeFileSync(
    join(directory, 'nginx.conf'),
    `daemon off; master_process off; worker_processes 1; pid ${directory}/pid; error_log ${directory}/error.log;
    events { worker_connections 4096; }
    http {
      access_log off; keepalive_requests 1000000000;
      client_body_temp_path ${directory}/a; proxy_temp_path ${directory}/b; fastcgi_temp_path ${directory}/c;
      uwsgi_temp_path ${directory}/d; scgi_temp_path ${directory}/e;
      upstream primary { server 127.0.0.1:${backend.port}; keepalive 256; keepalive_requests 1000000000; }
      upstream shadow { server 127.0.0.1:${shadow.port}; keepalive 256; keepalive_requests 1000000000; }
      server {
        listen 127.0.0.1:${port};
        proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Request-Id $request_id;
        location / { ${isMirrored ? 'mirror /shadow;' : ''} proxy_pass http://primary; }
        location = /shadow { internal; proxy_pass http://shadow$request_uri; }
      }
    }`,
  )
  return startPeer('nginx', ['-p', directory, '-c', join(directory, 'nginx.conf')], port)
}

async function startHaproxy(backend) {
  const port = await freePort()
  const file = join(work, 'haproxy.cfg')
  writeFileSync(
    file,
    `global\n nbthread 1\ndefaults\n mode http\n timeout client 60s\n timeout server 60s\n timeout connect 5s\n option forwardfor\n http-reuse always
frontend f\n bind 127.0.0.1:${port}\n unique-id-format %{+X}o%ci:%cp_%rt\n unique-id-header X-Request-Id\n default_backend b
backend b\n server s 127.0.0.1:${backend.port}\n`,
  )
  return startPeer('haproxy', ['-db', '-f', file], port)
}

async function startPeer(program, args, port) {
  const child = spawn(program, args, { stdio: 'ignore' })
  await new Promise((resolve) => setTimeout(resolve, 500))
  if (child.exitCode !== null) throw new Error(`${program} did not start`)
  return {
    host: '127.0.0.1',
    port,
    processIds: [child.pid],
    stop: async () => void child.kill(),
  }
}

const generator = fork(join(root, 'bench/load-generator.mjs'))
pin(generator.pid, LOAD_CORE)

function load(target, rate, seconds) {
  const { connections } = options
  generator.send({ host: target.host, port: target.port, connections, seconds, rate })
  return new Promise((resolve) => generator.once('message', resolve))
}

async function measure(subject, rate) {
  const target = await subject.start()
  try {
    for (const processId of target.processIds) pin(processId, PROXY_CORE)
    await load(target, rate, 1)
    const cpu = () =>
      target.processIds.reduce((sum, processId) => sum + cpuNanoseconds(processId), 0)
    const before = cpu()
    const result = await load(target, rate, options.seconds)
    const microseconds = (cpu() - before) / 1000 / result.requests
    const memory = target.processIds.reduce(
      (sum, processId) => sum + residentMegabytes(processId),
      0,
    )
    return { ...result, microseconds, memory }
  } finally {
    await target.stop()
  }
}

function median(values) {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

async function main() {
  const gateway = await bundleGateway()
  const backend = await startBackend()
  const shadow = await startBackend()
  const subjects = [
    { name: 'mirrorboard', start: () => startOurs(gateway, backend, shadow, 0) },
    { name: 'mirrorboard, mirror 100 %', start: () => startOurs(gateway, backend, shadow, 1) },
  ]
  if (installed('nginx')) {
    subjects.push({ name: 'nginx', start: () => startNginx(backend, shadow, false) })
    subjects.push({ name: 'nginx, mirror', start: () => startNginx(backend, shadow, true) })
  }
  if (installed('haproxy')) subjects.push({ name: 'haproxy', start: () => startHaproxy(backend) })

  for (const rate of [0, options.rate]) {
    const results = new Map(subjects.map(({ name }) => [name, []]))
    for (let repeat = 0; repeat < options.repeats; repeat++) {
      for (const subject of subjects) results.get(subject.name).push(await measure(subject, rate))
    }
    console.log(
      `\n${rate === 0 ? 'saturated' : `${rate} requests/s`}, ${options.connections} connections, ${options.routes} routes`,
    )
    console.log(
      '| | CPU µs per request, median (min) | requests/s | p50 ms | p99 ms | RSS MB | errors |',
    )
    console.log('|---|---|---|---|---|---|---|')
    for (const [name, runs] of results) {
      const of = (pick) => median(runs.map(pick))
      const cpu = `${of((run) => run.microseconds).toFixed(1)} (${Math.min(...runs.map((run) => run.microseconds)).toFixed(1)})`
      const errors = runs.reduce((sum, run) => sum + run.errors, 0)
      console.log(
        `| ${name} | ${cpu} | ${Math.round(of((run) => run.requests / run.seconds))} | ${of((run) => run.p50).toFixed(2)} | ${of((run) => run.p99).toFixed(2)} | ${Math.round(of((run) => run.memory))} | ${errors} |`,
      )
    }
  }
  for (const { child } of [backend, shadow]) child.kill()
  generator.kill()
}

try {
  await main()
} finally {
  rmSync(work, { recursive: true, force: true })
}
