/** Memory and disk of 5,000 routes that are all busy, every second, for longer than there is room. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { OBSERVER_LIMITS } from './limits'
import { Persistence } from './persistence'
import { queryOverview } from './query-overview'
import { queryRoute } from './query-route'
import { SeriesStore } from './series-store'
import { Timeline } from './timeline'

const ROUTES = 5000
const TICKS = 240
const MIB = 1024 * 1024
const BUDGET = 8 * MIB
const START = 1_800_000_000

/** The metrics of a gateway whose every route takes a few requests a second; some answered with 500. */
function scrape(tick: number): string {
  let text = ''
  for (let route = 0; route < ROUTES; route += 1) {
    const labels = `gateway="a/g",listener="http",route_namespace="a",route_name="r${route}",rule="0"`
    const count = tick * (1 + (route % 5))
    text += `gateway_requests_total{${labels}} ${count}\n`
    text += `gateway_responses_total{${labels},backend="a/b:1",code="200",outcome="answered"} ${count}\n`
  }
  return text
}

test('historyBytesMax: 5,000 routes stay within their budget of memory, and of disk', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'bounds-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const limits = { ...OBSERVER_LIMITS, historyBytesMax: BUDGET }
  const store = new SeriesStore(START, limits)
  const persistence = new Persistence(directory, 1000)
  const clock = { now: () => START * 1000, monotonic: () => 0 }
  const timeline = new Timeline(clock, 1000)
  let largest = 0
  for (let tick = 1; tick <= TICKS; tick += 1) {
    expect(store.record(START + tick, [{ id: 'gateway', text: scrape(tick) }])).toBeNull()
    if (tick % 30 === 0) {
      largest = Math.max(largest, store.historyBytes)
      await persistence.save(store, timeline.state(START + tick))
    }
  }
  await persistence.close()
  expect(store.routes.size).toBe(ROUTES)
  expect(store.seriesCount).toBe(2 * ROUTES)
  // Between two looks at the whole, half a minute of growth comes on top.
  expect(largest).toBeLessThan(BUDGET * 1.5)
  expect(store.keptShare).toBeLessThan(1)
  expect(store.chunksDroppedEarly).toBeGreaterThan(0)
  // The history, the values of the newest scrape and lmdb's room for a transaction.
  expect(statSync(join(directory, 'data.mdb')).size).toBeLessThan(BUDGET * 4)

  const context = {
    store,
    timeline,
    intervalMs: 1000,
    source: { state: 'ok', lastScrape: 0, message: '' },
  } as const
  const overview = queryOverview(context, 60, 60)
  expect(Object.keys(overview.routes)).toHaveLength(ROUTES)
  expect(overview.routes['a/r4']?.requests.at(-1)).toBe(5)
  const question = { route: 'a/r3', rangeTicks: 300, rule: null, endTick: null }
  const { primary } = queryRoute(context, question)
  // What was dropped for room is unknown, not zero.
  expect(primary.requests[70]).toBeNull()
  expect(primary.requests.at(-1)).toBe(4)
}, 120_000)
