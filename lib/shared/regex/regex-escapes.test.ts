import { describe, expect, test } from 'vitest'
import { compileLinearRegex } from './linear-regex'

function matches(pattern: string, text: string): boolean {
  const regex = compileLinearRegex(pattern)
  if ('error' in regex) throw new Error(regex.error)
  return regex.matches(text)
}

describe('a pattern', () => {
  test.each([
    ['\\t\\n\\v\\f\\r\\a', '\t\n\v\f\r\u0007'],
    ['\\x41\\.\\-', 'A.-'],
    ['\\d\\w\\s\\D\\W\\S', '7a x-y'],
    ['[\\d\\-x]+', '7-x'],
    ['[^\\d]', 'a'],
    ['[]a]+', ']a'],
    ['[a\\]]+', ']a'],
    ['(?P<name>a)(?:b)', 'ab'],
    ['(?i)a[b-d]E', 'ACe'],
    ['(?i)[A-Z]+', 'azAZ'],
    ['(?i)[a-z]+', 'azAZ'],
    ['a{2}', 'aa'],
    ['a{1,2}b{0,}', 'aabb'],
    ['a|', ''],
    ['\\Aa\\z', 'a'],
    ['a*?', 'aaa'],
    ['.', '-'],
  ])('%s matches %j', (pattern, text) => {
    expect(matches(pattern, text)).toBe(true)
  })

  test.each([
    ['\\n', '\u000b'],
    ['\\x41', 'a'],
    ['\\d', 'a'],
    ['\\D', '5'],
    ['\\W', '_'],
    ['\\S', ' '],
    ['[^\\d]', '7'],
    ['(?i)[A-Z]+', '@'],
    ['(?i)[A-Z]+', '['],
    ['(?i)[a-z]+', '`'],
    ['(?i)[a-z]+', '{'],
    ['(?i)[0-9]', 'P'],
    ['a{2}', 'aaa'],
    ['a{1,2}', 'aaa'],
    ['a{2,}', 'a'],
    ['.', '\n'],
  ])('%s does not match %j', (pattern, text) => {
    expect(matches(pattern, text)).toBe(false)
  })

  test.each(['(', ')', '[', '[b-a]', 'a{2,1}', '*a', 'a**', '\\', '(?=a)', '\\8', '[a-\\d]'])(
    '%s is refused with a sentence',
    (pattern) => {
      expect(compileLinearRegex(pattern)).toHaveProperty('error', expect.stringMatching(/\w+ \w+/))
    },
  )
})
