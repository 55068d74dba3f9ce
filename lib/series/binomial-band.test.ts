import { describe, expect, test } from 'vitest'
import { binomialBand } from './binomial-band'

/** The probability of each count, by multiplying: slow, and right. */
function weights(trials: number, probability: number): number[] {
  let row = [1]
  for (let trial = 0; trial < trials; trial += 1) {
    row = Array.from({ length: row.length + 1 }, (_, count) => {
      return (row[count] ?? 0) * (1 - probability) + (row[count - 1] ?? 0) * probability
    })
  }
  return row
}

describe('the band of a binomial count', () => {
  test.each([
    [1, 0.5],
    [10, 0.1],
    [50, 0.29],
    [200, 0.005],
    [1000, 0.5],
    [1500, 0.97],
  ])(
    'of %i at %d leaves at most half a percent on each side, and no narrower would',
    (trials, p) => {
      const { low, high } = binomialBand(trials, p)
      const weight = weights(trials, p)
      const below = (count: number) => weight.slice(0, count).reduce((a, b) => a + b, 0)
      const above = (count: number) => weight.slice(count + 1).reduce((a, b) => a + b, 0)
      expect(below(low)).toBeLessThanOrEqual(0.005)
      expect(below(low + 1)).toBeGreaterThan(0.005)
      expect(above(high)).toBeLessThanOrEqual(0.005)
      expect(above(high - 1)).toBeGreaterThan(0.005)
    },
  )

  test('has no width where nothing is left to chance, and stays within what is possible', () => {
    expect(binomialBand(0, 0.5)).toEqual({ low: 0, high: 0 })
    expect(binomialBand(80, 1)).toEqual({ low: 80, high: 80 })
    expect(binomialBand(80, 0)).toEqual({ low: 0, high: 0 })
    expect(binomialBand(1e9, 0.5).low).toBeGreaterThan(499_900_000)
    // The two ways of reckoning meet.
    const near = binomialBand(1601, 0.5)
    const exact = binomialBand(1599, 0.5)
    expect(Math.abs(near.low - exact.low)).toBeLessThanOrEqual(2)
    expect(Math.abs(near.high - exact.high)).toBeLessThanOrEqual(2)
  })
})
