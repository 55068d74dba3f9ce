import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compileCost } from './compile-cost'
import {
  REGEX_COMPILE_COST_MAX,
  REGEX_INPUT_CHARACTERS_MAX,
  REGEX_INSTRUCTIONS_MAX,
  REGEX_PATTERN_CHARACTERS_MAX,
} from './limits'
import { compileLinearRegex } from './linear-regex'

function matches(pattern: string, text: string): boolean {
  const regex = compileLinearRegex(pattern)
  if ('error' in regex) throw new Error(`${pattern}: ${regex.error}`)
  return regex.matches(text)
}

function errorOf(pattern: string): string {
  const regex = compileLinearRegex(pattern)
  return 'error' in regex ? regex.error : ''
}

/** https://github.com/google/re2/wiki/Syntax, entry by entry: a pattern, texts it matches whole, texts it does not. */
const SYNTAX: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['.', ['a', 'é', '😀', '\r'], ['\n', '', 'ab']],
  ['(?s).', ['\n'], ['']],
  ['[xyz]', ['x'], ['a']],
  ['[^xyz]', ['a', '\n'], ['x']],
  ['\\d\\D', ['1a'], ['a1', '٣a']],
  ['[[:alpha:]]', ['Q'], ['1', 'é']],
  ['[[:^alpha:]]', ['1', 'é'], ['Q']],
  ['\\pN', ['٣', '9'], ['a']],
  ['\\p{Greek}', ['α'], ['a']],
  ['\\PN', ['a'], ['9']],
  ['\\P{Greek}', ['a'], ['α']],
  ['xy', ['xy'], ['x']],
  ['x|y', ['x', 'y'], ['xy']],
  ['x*', ['', 'xx'], ['y']],
  ['x+', ['xx'], ['']],
  ['x?', ['', 'x'], ['xx']],
  ['x{2,3}', ['xx', 'xxx'], ['x', 'xxxx']],
  ['x{2,}', ['xx', 'xxxxx'], ['x']],
  ['x{2}', ['xx'], ['xxx']],
  ['x*?y+?z??', ['xy', 'yyz'], ['xz']],
  ['x{2,3}?x{2,}?x{2}?', ['xxxxxx'], ['xxxxx']],
  ['(x)(?P<name>y)(?<other>z)(?:w)', ['xyzw'], ['xyz']],
  ['(?i)Ab(?-i)c', ['aBc'], ['aBC']],
  ['(?i:é)k', ['Ék'], ['ÉK']],
  ['(?i)k', ['K', '\u212a'], ['x']],
  ['a(?i)b|c', ['ab', 'aB', 'C'], ['Ab']],
  ['(?m)a$\n^b', ['a\nb'], ['ab']],
  ['(?U)x+', ['xx'], ['']],
  ['^a$', ['a'], ['a\n']],
  ['\\Aa\\z', ['a'], ['a\n']],
  ['a\\b-\\Bb?', ['a-'], ['a-b']],
  ['\\a\\f\\t\\n\\r\\v', ['\u0007\f\t\n\r\v'], ['']],
  ['\\*\\?\\/\\-', ['*?/-'], ['']],
  ['\\101\\x41\\x{10FFFF}', ['AA\u{10ffff}'], ['AA']],
  ['\\x{e9}', ['é'], ['e']],
  ['\\Q.*[\\E.', ['.*[a'], ['a']],
  ['[a\\-c\\]\\x{e9}]', ['-', ']', 'é'], ['b']],
  ['[\\d\\pL[:punct:]]+', ['1é!'], [' ']],
  ['[^\\n]', ['a'], ['\n']],
  ['[\\p{Lu}-]', ['A', '-'], ['a']],
  ['\\s\\S\\w\\W', [' a_-'], ['\vabc']],
  ['[[:ascii:]][[:blank:]][[:cntrl:]][[:graph:]]', ['~\t\u0000!'], ['é\t\u0000!']],
  ['[[:print:]][[:space:]][[:upper:]][[:lower:]]', [' \vAa'], ['\n\vAa']],
  ['[[:word:]][[:xdigit:]][[:alnum:]][[:digit:]]', ['_fZ0'], ['-fZ0']],
  ['{,2}', ['{,2}'], ['']],
]

/** Marked as not supported there, or not RE2. */
const UNSUPPORTED = [
  ...['(?=a)', '(?!a)', '(?<=a)', '(?<!a)', '(?>a)', '(?#text)', '(?|a|b)', '(a)\\1', 'x*+'],
  ...[
    '\\cK',
    '\\e',
    '\\h',
    '\\H',
    '\\R',
    '\\V',
    '\\N',
    '\\X',
    '\\G',
    '\\Z',
    '\\K',
    '\\u0041',
    '\\k<a>',
  ],
  ...['[[:foo:]]', '\\p{Foo}', '(?P<n>a)(?P<n>b)', '(?x)a', 'a{1001}', '(?:a{100}){100}'],
  ...['(', ')', '[a', '[z-a]', '*a', 'a**', 'a{3,1}', '\\', '\\x{110000}', '\\8', '(?P<>a)'],
]

describe('an expression has the syntax and meaning of RE2', () => {
  it.each(SYNTAX)('%s', (pattern, yes, no) => {
    for (const text of yes) expect(matches(pattern, text), JSON.stringify(text)).toBe(true)
    for (const text of no) expect(matches(pattern, text), JSON.stringify(text)).toBe(false)
  })

  it.each(UNSUPPORTED)('refuses %s with a sentence', (pattern) => {
    expect(errorOf(pattern)).not.toBe('')
  })

  it('and agrees with Go on 2,000 random patterns and what they match', () => {
    const file = new URL('./testdata/go-regexp.json', import.meta.url)
    const rows: [string, boolean, string[] | null, string][] = JSON.parse(
      readFileSync(file, 'utf8'),
    )
    const verdicts = rows.map(([pattern, , texts]): (typeof rows)[number] => {
      const regex = compileLinearRegex(pattern)
      if ('error' in regex) return [pattern, false, null, '']
      const matched = (texts ?? []).map((text) => (regex.matches(text) ? '1' : '0'))
      return [pattern, true, texts, matched.join('')]
    })
    expect(verdicts.filter((verdict, index) => `${verdict}` !== `${rows[index]}`)).toEqual([])
    expect(rows.flatMap(([, , texts]) => texts ?? []).length).toBeGreaterThan(10_000)
  })
})

describe('an expression is bounded', () => {
  it('in the work a match takes: no pattern makes it more than its steps by the characters', () => {
    expect(matches('(a+)+b', 'a'.repeat(5000))).toBe(false)
    expect(matches('(a|aa)*c', 'a'.repeat(5000))).toBe(false)
    expect(matches('(.*)(.*)(.*)(.*)(.*)x', 'a'.repeat(2000))).toBe(false)
    expect(matches('(?:a|b)*a(?:a|b){14}', 'ab'.repeat(4000))).toBe(false)
  })

  it('in the text it is run on', () => {
    expect(matches('a*', 'a'.repeat(REGEX_INPUT_CHARACTERS_MAX))).toBe(true)
    expect(matches('a*', 'a'.repeat(REGEX_INPUT_CHARACTERS_MAX + 1))).toBe(false)
  })

  it('in its length and its program', () => {
    expect(errorOf('a'.repeat(REGEX_PATTERN_CHARACTERS_MAX + 1))).toContain('longer than')
    expect(matches('[ab]{1000}', 'ab'.repeat(500))).toBe(true)
    for (const pattern of ['[ab]{1000}'.repeat(3), '(?:a?b){900}c']) {
      expect(errorOf(pattern), pattern).toContain(`more than ${REGEX_INSTRUCTIONS_MAX} steps`)
    }
  })

  it('in what compiling it takes, which is known before', () => {
    for (const pattern of [
      'a{1000}'.repeat(500),
      `(?:${'a'.repeat(500)}){1000}`,
      `(?i)${'[\\x{80}-\\x{1e900}]'.repeat(40)}`,
      `(?i)${'[a-\u{1e900}]'.repeat(40)}`,
      '\\pL{1000}'.repeat(400),
      '(?:a{1000}[]{3}]){40}'.repeat(10),
      '((((((((((a{9}){9}){9}){9}){9}){9}){9}){9}){9}){9})',
    ]) {
      expect(compileCost(pattern), pattern.slice(0, 30)).toBeGreaterThan(REGEX_COMPILE_COST_MAX)
      expect(errorOf(pattern)).toContain('steps')
    }
    for (const pattern of [
      '/orders/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      '(?i)[à-ÿ]+/[α-ω]{1,30}',
      '[]{900}]+\\{900}\\Q{900}{900}\\E[^]{900}][[:alpha:]{900}]',
      `(?i)(${'\\pL+\\p{Lu}*/'.repeat(20)})`,
    ]) {
      expect(compileCost(pattern), pattern).toBeLessThan(REGEX_COMPILE_COST_MAX / 10)
      expect(errorOf(pattern)).toBe('')
    }
  })
})
