import { describe, expect, it } from 'vitest'
import { REGEX_INPUT_CHARACTERS_MAX } from './limits'
import { compileLinearRegex } from './linear-regex'

function matches(pattern: string, text: string): boolean {
  const regex = compileLinearRegex(pattern)
  if ('error' in regex) throw new Error(regex.error)
  return regex.matches(text)
}

describe('compileLinearRegex', () => {
  it('agrees with JavaScript on whole-text matches', () => {
    const patterns = [
      '/api/v[0-9]+/.*',
      'a|b|cd',
      '(ab)*c',
      '(?:ab)+',
      'x{2,3}',
      'x{2}',
      'x{2,}',
      '[^/]+',
      '[a-c-]+',
      '\\d+\\.\\w*',
      'a?b?c?',
      '(a|ab)(c|bcd)(d*)',
      '^abc$',
      'a.c',
      '\\bfoo\\b',
      '',
      '(|a)+b',
      '[\\]x]+',
      '\\/x',
    ]
    const texts = [
      '',
      'a',
      'b',
      'cd',
      'ababc',
      'abab',
      'xx',
      'xxx',
      'xxxx',
      '/api/v12/x',
      '/api/v/x',
      'foo',
      'a-c',
      '12.ab',
      'abc',
      'abcd',
      'a\nc',
      ']x',
      '/x',
      'aab',
      'ab',
    ]
    for (const pattern of patterns) {
      const expected = new RegExp(`^(?:${pattern})$`)
      for (const text of texts) {
        expect(matches(pattern, text), `${pattern} on ${JSON.stringify(text)}`).toBe(
          expected.test(text),
        )
      }
    }
  })

  it('ignores the case of letters after (?i)', () => {
    expect(matches('(?i)/Foo[a-c]', '/fOOB')).toBe(true)
    expect(matches('/Foo', '/foo')).toBe(false)
  })

  it('finishes on patterns that take a back-tracking engine for ever', () => {
    expect(matches('(a+)+b', 'a'.repeat(5000))).toBe(false)
    expect(matches('(a|aa)*c', 'a'.repeat(5000))).toBe(false)
    expect(matches('(.*)(.*)(.*)(.*)(.*)x', 'a'.repeat(2000))).toBe(false)
  })

  it('does not match text over the limit', () => {
    expect(matches('a*', 'a'.repeat(REGEX_INPUT_CHARACTERS_MAX))).toBe(true)
    expect(matches('a*', 'a'.repeat(REGEX_INPUT_CHARACTERS_MAX + 1))).toBe(false)
  })

  it('says what is wrong with an expression it cannot use', () => {
    for (const pattern of [
      '(',
      ')',
      '[a',
      '*a',
      'a**',
      '(?=a)',
      '(?!a)',
      '\\1',
      '\\k',
      'a{3,1}',
      'a{9999}',
      '((a{60}){60}){60}',
      '(((){2000}){2000}){2000}',
      '['.repeat(3),
      '('.repeat(100) + ')'.repeat(100),
      '\\',
      'a'.repeat(5000),
    ]) {
      const regex = compileLinearRegex(pattern)
      expect('error' in regex ? regex.error : '', pattern.slice(0, 20)).not.toBe('')
    }
  })
})
