import { expect, test } from 'vitest'
import { mirrorFraction } from './build-filters'

const backendRef = { name: 'b' }

test.each([
  [{}, 1],
  [{ percent: 0 }, 0],
  [{ percent: 25 }, 0.25],
  [{ percent: 100 }, 1],
  [{ percent: 150 }, 1],
  [{ percent: -1 }, 0],
  [{ fraction: { numerator: 5 } }, 0.05],
  [{ fraction: { numerator: 1, denominator: 3 } }, 1 / 3],
  [{ fraction: { numerator: 5, denominator: 3 } }, 1],
  [{ fraction: { numerator: -1 } }, 0],
  [{ fraction: { numerator: 0 }, percent: 50 }, 0],
])('%j is %d of the requests', (filter, fraction) => {
  expect(mirrorFraction({ backendRef, ...filter })).toBe(fraction)
})
