import { describe, expect, test } from 'vitest'
import { checkCel } from './cel-check'
import { celTypeOf } from './cel-types'
import { readSchema } from './structural-schema'

const self = celTypeOf(
  readSchema(
    {
      type: 'object',
      properties: { n: { type: 'integer' }, s: { type: 'string' } },
    },
    'before-1.34',
  ),
)
const scope = new Map(self === undefined ? [] : [['self', self]])

/** `column: message` of every issue. */
function issuesOf(rule: string): string[] {
  const { issues } = checkCel(rule, scope)
  return [...issues.matchAll(/<input>:\d+:(\d+): (.*)/g)].map(
    ([, column, text]) => `${column}: ${text}`,
  )
}

const STARTS =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"

describe('a text that ends too early', () => {
  test.each([
    ['(1', "3: Syntax error: missing ')' at '<EOF>'"],
    ['[1', "3: Syntax error: mismatched input '<EOF>' expecting {']', ','}"],
    ['{1: 2', "6: Syntax error: mismatched input '<EOF>' expecting {'}', ','}"],
    ['true ? 1', "9: Syntax error: mismatched input '<EOF>' expecting ':'"],
    ['1 ==', `5: Syntax error: mismatched input '<EOF>' expecting ${STARTS}`],
    ['(1 +', `5: Syntax error: mismatched input '<EOF>' expecting ${STARTS}`],
  ])('%s', (rule, issue) => {
    expect(issuesOf(rule)).toEqual([issue])
  })
})

describe('what is no token', () => {
  test.each([
    ['1 = 2', "3: Syntax error: token recognition error at: '= '"],
    ['1 # 2', "3: Syntax error: token recognition error at: '#'"],
    ['"a', "1: Syntax error: token recognition error at: '\"a'"],
  ])('%s', (rule, issue) => {
    expect(issuesOf(rule)).toContain(issue)
  })
})

describe('literals are read when a rule is checked', () => {
  test.each([
    ["duration('1h') > duration('2h')", []],
    ["duration('x') > duration('1h')", ['10: invalid duration argument']],
    ["timestamp('2024-01-01T00:00:00Z') == timestamp('x')", ['48: invalid timestamp argument']],
    ["self.s.matches('a+')", []],
    ["self.s.matches('(')", ['16: invalid matches argument']],
    ["self.s.startsWith('(')", []],
  ])('%s', (rule, issues) => {
    expect(issuesOf(rule)).toEqual(issues)
  })
})

describe('an issue of a condition is at its question mark', () => {
  test.each([
    ['self.n ? 1 : 2', 8],
    ['(self.n) ? 1 : 2', 10],
    ['[1][0] ? 1 : 2', 8],
    ['size({"?": 1}) ? 1 : 2', 16],
    ["self.s + '?' ? 1 : 2", 14],
  ])('%s', (rule, column) => {
    expect(issuesOf(rule)[0]).toMatch(new RegExp(`^${column}: `))
  })
})

test('a name with a namespace is one function, another is a method', () => {
  expect(issuesOf('optional.of(self.n).hasValue()')).toEqual([])
  expect(issuesOf('self.of(1)')).toEqual(["8: undeclared reference to 'of' (in container '')"])
  expect(issuesOf('nobody.of(1)')[0]).toMatch(/undeclared reference to '/)
})
