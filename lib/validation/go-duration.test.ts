import { describe, expect, test } from 'vitest'
import { parseGoDuration } from './go-duration'

describe('parseGoDuration', () => {
  test.each([
    ['10s', 10_000_000_000n],
    ['1.5s', 1_500_000_000n],
    ['1m30s', 90_000_000_000n],
    ['250ms', 250_000_000n],
    ['-2s', -2_000_000_000n],
    ['+2s', 2_000_000_000n],
    ['.5s', 500_000_000n],
    ['1.us', 1_000n],
    ['3\u00b5s', 3_000n],
    ['3\u03bcs', 3_000n],
    ['0', 0n],
    ['9223372036854775807ns', 9_223_372_036_854_775_807n],
  ])('reads %j', (text, nanoseconds) => {
    expect(parseGoDuration(text)).toBe(nanoseconds)
  })

  test.each(['', '5', '1x', '.s', '+-1s', '9223372036854775808ns'])('refuses %j', (text) => {
    expect(parseGoDuration(text)).toBeUndefined()
  })
})
