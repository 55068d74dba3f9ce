import { describe, expect, test } from 'vitest'
import { type AssessedGroup, assessGroups, headerOf, pairsUntil, statusesOf } from './assess-groups'
import { COMPARISON_LIMITS } from './limits'
import { parsePathPattern } from './path-pattern'
import { lowerBound, upperBound } from './sequential-test'
import type { DifferenceGroup } from './snapshot'
import { DEFAULT_THRESHOLDS, type JudgeRules } from './thresholds'

const RULES: JudgeRules = { ignorePaths: [], ignoreHeaders: [], thresholds: DEFAULT_THRESHOLDS }
/** What is left of the level for each of four bounds of one difference of as many as there can be. */
const LEVEL = DEFAULT_THRESHOLDS.level / COMPARISON_LIMITS.groupsMax / 4

function group(fields: Partial<DifferenceGroup>): DifferenceGroup {
  return {
    kind: 'changed',
    pattern: '$.a',
    seen: 1_000,
    differing: 200,
    calibrationSeen: 0,
    calibrationDiffering: 0,
    model: 'stable',
    modelOf: 0,
    firstAt: 0,
    lastAt: 0,
    endpoints: [],
    samples: [],
    ...fields,
  }
}

function assessed(fields: Partial<DifferenceGroup>, ...others: DifferenceGroup[]): AssessedGroup {
  const [first] = assessGroups([group(fields), ...others], RULES)
  if (first === undefined) throw new Error('nothing assessed')
  return first
}

describe('the numbers of a difference', () => {
  test('are its rate and the ends at a quarter of its share of the level', () => {
    const { rate, lower, upper, noiseRate, noiseUpper } = assessed({})
    expect(rate).toBe(0.2)
    expect(lower).toBe(lowerBound(200, 1_000, LEVEL))
    expect(upper).toBe(upperBound(200, 1_000, LEVEL))
    expect([noiseRate, noiseUpper]).toEqual([null, null])
  })

  test('are those of the noise too, once it was measured', () => {
    const { noiseRate, noiseUpper } = assessed({ calibrationSeen: 400, calibrationDiffering: 4 })
    expect(noiseRate).toBe(0.01)
    expect(noiseUpper).toBe(upperBound(4, 400, LEVEL))
  })

  test('are none where no pair has the place', () => {
    expect(assessed({ seen: 0, differing: 0 })).toMatchObject({ rate: 0, lower: 0, upper: 1 })
  })

  test('say how surprising it is beside the noise: Kullback and Leibler’s divergence, once for each pair', () => {
    const divergence = 0.2 * Math.log(0.2 / 0.05) + 0.8 * Math.log(0.8 / 0.95)
    const noise = { calibrationSeen: 100, calibrationDiffering: 5 }
    expect(assessed(noise).surprise).toBeCloseTo(1_000 * divergence, 6)
    expect(assessed({ differing: 1_000 }).surprise).toBeCloseTo(1_000 * Math.log(1_000), 6)
    expect(assessed({ differing: 50, ...noise }).surprise).toBe(0)
    expect(assessed({ differing: 1 }).surprise).toBe(0)
  })

  test('say how many repeats would decide it, only while it is undecided', () => {
    const few = { calibrationSeen: 5, calibrationDiffering: 0 }
    const undecided = assessed(few)
    expect(undecided.state).toBe('undecided')
    const needed = undecided.repeatsNeeded ?? 0
    const stateAfter = (calibrationSeen: number) =>
      assessed({ calibrationSeen, calibrationDiffering: 0 }).state
    expect(stateAfter(needed)).toBe('difference')
    expect(stateAfter(needed - 1)).toBe('undecided')
    expect(assessed({}).repeatsNeeded).toBeNull()
    expect(assessed({ ...few, seen: 10_000, differing: 1 }).repeatsNeeded).toBeNull()
  })
})

describe('the state of a difference', () => {
  const added = group({ kind: 'added', differing: 1 })
  test.each([
    ['an echo of the gateway', { kind: 'echo' }, [], 'noise gateway'],
    ['far above measured noise', { calibrationSeen: 900 }, [], 'difference calibration'],
    [
      'within measured noise',
      { calibrationSeen: 900, calibrationDiffering: 180 },
      [],
      'noise calibration',
    ],
    ['lopsided', { kind: 'missing', model: 'time' }, [added], 'difference symmetry'],
    [
      'even',
      { kind: 'missing', differing: 30 },
      [group({ kind: 'added', differing: 30 })],
      'noise symmetry',
    ],
    [
      'even, and too few to say so',
      { kind: 'missing', differing: 2, seen: 1_000 },
      [group({ kind: 'added', differing: 2 })],
      'undecided none',
    ],
    ['a value that looks like noise', { model: 'time' }, [], 'noise model'],
    ['often, and nothing speaks against it', {}, [], 'difference model'],
    ['once in a thousand', { differing: 1 }, [], 'undecided none'],
  ] as const)('%s', (_, fields, others, expected) => {
    const { state, evidence } = assessed(fields, ...others)
    expect(`${state} ${evidence}`).toBe(expected)
  })

  test('is ignored by rule: a path, or a header whatever its case was', () => {
    const rules = {
      ...RULES,
      ignorePaths: [parsePathPattern('$.a') ?? []],
      ignoreHeaders: ['etag', 'x "y"'],
    }
    const states = assessGroups(
      ['$.a', '$.a.b', '$.b', 'header.etag', 'header["x \\"y\\""]', 'header.date'].map((pattern) =>
        group({ pattern }),
      ),
      rules,
    ).map(({ state }) => state)
    expect(states.map((state) => state === 'ignored')).toEqual([
      true,
      true,
      false,
      true,
      true,
      false,
    ])
  })

  test('knows the opposite of a status by its two codes', () => {
    const there = group({ kind: 'status', pattern: 'status["200"]["503"]', differing: 40 })
    const back = group({ kind: 'status', pattern: 'status["503"]["200"]', differing: 3 })
    const [first, second] = assessGroups([there, back], RULES)
    expect([first?.reverse, second?.reverse]).toEqual([3, 40])
    expect([first?.index, second?.index]).toEqual([0, 1])
    expect(assessed({ kind: 'type' }).reverse).toBeNull()
    expect(assessed({ kind: 'missing' }).reverse).toBe(0)
  })
})

describe('names of places', () => {
  test('of headers', () => {
    expect(headerOf('header.etag')).toBe('etag')
    expect(headerOf('header["a b"]')).toBe('a b')
    expect(headerOf('$.header')).toBeNull()
    expect(headerOf('header')).toBeNull()
  })

  test('of statuses', () => {
    expect(statusesOf({ kind: 'status', pattern: 'status["200"]["503"]' })).toEqual(['200', '503'])
    expect(statusesOf({ kind: 'status', pattern: 'status["200"]["failed: timeout"]' })).toEqual([
      '200',
      'failed: timeout',
    ])
    expect(statusesOf({ kind: 'status', pattern: 'status["200"]' })).toBeNull()
    expect(statusesOf({ kind: 'changed', pattern: 'status["200"]["503"]' })).toBeNull()
  })
})

describe('pairs until a rate is beyond a limit', () => {
  test('are as many as the evidence needs, and none where the rate is on the other side', () => {
    const observed = { seen: 0, of: 10, level: 0.05 }
    const needed = pairsUntil('below', 0.01, observed) ?? 0
    expect(upperBound(0, needed, 0.05)).toBeLessThanOrEqual(0.01)
    expect(upperBound(0, needed - 1, 0.05)).toBeGreaterThan(0.01)
    expect(pairsUntil('above', 0.01, observed)).toBeNull()
    expect(pairsUntil('above', 0.01, { seen: 1, of: 10, level: 0.05 })).toBeGreaterThan(10)
    expect(pairsUntil('below', 0.01, { seen: 1, of: 10, level: 0.05 })).toBeNull()
  })
})
