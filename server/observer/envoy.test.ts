/** What Envoy counts, as the observer reads it: a text written by hand, and a real Envoy where one is installed. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, get, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { RouteSeries } from '@/lib/dashboard-api/series'
import { startFakeMetrics } from '../testing/fake-gateway-metrics'
import { findProgram } from '../testing/find-program'
import { ENVOY_STATS_QUERY } from './envoy-samples'
import { readUrls } from './metrics-reader'
import { startObserver } from './start-observer'

const ROUTE = 'shop/cart'
const RULE = `httproute/${ROUTE}/rule/1`

async function observe(url: string) {
  const observer = await startObserver({
    from: { read: readUrls([url]) },
    storeDirectory: null,
    scrapeIntervalMs: 50,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  })
  onTestFinished(() => observer.stop())
  const series = async (route = ROUTE): Promise<RouteSeries> =>
    (await fetch(`${observer.url}/series?route=${route}&range=40`)).json()
  return {
    series,
    async until(is: (series: RouteSeries) => boolean): Promise<RouteSeries> {
      const deadline = Date.now() + 20_000
      for (;;) {
        const now = await series()
        if (is(now)) return now
        if (Date.now() > deadline) throw new Error(`Waited in vain: ${JSON.stringify(now)}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
  }
}

/** The metrics of an Envoy that has answered `count` requests of a rule and copied each of them. */
function envoyText(count: number): string {
  const label = (cluster: string, rest = '') => `{${rest}envoy_cluster_name="${cluster}"}`
  const mirror = `${RULE}-mirror-2`
  const lines = [
    ['rq_completed', label(RULE), count],
    ['rq', label(RULE, 'envoy_response_code="200",'), count],
    ['rq_xx', label(RULE, 'envoy_response_code_class="2",'), count],
    ['rq_completed', label(mirror), count],
    ['rq', label(mirror, 'envoy_response_code="200",'), count / 2],
    ['rq', label(mirror, 'envoy_response_code="504",'), count / 2],
    ['rq_active', label(mirror), 3],
    ['rq_timeout', label(mirror), count / 2],
    ['cx_connect_fail', label(mirror), 0],
    ['cx_rx_bytes_total', label(mirror), count * 100],
    ['rq_time_bucket', label(mirror, 'le="25",'), count / 2],
    ['rq_time_bucket', label(mirror, 'le="+Inf",'), count / 2],
    ['rq_completed', label('httproute/shop/other/rule/0-mirror-x'), 7],
    ['rq_completed', label('prometheus_stats'), 9],
  ] as const
  return lines
    .map(([name, labels, value]) => `envoy_cluster_upstream_${name}${labels} ${value}\n`)
    .join('')
}

describe('metrics of an Envoy', () => {
  test('become the route, rule and mirror its clusters are named for, with what they leave out', async () => {
    let count = 0
    const envoy = await startFakeMetrics(() => envoyText(count))
    onTestFinished(() => envoy.stop())
    const observer = await observe(envoy.url)
    await observer.until(({ source }) => source.state === 'ok')
    count = 40
    const series = await observer.until(({ primary }) => primary.total > 0)
    expect(series.primary).toMatchObject({ total: 40, totalsByCode: { 200: 40 } })
    expect(series.rules).toMatchObject([{ rule: '1', total: 40 }])
    expect(series.backends).toEqual([])
    expect(series.mirrors).toHaveLength(1)
    expect(series.mirrors[0]).toMatchObject({
      rule: '1',
      mirror: '2',
      target: '',
      totalsByCode: { 200: 20, 504: 20 },
      causes: { timeout: 20 },
      windowAccount: { mirrored: 40, answered: 40, inFlight: 3 },
      bytes: { total: { response: 4000 } },
      latency: { resolution: { p99: 25 } },
    })
    expect(Object.keys(series.blindSpots).sort()).toEqual([
      'account',
      'backends',
      'bytes',
      'failures',
      'latency',
    ])
    // Envoy ends a cluster's name at its first dot.
    expect((await observer.series('shop/cart.v2')).blindSpots.route).toMatch(/first dot/)
    expect((await observer.series('shop/quiet')).blindSpots).toEqual({})
  })
})

async function listen(answer: RequestListener): Promise<number> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const ENVOY = findProgram('ENVOY_PATH', 'envoy')

describe.skipIf(ENVOY === null)('a real Envoy (ENVOY_PATH or PATH)', () => {
  test('is counted exactly: codes, timeouts apart from latencies, and only its HTTPRoutes', async () => {
    const primary = await listen((_, response) => response.end('ok'))
    let copies = 0
    const mirror = await listen((_, response) => {
      copies += 1
      if (copies <= 5) return
      response.writeHead(copies <= 8 ? 503 : 200).end('copy')
    })
    const envoy = await startEnvoy(primary, mirror)
    const observer = await observe(`${envoy.admin}/stats/prometheus?${ENVOY_STATS_QUERY}`)
    await observer.until(({ source }) => source.state === 'ok')
    for (let sent = 0; sent < 20; sent += 1) await envoy.request()
    const series = await observer.until(({ primary, mirrors }) => {
      const [copy] = mirrors
      // Latencies come later: Envoy adds its histograms up every 5 seconds.
      return (
        primary.total === 20 &&
        copy?.windowAccount.mirrored === 20 &&
        copy.latency.window.p99 !== null
      )
    })
    expect(series.primary).toMatchObject({ total: 20, totalsByCode: { 200: 20 } })
    expect(series.mirrors).toMatchObject([
      { mirror: '0', totalsByCode: { 200: 12, 503: 3, 504: 5 }, causes: { timeout: 5 } },
    ])
    // The copies that timed out after a second are missing from the latencies, which is said.
    expect(series.mirrors[0]?.latency.window.p99).toBeLessThan(1000)
    expect(series.blindSpots.latency).toMatch(/timed out/)
  }, 60_000)
})

async function startEnvoy(primary: number, mirror: number) {
  const directory = mkdtempSync(join(tmpdir(), 'envoy-'))
  const config = join(directory, 'envoy.json')
  writeFileSync(config, JSON.stringify(envoyConfig(primary, mirror)))
  const address = join(directory, 'admin')
  const child = spawn(
    ENVOY ?? '',
    ['-c', config, '--admin-address-path', address, '--concurrency', '1', '-l', 'error'].concat([
      '--disable-hot-restart',
      '--use-dynamic-base-id',
    ]),
    { stdio: 'ignore' },
  )
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    rmSync(directory, { recursive: true, force: true })
  })
  const admin = `http://${await eventually(() => readFileSync(address, 'utf8') || null)}`
  const port = await eventually(async () => {
    const text = await (await fetch(`${admin}/listeners?format=json`)).text()
    return /"port_value": (\d+)/.exec(text)?.[1] ?? null
  })
  return {
    admin,
    request: () =>
      new Promise<void>((resolve, reject) => {
        get(`http://127.0.0.1:${port}/get`, (response) => {
          response.resume().on('end', resolve)
        }).on('error', reject)
      }),
  }
}

async function eventually<T>(read: () => T | null | Promise<T | null>): Promise<T> {
  const deadline = Date.now() + 30_000
  for (;;) {
    try {
      const value = await read()
      if (value !== null) return value
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
    if (Date.now() > deadline) throw new Error('Envoy did not start.')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** As Envoy Gateway writes it for a rule with one mirror and a timeout of a second. */
function envoyConfig(primary: number, mirror: number) {
  const cluster = (name: string, port: number) => ({
    name,
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socket(port) } }] }],
    },
  })
  const route = {
    match: { prefix: '/' },
    route: {
      cluster: RULE,
      timeout: '1s',
      request_mirror_policies: [{ cluster: `${RULE}-mirror-0` }],
    },
  }
  const router = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
  }
  const manager = {
    '@type':
      'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: 'http-10080',
    route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes: [route] }] },
    http_filters: [{ name: 'envoy.filters.http.router', typed_config: router }],
  }
  const filters = [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }]
  return {
    admin: { address: socket(0) },
    static_resources: {
      listeners: [{ name: 'http', address: socket(0), filter_chains: [{ filters }] }],
      clusters: [cluster(RULE, primary), cluster(`${RULE}-mirror-0`, mirror)],
    },
  }
}

function socket(port: number) {
  return { socket_address: { address: '127.0.0.1', port_value: port } }
}
