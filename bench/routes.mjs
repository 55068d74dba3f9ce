/**
 * What many routes cost, through the whole product: sandbox, controller and gateway as they run for a user.
 *
 *   node bench/routes.mjs [--routes=10000] [--applies=200] [--changes=1000] [--rate=500] [--idle=1000]
 *
 * 1. `routes` HTTPRoutes are created; one more, `applies` times: from the API server's answer until a request to its host
 *    is answered by it.
 * 2. `changes` routes are created, changed and deleted under a constant load on another route: requests that failed.
 * 3. 1,000 routes are attached at once: how long until the Gateway's attachedRoutes says so, in how many writes.
 * 4. Memory, with `idle` keep-alive connections open.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  freePort,
  quantile,
  readOptions,
  residentMegabytes,
  root,
  startLoad,
  workDirectory,
} from './harness.mjs'
import { call, connectionOf, open } from './kube-client.mjs'

const options = readOptions({ routes: 10_000, applies: 200, changes: 1000, rate: 500, idle: 1000 })
const ROUTES = '/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes'
const GATEWAY = '/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways'
const CLIENTS = 8
const READY_MS_MAX = 60_000

const children = []
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

function startPlanes(planes, environment) {
  const args = [join(root, 'dist/main.mjs'), `--planes=${planes}`]
  const stdio = ['ignore', 'ignore', 'inherit']
  const child = spawn(process.execPath, args, { env: { ...process.env, ...environment }, stdio })
  children.push(child)
  return child
}

/** Resolves with what `attempt` returns once that is not undefined. */
async function eventually(what, attempt) {
  const until = performance.now() + READY_MS_MAX
  for (;;) {
    const result = await Promise.resolve()
      .then(attempt)
      .catch(() => undefined)
    if (result !== undefined) return result
    if (performance.now() > until) throw new Error(`Not in time: ${what}`)
    await delay(20)
  }
}

async function readGateway(api) {
  return JSON.parse(await call(api, 'GET', `${GATEWAY}/eg`))
}

async function startProduct() {
  execFileSync(process.execPath, [join(root, 'server/cli/build-server.mjs')], { cwd: root })
  const data = mkdtempSync(join(workDirectory(), 'data-'))
  const environment = {
    NODE_ENV: 'production',
    MIRRORBOARD_DATA_DIR: data,
    MIRRORBOARD_METRICS_PORT: String(await freePort()),
    MIRRORBOARD_GATEWAY_WORKERS: '2',
  }
  const sandbox = startPlanes('sandbox', environment)
  const api = await eventually('the sandbox', async () => {
    const connection = connectionOf(join(data, 'kubeconfig'), CLIENTS)
    await call(connection, 'GET', '/readyz')
    return { ...connection, kubeconfig: join(data, 'kubeconfig') }
  })
  const MIRRORBOARD_KUBECONFIG = join(data, 'kubeconfig')
  const gateway = startPlanes('controller,gateway', { ...environment, MIRRORBOARD_KUBECONFIG })
  const address = await eventually('the Gateway', async () => {
    return (await readGateway(api)).status.addresses[0].value
  })
  const [host, port = '80'] = address.split(':')
  return { api, sandbox, gateway, target: { host, port: Number(port) } }
}

function routeBody(name, hostname = `${name}.example`) {
  return JSON.stringify({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name },
    spec: {
      parentRefs: [{ name: 'eg' }],
      hostnames: [hostname],
      rules: [{ backendRefs: [{ name: 'backend', port: 3000 }] }],
    },
  })
}

/** Runs `one` for every index below `count`, `CLIENTS` at a time. */
async function inTurn(count, one) {
  let next = 0
  const loop = async () => {
    while (next < count) await one(next++)
  }
  await Promise.all(Array.from({ length: CLIENTS }, loop))
}

/** Asks one host after the other over one connection; `status` resolves with the answer's code. */
function startProbe({ host, port }) {
  const socket = connect({ host, port, noDelay: true })
  let take = () => {}
  let text = ''
  socket.setEncoding('latin1')
  socket.on('data', (part) => {
    text += part
    const end = text.indexOf('\r\n\r\n')
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
    if (end === -1 || text.length < end + 4 + length) return
    const status = Number(text.slice(9, 12))
    text = ''
    take(status)
  })
  return {
    status(hostname) {
      socket.write(`GET /bench HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`)
      return new Promise((resolve) => {
        take = resolve
      })
    },
    stop: () => socket.destroy(),
  }
}

async function served(probe, hostname) {
  await eventually(hostname, async () =>
    (await probe.status(hostname)) === 200 ? true : undefined,
  )
}

/** Milliseconds from the API server's answer to the first request that the new route serves. */
async function measureApply({ api, target }) {
  const probe = startProbe(target)
  const times = []
  for (let count = 0; count < options.applies; count++) {
    const name = `more-${count}`
    await call(api, 'POST', ROUTES, { body: routeBody(name) })
    const answeredAt = performance.now()
    while ((await probe.status(`${name}.example`)) !== 200) await delay(1)
    times.push(performance.now() - answeredAt)
    await delay(50)
  }
  probe.stop()
  return times
}

async function measureChanges({ api, target }, generator) {
  await call(api, 'POST', ROUTES, { body: routeBody('loaded', 'backends.example') })
  const probe = startProbe(target)
  await served(probe, 'backends.example')
  probe.stop()
  let isChanging = true
  const load = (async () => {
    const results = []
    const job = { ...target, connections: 16, rate: options.rate, seconds: 2 }
    while (isChanging) results.push(await generator.run(job))
    return results
  })()
  const type = 'application/merge-patch+json'
  const startedAt = performance.now()
  await inTurn(Math.floor(options.changes / 3), async (index) => {
    const name = `changing-${index}`
    await call(api, 'POST', ROUTES, { body: routeBody(name) })
    const body = JSON.stringify({ spec: { hostnames: [`${name}-moved.example`] } })
    await call(api, 'PATCH', `${ROUTES}/${name}`, { type, body })
    await call(api, 'DELETE', `${ROUTES}/${name}`)
    await delay(20)
  })
  const seconds = (performance.now() - startedAt) / 1000
  isChanging = false
  const results = await load
  const sum = (pick) => results.reduce((total, result) => total + pick(result), 0)
  return {
    seconds,
    requests: sum((result) => result.requests),
    errors: sum((result) => result.errors),
  }
}

const attachedRoutes = ({ status }) => status.listeners[0].attachedRoutes

/** Counts the Gateway's changes by watching it. */
async function watchGateway(api, since) {
  const path = `${GATEWAY}?watch=true&resourceVersion=${since}`
  const response = await open(connectionOf(api.kubeconfig, 1), 'GET', path)
  const events = []
  let text = ''
  response.setEncoding('utf8')
  response.on('error', () => undefined)
  response.on('data', (part) => {
    text += part
    const lines = text.split('\n')
    text = lines.pop()
    for (const line of lines) {
      const { type, object } = JSON.parse(line)
      if (type === 'MODIFIED') events.push({ at: performance.now(), count: attachedRoutes(object) })
    }
  })
  return { events, stop: () => response.destroy() }
}

async function measureAttached({ api }) {
  const before = await readGateway(api)
  const wanted = attachedRoutes(before) + 1000
  const watch = await watchGateway(api, before.metadata.resourceVersion)
  await inTurn(1000, (index) => call(api, 'POST', ROUTES, { body: routeBody(`attached-${index}`) }))
  const createdAt = performance.now()
  await eventually('attachedRoutes', () =>
    watch.events.some(({ count }) => count === wanted) ? true : undefined,
  )
  await delay(1000)
  watch.stop()
  const right = watch.events.find(({ count }) => count === wanted)
  const after = attachedRoutes(await readGateway(api))
  return { ms: right.at - createdAt, writes: watch.events.length, isRight: after === wanted }
}

/** Worker processes of the gateway, by its children. */
function workersOf({ pid }) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
}

async function openIdle(target) {
  const sockets = []
  for (let count = 0; count < options.idle; count++) {
    const socket = connect({ ...target, noDelay: true })
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.resume()
    socket.write('GET /bench HTTP/1.1\r\nHost: backends.example\r\n\r\n')
    sockets.push(socket)
  }
  await delay(1000)
  return sockets
}

function reportMemory(what, { sandbox, gateway }) {
  const workers = workersOf(gateway).map((id) => Math.round(residentMegabytes(id)))
  const [api, controller] = [sandbox, gateway].map(({ pid }) => Math.round(residentMegabytes(pid)))
  console.log(
    `${what}: controller ${controller} MB, workers ${workers.join(' and ')} MB, sandbox ${api} MB`,
  )
}

const round = (value) => Math.round(value * 10) / 10
const product = await startProduct()
const generator = startLoad()
try {
  reportMemory('start', product)
  await inTurn(options.routes, (index) =>
    call(product.api, 'POST', ROUTES, { body: routeBody(`r-${index}`) }),
  )
  const probe = startProbe(product.target)
  await served(probe, `r-${options.routes - 1}.example`)
  probe.stop()
  await eventually('every status', async () => {
    return attachedRoutes(await readGateway(product.api)) >= options.routes ? true : undefined
  })
  await delay(5000)
  reportMemory(`${options.routes} routes`, product)
  const times = await measureApply(product)
  console.log(
    `one more route, ${times.length} times: p50 ${round(quantile(times, 0.5))} ms, p99 ${round(quantile(times, 0.99))} ms, longest ${round(Math.max(...times))} ms`,
  )
  const changes = await measureChanges(product, generator)
  console.log(
    `${options.changes} changes in ${round(changes.seconds)} s at ${options.rate} requests/s: ${changes.errors} of ${changes.requests} requests failed`,
  )
  const attached = await measureAttached(product)
  console.log(
    `1000 routes attached: attachedRoutes ${attached.isRight ? 'right' : 'wrong'} after ${round(attached.ms)} ms, ${attached.writes} writes`,
  )
  const idle = await openIdle(product.target)
  reportMemory(`and ${idle.length} idle connections`, product)
  for (const socket of idle) socket.destroy()
} finally {
  generator.stop()
  for (const child of children) child.kill('SIGTERM')
  await delay(500)
  process.exit()
}
