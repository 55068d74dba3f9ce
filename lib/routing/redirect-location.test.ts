import { describe, expect, it } from 'vitest'
import { applyHeaderModifier } from './header-modifier'
import { applyPathModifier } from './path-modifier'
import { redirectLocation } from './redirect-location'
import type { MatchEntry, RedirectEntry } from './route-table'

function prefix(value: string): MatchEntry {
  return { path: { type: 'PathPrefix', value }, method: '', headers: [], queryParams: [] }
}

describe('applyPathModifier', () => {
  // The table of the specification: https://gateway-api.sigs.k8s.io/reference/spec/#httppathmodifier
  const rows: [path: string, prefix: string, replacement: string, expected: string][] = [
    ['/foo/bar', '/foo', '/xyz', '/xyz/bar'],
    ['/foo/bar', '/foo', '/xyz/', '/xyz/bar'],
    ['/foo/bar', '/foo/', '/xyz', '/xyz/bar'],
    ['/foo/bar', '/foo/', '/xyz/', '/xyz/bar'],
    ['/foo', '/foo', '/xyz', '/xyz'],
    ['/foo/', '/foo', '/xyz', '/xyz/'],
    ['/foo/bar', '/foo', '', '/bar'],
    ['/foo/', '/foo', '', '/'],
    ['/foo', '/foo', '', '/'],
    ['/foo/', '/foo', '/', '/'],
    ['/foo', '/foo', '/', '/'],
    ['/a/b', '/', '/xyz', '/xyz/a/b'],
  ]
  for (const [path, matched, value, expected] of rows) {
    it(`turns ${path} into ${expected} for prefix ${matched} and replacement '${value}'`, () => {
      const modifier = { type: 'ReplacePrefixMatch', value } as const
      expect(applyPathModifier(path, modifier, prefix(matched))).toBe(expected)
    })
  }

  it('replaces the whole path, and leaves it alone where no prefix matched', () => {
    const exact: MatchEntry = { ...prefix('/'), path: { type: 'Exact', value: '/a' } }
    expect(applyPathModifier('/a', { type: 'ReplaceFullPath', value: '/b' }, exact)).toBe('/b')
    expect(applyPathModifier('/a', { type: 'ReplaceFullPath', value: '' }, exact)).toBe('/')
    expect(applyPathModifier('/a', { type: 'ReplacePrefixMatch', value: '/b' }, exact)).toBe('/a')
  })
})

describe('redirectLocation', () => {
  const request = {
    scheme: 'http',
    host: 'example.com',
    path: '/a',
    query: '',
    listenerPort: 80,
  } as const
  const rows: {
    redirect: Partial<RedirectEntry>
    port?: number
    query?: string
    expected: string
  }[] = [
    { redirect: { hostname: 'example.org' }, expected: 'http://example.org/a' },
    { redirect: { hostname: 'example.org' }, port: 8080, expected: 'http://example.org:8080/a' },
    { redirect: { scheme: 'https' }, expected: 'https://example.com/a' },
    { redirect: { scheme: 'https' }, port: 8080, expected: 'https://example.com/a' },
    { redirect: { scheme: 'https', port: 443 }, expected: 'https://example.com/a' },
    { redirect: { scheme: 'https', port: 8443 }, expected: 'https://example.com:8443/a' },
    { redirect: { scheme: 'http', port: 443 }, expected: 'http://example.com:443/a' },
    { redirect: { port: 8083 }, expected: 'http://example.com:8083/a' },
    { redirect: { port: 80 }, port: 8080, expected: 'http://example.com/a' },
    {
      redirect: { path: { type: 'ReplacePrefixMatch', value: '/b' } },
      query: 'q=1',
      expected: 'http://example.com/b?q=1',
    },
  ]
  for (const { redirect, port = 80, query = '', expected } of rows) {
    it(`answers ${expected} for ${JSON.stringify(redirect)} on port ${port}`, () => {
      const location = redirectLocation({ statusCode: 302, ...redirect }, prefix('/a'), {
        ...request,
        query,
        listenerPort: port,
      })
      expect(location).toBe(expected)
    })
  }
})

describe('applyHeaderModifier', () => {
  it('sets, adds and removes without regard to case, keeping every other line in order', () => {
    const headers = [
      'Host',
      'x',
      'X-Set',
      '1',
      'x-set',
      '2',
      'X-Add',
      'a',
      'X-Gone',
      'b',
      'Cookie',
      'c',
    ]
    const modifier = {
      set: [['x-SET', '3']],
      add: [['X-Add', 'b']],
      remove: ['x-gone', 'x-absent'],
    } as const
    expect(applyHeaderModifier(headers, modifier)).toEqual([
      'Host',
      'x',
      'X-Add',
      'a',
      'Cookie',
      'c',
      'x-SET',
      '3',
      'X-Add',
      'b',
    ])
  })

  it('returns the same lines when there is no modifier', () => {
    const headers = ['Host', 'x']
    expect(applyHeaderModifier(headers, undefined)).toBe(headers)
  })
})
