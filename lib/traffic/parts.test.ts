import { expect, test } from 'vitest'
import type { RouteSeries } from '@/lib/dashboard-api/series'
import { partsOf } from './parts'

const latency = { window: { p50: 1, p90: 2, p99: 3 } }
const bytes = { request: 10, response: 20 }
const part = { totalsByCode: { 200: 1 }, inFlight: 2, latency, bytes, quantiles: latency.window }
const mirror = (rule: string) => ({
  ...part,
  rule,
  mirror: '0',
  target: 'a/next:80',
  bytes: { total: bytes },
  account: { inFlight: 3 },
  windowAccount: { requests: 80, mirrored: 40 },
})

const series = (more: Partial<Record<keyof RouteSeries, unknown>> = {}) =>
  ({
    route: 'a/r',
    primary: { ...part, total: 100, bytes: { total: bytes } },
    rules: ['0', '1'].map((rule) => ({ ...part, rule, total: 80 - 60 * Number(rule) })),
    backends: [{ ...part, backend: 'a/s:80', total: 100 }],
    mirrors: [mirror('0'), mirror('1')],
    blindSpots: {},
    ...more,
  }) as unknown as RouteSeries

const read = (of: RouteSeries, rule: string | null = null) =>
  partsOf(of, rule).flatMap(({ title, parts }) =>
    parts.map(({ name, total, of: whole, inFlight, quantiles, bytes: sizes }) =>
      [title, name, total, whole, inFlight, quantiles.p90, sizes.response].join(' | '),
    ),
  )

test('a route, its rules, backends and mirrors have the same numbers, each told apart', () => {
  expect(read(series())).toEqual([
    'Route | All requests | 100 |  | 2 | 2 | 20',
    'Rules | Rule 0 | 80 | 100 | 2 | 2 | 20',
    'Rules | Rule 1 | 20 | 100 | 2 | 2 | 20',
    'Backends | s:80 | 100 | 100 | 2 | 2 | 20',
    'Mirrors | next:80, rule 0, filter 0 | 40 | 80 | 3 | 2 | 20',
    'Mirrors | next:80, rule 1, filter 0 | 40 | 80 | 3 | 2 | 20',
  ])
})

test('what a source cannot see is said in place of the numbers', () => {
  const blindSpots = { backends: 'All as one.', account: 'No sum.' }
  const envoy = series({ rules: [], backends: [], mirrors: [mirror('0')], blindSpots })
  expect(read(envoy, '0')).toEqual([
    'Route | Requests of rule 0 | 100 |  | 2 | 2 | 20',
    'Mirrors | next:80 | 40 |  | 3 | 2 | 20',
  ])
  expect(partsOf(envoy, null).find(({ title }) => title === 'Backends')).toEqual({
    title: 'Backends',
    parts: [],
    blindSpot: 'All as one.',
  })
})
