import { describe, expect, it } from 'vitest'
import { BatchPace } from './batch-pace'

const LIMITS = {
  mirrorBatchCopiesMax: 4,
  mirrorBatchQuickMs: 5,
  mirrorBatchSlowMs: 30,
  mirrorBatchPauseMs: 1_000,
}

function answer(pace: BatchPace, tookMs: number, now: number): void {
  pace.begin()
  pace.answered(tookMs, now)
}

describe('the size of an endpoint’s batches', () => {
  it('grows while they are answered quickly, up to its limit', () => {
    const pace = new BatchPace(LIMITS)
    expect(pace.most(0)).toBe(2)
    for (let count = 0; count < 4; count++) answer(pace, 1, count)
    expect(pace.most(10)).toBe(3)
    for (let count = 0; count < 100; count++) answer(pace, 1, count)
    expect(pace.most(200)).toBe(4)
  })

  it('halves when one takes longer, and no batch is sent for a while after a slow one', () => {
    const pace = new BatchPace(LIMITS)
    for (let count = 0; count < 100; count++) answer(pace, 1, count)
    answer(pace, 6, 100)
    expect(pace.most(100)).toBe(2)
    answer(pace, 31, 200)
    expect(pace.most(1_199)).toBe(1)
    expect(pace.most(1_200)).toBe(2)
  })

  it('allows one batch at a time until some have been answered whole', () => {
    const pace = new BatchPace(LIMITS)
    pace.begin()
    expect(pace.most(0)).toBe(1)
    pace.answered(1, 0)
    for (let count = 0; count < 3; count++) answer(pace, 1, 0)
    pace.begin()
    expect(pace.most(0)).toBeGreaterThan(1)
  })

  it('is one for good when one of the first breaks, and for a while when a later one does', () => {
    const unfit = new BatchPace(LIMITS)
    unfit.begin()
    unfit.broken(0)
    expect(unfit.most(1e9)).toBe(1)
    const fit = new BatchPace(LIMITS)
    for (let count = 0; count < 10; count++) answer(fit, 1, 0)
    fit.begin()
    fit.broken(0)
    expect(fit.most(999)).toBe(1)
    expect(fit.most(1_000)).toBe(2)
  })

  it('does not change when the endpoint closes a connection as it may', () => {
    const pace = new BatchPace(LIMITS)
    pace.begin()
    pace.closed()
    expect(pace.most(0)).toBe(2)
  })
})
