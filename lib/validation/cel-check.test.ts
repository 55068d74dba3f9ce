import { describe, expect, test } from 'vitest'
import { checkCel } from './cel-check'
import { evaluateCel } from './cel-program'
import { celTypeOf } from './cel-types'
import { readSchema } from './structural-schema'

const schema = readSchema(
  {
    type: 'object',
    properties: {
      size: { type: 'integer' },
      name: { type: 'string' },
      tags: { type: 'array', items: { type: 'string' } },
    },
  },
  'before-1.34',
)
const self = celTypeOf(schema)
const issuesOf = (rule: string) =>
  checkCel(rule, new Map(self === undefined ? [] : [['self', self]])).issues

describe('what is not known here is never called wrong', () => {
  test.each([
    'self.?size.hasValue()',
    'ip(self.name).family() == 4 || cidr(self.name).containsIP("10.0.0.1")',
    'self.tags.exists(i, tag, tag == "a")',
    'optional.of(self.name).optMap(n, n.size()).orValue(0) > 1',
    'self.tags.map(t, t.size()).sum() > 3 && self.tags.isSorted()',
    "'''it's''' == self.name && r'\\d+' != self.name",
    'self.size > 1 // and a comment',
  ])('%s', (rule) => {
    expect(issuesOf(rule)).toBe('')
  })
})

test('an issue is placed in its line, by characters', () => {
  expect(issuesOf('self.name == "ü" ||\n  self.zzz')).toBe(
    "ERROR: <input>:2:7: undefined field 'zzz'\n |   self.zzz\n | ......^",
  )
  expect(issuesOf('"ü" + self.zzz')).toBe(
    'ERROR: <input>:1:11: undefined field \'zzz\'\n | "ü" + self.zzz\n | .．........^',
  )
})

test('several issues are told in the order of their places', () => {
  expect(issuesOf('self.b == 1 && self.a == 1').match(/undefined field '\w'/g)).toEqual([
    "undefined field 'b'",
    "undefined field 'a'",
  ])
})

test('a rule with a comment is evaluated', () => {
  expect(evaluateCel('self > 1 // more than one', { self: 2n })).toEqual({
    is: 'value',
    value: true,
  })
})
