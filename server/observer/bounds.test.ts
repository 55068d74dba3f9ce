/** Memory and disk of 5,000 routes that are all busy, every second, with all their series, for longer than there is room. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { TIERS } from '@/lib/series/tiers'
import { FakeGatewayMetrics } from '../testing/fake-gateway-metrics'
import { OBSERVER_LIMITS } from './limits'
import { Persistence } from './persistence'
import { queryOverview } from './query-overview'
import { queryRoute } from './query-route'
import type { RouteHistory } from './route-history'
import { SeriesStore } from './series-store'
import { Timeline } from './timeline'

const ROUTES = 5000
const TICKS = 180
const MIB = 1024 * 1024
const BUDGET = 24 * MIB
const START = 1_800_000_000

const QUESTION = { rangeTicks: TICKS, rule: null, endTick: null } as const
/** Requests a second of a route. */
const countOf = (index: number) => 1 + (index % 5)

/** Every series a gateway has of a route with a mirror. */
function scrapeOfAll(): { readonly text: string; readonly seriesPerRoute: number } {
  const gateway = new FakeGatewayMetrics()
  for (let index = 0; index < ROUTES; index += 1) {
    const route = `a/r${index}`
    gateway.request({ route, bytes: 100 })
    gateway.copy({ route })
  }
  const text = gateway.text()
  // A histogram's sum and count are in its buckets.
  const kept = text
    .split('\n')
    .filter((line) => /^gateway_/.test(line) && !/_(sum|count){/.test(line))
  return { text, seriesPerRoute: kept.length / ROUTES }
}

/** What a second of traffic adds: a few requests, all mirrored, in two buckets of latency. */
function addTraffic(route: RouteHistory, count: number): void {
  for (const [index, { kind, upperBound }] of route.slots.entries()) {
    const isTimed = kind === 'duration' || kind === 'mirrorDuration'
    if (kind.endsWith('InFlight') || kind === 'mirrorLost') continue
    if (isTimed && upperBound !== 0.01 && upperBound !== 0.05) continue
    route.add(index, kind.endsWith('Bytes') ? 900 * count : count)
  }
}

test('historyBytesMax: 5,000 routes with all their series stay within it, on disk as well', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'bounds-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const limits = { ...OBSERVER_LIMITS, historyBytesMax: BUDGET }
  const store = new SeriesStore(START, limits)
  const persistence = new Persistence(directory, 1000)
  const clock = { now: () => START * 1000, monotonic: () => 0 }
  const timeline = new Timeline(clock, 1000)
  const { text, seriesPerRoute } = scrapeOfAll()
  expect(store.record(START + 1, [{ id: 'gateway', text }])).toBeNull()
  expect(store.routes.size).toBe(ROUTES)
  expect(store.seriesCount).toBe(seriesPerRoute * ROUTES)
  const diskBytes = () => statSync(join(directory, 'data.mdb')).size
  await persistence.save(store, timeline.state(START + 1))
  const namesOnDisk = diskBytes()
  const routes = [...store.routes.values()]
  let largest = 0
  let filledAt = 0
  let bytesPerSecond = 0
  for (let tick = 2; tick <= TICKS; tick += 1) {
    for (const [index, route] of routes.entries()) addTraffic(route, countOf(index))
    store.record(START + tick, [])
    largest = Math.max(largest, store.historyBytes)
    if (store.chunksDroppedEarly > 0) filledAt ||= tick
    else bytesPerSecond = Math.max(0, ...routes.map(({ logs }) => logs[0]?.size ?? 0)) / tick
    if (tick % 45 === 0) await persistence.save(store, timeline.state(START + tick))
  }
  await persistence.close()
  expect(largest).toBeLessThanOrEqual(BUDGET)
  expect(filledAt).toBeGreaterThan(0)
  expect(filledAt).toBeLessThan(TICKS - 30)
  // Beside the names of the series, lmdb's pages are part empty, and some are written twice in a transaction.
  expect(diskBytes() - namesOnDisk).toBeLessThan(BUDGET * 3)
  expect(namesOnDisk / ROUTES).toBeLessThan(10_000)

  const context = {
    store,
    timeline,
    intervalMs: 1000,
    source: { state: 'ok', lastScrape: 0, message: '' },
  } as const
  const overview = queryOverview(context, 60, 60)
  expect(Object.keys(overview.routes)).toHaveLength(ROUTES)
  for (const index of [0, 4, ROUTES - 1]) {
    const route = `a/r${index}` as const
    expect(overview.routes[route]?.requests.at(-1)).toBe(countOf(index))
    const { primary, mirrors } = queryRoute(context, { ...QUESTION, route })
    // What was dropped for room is unknown, not zero; nothing else is.
    for (const points of [primary.requests, mirrors[0]?.mirrored ?? []]) {
      expect(points).toHaveLength(TICKS)
      const known = points.filter((point) => point !== null)
      expect(points.indexOf(countOf(index))).toBe(TICKS - known.length)
      expect(known.length).toBeGreaterThan(60)
      expect(known.length).toBeLessThan(TICKS - 30)
      expect(new Set(known)).toEqual(new Set([countOf(index)]))
    }
  }
  // By the same measure, the default has room for an eighth of every span of so many routes.
  const steps = TIERS.reduce((sum, tier) => sum + tier.steps, 0)
  expect(OBSERVER_LIMITS.historyBytesMax).toBe(256 * MIB)
  expect(bytesPerSecond * steps * ROUTES).toBeLessThan(8 * OBSERVER_LIMITS.historyBytesMax)
}, 60_000)
