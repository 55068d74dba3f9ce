import { describe, expect, test } from 'vitest'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import { canonical } from './canonical'
import { diffExchange } from './diff-exchange'
import type { CapturedAnswer, CapturedExchange } from './exchange'
import { parseJson } from './parse-json'
import { PatternTree } from './path-pattern'
import { Redactor } from './redaction/redactor'
import { toCurl } from './to-curl'
import { writeJson } from './write-json'

const redactor = new Redactor({ headers: [], paths: ['$.hidden'] }, () => 'h')

function read(text: string): unknown {
  const parsed = parseJson(text, 64)
  if (!parsed.ok) throw new Error(`${parsed.reason}: ${text}`)
  // As it goes through the gateway's redaction, the observer's files and the dashboard's answers.
  return JSON.parse(JSON.stringify(redactor.redactJson(parsed.value)))
}

function exchange(primary: string, mirror: string): CapturedExchange {
  const answer = (text: string): CapturedAnswer => ({
    outcome: 'answered',
    backend: 'a/p:1',
    status: 200,
    headers: [],
    body: { kind: 'json', value: read(text), bytes: text.length },
    firstByteMs: 1,
    totalMs: 2,
  })
  return {
    id: '0-1',
    capturedAt: 1,
    route: 'a/b',
    generation: 1,
    rule: 0,
    ruleName: '',
    filterIndex: 0,
    kind: 'mirror',
    requestId: 'r',
    request: {
      method: 'POST',
      host: 'h',
      path: '/',
      headers: [],
      body: { kind: 'json', value: read(primary), bytes: 1 },
    },
    primary: answer(primary),
    mirror: answer(mirror),
  }
}

function differences(primary: string, mirror: string, numberTolerance = 0): string[] {
  const found: string[] = []
  diffExchange(
    exchange(primary, mirror),
    new PatternTree(),
    { unorderedPaths: [], listKeys: [], numberTolerance },
    { seen: () => {}, differ: ({ kind, node }) => found.push(`${kind} ${node.text}`) },
  )
  return found
}

const BIG = '2229035756051152895'

describe('numbers are compared as they were written', () => {
  test.each([
    ['64-bit integers', `{"a":${BIG}}`, '{"a":2229035756051153000}', ['changed $.a']],
    ['beyond a double', '1e400', '1e401', ['changed $']],
    ['below a double', '1e-400', '0', ['changed $']],
    ['more digits than a double has', '0.1', '0.1000000000000000055511151231257', ['changed $']],
    ['a sign of something', '-1e400', '1e400', ['changed $']],
    ['the same text', `[${BIG}, 1e400, 1.0]`, `[${BIG}, 1e400, 1.0]`, []],
    ['a whole number as a fraction', '{"a":1.0}', '{"a":1}', ['spelling $.a']],
    ['an exponent', '1E5', '100000', ['spelling $']],
    ['the same beyond a double', '10e399', '1.0e400', ['spelling $']],
    ['a sign of nothing', '-0', '0', ['spelling $']],
    ['nothing, long', '0e99999', '-0.000', ['spelling $']],
    ['zeros at the end', '1.50', '1.5', ['spelling $']],
    ['a number for its text', '1', '"1"', ['type $']],
    ['a big number for its text', BIG, `"${BIG}"`, ['type $']],
    ['a big number for nothing', BIG, 'null', ['type $']],
    [
      'keys of a list',
      `[{"id":${BIG}1,"a":1},{"id":${BIG}2,"a":2}]`,
      `[{"id":${BIG}2,"a":2},{"id":${BIG}1,"a":3}]`,
      ['reordered $', 'changed $[*].a'],
    ],
    [
      'keys in two spellings',
      '[{"id":1.0,"a":1},{"id":2,"a":2}]',
      '[{"id":2,"a":2},{"id":1,"a":1}]',
      ['reordered $', 'spelling $[*].id'],
    ],
    ['items in another order', '[1.0,2,3]', '[3,1,2]', ['reordered $', 'spelling $[*]']],
    ['an exponent of many digits', `1e${'9'.repeat(30)}`, `10e${'9'.repeat(30)}`, ['changed $']],
  ])('%s', (_, primary, mirror, expected) => {
    expect(differences(primary, mirror)).toEqual(expected)
    expect(differences(mirror, primary)).toEqual(expected)
  })

  test('items whose long ids alone differ are the same items', () => {
    const item = (id: string, kind: string) => `{"id":${id},"kind":"${kind}"}`
    const [first, second] = [item(`${BIG}1`, 'a'), item(`${BIG}2`, 'b')]
    const other = [item(`${BIG}3`, 'b'), item(`${BIG}4`, 'a')]
    expect(differences(`[${first},${second}]`, `[${other}]`)).toEqual([
      'reordered $',
      'changed $[*].id',
      'changed $[*].id',
    ])
  })

  test('within a tolerance, where a double holds them', () => {
    expect(differences(`{"a":${BIG}}`, '{"a":2229035756051153000}', 0.01)).toEqual([])
    expect(differences('1e400', '1.001e400', 0.01)).toEqual(['changed $'])
    expect(differences('1.00', '1.001', 0.01)).toEqual([])
  })
})

describe('names that are there several times', () => {
  test.each([
    ['with other values', '{"a":1,"a":2}', '{"a":2}', ['changed $.a']],
    ['in another order', '{"a":1,"a":2}', '{"a":2,"a":1}', ['changed $.a']],
    ['with equal values', '{"a":2,"a":2.0}', '{"a":2}', ['spelling $.a']],
    ['alike', '{"a":1,"a":{"b":[2]}}', '{"a":1,"a":{"b":[2]}}', []],
    ['three times', '{"a":1,"a":1,"a":2}', '{"a":1,"a":2}', ['changed $.a']],
    [
      'as the prototype',
      '{"__proto__":1,"__proto__":2}',
      '{"__proto__":2}',
      ['changed $.__proto__'],
    ],
    ['one of them missing', '{"a":1,"a":2,"b":1}', '{"b":1}', ['missing $.a']],
  ])('%s', (_, primary, mirror, expected) => {
    expect(differences(primary, mirror)).toEqual(expected)
  })
})

test('an answer cannot pretend to be a number, nor hide its prototype', () => {
  expect(differences('{"\\u0000number":"5"}', '5')).toEqual(['type $'])
  expect(differences('{"\\u0000repeated":[1]}', '1')).toEqual(['type $'])
  expect(differences('{"__proto__":{"a":1}}', '{}')).toEqual(['missing $.__proto__'])
  expect(differences('{"constructor":1}', '{"toString":1}')).toHaveLength(2)
  expect(writeJson(read('{"\\u0000number":"5"}'))).toBe('{"\\u0000number":"5"}')
})

test('digits stay what they were up to the page and the command', () => {
  const text = `{"a":${BIG},"b":[1.0,-0,1E400],"a":2}`
  expect(writeJson(read(text))).toBe(`{"a":${BIG},"a":2,"b":[1.0,-0,1E400]}`)
  expect(writeJson(read('{"a":[1.50,{}],"b":[]}'), 2)).toBe(
    '{\n  "a": [\n    1.50,\n    {}\n  ],\n  "b": []\n}',
  )
  expect(toCurl(exchange(text, text), 'http://g')).toContain(`"a":${BIG}`)
  expect(canonical(read('[1.0, 1e0, 10e-1]'))).toBe('[1,1,1]')
})

test('a secret is one however its digits are written', () => {
  for (const card of ['4242424242424242', '4242424242424242.0', '4.242424242424242e15']) {
    expect(JSON.stringify(read(`{"n":${card}}`))).toContain('redacted h')
  }
  const hidden = read(`{"hidden":${BIG},"hidden":[1.0],"token":{"a":1.0},"token":1e400}`)
  expect(JSON.stringify(hidden)).not.toMatch(/[1-9]/)
})

describe('the parser', () => {
  test('takes and refuses what JSON.parse does, over 20,000 mutated texts', () => {
    const random = seededRandom(7)
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
    const seeds = [
      '{"a":[1,-2.5e3,{"b":null}],"c":"x\\u00e9\\n\\"","d":true}',
      '[0.1,1E-7,[],{},"",false,123456]',
      ' {"": {"" : [ "\\\\" , "\\ud83d\\ude00" ]}} ',
    ]
    for (let round = 0; round < 20_000; round += 1) {
      let text = pick(seeds)
      for (let edits = 0; edits < 3; edits += 1) {
        const at = Math.floor(random() * text.length)
        const inserted = pick([
          '',
          '"',
          '\\',
          '{',
          ']',
          ',',
          ':',
          '0',
          '-',
          '.',
          'e',
          ' ',
          '\n',
          '\u0001',
          'u12',
          'null',
          '\ufeff',
          '\u00a0',
        ])
        text = text.slice(0, at) + inserted + text.slice(at + (random() < 0.5 ? 1 : 0))
      }
      let expected: unknown
      try {
        expected = { value: JSON.parse(text) }
      } catch {
        expected = null
      }
      const parsed = parseJson(text, 64)
      // Names that repeat and digits are what it does otherwise; as JSON.parse reads what is written again, it is the same.
      const actual = parsed.ok ? { value: JSON.parse(writeJson(parsed.value)) } : null
      expect([text, actual]).toEqual([text, expected])
    }
  })

  test('stops at its depth, whatever comes', () => {
    expect(parseJson('[[1]]', 2)).toEqual({ ok: true, value: [[1]] })
    expect(parseJson('[[[1]]]', 2)).toEqual({ ok: false, reason: 'too_deep' })
    expect(parseJson('['.repeat(1_000_000), 64)).toEqual({ ok: false, reason: 'too_deep' })
    expect(parseJson('', 64)).toEqual({ ok: false, reason: 'syntax' })
  })
})
