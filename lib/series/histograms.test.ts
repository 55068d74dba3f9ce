import { describe, expect, test } from 'vitest'
import { histogramQuantile, quantileResolution } from './histogram-quantile'
import { LatencyHistogram } from './latency-histogram'

const upperBounds = [0.1, 0.5, 1, Number.POSITIVE_INFINITY]

describe('histogramQuantile', () => {
  test.each([
    ['the middle of a bucket', 0.5, [0, 10, 0, 0], 0.3],
    ['the lowest bucket, from zero', 0.5, [10, 0, 0, 0], 0.05],
    ['a boundary', 0.5, [5, 5, 0, 0], 0.1],
    ['the lowest quantile', 0, [0, 10, 0, 0], 0.1],
    ['the highest quantile', 1, [0, 10, 0, 0], 0.5],
    ['the last bucket: its lower bound', 0.99, [0, 0, 1, 9], 1],
    ['across empty buckets', 0.9, [1, 0, 9, 0], 0.5 + 0.5 * (8 / 9)],
  ])('reads %s', (_, quantile, counts, expected) => {
    expect(histogramQuantile(quantile, { upperBounds, counts })).toBeCloseTo(expected, 12)
  })

  test('is null without observations, for no quantile, and with the last bucket alone', () => {
    expect(histogramQuantile(0.5, { upperBounds, counts: [0, 0, 0, 0] })).toBeNull()
    expect(histogramQuantile(0.5, { upperBounds: [], counts: [] })).toBeNull()
    expect(histogramQuantile(2, { upperBounds, counts: [1, 0, 0, 0] })).toBeNull()
    expect(histogramQuantile(Number.NaN, { upperBounds, counts: [1, 0, 0, 0] })).toBeNull()
    expect(
      histogramQuantile(0.5, { upperBounds: [Number.POSITIVE_INFINITY], counts: [3] }),
    ).toBeNull()
  })

  test('is never below a lower quantile, and lies in its bucket', () => {
    for (let seed = 1; seed < 200; seed += 1) {
      const counts = [seed % 7, (seed * 31) % 11, (seed * 17) % 5, (seed * 3) % 2]
      let before = 0
      for (const quantile of [0, 0.1, 0.5, 0.9, 0.99, 1]) {
        const value = histogramQuantile(quantile, { upperBounds, counts }) ?? before
        expect(value).toBeGreaterThanOrEqual(before)
        expect(value).toBeLessThanOrEqual(1)
        before = value
      }
    }
  })

  test('has the resolution of its bucket', () => {
    const buckets = { upperBounds, counts: [1, 8, 0, 1] }
    expect(quantileResolution(0.01, buckets)).toBe(0.1)
    expect(quantileResolution(0.5, buckets)).toBe(0.4)
    expect(quantileResolution(1, buckets)).toBe(Number.POSITIVE_INFINITY)
    expect(quantileResolution(0.5, { upperBounds, counts: [0, 0, 0, 0] })).toBeNull()
  })
})

describe('LatencyHistogram', () => {
  test('is null while empty', () => {
    const histogram = new LatencyHistogram()
    expect([histogram.count, histogram.max, histogram.quantile(0.5)]).toEqual([0, null, null])
  })

  test('reports every value at most 1.6 % too high', () => {
    for (let value = 0.001; value < 30_000_000; value = value * 1.07 + 0.001) {
      const histogram = new LatencyHistogram()
      histogram.record(value)
      histogram.record(value * 2)
      const reported = histogram.quantile(0.5) ?? 0
      const micros = Math.round(value * 1000) / 1000
      if (value * 2000 < 2 ** 35) {
        expect(reported).toBeGreaterThanOrEqual(micros)
        expect(reported).toBeLessThanOrEqual(micros * 1.016)
      }
    }
  })

  test('finds quantiles of many, and the largest exactly', () => {
    const histogram = new LatencyHistogram()
    for (let value = 1; value <= 1000; value += 1) histogram.record(value)
    expect(histogram.count).toBe(1000)
    expect(histogram.quantile(0.5)).toBeGreaterThanOrEqual(500)
    expect(histogram.quantile(0.5)).toBeLessThanOrEqual(508)
    expect(histogram.quantile(0.99)).toBeGreaterThanOrEqual(990)
    expect(histogram.quantile(1)).toBe(1000)
    expect(histogram.max).toBe(1000)
  })

  test('counts what is below zero as zero and what is too long at its end', () => {
    const histogram = new LatencyHistogram()
    histogram.record(-5)
    histogram.record(1e12)
    expect(histogram.quantile(0.1)).toBe(0)
    expect(histogram.max).toBe((2 ** 35 - 1) / 1000)
    expect(histogram.quantile(1)).toBe((2 ** 35 - 1) / 1000)
  })
})
