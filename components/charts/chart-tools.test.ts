import { describe, expect, it } from 'vitest'
import { fileName, toCsv } from './chart-export'
import { moveCursor, nearestRow, PLOT, selectedSpan, shareOf, timeAt, zoomedSpan } from './cursor'
import { withEarlier } from './earlier-rows'

const row = (t: number, value: number | null) => ({ t, values: { a: value } })
const span = { from: 1_000_000, to: 1_100_000 }

describe('a cursor', () => {
  it('knows the time under a place of the plot, and keeps within it', () => {
    const width = PLOT.left + PLOT.right + 200
    expect(timeAt(PLOT.left + 50, width, span)).toBe(1_025_000)
    expect(timeAt(0, width, span)).toBe(span.from)
    expect(timeAt(9999, width, span)).toBe(span.to)
    expect(shareOf(1_025_000, span)).toBe(0.25)
  })

  it('stands on the nearest value and moves by keys, first to the newest', () => {
    const rows = [row(10, 1), row(20, 2), row(30, 3)]
    expect(nearestRow(rows, 24)).toBe(1)
    expect(nearestRow([], 24)).toBe(-1)
    expect(moveCursor('ArrowLeft', -1, 3)).toBe(2)
    expect(moveCursor('ArrowLeft', 2, 3)).toBe(1)
    expect(moveCursor('ArrowLeft', 0, 3)).toBe(0)
    expect(moveCursor('PageUp', 0, 3)).toBe(2)
    expect(moveCursor('Home', 2, 3)).toBe(0)
    expect(moveCursor('a', 1, 3)).toBeNull()
    expect(moveCursor('Home', -1, 3)).toBeNull()
  })

  it('chooses a span in either direction, never a click or less than can be shown', () => {
    expect(selectedSpan(1_080_000, 1_020_000, span)).toEqual({ from: 1_020_000, to: 1_080_000 })
    expect(selectedSpan(1_020_000, 1_020_500, span)).toBeNull()
    expect(selectedSpan(1_020_000, 1_022_000, span)).toEqual({ from: 1_016_000, to: 1_026_000 })
    expect(zoomedSpan(1_025_000, span, 0.5)).toEqual({ from: 1_012_500, to: 1_062_500 })
    expect(zoomedSpan(1_025_000, span, 2)).toEqual({ from: 975_000, to: 1_175_000 })
  })
})

describe('an exported chart', () => {
  it('is comma-separated with exact values, unknown ones empty and names quoted', () => {
    const rows = [row(0, 0.1 + 0.2), row(1000, null)]
    expect(toCsv(rows, [{ key: 'a', label: 'Primary, "now"' }])).toBe(
      'time,"Primary, ""now"""\r\n1970-01-01T00:00:00.000Z,0.30000000000000004\r\n1970-01-01T00:00:01.000Z,\r\n',
    )
    expect(fileName('Latency, p99', 'png')).toBe('latency-p99.png')
    expect(fileName('…', 'csv')).toBe('chart.csv')
  })
})

describe('an earlier range', () => {
  it('is drawn behind at the same places, a wide step for all it covers', () => {
    const series = [{ key: 'a', label: 'Primary', color: 'red' }]
    const now = { rows: [row(110, 1), row(120, 2), row(130, 3), row(140, 4)], series }
    // What is faint now, like the busiest part of a step, is not drawn a second time.
    const faint = { key: 'f', label: 'Busiest', color: 'red', isFaint: true }
    const earlier = { rows: [row(20_020, 7), row(40_000, 8)], series: [...series, faint] }
    const scaled = now.rows.map(({ t, values }) => ({ t: t * 1000, values }))
    const both = withEarlier({ ...now, rows: scaled }, earlier, 100_000)
    expect(both.series.map(({ label }) => label)).toEqual(['Primary', 'Primary, earlier'])
    expect(both.rows.map(({ values }) => values['earlier a'])).toEqual([7, 7, 8, 8])
    expect(both.rows.map(({ values }) => values['a'])).toEqual([1, 2, 3, 4])
  })

  it('that ends sooner leaves the rest unknown, and other lines alone', () => {
    const now = { rows: [row(10_000, 1)], series: [{ key: 'a', label: 'A', color: 'red' }] }
    const earlier = { rows: [], series: [{ key: 'b', label: 'B', color: 'red' }] }
    expect(withEarlier(now, earlier, 5)).toEqual(now)
  })
})
