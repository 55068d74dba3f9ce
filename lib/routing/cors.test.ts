import { describe, expect, test } from 'vitest'
import { corsLines, isPreflight, preflightLines } from './cors'
import type { CorsEntry } from './route-table'

const ORIGIN = 'https://app.example'
const CORS: CorsEntry = {
  allowOrigins: [ORIGIN],
  allowMethods: ['GET', 'PUT'],
  allowHeaders: ['X-A', 'X-B'],
  exposeHeaders: ['X-C'],
  allowCredentials: false,
  maxAgeSeconds: 7,
}

function request(method: string, headers: Readonly<Record<string, string>>) {
  return { method, header: (name: string) => headers[name] } as Parameters<typeof isPreflight>[0]
}

const asked = request('OPTIONS', {
  origin: ORIGIN,
  'access-control-request-method': 'DELETE',
  'access-control-request-headers': 'x-z',
})

test('a preflight asks with its method, an origin and what is to follow', () => {
  expect(isPreflight(asked)).toBe(true)
  const given = { origin: ORIGIN, 'access-control-request-method': 'PUT' }
  expect(isPreflight(request('OPTIONS', given))).toBe(true)
  expect(isPreflight(request('GET', given))).toBe(false)
  expect(isPreflight(request('OPTIONS', { origin: ORIGIN }))).toBe(false)
  expect(isPreflight(request('OPTIONS', { 'access-control-request-method': 'PUT' }))).toBe(false)
})

describe('the answer to a preflight', () => {
  const lines = (cors: Partial<CorsEntry>, origin: string | undefined = ORIGIN) =>
    preflightLines({ ...CORS, ...cors }, asked, origin)
      .split('\r\n')
      .slice(0, -1)

  test('names methods, headers and how long it holds', () => {
    expect(lines({})).toEqual([
      'Access-Control-Allow-Methods: GET, PUT',
      'Access-Control-Allow-Headers: X-A, X-B',
      'Access-Control-Max-Age: 7',
    ])
    expect(lines({ allowMethods: [], allowHeaders: [] })).toEqual(['Access-Control-Max-Age: 7'])
  })

  test('allows all, or what was asked for where credentials give a star no meaning', () => {
    const all = { allowMethods: ['*'], allowHeaders: ['*'] }
    expect(lines(all).slice(0, 2)).toEqual([
      'Access-Control-Allow-Methods: *',
      'Access-Control-Allow-Headers: *',
    ])
    expect(lines({ ...all, allowCredentials: true }).slice(0, 2)).toEqual([
      'Access-Control-Allow-Methods: DELETE',
      'Access-Control-Allow-Headers: x-z',
    ])
  })

  test('says nothing to an origin that is not allowed', () => {
    expect(lines({}, 'https://other.example')).toEqual([])
  })
})

describe('the lines of an answer', () => {
  const given = 'A: 1\r\nAccess-Control-Allow-Origin: *\r\nB: 2\r\n'
  const own = (origin: string) => `Access-Control-Allow-Origin: ${origin}\r\n`

  test('are the route’s in place of the backend’s', () => {
    expect(corsLines(given, CORS, ORIGIN)).toBe(
      `A: 1\r\nB: 2\r\n${own(ORIGIN)}Vary: Origin\r\nAccess-Control-Expose-Headers: X-C\r\n`,
    )
    expect(corsLines(given, { ...CORS, exposeHeaders: [], allowCredentials: true }, ORIGIN)).toBe(
      `A: 1\r\nB: 2\r\n${own(ORIGIN)}Access-Control-Allow-Credentials: true\r\nVary: Origin\r\n`,
    )
    expect(corsLines(given, CORS, 'https://x.example')).toBe('A: 1\r\nB: 2\r\nVary: Origin\r\n')
    expect(corsLines(given, CORS, undefined)).toBe(given)
  })

  test.each([
    ['*', 'https://x.example', true],
    [ORIGIN, 'HTTPS://APP.EXAMPLE', true],
    [ORIGIN, 'https://app.example:444', false],
    ['https://*.example', 'https://a.b.example', true],
    ['https://*.example', 'https://.example', false],
    ['https://*.example', 'https://evil.example.net', false],
    ['https://*.example', 'http://a.example', false],
    ['https://*.example', 'https://a/b.example', false],
  ])('%s covers %s: %s', (allowed, origin, expected) => {
    const lines = corsLines('', { ...CORS, allowOrigins: [allowed] }, origin)
    expect(lines.includes(own(origin))).toBe(expected)
  })
})
