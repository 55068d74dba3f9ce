import { describe, expect, it } from 'vitest'
import type { RouteSeries } from '@/lib/dashboard-api/series'
import { largest, withPeaks } from './peaks'

const route = { timestamps: [60_000, 120_000], stepSeconds: 60 } as unknown as RouteSeries
const model = {
  rows: [
    { t: 60_000, values: { a: 1 } },
    { t: 120_000, values: { a: null } },
  ],
  series: [{ key: 'a', label: 'Primary', color: 'red' }],
}

describe('the busiest part of a step', () => {
  it('is a faint line of its own, as a rate, unknown where the step is', () => {
    const drawn = withPeaks(model, route, { a: [600, null], b: [1, 1] })
    expect(drawn.rows[0]?.values).toEqual({ a: 1, 'peak a': 10 })
    expect(drawn.rows[1]?.values).toEqual({ a: null, 'peak a': null })
    expect(drawn.series[1]).toMatchObject({ label: 'Primary, peak', isFaint: true })
  })

  it('is not drawn where steps have no parts', () => {
    expect(withPeaks(model, route, { a: undefined, b: [] })).toBe(model)
  })

  it('of several series is the largest of them', () => {
    expect(largest([[1, null, 5], undefined, [2, null, null]])).toEqual([2, null, 5])
    expect(largest([undefined])).toBeUndefined()
  })
})
