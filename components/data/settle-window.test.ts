import { describe, expect, it } from 'vitest'
import type { SeriesOverview } from '@/lib/dashboard-api/series'
import { appendOverviewPoint } from './series-window'
import { settleWindow } from './settle-window'

const window: SeriesOverview = {
  stepSeconds: 12,
  timestamps: [12_000, 24_000],
  routes: { 'a/b': { requests: [0, 0], mirrored: [0, 0] } },
  source: { state: 'ok', lastScrape: 24_000, message: '' },
}

function point(timestamp: number, requests: number): SeriesOverview {
  return {
    ...window,
    timestamps: [timestamp],
    routes: { 'a/b': { requests: [requests], mirrored: [0] } },
    source: { ...window.source, lastScrape: timestamp + 1000 },
  }
}

const following = (next: SeriesOverview) =>
  settleWindow(window, appendOverviewPoint(window, next, 300))

describe('settling a window', () => {
  it('keeps the very window while a wide step comes again with the same numbers', () => {
    expect(following(point(24_000, 0))).toBe(window)
  })

  it('keeps the parts that did not change', () => {
    const settled = following(point(24_000, 5))
    expect(settled.routes['a/b']).toEqual({ requests: [0, 5], mirrored: [0, 0] })
    expect(settled.timestamps).toBe(window.timestamps)
    expect(settled.routes['a/b']?.mirrored).toBe(window.routes['a/b']?.mirrored)
  })

  it('moves on with a new step, and with news of the source', () => {
    expect(following(point(36_000, 0)).timestamps).toEqual([12_000, 24_000, 36_000])
    const source = { state: 'stale', lastScrape: 25_000, message: 'No answer.' } as const
    expect(following({ ...point(24_000, 0), source }).source).toEqual(source)
  })
})
