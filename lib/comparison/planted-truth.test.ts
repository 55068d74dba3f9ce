import { expect, test } from 'vitest'
import { assess } from './assess'
import { takeSnapshot } from './take-snapshot'
import { ComparisonTally } from './tally'
import { type Planted, plantedTruth } from './test-support/planted-truth'
import { DEFAULT_THRESHOLDS } from './thresholds'

const KEY = { route: 'shop/orders', generation: 1, rule: 0, filterIndex: 0 } as const
const RULES = { unorderedPaths: [], listKeys: [], numberTolerance: 0 }
const JUDGE = { ignorePaths: [], ignoreHeaders: [], thresholds: DEFAULT_THRESHOLDS }

function compare(seed: number, planted: Planted, pairs: number, repeats: number) {
  const next = plantedTruth(seed, planted)
  const mirror = new ComparisonTally(KEY, '')
  const calibration = new ComparisonTally({ ...KEY, filterIndex: -1 }, '')
  for (let count = 0; count < repeats; count += 1) calibration.add(next('calibration'), RULES)
  for (let count = 0; count < pairs; count += 1) mirror.add(next('mirror'), RULES)
  return assess(takeSnapshot(mirror, calibration, []), JUDGE)
}

function namesOf({ groups }: ReturnType<typeof assess>, state: string): string[] {
  return groups
    .filter((group) => group.state === state)
    .map(({ kind, pattern }) => `${kind} ${pattern}`)
    .sort()
}

const PLANTED: Planted = {
  changedField: 0.02,
  reorderedList: true,
  newHeader: true,
  slowerMs: 30,
  errors: 0.01,
}

test('100,000 pairs show every planted kind and no other', () => {
  const found = compare(20261125, PLANTED, 100_000, 2_000)
  expect(namesOf(found, 'difference')).toEqual([
    'added header.x-cache',
    'changed $.items[*].price',
    'reordered $.shipping',
    'status status["200"]["500"]',
  ])
  expect(namesOf(found, 'undecided')).toEqual([])
  expect(found.criteria.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'mismatch bad',
    'errors bad',
    'latency bad',
    'coverage good',
  ])
  expect(found.decision).toBe('do-not-promote')
}, 120_000)

test('the same noise without differences is promoted once it is measured, and no difference before', () => {
  const measured = compare(7, {}, 5_000, 500)
  expect(namesOf(measured, 'difference')).toEqual([])
  expect(namesOf(measured, 'undecided')).toEqual([])
  expect(measured.decision).toBe('promote')
  const unmeasured = compare(7, {}, 5_000, 0)
  expect(namesOf(unmeasured, 'difference')).toEqual([])
  expect(namesOf(unmeasured, 'undecided')).toEqual([
    'changed $.items[*].stamp',
    'changed $.requestId',
    'changed $.tookMs',
    'changed header.x-trace',
  ])
  expect(unmeasured).toMatchObject({ decision: 'keep-watching', unmeasured: 4 })
})

test.each([
  [{ changedField: 0.02 }, 'changed $.items[*].price'],
  [{ reorderedList: true }, 'reordered $.shipping'],
  [{ newHeader: true }, 'added header.x-cache'],
  [{ errors: 0.01 }, 'status status["200"]["500"]'],
] as const)('%j alone is found without a calibration', (planted, name) => {
  expect(namesOf(compare(11, planted, 20_000, 0), 'difference')).toEqual([name])
})

test('errors of both sides are noise, told by their balance where nothing was repeated', () => {
  const found = compare(3, { flaky: 0.02 }, 10_000, 0)
  const statuses = found.groups.filter(({ kind }) => kind === 'status')
  expect(statuses.map(({ state, evidence }) => `${state} ${evidence}`)).toEqual([
    'noise symmetry',
    'noise symmetry',
  ])
  expect(found.criteria.find(({ name }) => name === 'errors')?.state).toBe('good')
  expect(namesOf(compare(3, { flaky: 0.02, errors: 0.02 }, 10_000, 0), 'difference')).toEqual([
    'status status["200"]["500"]',
  ])
})
