import { describe, expect, it } from 'vitest'
import { createBackendSplit } from './backend-split'
import { createMirrorSampler, isSampled, MIRROR_SAMPLER_START } from './mirror-sampler'
import type { BackendEntry } from './route-table'

const FRACTIONS = [
  ...Array.from({ length: 101 }, (_, percent) => percent / 100),
  1 / 3,
  1 / 7,
  5 / 1000,
  1 / 1000,
  1 / 10_000,
]

/** Running count minus running share, after each request. */
function deviations(fraction: number, length: number, start?: number): Float64Array {
  const sampler = createMirrorSampler(start)
  const out = new Float64Array(length + 1)
  let count = 0
  for (let index = 1; index <= length; index++) {
    if (isSampled(sampler.next(), fraction)) count++
    out[index] = count - index * fraction
  }
  return out
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}

describe('createMirrorSampler', () => {
  it('keeps every percentage within 2.4 of exact for the first 2,000 requests and 2.8 for 10,000', () => {
    for (const fraction of FRACTIONS) {
      const values = deviations(fraction, 10_000)
      expect(largest(values.slice(0, 2001)), `fraction ${fraction}`).toBeLessThan(2.4)
      expect(largest(values), `fraction ${fraction}`).toBeLessThan(2.8)
    }
  })

  it('copies 500 of 500 at 100 %, none at 0 %, and 2,900 ± 2 of 10,000 at 29 %', () => {
    expect(deviations(1, 500)[500]).toBe(0)
    expect(deviations(0, 500)[500]).toBe(0)
    expect(Math.abs(deviations(0.29, 10_000)[10_000] ?? 9)).toBeLessThanOrEqual(2)
  })

  it('keeps windows of 10, 100, 500 and 1,000 requests within 2 wherever they start', () => {
    for (const fraction of FRACTIONS) {
      const values = deviations(fraction, 20_000)
      for (const length of [10, 100, 500, 1000]) {
        let worst = 0
        for (let start = 0; start + length <= 20_000; start += 37) {
          const error = (values[start + length] ?? 0) - (values[start] ?? 0)
          worst = Math.max(worst, Math.abs(error))
        }
        expect(worst, `${fraction} over ${length}`).toBeLessThan(2.000_001)
      }
    }
  })

  it('never drifts: a window of 10,000 after three million requests is within 4 of exact', () => {
    for (const fraction of [0.01, 0.29, 0.5, 1 / 3]) {
      const values = deviations(fraction, 3_010_000)
      const error = (values[3_010_000] ?? 0) - (values[3_000_000] ?? 0)
      expect(Math.abs(error)).toBeLessThanOrEqual(4)
    }
  })

  it('nests: what a smaller fraction copies, a larger one copies too', () => {
    const sampler = createMirrorSampler(MIRROR_SAMPLER_START)
    for (let index = 0; index < 5000; index++) {
      const sample = sampler.next()
      if (isSampled(sample, 0.05)) expect(isSampled(sample, 0.1)).toBe(true)
    }
  })

  it('meets traffic with any short period evenly', () => {
    for (let period = 2; period <= 12; period++) {
      const sampler = createMirrorSampler()
      let count = 0
      for (let index = 0; index < 1000 * period; index++) {
        const sampled = isSampled(sampler.next(), 0.2)
        if (index % period === 0 && sampled) count++
      }
      expect(Math.abs(count - 200), `period ${period}`).toBeLessThanOrEqual(4)
    }
  })
})

function backend(cluster: string, weight: number): BackendEntry {
  return { cluster, weight, invalid: false }
}

describe('createBackendSplit', () => {
  it('divides by weight to within 4 requests of exact at every moment of 10,000', () => {
    for (const weights of [
      [1, 1],
      [90, 10],
      [1, 2, 3],
      [0, 5, 5],
      [999, 1],
    ]) {
      const split = createBackendSplit(weights.map((weight, index) => backend(`${index}`, weight)))
      const total = weights.reduce((sum, weight) => sum + weight, 0)
      const counts = weights.map(() => 0)
      let worst = 0
      for (let request = 1; request <= 10_000; request++) {
        const chosen = Number(split.next()?.cluster)
        counts[chosen] = (counts[chosen] ?? 0) + 1
        for (const [index, weight] of weights.entries()) {
          const error = Math.abs((counts[index] ?? 0) - (request * weight) / total)
          worst = Math.max(worst, error)
        }
      }
      expect(worst, `${weights}`).toBeLessThan(4)
    }
  })

  it('gives null when there is no backend or no weight, and never a backend of weight 0', () => {
    expect(createBackendSplit([]).next()).toBeNull()
    expect(createBackendSplit([backend('a', 0), backend('b', 0)]).next()).toBeNull()
    const split = createBackendSplit([backend('a', 0), backend('b', 1)])
    for (let request = 0; request < 100; request++) expect(split.next()?.cluster).toBe('b')
  })

  it('mirrors each backend’s share alike', () => {
    const split = createBackendSplit([backend('a', 30), backend('b', 70)])
    const sampler = createMirrorSampler()
    const mirrored = { a: 0, b: 0 }
    for (let request = 0; request < 10_000; request++) {
      const chosen = split.next()?.cluster === 'a' ? 'a' : 'b'
      if (isSampled(sampler.next(), 0.2)) mirrored[chosen]++
    }
    expect(Math.abs(mirrored.a - 600)).toBeLessThanOrEqual(10)
    expect(Math.abs(mirrored.b - 1400)).toBeLessThanOrEqual(10)
  })
})
