import { describe, expect, it } from 'vitest'
import { formatRate } from '@/components/format/numbers'
import { describeChart } from './describe-chart'
import { isSamePicture } from './same-picture'
import { CHART_POINTS_MAX, countGaps, extentOf, toChartRows } from './series-rows'
import { sparklinePath } from './sparkline-path'

describe('chart rows', () => {
  it('divide counts into rates and keep gaps', () => {
    const rows = toChartRows([10, 20], [{ key: 'a', points: [10, null] }], {
      divisor: 10,
      merge: 'mean',
    })
    expect(rows).toEqual([
      { t: 10, values: { a: 1 } },
      { t: 20, values: { a: null } },
    ])
    expect(countGaps(rows)).toBe(1)
    expect(extentOf(rows, 'a')).toEqual({ latest: 1, min: 1, max: 1 })
    expect(extentOf(rows, 'b').latest).toBeNull()
  })

  it('never draw more than the limit, and keep the worst latency of a merged step', () => {
    const timestamps = Array.from({ length: CHART_POINTS_MAX * 2 }, (_, index) => index)
    const points = timestamps.map((index) => (index === 7 ? 99 : 1))
    const draw = (merge: 'mean' | 'max') =>
      toChartRows(timestamps, [{ key: 'a', points }], { divisor: 1, merge })
    expect(draw('max')).toHaveLength(CHART_POINTS_MAX)
    expect(draw('max')[3]?.values['a']).toBe(99)
    expect(draw('mean')[3]?.values['a']).toBe(50)
  })

  it('are told in a sentence', () => {
    const rows = toChartRows([0, 1000], [{ key: 'a', points: [4, 2] }], {
      divisor: 1,
      merge: 'mean',
    })
    const text = describeChart({
      title: 'Requests',
      rows,
      series: [{ key: 'a', label: 'Primary' }],
      format: formatRate,
    })
    expect(text).toContain('Primary is 2 at its end, between 2 and 4.')
    expect(describeChart({ title: 'Requests', rows: [], series: [], format: formatRate })).toBe(
      'Requests: no measurements yet.',
    )
  })
})

describe('sparkline', () => {
  it('breaks at an unknown step', () => {
    const path = sparklinePath([0, 10, null, 10], { width: 30, height: 12, peak: 10 })
    expect(path).toBe('M0.0 11.0L10.0 1.0M30.0 1.0')
  })

  it('is empty without points', () => {
    expect(sparklinePath([], { width: 30, height: 12, peak: 1 })).toBe('')
  })
})

describe('a picture', () => {
  const picture = (value: number | null, label = 'Primary') => ({
    rows: [{ t: 1, values: { a: value } }],
    series: [{ key: 'a', label, color: 'red' }],
    rangeSeconds: 60,
    format: formatRate,
  })

  it('is the same when its numbers are, and another with any other number, name or range', () => {
    expect(isSamePicture(picture(1), picture(1))).toBe(true)
    expect(isSamePicture(picture(0), picture(null))).toBe(false)
    expect(isSamePicture(picture(1), picture(1, 'Mirror'))).toBe(false)
    expect(isSamePicture(picture(1), { ...picture(1), rangeSeconds: 300 })).toBe(false)
    expect(isSamePicture(picture(1), { ...picture(1), rows: [] })).toBe(false)
    const later = { ...picture(1), rows: [{ t: 2, values: { a: 1 } }] }
    expect(isSamePicture(picture(1), later)).toBe(false)
  })
})
