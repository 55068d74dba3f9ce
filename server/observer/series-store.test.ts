import { describe, expect, test } from 'vitest'
import type { RouteSeries } from '@/lib/dashboard-api/series'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import { FakeGatewayMetrics } from '../testing/fake-gateway-metrics'
import { OBSERVER_LIMITS, type ObserverLimits } from './limits'
import { queryOverview } from './query-overview'
import { queryRoute } from './query-route'
import { SeriesStore } from './series-store'
import { Timeline } from './timeline'

const ROUTE = 'default/backend'
const START = 1_000_020

/** A store whose ticks a test makes. */
function harness(limits: Partial<ObserverLimits> = {}, start = START) {
  const gateway = new FakeGatewayMetrics()
  const store = new SeriesStore(start, { ...OBSERVER_LIMITS, ...limits })
  let tick = start
  const timeline = new Timeline({ now: () => 0, monotonic: () => 0 }, 1000)
  const context = {
    store,
    timeline,
    intervalMs: 1000,
    source: { state: 'ok', lastScrape: null, message: '' } as const,
  }
  return {
    gateway,
    store,
    get tick() {
      return tick
    },
    scrape(text = gateway.text()) {
      tick += 1
      return store.record(tick, [{ id: 'gateway', text }])
    },
    miss(ticks = 1) {
      for (let count = 0; count < ticks; count += 1) {
        tick += 1
        store.miss(tick)
      }
    },
    route: (range = 60, key = ROUTE): RouteSeries =>
      queryRoute(context, { route: key, rangeTicks: range, rule: null, endTick: null }),
    overview: (range = 60, newestOnly = false) => queryOverview(context, range, 60, newestOnly),
  }
}

function numbers(points: readonly (number | null)[]): number[] {
  return points.filter((point) => point !== null)
}

function sum(points: readonly (number | null)[]): number {
  return numbers(points).reduce((total, point) => total + point, 0)
}

describe('steps', () => {
  test('counts what came between two scrapes in the step that ends at the second', () => {
    const h = harness()
    h.scrape()
    h.gateway.request({ count: 7 })
    h.scrape()
    h.gateway.request({ count: 3 })
    h.scrape()
    expect(h.route().primary.requests.slice(-3)).toEqual([null, 7, 3])
    expect(h.route().primary.total).toBe(10)
  })

  test('takes the first scrape of all as the baseline', () => {
    const h = harness()
    h.gateway.request({ count: 5000 })
    h.scrape()
    h.gateway.request({ count: 2 })
    h.scrape()
    expect(numbers(h.route().primary.requests)).toEqual([2])
    expect(h.route().primary.total).toBe(2)
  })

  test('counts from zero after a restart', () => {
    const h = harness()
    h.scrape()
    h.gateway.request({ count: 100 })
    h.scrape()
    h.gateway.restart()
    h.gateway.request({ count: 4 })
    h.scrape()
    expect(h.route().primary.requests.slice(-2)).toEqual([100, 4])
  })

  test('recognises a restart by one counter of the group even where another is already past its former value', () => {
    const h = harness()
    h.scrape()
    h.gateway.request({ count: 10 })
    h.gateway.request({ count: 1, code: '503' })
    h.scrape()
    h.gateway.restart()
    h.gateway.request({ count: 3 })
    h.gateway.request({ count: 9, code: '503' })
    h.scrape()
    const { primary } = h.route()
    expect(primary.totalsByCode).toEqual({ '200': 13, '503': 10 })
    expect(primary.requests.at(-1)).toBe(12)
  })

  test('recognises a restart by the start time even where every counter has passed its former value', () => {
    const h = harness()
    h.gateway.startTime = 1
    h.scrape()
    h.gateway.request({ count: 5 })
    h.scrape()
    h.gateway.restart(2)
    h.gateway.request({ count: 8 })
    h.scrape()
    expect(h.route().primary.requests.slice(-2)).toEqual([5, 8])
  })

  test('shows missed scrapes as unknown and keeps their increase in the totals', () => {
    const h = harness()
    h.scrape()
    h.gateway.request({ count: 5 })
    h.scrape()
    h.gateway.request({ count: 50 })
    h.miss(3)
    h.scrape()
    h.gateway.request({ count: 6 })
    h.scrape()
    const { primary } = h.route()
    expect(primary.requests.slice(-6)).toEqual([5, null, null, null, null, 6])
    expect(primary.total).toBe(61)
    expect(primary.totalsByCode).toEqual({ '200': 61 })
  })

  test('keeps a long gap out of every step, also the wider ones, and in the totals of windows that hold all of it', () => {
    const h = harness()
    h.scrape()
    for (let second = 0; second < 100; second += 1) {
      h.gateway.request({})
      h.scrape()
    }
    h.gateway.request({ count: 100_000 })
    h.miss(200)
    h.scrape()
    for (let second = 0; second < 30; second += 1) {
      h.gateway.request({})
      h.scrape()
    }
    const long = h.route(3600).primary
    expect(Math.max(...numbers(long.requests))).toBe(20)
    expect(long.total).toBe(100_130)
    const short = h.route(60).primary
    expect(Math.max(...numbers(short.requests))).toBe(1)
    expect(short.total).toBe(30)
  })

  test('shows a route that was removed and made again from zero', () => {
    const h = harness()
    h.scrape()
    h.gateway.request({ count: 9 })
    h.scrape()
    h.gateway.removeRoute(ROUTE)
    h.scrape()
    h.gateway.request({ count: 12 })
    h.scrape()
    expect(h.route().primary.requests.slice(-3)).toEqual([9, 0, 12])
  })

  test('refuses a scrape with a broken line as a whole and goes on with the next', () => {
    const h = harness()
    h.scrape()
    h.gateway.request({ count: 4 })
    h.scrape()
    h.gateway.request({ count: 4 })
    const text = h.gateway.text()
    expect(h.scrape(`${text}gateway_requests_total{rule= 4\n`)).toMatch(
      /^Line \d+ of the metrics: /,
    )
    h.scrape()
    const { primary } = h.route()
    expect(primary.requests.slice(-3)).toEqual([4, null, null])
    expect(primary.total).toBe(8)
  })

  test('refuses a scrape that ends within a number', () => {
    const h = harness()
    h.gateway.request({ count: 41 })
    h.scrape()
    expect(h.scrape(h.gateway.text().slice(0, -2))).toBe('The metrics end in the middle of a line.')
    h.scrape()
    expect(h.route().primary.total).toBe(0)
  })

  test('takes a value no counter has as no news', () => {
    const h = harness()
    h.scrape()
    h.gateway.request({ count: 4 })
    h.scrape()
    h.scrape(h.gateway.text().replaceAll(/ 4$/gm, ' NaN'))
    h.gateway.request({ count: 1 })
    h.scrape()
    expect(h.route().primary.requests.slice(-3)).toEqual([4, 0, 1])
    expect(h.store.counters.invalid).toBeGreaterThan(0)
  })

  test('keeps a spike of a second visible where a step sums many', () => {
    const h = harness()
    h.scrape()
    for (let second = 0; second < 1800; second += 1) {
      const isSpike = second === 1000
      h.gateway.request({ count: isSpike ? 500 : 1, rule: isSpike ? '1' : '0' })
      h.gateway.request({ count: isSpike ? 40 : 0, code: '503' })
      h.scrape()
    }
    expect(h.route(300).primary.peaks).toEqual({})
    const { primary, stepSeconds } = h.route(3600)
    const most = Math.max(...numbers(primary.peaks.requests ?? []))
    // Of the ten seconds that are kept as one.
    expect(most / stepSeconds).toBe((500 + 9 + 40) / 10)
    expect(Math.max(...numbers(primary.peaks['5xx'] ?? [])) / stepSeconds).toBe(4)
    expect(sum(primary.requests)).toBeGreaterThanOrEqual(1799 + 500)
  }, 20_000)

  test('lets a process join and leave without a spike or a negative count', () => {
    const h = harness()
    const joined = new FakeGatewayMetrics()
    joined.request({ count: 90_000 })
    joined.copy({ count: 5, ended: 'in flight' })
    let { tick } = h
    const record = (withJoined: boolean) => {
      tick += 1
      const own = { id: 'gateway', text: h.gateway.text() }
      h.store.record(tick, withJoined ? [own, { id: 'joined', text: joined.text() }] : [own])
    }
    record(false)
    for (let second = 0; second < 3; second += 1) {
      h.gateway.request({ count: 2 })
      joined.request({ count: 10 })
      record(second > 0)
    }
    h.gateway.request({ count: 2 })
    record(false)
    h.gateway.request({ count: 2 })
    record(false)
    const { primary, mirrors } = h.route()
    expect(primary.requests.slice(-5)).toEqual([2, 2, 12, 2, 2])
    expect(primary.total).toBe(20)
    expect(mirrors[0]?.windowAccount).toMatchObject({ inFlight: 0, lostInFlight: 5, holds: true })
  })

  test('adds up the listeners a route is attached to', () => {
    const h = harness()
    h.scrape()
    h.gateway.request({ count: 2, listener: 'a' })
    h.gateway.request({ count: 3, listener: 'b' })
    h.scrape()
    expect(h.route().rules).toMatchObject([{ rule: '0', total: 5 }])
    expect(h.route().backends).toMatchObject([{ backend: 'default/backend:3000', total: 5 }])
  })
})

/** What happens in one second: restarts, requests and copies, and how many scrapes are missed after it. */
function randomSecond(random: () => number) {
  const isMissed = random() < 0.05
  return {
    count: random() < 0.1 ? 0 : 1 + Math.floor(random() * 39),
    seconds: random(),
    isRestart: random() < 0.02,
    ended: random() < 0.3 ? ('in flight' as const) : ('answered' as const),
    missed: isMissed ? (random() < 0.2 ? 12 : 1) : 0,
  }
}

/** Plays random seconds. `byTick` has the ticks whose count can be known. */
function playRandomly(h: ReturnType<typeof harness>, random: () => number, seconds: number) {
  h.gateway.startTime = 1
  h.scrape()
  const byTick = new Map<number, number>()
  let uncounted = 0
  let observable = 0
  let missed = 0
  const play = (second: ReturnType<typeof randomSecond>) => {
    const { count } = second
    // What was not scraped before a restart is gone.
    uncounted = second.isRestart ? count : uncounted + count
    if (second.isRestart) h.gateway.restart((h.gateway.startTime ?? 0) + 1)
    if (count > 0) h.gateway.request({ count, seconds: second.seconds })
    if (count > 0) h.gateway.copy({ count, ended: second.ended })
  }
  const scrape = () => {
    h.scrape()
    if (missed === 0) byTick.set(h.tick, uncounted)
    observable += uncounted
    uncounted = 0
    missed = 0
  }
  for (let done = 0; done < seconds; done += 1) {
    const second = randomSecond(random)
    play(second)
    missed += second.missed
    h.miss(second.missed)
    if (second.missed === 0) scrape()
  }
  return { byTick, observable }
}

describe('random histories', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('add up and show no false spike (seed %i)', (seed) => {
    const h = harness()
    const { byTick, observable } = playRandomly(h, seededRandom(seed), 700)
    const route = h.route(900)
    expect(route.stepSeconds).toBe(3)
    // All of the history is in the window, so what could be observed must be there.
    expect(route.primary.total).toBe(observable)
    expect(route.mirrors[0]?.windowAccount).toMatchObject({ requests: observable, holds: true })
    expect(route.mirrors[0]?.account.holds).toBe(true)
    const fine = h.route(300).primary.requests
    for (const [index, point] of [...fine].reverse().entries()) {
      expect(point).toBe(byTick.get(h.tick - index) ?? null)
    }
    const wide = numbers(h.route(3600).primary.requests)
    expect(Math.min(...wide)).toBeGreaterThanOrEqual(0)
    // 20 s at no more than 39 a second; a boundary may take one missed second of its neighbour.
    expect(Math.max(...wide)).toBeLessThanOrEqual(39 * 22)
  })

  test.each([21, 22, 23])(
    'add up in merged steps where every second is known (seed %i)',
    (seed) => {
      const h = harness()
      const { byTick } = playRandomly(h, seededRandom(seed), 700)
      const end = Math.floor(h.tick / 3) * 3
      let checked = 0
      for (const [index, point] of [...h.route(900).primary.requests].reverse().entries()) {
        const last = end - index * 3
        const parts = numbers([last - 2, last - 1, last].map((tick) => byTick.get(tick) ?? null))
        if (parts.length < 3) continue
        checked += 1
        expect(point).toBe(sum(parts))
      }
      expect(checked).toBeGreaterThan(100)
    },
  )

  test.each([11, 12, 13])('say the same in every resolution (seed %i)', (seed) => {
    const random = seededRandom(seed)
    const h = harness()
    h.scrape()
    let total = 0
    for (let second = 0; second < 4000; second += 1) {
      const count = random() < 0.5 ? 0 : Math.floor(random() * 1000)
      total += count
      if (count > 0) h.gateway.request({ count })
      h.scrape()
    }
    const hours = h.route(21_600)
    expect(hours.primary.total).toBe(total)
    const days = h.route(604_800)
    expect(days.primary.total).toBe(total)
    expect(sum(days.primary.requests)).toBeLessThanOrEqual(total)
    const hour = h.route(3600)
    expect(hour.stepSeconds).toBe(20)
    expect(hour.primary.requests).not.toContain(null)
    expect(sum(hour.primary.requests)).toBeLessThanOrEqual(hour.primary.total)
  })
})

describe('latency', () => {
  test('interpolates within the bucket, between its true neighbours', () => {
    const h = harness()
    h.scrape()
    h.gateway.request({ count: 100, seconds: 0.03 })
    h.scrape()
    const { latency } = h.route().primary
    expect(latency.window).toEqual({ p50: 30, p90: 46, p99: 49.6 })
    expect(latency.p50.at(-1)).toBe(30)
    expect(h.route().backends[0]?.latency.window.p50).toBe(30)
  })

  test('says nothing where nothing was measured', () => {
    const h = harness()
    h.scrape()
    h.scrape()
    expect(h.route().primary.latency.window).toEqual({ p50: null, p90: null, p99: null })
    expect(h.route().primary.requests.at(-1)).toBe(0)
  })
})

describe('mirrors', () => {
  test('account for every copy by outcome and reason', () => {
    const h = harness()
    h.scrape()
    h.gateway.copy({ count: 20 })
    h.gateway.copy({ count: 5, decided: 'not_sampled' })
    h.gateway.copy({ count: 2, decided: 'skipped', reason: 'loop' })
    h.gateway.copy({ count: 1, decided: 'dropped', reason: 'body_limit' })
    h.gateway.copy({ count: 3, ended: 'failed', failReason: 'timeout' })
    h.gateway.copy({ count: 4, ended: 'in flight' })
    h.scrape()
    const [mirror] = h.route().mirrors
    expect(mirror?.account).toEqual({
      requests: 35,
      mirrored: 27,
      notSampled: 5,
      skipped: { loop: 2 },
      dropped: { body_limit: 1 },
      answered: 20,
      failed: { timeout: 3 },
      inFlight: 4,
      inFlightBefore: 0,
      lostInFlight: 0,
      holds: true,
    })
    expect(mirror).toMatchObject({ rule: '0', mirror: '0', target: 'default/backend-2:3000' })
    expect(mirror?.totalsByCode).toEqual({ '200': 20 })
  })

  test('hold within a window that copies enter and leave', () => {
    const h = harness()
    h.scrape()
    h.gateway.copy({ count: 8, ended: 'in flight' })
    h.scrape()
    h.scrape()
    for (let second = 0; second < 70; second += 1) h.scrape()
    h.gateway.end({ count: 6 })
    h.gateway.copy({ count: 1, ended: 'in flight' })
    h.scrape()
    const account = h.route(60).mirrors[0]?.windowAccount
    expect(account).toMatchObject({
      requests: 1,
      mirrored: 1,
      answered: 6,
      inFlight: 3,
      inFlightBefore: 8,
      lostInFlight: 0,
      holds: true,
    })
  })

  test('count the copies whose end a restart hid', () => {
    const h = harness()
    h.scrape()
    h.gateway.copy({ count: 8, ended: 'in flight' })
    h.gateway.copy({ count: 2 })
    h.scrape()
    h.gateway.restart()
    h.gateway.copy({ count: 1 })
    h.scrape()
    const [mirror] = h.route().mirrors
    expect(mirror?.windowAccount).toMatchObject({
      mirrored: 11,
      answered: 3,
      inFlight: 0,
      lostInFlight: 8,
      holds: true,
    })
    expect(mirror?.account).toMatchObject({ mirrored: 1, answered: 1, holds: true })
  })

  test('count as lost what was under way when the route went away', () => {
    const h = harness()
    h.scrape()
    h.gateway.copy({ count: 3, ended: 'in flight' })
    h.scrape()
    h.gateway.removeRoute(ROUTE)
    h.scrape()
    expect(h.route().mirrors[0]?.windowAccount).toMatchObject({
      mirrored: 3,
      inFlight: 0,
      lostInFlight: 3,
      holds: true,
    })
  })

  test('take a gauge that left its counters behind as zero', () => {
    const h = harness()
    h.scrape()
    h.gateway.copy({ count: 3, ended: 'in flight' })
    h.scrape()
    h.gateway.end({ count: 3, ended: 'failed', failReason: 'shutdown' })
    const lines = h.gateway.text().split('\n')
    h.scrape(lines.filter((line) => !line.startsWith('gateway_mirror_requests_in_fl')).join('\n'))
    expect(h.route().mirrors[0]?.windowAccount).toMatchObject({
      failed: { shutdown: 3 },
      inFlight: 0,
      lostInFlight: 0,
      holds: true,
    })
  })

  test('say so when the numbers do not add up', () => {
    const h = harness()
    h.scrape()
    h.gateway.copy({ count: 8 })
    const text = h.gateway.text()
    h.scrape(text.replace(/^(gateway_mirror_offered_total\S*) 8$/m, '$1 9'))
    expect(h.route().mirrors[0]?.account.holds).toBe(false)
    expect(h.route().mirrors[0]?.windowAccount.holds).toBe(false)
  })
})

describe('bounds', () => {
  test('routesMax: further routes are counted and not kept', () => {
    const h = harness({ routesMax: 3 })
    h.scrape()
    for (let route = 0; route < 5; route += 1) h.gateway.request({ route: `default/r${route}` })
    h.scrape()
    expect(Object.keys(h.overview().routes)).toHaveLength(3)
    expect(h.store.counters.refused).toBeGreaterThan(0)
  })

  test('seriesMax: further series are counted and not kept', () => {
    const h = harness({ seriesMax: 5 })
    h.scrape()
    h.gateway.request({})
    h.scrape()
    expect(h.store.seriesCount).toBe(5)
    expect(h.store.counters.refused).toBeGreaterThan(0)
  })

  test('slotsPerRouteMax: further codes are counted together, so totals stay exact', () => {
    const h = harness({ slotsPerRouteMax: 16 })
    h.scrape()
    for (let code = 200; code < 300; code += 1) h.gateway.request({ code: String(code) })
    h.scrape()
    const { totalsByCode, total } = h.route().primary
    expect(total).toBe(100)
    expect(Object.values(totalsByCode).reduce((a, b) => a + b, 0)).toBe(100)
    expect(totalsByCode['other']).toBeGreaterThan(80)
  })

  test('historyBytesMax: the oldest history goes first, shows as unknown, and is counted', () => {
    const h = harness({ historyBytesMax: 60_000 })
    h.scrape()
    for (let second = 0; second < 600; second += 1) {
      for (let route = 0; route < 10; route += 1) h.gateway.request({ route: `default/r${route}` })
      h.scrape()
    }
    h.store.sweep(h.tick)
    expect(h.store.historyBytes).toBeLessThanOrEqual(60_000)
    expect(h.store.chunksDroppedEarly).toBeGreaterThan(0)
    const points = h.route(600, 'default/r1').primary.requests
    expect(points.at(-1)).not.toBeNull()
    expect(points[0]).toBeNull()
    expect(numbers(points).every((point) => point === 2)).toBe(true)
  })

  test('forgets a removed route once its history has aged', () => {
    const h = harness()
    h.scrape()
    h.gateway.request({})
    h.scrape()
    h.gateway.removeRoute(ROUTE)
    h.scrape()
    expect(h.route().primary.total).toBe(1)
    expect(h.store.routes.size).toBe(1)
    h.store.sweep(h.tick + 8 * 24 * 3600)
    expect(h.store.routes.size).toBe(0)
  })
})

describe('the overview', () => {
  test.each([3, 12])('has what was counted over %i missed scrapes, as the route has', (missed) => {
    const h = harness()
    h.scrape()
    h.gateway.request({ count: 4 })
    h.scrape()
    h.gateway.request({ count: 100 })
    h.gateway.copy({ count: 60 })
    h.miss(missed)
    h.scrape()
    const live = h.overview(60, true).routes[ROUTE]
    for (let second = 0; second < 3; second += 1) {
      h.gateway.request({ count: 1 })
      h.scrape()
    }
    const route = h.overview().routes[ROUTE]
    const { requests = [], mirrored = [], signals = {} } = route ?? {}
    const { unplacedRequests = [], unplacedMirrored = [] } = signals
    expect(sum(requests)).toBe(7)
    expect(sum(requests) + sum(unplacedRequests)).toBe(h.route().primary.total)
    expect(sum(mirrored) + sum(unplacedMirrored)).toBe(60)
    expect(sum(live?.signals?.unplacedRequests ?? [])).toBe(100)
  })

  test('shows primary and mirrored requests of every route', () => {
    const h = harness()
    h.scrape()
    h.gateway.request({ route: 'a/one', count: 4 })
    h.gateway.copy({ route: 'a/one', count: 2 })
    h.gateway.request({ route: 'b/two', count: 1 })
    h.scrape()
    const { routes, timestamps, stepSeconds } = h.overview()
    expect(stepSeconds).toBe(1)
    expect(timestamps).toHaveLength(60)
    expect(routes['a/one']?.requests.at(-1)).toBe(4)
    expect(routes['a/one']?.mirrored.at(-1)).toBe(2)
    expect(routes['b/two']?.mirrored.at(-1)).toBe(0)
  })
})
