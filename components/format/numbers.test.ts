import { describe, expect, it } from 'vitest'
import {
  exactLatency,
  exactRate,
  exactSize,
  formatAge,
  formatBytes,
  formatCount,
  formatLatency,
  formatRate,
  formatShare,
  plural,
  timeFormat,
} from './numbers'

describe('numbers', () => {
  it('are never more precise than they are', () => {
    expect([null, 0, 0.254, 9.8, 12.34, 120.6].map(formatRate)).toEqual([
      '–',
      '0',
      '0.25',
      '9.8',
      '12.3',
      '121',
    ])
    expect([null, 0.44, 84.4, 1234].map(formatLatency)).toEqual(['–', '0.4 ms', '84 ms', '1.23 s'])
  })

  it('are given as they are to whoever asks for one', () => {
    expect([exactRate(1234.5678), exactRate(null)]).toEqual(['1,234.568', '–'])
    expect([exactLatency(84.4231), exactSize(1400.5)]).toEqual(['84.423 ms', '1,400.5 B'])
  })

  it('say the day where a span is longer than half of one', () => {
    const noon = new Date(2026, 10, 25, 12, 3, 9).getTime()
    expect(timeFormat(3600)(noon)).toBe('12:03:09')
    expect(timeFormat(7 * 86_400)(noon)).toBe('25 Nov 12:03')
  })

  it('carry their units and plurals', () => {
    expect(formatCount(1000)).toBe('1,000')
    expect(formatShare(1, 3)).toBe('33.3 %')
    expect(formatShare(0, 0)).toBe('–')
    expect([0, 1, 9_999, 10_000].map((part) => formatShare(part, 10_000))).toEqual([
      '0 %',
      '< 0.1 %',
      '> 99.9 %',
      '100 %',
    ])
    expect(formatBytes(128 * 1024 * 1024)).toBe('128 MiB')
    expect(plural(1, 'route')).toBe('1 route')
    expect(plural(2, 'route')).toBe('2 routes')
  })

  it('write ages as kubectl does', () => {
    const now = Date.parse('2026-01-03T00:00:00Z')
    const age = (timestamp: string) => formatAge(timestamp, now)
    expect(age('2026-01-02T23:59:48Z')).toBe('12s')
    expect(age('2026-01-02T23:55:00Z')).toBe('5m')
    expect(age('2026-01-02T21:00:00Z')).toBe('3h')
    expect(age('2026-01-01T00:00:00Z')).toBe('2d')
    expect(formatAge(undefined, now)).toBe('–')
    expect(age('nonsense')).toBe('–')
  })
})
