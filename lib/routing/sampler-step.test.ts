import { expect, test } from 'vitest'
import { createMirrorSampler } from './mirror-sampler'

const UNIT = 2 ** 32

test('a sampler goes on by the golden ratio, in the nearest step that visits every value', () => {
  const sampler = createMirrorSampler(0.25)
  const first = sampler.next() * UNIT
  const step = (first - 0.25 * UNIT + UNIT) % UNIT
  const golden = ((Math.sqrt(5) - 1) / 2) * UNIT
  expect(Math.abs(step - golden)).toBeLessThan(1)
  expect(step % 2).toBe(1)
  expect(sampler.next() * UNIT).toBe((first + step) % UNIT)
})
