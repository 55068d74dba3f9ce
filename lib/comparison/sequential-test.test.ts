import { describe, expect, test } from 'vitest'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import {
  evidenceAbove,
  evidenceBelow,
  lowerBound,
  projectNeeded,
  upperBound,
} from './sequential-test'

const RUNS = 10_000
const PAIRS = 1_000
const LEVEL = 0.05

/** Share of runs in which the evidence ever reached 1/level, looking after every pair. */
function alarmRate(seed: number, rate: number, evidence: (x: number, n: number) => number): number {
  const random = seededRandom(seed)
  let alarms = 0
  for (let run = 0; run < RUNS; run += 1) {
    let seen = 0
    for (let pair = 1; pair <= PAIRS; pair += 1) {
      if (random() < rate) seen += 1
      if (evidence(seen, pair) < -Math.log(LEVEL)) continue
      alarms += 1
      break
    }
  }
  return alarms / RUNS
}

describe('10,000 runs that are looked at after every pair raise a false alarm in at most the level', () => {
  test.each([
    ['a mismatch rate at its limit is called above it', 0.01, evidenceAbove(0.01)],
    ['a mismatch rate at its limit is called below it', 0.01, evidenceBelow(0.01)],
    ['equal latencies are called slower', 0.5, evidenceAbove(0.5)],
    ['latencies at the tolerance are called within it', 0.5, evidenceBelow(0.5)],
  ])('%s', (_, rate, evidence) => {
    const alarms = alarmRate(1, rate, evidence)
    expect(alarms).toBeLessThan(LEVEL)
    // A test that never alarms would pass as well, and be of no use.
    expect(alarms).toBeGreaterThan(0)
  })
})

describe('bounds', () => {
  test.each([
    [0, 0, 0, 1],
    [0, 1000, 0, 0.007],
    [20, 1000, 0.0067, 0.0427],
    [1000, 1000, 0.994, 1],
  ])('of %i in %i are close to %d and %d', (seen, of, lower, upper) => {
    expect(lowerBound(seen, of, 0.01)).toBeCloseTo(lower, 2)
    expect(upperBound(seen, of, 0.01)).toBeCloseTo(upper, 2)
  })

  test('hold the rate, and shrink to it', () => {
    for (const of of [100, 10_000, 1_000_000]) {
      const seen = of / 20
      expect(lowerBound(seen, of, 0.05)).toBeLessThan(0.05)
      expect(upperBound(seen, of, 0.05)).toBeGreaterThan(0.05)
    }
    expect(upperBound(50_000, 1_000_000, 0.05) - lowerBound(50_000, 1_000_000, 0.05)).toBeLessThan(
      0.002,
    )
  })

  test('are ends of the same evidence that alarms', () => {
    const lower = lowerBound(30, 1_000, 0.05)
    expect(evidenceAbove(lower * 0.999)(30, 1_000)).toBeGreaterThan(Math.log(20))
    expect(evidenceAbove(lower * 1.001)(30, 1_000)).toBeLessThan(Math.log(20))
  })
})

test('the pairs still needed are the first count at which the question is decided', () => {
  const evidence = evidenceBelow(0.01)
  const isDecided = (seen: number, of: number) => evidence(seen, of) >= Math.log(20)
  const needed = projectNeeded(0, 10, isDecided) ?? 0
  expect(isDecided(0, needed)).toBe(true)
  expect(isDecided(0, needed - 1)).toBe(false)
  expect(projectNeeded(0.02, 10, isDecided)).toBeNull()
})
