import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { assess } from '@/lib/comparison/assess'
import type { CapturedExchange } from '@/lib/comparison/exchange'
import { judgeRules } from '@/lib/comparison/settings'
import type { ComparisonSnapshot } from '@/lib/comparison/snapshot'
import { plantedTruth } from '@/lib/comparison/test-support/planted-truth'
import type { ComparedPair, ComparisonList, PairList } from '@/lib/dashboard-api/comparison'
import { startPlaneServer } from '../../plane-http/plane-server'
import type { ComparisonStoreLimits } from './limits'
import { startComparison } from './start-comparison'

const QUIET = { debug() {}, info() {}, warn() {}, error() {} }
const NEVER = { later: () => () => {} }
const COMPARISON = 'route=shop/orders&generation=1&rule=0&filterIndex=0'

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mirrorboard-comparison-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}

async function start(limits?: Partial<ComparisonStoreLimits>, directory: string | null = null) {
  const comparison = await startComparison({ directory, timers: NEVER, logger: QUIET, limits })
  const { answer } = comparison
  const door = await startPlaneServer({ open: [], logger: QUIET, answer })
  let isStopped = false
  const stop = async () => {
    if (isStopped) return
    isStopped = true
    await door.close()
    await comparison.stop()
  }
  onTestFinished(stop)
  const get = async <T>(path: string, method = 'GET') => {
    const response = await fetch(`${door.url}${path}`, { method })
    return { status: response.status, body: (await response.json()) as T }
  }
  return { add: comparison.add, stop, get }
}

const snapshotOf = async ({ get }: Awaited<ReturnType<typeof start>>) =>
  (await get<ComparisonSnapshot>(`/comparisons/snapshot?${COMPARISON}`)).body

describe('captured exchanges', () => {
  test('become counts, differences and pairs of their filter', async () => {
    const comparison = await start()
    const next = plantedTruth(1, { newHeader: true, errors: 0.2 })
    for (let pair = 0; pair < 50; pair += 1) comparison.add(next('calibration'))
    for (let pair = 0; pair < 200; pair += 1) comparison.add(next('mirror'))
    const list = await comparison.get<ComparisonList>('/comparisons?route=shop/orders')
    expect((await comparison.get<ComparisonList>('/comparisons/newest')).body).toEqual(list.body)
    expect(list.body.comparisons).toMatchObject([
      { generation: 1, filterIndex: 0, pairs: 200, mirrorBackend: 'shop/orders-next:80' },
    ])
    const snapshot = await snapshotOf(comparison)
    expect(snapshot).toMatchObject({ pairs: 200, calibrationPairs: 50, unseenEndpoints: [] })
    expect(snapshot.statuses.reduce((sum, { pairs }) => sum + pairs, 0)).toBe(200)
    const { groups } = assess(snapshot, judgeRules())
    expect(groups.find(({ pattern }) => pattern === 'header.x-cache')?.state).toBe('difference')
    expect(groups.find(({ pattern }) => pattern === '$.requestId')).toMatchObject({
      state: 'noise',
      evidence: 'calibration',
      calibrationDiffering: 50,
    })

    const failed = await comparison.get<PairList>(
      `/comparisons/pairs?${COMPARISON}&primaryStatus=200&mirrorStatus=500`,
    )
    expect(failed.body.pairs.length).toBeGreaterThan(3)
    for (const pair of failed.body.pairs) expect(pair.mirrorStatus).toBe('500')
    const [first] = failed.body.pairs
    const one = await comparison.get<ComparedPair>(
      `/comparisons/pair?${COMPARISON}&id=${first?.id}`,
    )
    expect(one.body.exchange.mirror).toMatchObject({ status: 500 })
    expect(one.body.summary).toEqual(first)
  })

  test('that were left out are kept apart by their reasons, and can be opened', async () => {
    const comparison = await start()
    const next = plantedTruth(4, {})
    const uncaptured = { kind: 'uncaptured', reason: 'body_limit', bytes: 200_000 } as const
    const { primary, mirror, ...rest } = next('mirror')
    const failed = { outcome: 'failed', backend: primary.backend, reason: 'x', totalMs: 3 }
    const odd = [
      { id: 'large', primary, mirror: { ...mirror, body: uncaptured } },
      { id: 'status', primary, mirror: { ...mirror, status: 404 } },
      { id: 'alone', primary: failed, mirror },
      { id: 'same', primary, mirror: { ...mirror, backend: primary.backend } },
    ]
    for (const one of odd) comparison.add({ ...rest, ...one } as CapturedExchange)
    for (let pair = 0; pair < 90; pair += 1) comparison.add(next('mirror'))
    for (const [reason, id] of [
      ['body_limit', 'large'],
      ['status', 'status'],
      ['primary_failed', 'alone'],
      ['same_backend', 'same'],
    ] as const) {
      const list = await comparison.get<PairList>(
        `/comparisons/pairs?${COMPARISON}&leftOut=${reason}`,
      )
      expect(list.body.pairs.map((pair) => [pair.id, pair.leftOut])).toEqual([[id, reason]])
      const one = await comparison.get<ComparedPair>(`/comparisons/pair?${COMPARISON}&id=${id}`)
      expect(one.body.exchange.id).toBe(id)
    }
  })

  test('that are too large to be kept are kept without their bodies', async () => {
    const comparison = await start({ exampleBytesMax: 2_000 })
    const exchange = plantedTruth(4, {})('mirror')
    const body = { kind: 'text', text: 'x'.repeat(3_000), bytes: 3_000 } as const
    comparison.add({ ...exchange, id: 'large', mirror: { ...exchange.mirror, body } as never })
    const one = await comparison.get<ComparedPair>(`/comparisons/pair?${COMPARISON}&id=large`)
    expect(one.body.exchange.mirror).toMatchObject({
      status: 200,
      body: { kind: 'uncaptured', reason: 'not_kept', bytes: 3_000 },
    })
  })

  test('say nothing where a copy went to the backend that answered, and are counted so', async () => {
    const comparison = await start()
    const exchange = plantedTruth(1, {})('mirror')
    comparison.add({
      ...exchange,
      mirror: { ...exchange.mirror, backend: exchange.primary.backend },
    })
    comparison.add({
      ...exchange,
      primary: { outcome: 'failed', backend: 'shop/orders:80', reason: 'timeout', totalMs: 1 },
    })
    expect(await snapshotOf(comparison)).toMatchObject({
      pairs: 0,
      notComparable: { same_backend: 1, primary_failed: 1 },
    })
  })

  test('are compared as the route says', async () => {
    const comparison = await start()
    const exchange = plantedTruth(1, { reorderedList: true })('mirror')
    const kinds = async () => (await snapshotOf(comparison)).groups.map(({ pattern }) => pattern)
    comparison.add({ ...exchange, rules: { unorderedPaths: ['$.shipping', '$.tags'] } })
    expect(await kinds()).not.toContain('$.shipping')
    comparison.add(exchange)
    expect(await kinds()).toContain('$.shipping')
  })

  test('know endpoints that other generations were asked for', async () => {
    const comparison = await start()
    const next = plantedTruth(1, {})
    const older = { ...next('mirror'), generation: 0 }
    comparison.add({ ...older, request: { ...older.request, path: '/legacy/7' } })
    comparison.add(next('mirror'))
    expect((await snapshotOf(comparison)).unseenEndpoints).toEqual(['GET /legacy/{id}'])
  })
})

test('requests that no pair was made of show what was not compared, over a restart too', async () => {
  const directory = temporaryDirectory()
  const first = await start({}, directory)
  const next = plantedTruth(1, {})
  first.add({ ...next('mirror'), request: { ...next('mirror').request, path: '/orders/1' } })
  const asked = { kind: 'requests', at: 5, route: 'shop/orders', rule: 0, beyond: 0 } as const
  const paths = [
    ['GET', '/orders/7', 90],
    ['DELETE', '/orders/8', 9],
    ['DELETE', '/orders/9', 1],
  ] as const
  first.add({ ...asked, paths })
  first.add({ ...asked, at: 6, paths: [], beyond: 3 })
  first.add({ ...asked, rule: 1, paths: [['GET', '/elsewhere', 1]] })
  const snapshot = await snapshotOf(first)
  expect(snapshot.unseenEndpoints).toEqual(['DELETE /orders/{id}'])
  expect(snapshot.requests).toEqual({
    endpoints: [
      { endpoint: 'GET /orders/{id}', requests: 90 },
      { endpoint: 'DELETE /orders/{id}', requests: 10 },
    ],
    beyond: 3,
    since: 5,
  })
  const { endpoints, criteria } = assess(snapshot, judgeRules())
  expect(endpoints).toMatchObject({ seen: 1, requests: 100, unseenShare: 0.1 })
  expect(criteria.at(-1)).toMatchObject({ name: 'coverage', state: 'open', seen: 1, of: 2 })
  await first.stop()
  const second = await start({}, directory)
  expect(await snapshotOf(second)).toEqual(snapshot)
  await second.get('/comparisons?route=shop/orders', 'DELETE')
  await second.stop()
  const third = await start({}, directory)
  third.add(next('mirror'))
  expect((await snapshotOf(third)).requests.since).toBe(0)
})

test('a restart keeps counts and pairs, and goes on counting', async () => {
  const directory = temporaryDirectory()
  const next = plantedTruth(1, { reorderedList: true })
  const first = await start({}, directory)
  for (let pair = 0; pair < 30; pair += 1) first.add(next('mirror'))
  first.add(next('calibration'))
  const before = await snapshotOf(first)
  const pairsBefore = await first.get<PairList>(`/comparisons/pairs?${COMPARISON}`)
  await first.stop()
  const second = await start({}, directory)
  expect(await snapshotOf(second)).toEqual(before)
  expect((await second.get<PairList>(`/comparisons/pairs?${COMPARISON}`)).body).toEqual(
    pairsBefore.body,
  )
  for (let pair = 0; pair < 30; pair += 1) second.add(next('mirror'))
  const after = await snapshotOf(second)
  expect(after.pairs).toBe(60)
  expect(after.groups).toHaveLength(before.groups.length)
})

test('a route starts anew when it is deleted, on disk too', async () => {
  const directory = temporaryDirectory()
  const first = await start({}, directory)
  first.add(plantedTruth(1, {})('mirror'))
  await first.stop()
  const second = await start({}, directory)
  expect((await second.get('/comparisons?route=shop/orders', 'DELETE')).status).toBe(200)
  await second.stop()
  const third = await start({}, directory)
  expect((await third.get(`/comparisons/snapshot?${COMPARISON}`)).status).toBe(404)
})

describe('limits', () => {
  const at = (exchange: CapturedExchange, generation: number, name = 'orders') => ({
    ...exchange,
    generation,
    route: `shop/${name}` as const,
  })

  test('generationsMax: the oldest generation is forgotten', async () => {
    const comparison = await start({ generationsMax: 2 })
    const exchange = plantedTruth(1, {})('mirror')
    for (const generation of [1, 2, 3]) comparison.add(at(exchange, generation))
    const { body } = await comparison.get<ComparisonList>('/comparisons?route=shop/orders')
    expect(body.comparisons.map(({ generation }) => generation)).toEqual([3, 2])
    const newest = await comparison.get<ComparisonList>('/comparisons/newest')
    expect(newest.body.comparisons.map(({ generation }) => generation)).toEqual([3])
  })

  test('comparisonsMax: the one that waited longest is forgotten', async () => {
    const comparison = await start({ comparisonsMax: 2 })
    const exchange = plantedTruth(1, {})('mirror')
    for (const name of ['a', 'b', 'a', 'c']) comparison.add(at(exchange, 1, name))
    const has = async (name: string) =>
      (await comparison.get<ComparisonList>(`/comparisons?route=shop/${name}`)).body.comparisons
        .length === 1
    expect([await has('a'), await has('b'), await has('c')]).toEqual([true, false, true])
  })

  test('recentPairsMax, pairsPerKindMax: rare kinds stay when thousands of others came', async () => {
    const comparison = await start({ recentPairsMax: 5, pairsPerKindMax: 2 })
    const next = plantedTruth(1, {})
    const rare = plantedTruth(2, { errors: 1 })('mirror')
    comparison.add({ ...rare, id: 'rare' })
    for (let pair = 0; pair < 1_000; pair += 1) comparison.add(next('mirror'))
    const { body } = await comparison.get<PairList>(`/comparisons/pairs?${COMPARISON}`)
    expect(body.kept).toBeLessThan(40)
    expect(body.pairs.map(({ id }) => id)).toContain('rare')
  })

  test('exampleBytesMax: the oldest pairs go, counts stay', async () => {
    const comparison = await start({ exampleBytesMax: 8_000 })
    const next = plantedTruth(1, {})
    for (let pair = 0; pair < 100; pair += 1) comparison.add(next('mirror'))
    const { body } = await comparison.get<PairList>(`/comparisons/pairs?${COMPARISON}`)
    expect(body.kept).toBeLessThan(8)
    expect((await snapshotOf(comparison)).pairs).toBe(100)
  })
})

test.each([
  ['/comparisons', 400],
  ['/comparisons/snapshot?route=a/b', 400],
  ['/comparisons/snapshot?route=a/b&generation=x&rule=0&filterIndex=0', 400],
  [`/comparisons/snapshot?${COMPARISON}`, 404],
  [`/comparisons/pair?${COMPARISON}`, 404],
  [`/comparisons/nothing?${COMPARISON}`, 404],
])('%s is answered %i, with what to do', async (path, status) => {
  const comparison = await start()
  const answer = await comparison.get<{ message: string }>(path)
  expect(answer.status).toBe(status)
  expect(answer.body.message).toMatch(/\.$/)
})
