import { describe, expect, test } from 'vitest'
import { counterIncrease, isCounterValue } from './counter-increase'
import { Coverage, GAPS_MAX } from './coverage'
import { StepFlags } from './step-flags'
import { StepLog } from './step-log'
import { chooseResolution, POINTS_MAX, stepOf, TIERS } from './tiers'

describe('counterIncrease', () => {
  test.each([
    ['grew', 5, 9, false, 4],
    ['stayed', 5, 5, false, 0],
    ['shrank: it was reset', 5, 2, false, 2],
    ['was reset to nothing', 5, 0, false, 0],
    ['was reset and has passed its former value', 5, 9, true, 9],
    ['was not there before', null, 3, false, 3],
  ])('of a counter that %s', (_, previous, current, isReset, expected) => {
    expect(counterIncrease(previous, current, isReset)).toBe(expected)
  })

  test('is only asked of values a counter has', () => {
    expect([0, 1, 2 ** 53 - 1].every(isCounterValue)).toBe(true)
    expect([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53].some(isCounterValue)).toBe(
      false,
    )
  })
})

describe('chooseResolution', () => {
  test.each([
    [60, { tier: 0, width: 1, points: 60 }],
    [300, { tier: 0, width: 1, points: 300 }],
    [900, { tier: 0, width: 3, points: 300 }],
    [901, { tier: 1, width: 10, points: 91 }],
    [3600, { tier: 1, width: 20, points: 180 }],
    [21_600, { tier: 1, width: 80, points: 270 }],
    [86_400, { tier: 2, width: 300, points: 288 }],
    [604_800, { tier: 2, width: 2040, points: 297 }],
    [10_000_000, { tier: 2, width: 2040, points: 297 }],
    [0, { tier: 0, width: 1, points: 1 }],
  ])('of %i ticks', (range, expected) => {
    expect(chooseResolution(range)).toEqual(expected)
  })

  test('of a range in the past is as fine as is still kept for its beginning', () => {
    expect(chooseResolution(60, 300, 840)).toMatchObject({ tier: 0, width: 1 })
    expect(chooseResolution(60, 300, 841)).toEqual({ tier: 1, width: 10, points: 6 })
    expect(chooseResolution(3600, 300, 86_400)).toMatchObject({ tier: 2, width: 60 })
  })

  test('draws no more than it may and covers the range', () => {
    for (let range = 1; range <= 604_800; range = Math.ceil(range * 1.03)) {
      const { tier, width, points } = chooseResolution(range)
      expect(points).toBeLessThanOrEqual(POINTS_MAX)
      expect(points * width).toBeGreaterThanOrEqual(range)
      expect(width % (TIERS[tier]?.width ?? 0)).toBe(0)
    }
  })

  test('numbers a step by its end', () => {
    expect([1, 10, 11, 20, 21].map((tick) => stepOf(tick, 10))).toEqual([1, 1, 2, 2, 3])
  })
})

function read(log: StepLog, from = 0, to = Number.MAX_SAFE_INTEGER) {
  const entries: [number, number, number][] = []
  log.forEach(from, to, (step, slot, value) => entries.push([step, slot, value]))
  return entries
}

describe('StepLog', () => {
  test('gives back what was added, of any size and sign, in any part', () => {
    const log = new StepLog(100)
    const values = [1, -1, 63, 64, -64, -65, 127, 128, 2 ** 31, -(2 ** 31), 2 ** 51, -(2 ** 51), 0]
    const expected: [number, number, number][] = []
    for (const [index, value] of values.entries()) {
      const step = 1_800_000_000 + index * index * 7
      log.append(step, [index, index + 200], [value, -value])
      expected.push([step, index, value], [step, index + 200, -value])
    }
    const clean = (entries: [number, number, number][]) =>
      entries.map((entry) => entry.map((n) => n + 0))
    expect(clean(read(log))).toEqual(clean(expected))
    const from = expected[6]?.[0] ?? 0
    const to = expected[15]?.[0] ?? 0
    expect(clean(read(log, from, to))).toEqual(
      clean(expected.filter(([step]) => step >= from && step <= to)),
    )
  })

  test('refuses a step that is not later', () => {
    const log = new StepLog(10)
    expect(log.append(5, [0], [1])).toBe(true)
    expect(log.append(5, [0], [1])).toBe(false)
    expect(log.append(4, [0], [1])).toBe(false)
    expect(read(log)).toEqual([[5, 0, 1]])
  })

  test('drops old steps by the chunk and knows its size', () => {
    const log = new StepLog(10)
    for (let step = 1; step <= 100; step += 1) log.append(step, [3], [step])
    expect(log.chunks).toHaveLength(10)
    const before = log.size
    expect(log.dropBefore(35)).toHaveLength(3)
    expect(read(log)[0]).toEqual([31, 3, 31])
    expect(log.size).toBeLessThan(before)
    log.dropBefore(1000)
    expect(log.size).toBe(0)
  })

  test('begins another chunk when one is full, also for a step larger than a chunk', () => {
    const log = new StepLog(1_000_000)
    const slots = Array.from({ length: 2000 }, (_, slot) => slot)
    for (let step = 1; step <= 3; step += 1) log.append(step, slots, slots)
    expect(log.chunks).toHaveLength(3)
    expect(read(log)).toHaveLength(6000)
    expect(read(log, 2, 2)[1999]).toEqual([2, 1999, 1999])
  })

  test('ends where a chunk is damaged instead of failing', () => {
    const chunk = { firstStep: 1, lastStep: 9, bytes: Uint8Array.from([0, 255, 255, 3]), length: 4 }
    expect(() => read(new StepLog(10, [chunk]))).not.toThrow()
  })
})

describe('StepFlags', () => {
  test('forgets what is older than its size and clears what was skipped', () => {
    const flags = new StepFlags(4, 10)
    flags.set(11, 1)
    flags.set(13, 2)
    expect([10, 11, 12, 13, 14].map((step) => flags.get(step))).toEqual([0, 1, 0, 2, 0])
    flags.set(15, 3)
    expect([11, 12, 13, 14, 15].map((step) => flags.get(step))).toEqual([0, 0, 2, 0, 3])
    flags.set(11, 9)
    expect(flags.get(11)).toBe(0)
    flags.set(100, 1)
    expect([13, 97, 98, 99, 100].map((step) => flags.get(step))).toEqual([0, 0, 0, 0, 1])
  })
})

describe('Coverage', () => {
  test('knows a step only when both of its edges were scraped', () => {
    const coverage = new Coverage(0)
    const reach = [1, 2, 3, 5, 6, 20, 21].map((tick) => coverage.scraped(tick))
    expect(reach).toEqual(['first', 'step', 'step', 'step', 'step', 'gap', 'step'])
    const known = [1, 2, 3, 4, 5, 6, 19, 20, 21, 22].filter((tick) => coverage.isKnown(0, 1, tick))
    expect(known).toEqual([2, 3, 6, 21])
    expect(coverage.isKnown(0, 3, 6)).toBe(true)
    expect(coverage.isKnown(0, 2, 5)).toBe(true)
    expect(coverage.isKnown(0, 2, 4)).toBe(false)
    expect(coverage.isKnown(0, 5, 21)).toBe(false)
    expect(coverage.gaps).toEqual([{ from: 6, to: 20 }])
  })

  test('GAPS_MAX: forgets the oldest gap', () => {
    const coverage = new Coverage(0)
    for (let gap = 0; gap < GAPS_MAX + 5; gap += 1) coverage.scraped(gap * 10)
    expect(coverage.gaps).toHaveLength(GAPS_MAX)
    expect(coverage.gaps[0]?.from).toBe(40)
  })

  test('continues from its state', () => {
    const coverage = new Coverage(0)
    for (let tick = 1; tick <= 40; tick += 1) coverage.scraped(tick)
    coverage.close(1, 3)
    const again = new Coverage(0, coverage.state())
    expect(again.lastScraped).toBe(40)
    expect(again.isKnown(0, 1, 40)).toBe(true)
    expect(again.isKnown(1, 10, 30)).toBe(true)
    expect(again.scraped(41)).toBe('step')
  })
})
