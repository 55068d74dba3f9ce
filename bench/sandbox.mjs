/**
 * What the embedded API server does per second, beside what a kube-apiserver did on a machine of the same size.
 *
 *   node bench/sandbox.mjs [--routes=5000] [--clients=16] [--seconds=6] [--rate=1000] [--profile=1]
 *
 * The bundled sandbox plane runs in a process of its own; the clients (TLS, keep-alive) and the watch in two others. Patches run once
 * flat out and once at --rate, the load the watch's latency is meant for. Clocks are the system's monotonic one, shared by all.
 */
import { fork, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { call, connectionOf, open } from './kube-client.mjs'

const ROUTES = '/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes'
const STAMP = 'bench/sent'
const [role = '', ...rest] = process.argv.slice(2)
const now = () => Number(process.hrtime.bigint() / 1000n) / 1000

const stamp = () => ({ [STAMP]: String(now()) })

/** Routes of a real cluster: the same parts with different names, paths and backends. */
function routeBody(name, index) {
  const backend = (service) => ({ name: service, port: 8080 })
  return JSON.stringify({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name, annotations: stamp() },
    spec: {
      parentRefs: [{ name: 'eg' }],
      hostnames: [`${name}.example`],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: `/${name}` } }],
          filters: [
            {
              type: 'RequestMirror',
              requestMirror: { backendRef: backend(`shadow-${index % 50}`) },
            },
          ],
          backendRefs: [backend(`service-${index % 50}`)],
        },
      ],
    },
  })
}

function percentiles(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { count: sorted.length, p50: at(0.5), p99: at(0.99) }
}

/** `count` calls, or as many as fit into `seconds`, by `clients` loops; with a rate, none starts before its turn. */
async function drive({ count = Number.POSITIVE_INFINITY, seconds, clients, rate }, operation) {
  const start = now()
  const latencies = []
  let next = 0
  const loop = async () => {
    while (next < count && now() - start < seconds * 1000) {
      const index = next
      next += 1
      if (rate !== undefined) {
        const wait = start + (index * 1000) / rate - now()
        if (wait > 1) await delay(wait)
      }
      const begun = now()
      await operation(index)
      latencies.push(now() - begun)
    }
  }
  await Promise.all(Array.from({ length: clients }, loop))
  return { perSecond: (latencies.length * 1000) / (now() - start), ...percentiles(latencies) }
}

async function timed(repeats, operation) {
  const times = []
  let bytes = 0
  for (let i = 0; i < repeats; i += 1) {
    const begun = now()
    bytes = (await operation()).length
    times.push(now() - begun)
  }
  return { ...percentiles(times), megabytes: bytes / 1e6 }
}

/** The clients' process: one command per message, its figures in answer. */
function runClients(kubeconfig) {
  const connections = new Map()
  const connectionFor = (clients) => {
    if (!connections.has(clients)) connections.set(clients, connectionOf(kubeconfig, clients))
    return connections.get(clients)
  }
  const type = 'application/merge-patch+json'
  const commands = {
    create: ({ prefix, connection, ...load }) =>
      drive(load, (index) =>
        call(connection, 'POST', ROUTES, { body: routeBody(`${prefix}-${index}`, index) }),
      ),
    patch: ({ prefix, routes, connection, ...load }) =>
      drive(load, (index) => {
        const spec = { hostnames: [`host-${index}.example`] }
        const body = JSON.stringify({ metadata: { annotations: stamp() }, spec })
        return call(connection, 'PATCH', `${ROUTES}/${prefix}-${index % routes}`, { type, body })
      }),
    get: ({ prefix, routes, connection, ...load }) =>
      drive(load, (index) => call(connection, 'GET', `${ROUTES}/${prefix}-${index % routes}`)),
    list: ({ query, connection }) => timed(5, () => call(connection, 'GET', `${ROUTES}${query}`)),
  }
  process.on('disconnect', () => process.exit(0))
  process.on('message', ({ command, clients, ...load }) => {
    commands[command]({ ...load, clients, connection: connectionFor(clients) }).then(
      (result) => process.send({ result }),
      (error) => process.send({ error: error.message }),
    )
  })
}

/** The watch's process: milliseconds from each write's stamp to its event; a message asks for what came since the last. */
async function runWatch(kubeconfig) {
  const connection = connectionOf(kubeconfig, 2)
  const { metadata } = JSON.parse(await call(connection, 'GET', `${ROUTES}?limit=1`))
  const query = `?watch=1&resourceVersion=${metadata.resourceVersion}`
  const response = await open(connection, 'GET', `${ROUTES}${query}`)
  let delays = []
  createInterface({ input: response }).on('line', (line) => {
    const arrived = now()
    const sent = Number(JSON.parse(line).object.metadata.annotations?.[STAMP])
    delays.push(arrived - sent)
  })
  process.on('disconnect', () => process.exit(0))
  process.on('message', () => {
    process.send({ result: percentiles(delays) })
    delays = []
  })
  process.send({ result: 'watching' })
}

function ask(child, message) {
  return new Promise((resolve, reject) => {
    child.once('message', ({ result, error }) =>
      error ? reject(new Error(error)) : resolve(result),
    )
    if (message !== undefined) child.send(message)
  })
}

const root = fileURLToPath(new URL('..', import.meta.url))

/** A bundle of its own, beside the packages it needs: dist/ may be in use. */
async function bundle() {
  const { build } = await import('esbuild')
  const cache = join(root, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  const outdir = realpathSync(mkdtempSync(join(cache, 'bench-sandbox-')))
  await build({
    absWorkingDir: root,
    entryPoints: { main: 'server/main.ts' },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  })
  const { gatewayApiDefinitions } = await definitionsFrom(build, outdir)
  writeFileSync(join(outdir, 'definitions.json'), JSON.stringify(gatewayApiDefinitions()))
  return outdir
}

async function definitionsFrom(build, outdir) {
  const outfile = join(outdir, 'definitions.mjs')
  await build({
    absWorkingDir: root,
    entryPoints: ['server/compose/gateway-api-definitions.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  })
  return import(outfile)
}

async function isReady(kubeconfig) {
  try {
    const connection = connectionOf(kubeconfig, 1)
    const body = await call(connection, 'GET', '/readyz')
    connection.agent.destroy()
    return String(body) === 'ok'
  } catch {
    return false
  }
}

const READY_MS_MAX = 60_000

/** Starts the plane; `readyMs` is the time from the start of its process to the first good /readyz. */
async function startPlane(outdir, directory, flags) {
  const begun = now()
  const child = spawn(process.execPath, [...flags, join(outdir, 'main.mjs'), '--planes=sandbox'], {
    cwd: directory,
    env: { ...process.env, NODE_ENV: 'production', MIRRORBOARD_DATA_DIR: join(directory, 'data') },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const kubeconfig = join(directory, 'data', 'kubeconfig')
  while (!(await isReady(kubeconfig))) {
    if (child.exitCode !== null || now() - begun > READY_MS_MAX)
      throw new Error('the plane does not become ready')
    await delay(5)
  }
  return { child, kubeconfig, readyMs: now() - begun }
}

function stopPlane({ child }) {
  return new Promise((resolve) => {
    child.once('exit', resolve)
    child.kill('SIGTERM')
  })
}

/** `VmRSS` is all of it; `RssFile` the part that is pages of files, the store's among them, which the system may take back. */
function residentMegabytes({ child }, field = 'VmRSS') {
  const text = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(text)?.[1] ?? 0) / 1024
}

/** Milliseconds of CPU the plane has used, all threads: says more than rates where other work shares the cores. */
function cpuMilliseconds({ child }) {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** kube-apiserver 1.33 with etcd on two shared cores, the figures recorded for this project's wire contract. */
const KUBE_APISERVER = {
  create: 87,
  patch: 80,
  get: 2,
  watch: 76,
  list: 3342,
  restart: 3500,
  memory: 882,
}

function report(what, value, unit, reference, isRate) {
  const ratio = reference === undefined ? '' : isRate ? value / reference : reference / value
  const beside = ratio === '' ? '' : `kube-apiserver ${reference}, ${ratio.toFixed(1)} times better`
  console.log(`${what.padEnd(44)} ${value.toFixed(2).padStart(9)} ${unit.padEnd(5)} ${beside}`)
}

function readOptions(texts) {
  const options = { routes: 5000, clients: 16, seconds: 6, rate: 1000, profile: 0 }
  for (const text of texts) {
    const [, name = '', value = ''] = /^--(\w+)=(\d+)$/.exec(text) ?? []
    if (!(name in options)) throw new Error(`Unknown option ${text}`)
    options[name] = Number(value)
  }
  return options
}

/** Routes of the whole that are created before anything is measured. */
const WARM = 1000

async function measureWrites(plane, clients, watch, options) {
  const { routes, seconds, clients: count, rate } = options
  const load = { clients: count, seconds: 60, prefix: 'route', routes: routes - WARM }
  const costed = async (what, message, reference) => {
    const cpuBefore = cpuMilliseconds(plane)
    const { perSecond, count: calls } = await ask(clients, message)
    const cpu = (cpuMilliseconds(plane) - cpuBefore) / calls
    report(`${what}, ${count} clients`, perSecond, '/s', reference, true)
    report('  CPU of each', cpu, 'ms')
    await delay(300)
    const { count: events, p50, p99 } = await ask(watch, 'figures')
    report(`  write to event, p50 of ${events}`, p50, 'ms')
    report(
      '  write to event, p99',
      p99,
      'ms',
      reference === undefined ? KUBE_APISERVER.watch : undefined,
    )
  }
  await ask(clients, { ...load, command: 'create', prefix: 'warm', count: WARM })
  await ask(watch, 'figures')
  await costed(
    'create',
    { ...load, command: 'create', count: routes - WARM },
    KUBE_APISERVER.create,
  )
  await costed('patch', { ...load, command: 'patch', seconds }, KUBE_APISERVER.patch)
  await costed(`patch at ${rate}/s`, { ...load, command: 'patch', seconds, rate })
}

async function measureReads(clients, { routes }) {
  const get = {
    command: 'get',
    clients: 1,
    count: 500,
    seconds: 20,
    prefix: 'route',
    routes: routes - WARM,
  }
  const { p50, p99 } = await ask(clients, get)
  report('get, one after the other, p50', p50, 'ms', KUBE_APISERVER.get)
  report('get, one after the other, p99', p99, 'ms')
  for (const query of ['', '?resourceVersion=0', '?limit=500']) {
    const list = await ask(clients, { command: 'list', clients: 1, query })
    const what = `list${query}, ${list.megabytes.toFixed(1)} MB, p50`
    report(what, list.p50, 'ms', query === '' ? KUBE_APISERVER.list : undefined)
  }
}

async function main() {
  const options = readOptions(process.argv.slice(2))
  const directory = mkdtempSync(join(tmpdir(), 'mirrorboard-bench-'))
  const outdir = await bundle()
  const flags = options.profile
    ? ['--cpu-prof', `--cpu-prof-dir=${join(tmpdir(), 'mirrorboard-profile')}`]
    : []
  const children = []
  let plane
  // Nothing stays behind when this is stopped half way, or its output is no longer read.
  process.on('exit', () => {
    for (const child of [...children, plane?.child]) child?.kill()
    for (const path of [directory, outdir]) rmSync(path, { recursive: true, force: true })
  })
  process.stdout.on('error', () => process.exit(1))
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
  try {
    plane = await startPlane(outdir, directory, flags)
    report('ready, empty', plane.readyMs, 'ms')
    for (const part of ['clients', 'watch']) {
      children.push(fork(fileURLToPath(import.meta.url), [part, plane.kubeconfig]))
    }
    const [clients, watch] = children
    await ask(watch)
    await measureWrites(plane, clients, watch, options)
    await measureReads(clients, options)
    report('resident after all that', residentMegabytes(plane), 'MB', KUBE_APISERVER.memory)
    report('  of which pages of files', residentMegabytes(plane, 'RssFile'), 'MB')
    await delay(30_000)
    report('resident 30 s later', residentMegabytes(plane), 'MB')
    for (const child of children) child.kill()
    await stopPlane(plane)
    plane = await startPlane(outdir, directory, flags)
    report(`ready, ${options.routes} routes on disk`, plane.readyMs, 'ms', KUBE_APISERVER.restart)
    await delay(2000)
    report('resident 2 s later', residentMegabytes(plane), 'MB')
  } finally {
    for (const child of children) child.kill()
    if (plane?.child.exitCode === null) await stopPlane(plane)
  }
}

if (role === 'clients') runClients(rest[0])
else if (role === 'watch') await runWatch(rest[0])
else await main()
