import { compileLinearRegex } from '@/lib/shared/regex/linear-regex'
import type { MatchEntry, ValueMatch } from './route-table'

/** What a request is matched on; the gateway fills it with strings it already has. */
export interface MatchRequest {
  /** Lower case, without port. */
  readonly host: string
  readonly method: string
  /** The target's path, without the query. */
  readonly path: string
  /** The value of a header by its lower-case name; repeated lines joined by `, `. */
  header(name: string): string | undefined
  /** The raw query string without `?`; asked for only when a candidate matches on parameters. */
  query(): string
}

/** A test on one header or parameter value. */
interface ValueTest {
  readonly name: string
  test(value: string): boolean
}

/** The conditions of one `matches` entry apart from its path. */
export interface ConditionTest {
  readonly method: string
  readonly headers: readonly ValueTest[]
  readonly queryParams: readonly ValueTest[]
  /** True when every request passes: nothing of lower precedence with the same path is ever reached. */
  readonly unconditional: boolean
}

/** Returns the tests of a match, compiled; null when an expression is unusable, and the match matches nothing. */
export function compileConditions(match: MatchEntry): ConditionTest | null {
  const headers = compileValues(match.headers, headerText)
  const queryParams = compileValues(match.queryParams, (text) => text)
  if (headers === null || queryParams === null) return null
  const unconditional = match.method === '' && headers.length === 0 && queryParams.length === 0
  return { method: match.method, headers, queryParams, unconditional }
}

function compileValues(
  matches: readonly ValueMatch[],
  read: (received: string) => string,
): readonly ValueTest[] | null {
  const tests: ValueTest[] = []
  for (const { name, type, value } of matches) {
    if (type === 'Exact') {
      tests.push({ name, test: (actual) => read(actual) === value })
      continue
    }
    const regex = compileLinearRegex(value)
    if ('error' in regex) return null
    tests.push({ name, test: (actual) => regex.matches(read(actual)) })
  }
  return tests
}

const NOT_ASCII = /[\u0080-\uffff]/
const UTF8 = new TextDecoder('utf-8', { fatal: true })

/**
 * A header's value as a manifest writes it: the data plane reads one character a byte, which is UTF-8 where it can be and
 * Latin-1 where it can't (RFC 9110 5.5 leaves it open). Text that is no bytes is returned as it is.
 */
export function headerText(received: string): string {
  if (!NOT_ASCII.test(received)) return received
  const codes = Array.from(received, (character) => character.charCodeAt(0))
  if (codes.some((code) => code > 255)) return received
  try {
    return UTF8.decode(Uint8Array.from(codes))
  } catch {
    return received
  }
}

/** Whether a request passes all the tests: they are ANDed, as the specification says. */
export function meetsConditions(test: ConditionTest, request: MatchRequest): boolean {
  if (test.unconditional) return true
  if (test.method !== '' && test.method !== request.method) return false
  for (const header of test.headers) {
    const value = request.header(header.name)
    if (value === undefined || !header.test(value)) return false
  }
  if (test.queryParams.length === 0) return true
  const query = request.query()
  for (const parameter of test.queryParams) {
    const value = queryParameter(query, parameter.name)
    if (value === undefined || !parameter.test(value)) return false
  }
  return true
}

/**
 * The first value of a parameter in a raw query string, decoded as application/x-www-form-urlencoded;
 * undefined when absent. A parameter without `=` is empty.
 */
export function queryParameter(query: string, name: string): string | undefined {
  let start = 0
  while (start <= query.length) {
    const ampersand = query.indexOf('&', start)
    const end = ampersand === -1 ? query.length : ampersand
    const equals = query.indexOf('=', start)
    const nameEnd = equals === -1 || equals > end ? end : equals
    if (end > start && decodeFormValue(query.slice(start, nameEnd)) === name) {
      return decodeFormValue(query.slice(Math.min(nameEnd + 1, end), end))
    }
    start = end + 1
  }
  return undefined
}

/** Malformed escapes stay as they are: a request must not fail for its query. */
function decodeFormValue(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text
  const spaced = text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}
