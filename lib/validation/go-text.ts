import type { JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'

/** kube-apiserver is written in Go and its messages show values as Go prints them; these do the same. */

const ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
}

/** What strconv.Quote prints: a double-quoted literal with everything unprintable escaped. */
export function goQuote(text: string): string {
  let quoted = '"'
  for (const character of text) quoted += quoteCharacter(character)
  return `${quoted}"`
}

function quoteCharacter(character: string): string {
  const escaped = ESCAPES[character]
  if (escaped !== undefined) return escaped
  const code = character.codePointAt(0) ?? 0
  if (code >= 0x20 && code < 0x7f) return character
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd'
  if (/^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(character)) return character
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, '0')
}

/** What `%v` prints for a number decoded from JSON: integers plainly, others as floats. */
export function goNumber(value: number): string {
  return isGoInteger(value) ? BigInt(value).toString() : goFloat(value)
}

/** What `%v` prints for a float64: with an exponent below 1e-4 and from 1e+06 on. */
export function goFloat(value: number): string {
  const magnitude = Math.abs(value)
  if (value === 0 || (magnitude >= 1e-4 && magnitude < 1e6)) return String(value)
  const [digits = '', exponent = '+0'] = value.toExponential().split('e')
  const sign = exponent.startsWith('-') ? '-' : '+'
  return `${digits}e${sign}${exponent.slice(1).padStart(2, '0')}`
}

/** Whether Go's JSON decoder makes an int64 of this number. */
export function isGoInteger(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63
}

/** What encoding/json prints: sorted keys, and `<`, `>`, `&` and the line separators escaped. */
export function goJson(value: JsonValue): string {
  return sortedJson(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${hex(character.charCodeAt(0), 4)}`,
  )
}

function sortedJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${sortedJson(value[key] ?? null)}`)
  return `{${entries.join(',')}}`
}

/** What `%#v` prints for a value decoded from JSON: `map[string]interface {}{"name":"a"}`. */
export function goSyntax(value: JsonValue): string {
  if (value === null) return 'interface {}(nil)'
  if (typeof value === 'string') return goQuote(value)
  if (typeof value === 'number') return goNumber(value)
  if (typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${goQuote(key)}:${goSyntax(value[key] ?? null)}`)
  return `map[string]interface {}{${entries.join(', ')}}`
}
