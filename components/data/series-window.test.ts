import { describe, expect, it } from 'vitest'
import type { LatencySeries, Points, RouteSeries, SeriesOverview } from '@/lib/dashboard-api/series'
import { appendOverviewPoint, appendRoutePoint, stepsIn } from './series-window'

const source = { state: 'ok', lastScrape: 0, message: '' } as const

function overview(timestamps: number[], routes: Record<string, Points>): SeriesOverview {
  const entries = Object.entries(routes).map(([key, points]) => [
    key,
    { requests: points, mirrored: points },
  ])
  return { stepSeconds: 1, timestamps, routes: Object.fromEntries(entries), source }
}

const latency = (points: Points): LatencySeries => ({
  p50: points,
  p90: points,
  p99: points,
  window: { p50: 1, p90: 2, p99: 3 },
  resolution: { p50: 1, p90: 1, p99: 1 },
})

const bytes = (points: Points) => ({
  request: points,
  response: points,
  total: { request: 1, response: 2 },
})

function route(timestamps: number[], points: Points, total: number): RouteSeries {
  const account = {
    requests: total,
    mirrored: total,
    notSampled: 0,
    skipped: {},
    dropped: {},
    answered: total,
    failed: {},
    inFlight: 0,
    holds: true,
  }
  return {
    route: 'a/b',
    stepSeconds: 1,
    timestamps,
    primary: {
      requests: points,
      responsesByClass: { '2xx': points },
      totalsByCode: { 200: total },
      latency: latency(points),
      total,
      inFlight: 0,
      bytes: bytes(points),
      peaks: { requests: points },
    },
    rules: [
      {
        rule: '0',
        requests: points,
        total,
        totalsByCode: {},
        quantiles: { p50: 1, p90: 2, p99: 3 },
        inFlight: 0,
        bytes: { request: 1, response: 2 },
      },
    ],
    backends: [
      {
        backend: 'a/s:80',
        responses: points,
        responsesByClass: { '2xx': points },
        total,
        totalsByCode: {},
        latency: latency(points),
        inFlight: 0,
        bytes: { request: 1, response: 2 },
      },
    ],
    mirrors: [
      {
        rule: '0',
        mirror: '0',
        target: 'a/m:80',
        mirrored: points,
        answered: points,
        failed: points,
        responsesByClass: { '2xx': points },
        bytes: bytes(points),
        causes: {},
        peaks: { mirrored: points },
        totalsByCode: {},
        latency: latency(points),
        account,
        windowAccount: account,
      },
    ],
    source,
    captures: { captured: total, givenUp: {} },
    retries: { made: 0, refused: {} },
    blindSpots: {},
  }
}

describe('series window', () => {
  it('appends a later step and lets the oldest leave', () => {
    const window = overview([1, 2, 3], { 'a/b': [1, 2, 3] })
    const after = appendOverviewPoint(window, overview([4], { 'a/b': [4] }), 3)
    expect(after.timestamps).toEqual([2, 3, 4])
    expect(after.routes['a/b']?.requests).toEqual([2, 3, 4])
  })

  it('replaces the newest step when it comes again', () => {
    const window = overview([1, 2], { 'a/b': [1, 2] })
    const after = appendOverviewPoint(window, overview([2], { 'a/b': [7] }), 3)
    expect(after.timestamps).toEqual([1, 2])
    expect(after.routes['a/b']?.requests).toEqual([1, 7])
  })

  it('fills a new route with unknown steps, never zeros, and drops one that is gone', () => {
    const window = overview([1, 2], { 'a/old': [1, 2] })
    const after = appendOverviewPoint(window, overview([3], { 'a/new': [3] }), 3)
    expect(after.routes['a/new']?.requests).toEqual([null, null, 3])
    expect(after.routes['a/old']).toBeUndefined()
  })

  it('keeps a gap as a gap', () => {
    const after = appendOverviewPoint(
      overview([1], { 'a/b': [1] }),
      overview([2], { 'a/b': [null] }),
      9,
    )
    expect(after.routes['a/b']?.requests).toEqual([1, null])
  })

  it('moves every series of a route on and takes its totals from the point', () => {
    const after = appendRoutePoint(route([1, 2], [1, 2], 3), route([3], [3], 5), 2)
    expect(after.timestamps).toEqual([2, 3])
    expect(after.primary.requests).toEqual([2, 3])
    expect(after.primary.responsesByClass['2xx']).toEqual([2, 3])
    expect(after.primary.latency.p99).toEqual([2, 3])
    expect(after.rules[0]?.requests).toEqual([2, 3])
    expect(after.backends[0]?.responses).toEqual([2, 3])
    expect(after.mirrors[0]?.failed).toEqual([2, 3])
    expect(after.primary.total).toBe(5)
    expect(after.mirrors[0]?.windowAccount.requests).toBe(5)
  })

  it('keeps the window when a point carries no step', () => {
    const window = route([1], [1], 1)
    expect(appendRoutePoint(window, route([], [], 0), 2).timestamps).toEqual([1])
  })

  it('counts the steps of a range', () => {
    expect(stepsIn(300, 1)).toBe(300)
    expect(stepsIn(3600, 20)).toBe(180)
    expect(stepsIn(10, 60)).toBe(1)
  })
})
