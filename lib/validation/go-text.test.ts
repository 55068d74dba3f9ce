import { describe, expect, test } from 'vitest'
import { goFloat, goJson, goNumber, goQuote, goSyntax, isGoInteger } from './go-text'

/** Expected texts are those of Go 1.24: `fmt.Printf("%v")`, `strconv.Quote`, `encoding/json`, `%#v`. */

test.each([
  ['', '""'],
  ['a "b" \\', '"a \\"b\\" \\\\"'],
  ['\u0007\b\f\n\r\t\v', '"\\a\\b\\f\\n\\r\\t\\v"'],
  ['\u0000\u001f\u007f', '"\\x00\\x1f\\x7f"'],
  [' ~', '" ~"'],
  ['é', '"é"'],
  ['\u00a0\u200b', '"\\u00a0\\u200b"'],
  ['😀', '"😀"'],
  ['\u{e0001}', '"\\U000e0001"'],
  ['\ud800\udfff!', '"\\U000103ff!"'],
  ['\ud800 \udfff', '"\ufffd \ufffd"'],
])('%j is quoted as %s', (text, expected) => {
  expect(goQuote(text)).toBe(expected)
})

test.each([
  [0, '0'],
  [1.5, '1.5'],
  [-0.25, '-0.25'],
  [0.0001, '0.0001'],
  [0.00009, '9e-05'],
  [-0.00001, '-1e-05'],
  [1.25e-10, '1.25e-10'],
  [999_999.5, '999999.5'],
  [1_000_000.5, '1.0000005e+06'],
  [-1_000_000.5, '-1.0000005e+06'],
  [1e100, '1e+100'],
])('%d is printed as %s', (value, expected) => {
  expect(goFloat(value)).toBe(expected)
})

describe('whole numbers', () => {
  test('are printed plainly as long as they are int64', () => {
    expect(goNumber(1_000_000)).toBe('1000000')
    expect(goNumber(-(2 ** 62))).toBe('-4611686018427387904')
    expect(goNumber(2 ** 63)).toBe('9.223372036854776e+18')
    expect([2 ** 62, 2 ** 63, -(2 ** 63), 1.5].map(isGoInteger)).toEqual([
      true,
      false,
      false,
      false,
    ])
  })
})

test('JSON has sorted keys, and no character that HTML takes for its own', () => {
  const value = { b: [1, '<&>', null], a: { d: true, c: '\u2028\u2029' } }
  expect(goJson(value)).toBe(
    '{"a":{"c":"\\u2028\\u2029","d":true},"b":[1,"\\u003c\\u0026\\u003e",null]}',
  )
  expect(goJson([])).toBe('[]')
})

test('Go syntax names the types', () => {
  expect(goSyntax({ b: [1, 2.5, 'x'], a: { c: true, d: null } })).toBe(
    'map[string]interface {}{"a":map[string]interface {}{"c":true, "d":interface {}(nil)}, "b":[]interface {}{1, 2.5, "x"}}',
  )
  expect(goSyntax(false)).toBe('false')
})
