import { expect, it } from 'vitest'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import { shareOf } from '../rules/budget-runtime'
import { TokenBucket } from './token-bucket'

it.each([0.5, 1, 7, 50, 1_000])(
  'allows %d a second over any window, and no less when asked all the time',
  (rate) => {
    let now = 0
    const bucket = new TokenBucket(rate, () => now)
    const random = seededRandom(rate)
    const taken: number[] = []
    while (now < 60_000) {
      if (bucket.take()) taken.push(now)
      now += random() * Math.min(20, 200 / rate)
    }
    expect(taken.length).toBeGreaterThanOrEqual(rate * 60 * 0.95 - 1)
    const burst = Math.max(1, rate / 10)
    for (let first = 0; first < taken.length; first += 97) {
      for (let last = first; last < taken.length; last += 89) {
        const seconds = ((taken[last] ?? 0) - (taken[first] ?? 0)) / 1000
        expect(last - first + 1).toBeLessThanOrEqual(seconds * rate + burst + 1e-6)
      }
    }
  },
)

it('gives the workers parts that add up', () => {
  for (const total of [1, 2, 5, 100]) {
    for (const count of [1, 2, 3, 4]) {
      const parts = Array.from({ length: count }, (_, index) => shareOf(total, { index, count }))
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total)
    }
  }
})
