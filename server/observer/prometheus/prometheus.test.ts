/** Series asked of a Prometheus server: the counting by itself, and a real Prometheus where one is installed. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { RouteSeries, SeriesOverview } from '@/lib/dashboard-api/series'
import { FakeGatewayMetrics, startFakeMetrics } from '../../testing/fake-gateway-metrics'
import { findProgram } from '../../testing/find-program'
import { startObserver } from '../start-observer'
import { countMatrix, type Presence } from './count-matrix'
import type { Grid, MatrixSeries } from './prometheus-client'
import { gridFor, rhythmOf } from './scrape-rhythm'

const QUIET = { debug() {}, info() {}, warn() {}, error() {} }
const LABELS = {
  gateway: 'a/g',
  listener: 'http',
  route_namespace: 'a',
  route_name: 'r',
  rule: '0',
}

/** A series of one process by grid time; null where Prometheus has no value. */
function line(
  name: string,
  values: readonly (number | null)[],
  labels: Record<string, string> = {},
): MatrixSeries {
  const samples = values.flatMap((value, index) =>
    value === null ? [] : [[1000 + index * 15, String(value)] as const],
  )
  return { labels: { __name__: name, instance: 'one', ...LABELS, ...labels }, values: samples }
}

const gridOf = (points: number): Grid => ({ start: 1000, stepSeconds: 15, points })
const seen = (...times: readonly number[]): Presence =>
  new Map([['\none\n\n', times.map((time) => time === 1)]])
const REQUESTS = 'gateway_requests_total'

function stepsOf(values: readonly (number | null)[], presence: Presence) {
  const { counts, known } = countMatrix(
    [line(REQUESTS, values)],
    presence,
    gridOf(values.length - 1),
  )
  return { steps: [...(counts[0]?.steps ?? [])], total: counts[0]?.total ?? 0, known }
}

describe('counters on a grid', () => {
  test('that was there before the range begins at no count; one that appears counts from zero', () => {
    expect(stepsOf([500, 503, 510], seen(1, 1, 1))).toMatchObject({ steps: [3, 7], total: 10 })
    expect(stepsOf([null, 5, 6], seen(1, 1, 1))).toMatchObject({ steps: [5, 1], total: 6 })
    // Prometheus first scraped in the second step: what was counted before is not of this range.
    expect(stepsOf([null, 500, 506], seen(0, 1, 1))).toEqual({
      steps: [0, 6],
      total: 6,
      known: [false, true],
    })
  })

  test('that shrank was reset, with every other of its rule', () => {
    const counts = countMatrix(
      [
        line(REQUESTS, [90, 100, 7]),
        line('gateway_responses_total', [4, 4, 5], { code: '200', backend: 'a/b:1' }),
      ],
      seen(1, 1, 1),
      gridOf(2),
    ).counts
    expect(counts.map(({ steps }) => [...steps])).toEqual([
      [10, 7],
      [0, 5],
    ])
  })

  test('that was not seen for a while is unknown there, and its increase only in the total', () => {
    expect(stepsOf([1, null, null, 31, 33], seen(1, 0, 0, 1, 1))).toEqual({
      steps: [0, 0, 0, 2],
      total: 32,
      known: [false, false, false, true],
    })
  })

  test('whose route went away and came back counts from zero', () => {
    expect(stepsOf([9, null, 4], seen(1, 1, 1)).steps).toEqual([0, 4])
  })

  test('buckets are kept apart, and copies in flight at a restart are lost ones', () => {
    const bucket = (le: string, values: readonly number[]) =>
      line('gateway_request_duration_seconds_bucket', values, { le, backend: 'a/b:1' })
    const buckets = countMatrix(
      [bucket('+Inf', [0, 10]), bucket('0.1', [0, 4])],
      seen(1, 1),
      gridOf(1),
    )
    expect(buckets.counts.map(({ slot, total }) => [slot.upperBound, total])).toEqual([
      [Number.POSITIVE_INFINITY, 6],
      [0.1, 4],
    ])
    const mirror = { mirror: '0', target: 'a/m:1' }
    const restart = countMatrix(
      [
        line('gateway_mirror_requests_in_flight', [5, 2], mirror),
        line('gateway_mirror_offered_total', [50, 3], mirror),
      ],
      seen(1, 1),
      gridOf(1),
    )
    const lost = restart.counts.find(({ slot }) => slot.kind === 'mirrorLost')
    expect(lost?.total).toBe(5)
  })
})

describe('the rhythm of scrapes', () => {
  test('is the longest distance, and steps are whole scrapes with their edges between them', () => {
    const rhythm = rhythmOf([
      [100, 115, 130.01, 145],
      [101, 131, 161],
    ])
    expect(rhythm).toEqual({ intervalSeconds: 30, scrapedAt: 145, isGuess: false })
    const grid = gridFor(
      { rangeSeconds: 3600, end: 10_000, pointsMax: 300, scrapesMin: 1 },
      { intervalSeconds: 30, scrapedAt: 145 },
    )
    expect(grid).toEqual({ start: 6370, stepSeconds: 30, points: 120 })
    expect((grid.start - 145) % 30).toBe(15)
    expect(rhythmOf([[]])).toBeNull()
  })
})

const PROMETHEUS = findProgram('PROMETHEUS_PATH', 'prometheus')

describe.skipIf(PROMETHEUS === null)('a real Prometheus (PROMETHEUS_PATH or PATH)', () => {
  test('gives the counts of the gateway it scrapes, over a restart of the gateway', async () => {
    const gateway = new FakeGatewayMetrics()
    const metrics = await startFakeMetrics(() => `gateway_route_table_version 1\n${gateway.text()}`)
    onTestFinished(() => metrics.stop())
    const url = await startPrometheus(metrics.url)
    const observer = await startObserver({
      from: { prometheus: url },
      storeDirectory: null,
      logger: QUIET,
    })
    onTestFinished(() => observer.stop())
    const ask = async <T>(query: string): Promise<T> =>
      (await fetch(`${observer.url}/series?range=60${query}`)).json()
    const route = () => ask<RouteSeries>('&route=default/backend')
    const known = ({ primary }: RouteSeries) => primary.requests.filter((point) => point !== null)

    await until(route, (series) => known(series).length >= 3)
    gateway.request({ count: 50 })
    gateway.copy({ count: 40, code: '503' })
    gateway.copy({ count: 10, decided: 'not_sampled' })
    await until(route, ({ primary }) => primary.total === 50)
    gateway.restart()
    gateway.request({ count: 20 })
    const series = await until(route, ({ primary }) => primary.total === 70)
    expect(Math.max(...known(series).map(Number))).toBe(50)
    expect(series.source.state).toBe('ok')
    expect(series.blindSpots.steps).toMatch(/every 1 s/)
    expect(series.mirrors[0]?.windowAccount).toMatchObject({
      requests: 50,
      mirrored: 40,
      notSampled: 10,
      answered: 40,
      holds: true,
    })
    const overview = await until(
      () => ask<SeriesOverview>(''),
      ({ routes }) => routes['default/backend']?.signals?.mirrorErrors !== undefined,
    )
    expect(overview.source.message).toContain('its counts are estimates')
    const total = overview.routes['default/backend']?.requests.reduce<number>(
      (sum, count) => sum + (count ?? 0),
      0,
    )
    expect(total).toBeGreaterThan(35)
    expect(total).toBeLessThan(140)
  }, 90_000)

  test('that is not there is said, with what to check', async () => {
    const observer = await startObserver({
      from: { prometheus: 'http://127.0.0.1:9/' },
      storeDirectory: null,
      logger: QUIET,
    })
    onTestFinished(() => observer.stop())
    const series = (await (await fetch(`${observer.url}/series?route=a/b`)).json()) as RouteSeries
    expect(series.source).toMatchObject({
      state: 'unreachable',
      message: 'Prometheus at http://127.0.0.1:9 cannot be reached.',
    })
    expect(series.primary.requests).toEqual([])
  })
})

async function startPrometheus(metricsUrl: string): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'prometheus-'))
  const { host, pathname } = new URL(metricsUrl)
  writeFileSync(
    join(directory, 'prometheus.yml'),
    JSON.stringify({
      global: { scrape_interval: '1s' },
      scrape_configs: [
        { job_name: 'gateway', metrics_path: pathname, static_configs: [{ targets: [host] }] },
      ],
    }),
  )
  const port = await freePort()
  const child = spawn(
    PROMETHEUS ?? '',
    [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  )
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    rmSync(directory, { recursive: true, force: true })
  })
  return `http://127.0.0.1:${port}`
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}

async function until<T>(read: () => Promise<T>, is: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const value = await read()
    if (is(value)) return value
    if (Date.now() > deadline) throw new Error(`Waited in vain: ${JSON.stringify(value)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
