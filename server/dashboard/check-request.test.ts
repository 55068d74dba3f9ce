import { describe, expect, it } from 'vitest'
import { checkReadOnly, checkRequest } from './check-request'

const allowed = ['localhost', '127.0.0.1', '[::1]']

const cases: {
  name: string
  method?: string
  headers: Record<string, string>
  status: number | null
}[] = [
  { name: 'answers for loopback with any port', headers: { host: '127.0.0.1:3000' }, status: null },
  { name: 'answers for an IPv6 loopback', headers: { host: '[::1]:3000' }, status: null },
  { name: 'refuses a foreign host', headers: { host: 'evil.example:3000' }, status: 421 },
  { name: 'refuses a request without a host', headers: {}, status: 421 },
  {
    name: 'lets a page of its own origin change things',
    method: 'POST',
    headers: { host: 'localhost:3000', origin: 'http://localhost:3000' },
    status: null,
  },
  {
    name: 'lets a client without an origin, such as curl, change things',
    method: 'POST',
    headers: { host: 'localhost:3000' },
    status: null,
  },
  {
    name: 'refuses a change asked for by another origin',
    method: 'DELETE',
    headers: { host: 'localhost:3000', origin: 'http://evil.example' },
    status: 403,
  },
  {
    name: 'refuses a change from an opaque origin',
    method: 'POST',
    headers: { host: 'localhost:3000', origin: 'null' },
    status: 403,
  },
  {
    name: 'refuses a change from another port of the same machine',
    method: 'POST',
    headers: { host: 'localhost:3000', origin: 'http://localhost:4000' },
    status: 403,
  },
  {
    name: 'refuses a cross-site change by fetch metadata',
    method: 'POST',
    headers: { host: 'localhost:3000', 'sec-fetch-site': 'cross-site' },
    status: 403,
  },
  {
    name: 'lets another origin read nothing more than a browser allows it anyway',
    method: 'GET',
    headers: { host: 'localhost:3000', origin: 'http://evil.example' },
    status: null,
  },
]

describe('checkRequest', () => {
  for (const { name, method, headers, status } of cases) {
    it(name, () => {
      const refusal = checkRequest({ method: method ?? 'GET', headers }, allowed)
      expect(refusal?.status ?? null).toBe(status)
    })
  }
})

describe('checkReadOnly', () => {
  it.each([
    ['GET', '/api/objects/httproutes/default/a', true],
    ['HEAD', '/routes', true],
    // A dry run stores nothing; the handler refuses the rest.
    ['POST', '/api/manifests', true],
    ['POST', '/api/manifests?a=b', true],
    ['POST', '/api/manifests/', false],
    ['PUT', '/api/manifests', false],
    ['POST', '/api/traffic', false],
    ['DELETE', '/api/traffic/1', false],
    ['DELETE', '/api/objects/httproutes/default/a', false],
    ['DELETE', '/api/comparison?route=a/b', false],
    ['PURGE', '/api/anything', false],
  ])('%s %s passes: %s', (method, url, passes) => {
    const refusal = checkReadOnly({ method, url })
    expect(refusal === null).toBe(passes)
    if (refusal !== null)
      expect(refusal).toMatchObject({ status: 403, body: { code: 'read-only' } })
  })
})
