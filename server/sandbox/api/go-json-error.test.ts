import { expect, test } from 'vitest'
import { decodePatch } from '../patch/decode-patch'
import { goJsonError } from './go-json-error'

const cases: [text: string, error: string][] = [
  ['', 'unexpected end of JSON input'],
  ['{"a":', 'unexpected end of JSON input'],
  ['[{', 'unexpected end of JSON input'],
  ['"a', 'unexpected end of JSON input'],
  ['tru', 'unexpected end of JSON input'],
  ['-', 'unexpected end of JSON input'],
  ['x', "invalid character 'x' looking for beginning of value"],
  ['[1,]', "invalid character ']' looking for beginning of value"],
  ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 2}', "invalid character '2' after object key:value pair"],
  ['[1 2]', "invalid character '2' after array element"],
  ['{} x', "invalid character 'x' after top-level value"],
  ['trux', "invalid character 'x' in literal true (expecting 'e')"],
  ['"\n"', "invalid character '\\n' in string literal"],
  ['"\\x"', "invalid character 'x' in string escape code"],
  ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
  ['-x', "invalid character 'x' in numeric literal"],
  ['1.x', "invalid character 'x' after decimal point in numeric literal"],
  ['1ex', "invalid character 'x' in exponent of numeric literal"],
  ["'a'", "invalid character '\\'' looking for beginning of value"],
  ['é', "invalid character 'Ã' looking for beginning of value"],
]

test.each(cases)('says why %j is not JSON', (text, error) => {
  expect(goJsonError(text)).toBe(error)
  expect(() => JSON.parse(text)).toThrow()
})

test.each(['{}', ' [1, -0.5e+3, "\\u00e9\\n", true, false, null, {"a": [[]]}] ', '0'])(
  'finds nothing wrong with %j',
  (text) => {
    expect(goJsonError(text)).toBeUndefined()
    expect(decodePatch(text, 'merge')).toEqual({ ok: true, patch: JSON.parse(text) })
  },
)

test('scans a text of a million open brackets without recursion', () => {
  expect(goJsonError('['.repeat(1_000_000))).toBe('unexpected end of JSON input')
})

test('names the patch in the error except for strategic merge patches', () => {
  expect(decodePatch('[{', 'json')).toEqual({
    ok: false,
    code: 400,
    reason: 'BadRequest',
    message: 'error decoding patch: unexpected end of JSON input',
    causes: [],
  })
  expect(decodePatch('[{', 'strategic')).toMatchObject({ message: 'unexpected end of JSON input' })
})
