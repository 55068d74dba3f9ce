import { describe, expect, it } from 'vitest'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import { compileMatcher, type PortMatcher } from './compile-matcher'
import { hostnameCovers, servedHostnames } from './hostname'
import type { MatchRequest } from './request-match'
import type { ListenerEntry, MatchEntry, RouteEntry, RouteTable, ValueMatch } from './route-table'

const GATEWAY = 'default/eg'

interface MatchSpec {
  exact?: string
  prefix?: string
  regex?: string
  method?: string
  headers?: Record<string, string>
  query?: Record<string, string>
}

interface RouteSpec {
  name: string
  hostnames?: string[]
  rules: MatchSpec[][]
}

function toMatch(spec: MatchSpec): MatchEntry {
  const values = (record: Record<string, string> = {}): ValueMatch[] =>
    Object.entries(record).map(([name, value]) => ({ name, type: 'Exact', value }))
  const path: MatchEntry['path'] =
    spec.exact !== undefined
      ? { type: 'Exact', value: spec.exact }
      : spec.regex !== undefined
        ? { type: 'RegularExpression', value: spec.regex }
        : { type: 'PathPrefix', value: spec.prefix ?? '/' }
  return {
    path,
    method: spec.method ?? '',
    headers: values(spec.headers),
    queryParams: values(spec.query),
  }
}

function toRoute(spec: RouteSpec, listeners: readonly ListenerEntry[]): RouteEntry {
  return {
    key: `default/${spec.name}`,
    namespace: 'default',
    name: spec.name,
    generation: 1,
    attachments: listeners.map((listener) => ({
      gateway: GATEWAY,
      listener: listener.name,
      hostnames: servedHostnames(listener.hostname, spec.hostnames ?? []),
    })),
    rules: spec.rules.map((matches, index) => ({
      index,
      name: '',
      matches: matches.map(toMatch),
      mirrors: [],
      backends: [],
      timeouts: { requestMs: 0, backendRequestMs: 0 },
    })),
  }
}

function listener(name: string, hostname = ''): ListenerEntry {
  return { name, port: 80, protocol: 'HTTP', hostname }
}

function toTable(routes: RouteEntry[], listeners: ListenerEntry[]): RouteTable {
  return { version: 1, gateways: [{ key: GATEWAY, listeners }], routes, clusters: {} }
}

function portOf(table: RouteTable): PortMatcher {
  const port = compileMatcher(table).port(GATEWAY, 80)
  if (port === undefined) throw new Error('no port')
  return port
}

function toRequest(text: string): MatchRequest {
  const [method = '', url = '', ...lines] = text.split(' ')
  const [, host = '', path = '', query = ''] = /^([^/]*)([^?]*)\??(.*)$/.exec(url) ?? []
  const headers = new Map(lines.map((line) => line.split(':') as [string, string]))
  return { host, method, path, header: (name) => headers.get(name), query: () => query }
}

function takes(specs: RouteSpec[], request: string, listeners = [listener('http')]): string | null {
  const table = toTable(
    specs.map((spec) => toRoute(spec, listeners)),
    listeners,
  )
  const found = portOf(table).match(toRequest(request))
  return found === null
    ? null
    : `${found.route.name}/${found.rule.index}/${found.rule.matches.indexOf(found.match)}`
}

describe('precedence of matches', () => {
  const cases: { name: string; routes: RouteSpec[]; request: string; expected: string | null }[] = [
    {
      name: 'an exact path wins over a longer-looking prefix',
      routes: [{ name: 'a', rules: [[{ prefix: '/foo/bar' }], [{ exact: '/foo/bar' }]] }],
      request: 'GET x/foo/bar',
      expected: 'a/1/0',
    },
    {
      name: 'a regular expression stands between exact and prefix',
      routes: [
        {
          name: 'a',
          rules: [[{ prefix: '/foo/bar' }], [{ regex: '/foo/.*' }], [{ exact: '/foo/b' }]],
        },
      ],
      request: 'GET x/foo/bar',
      expected: 'a/1/0',
    },
    {
      name: 'the longer expression is tried first',
      routes: [{ name: 'a', rules: [[{ regex: '/.*' }], [{ regex: '/foo/.*' }]] }],
      request: 'GET x/foo/bar',
      expected: 'a/1/0',
    },
    {
      name: 'the longest prefix wins whatever the order',
      routes: [
        { name: 'a', rules: [[{ prefix: '/' }], [{ prefix: '/foo' }], [{ prefix: '/foo/bar' }]] },
      ],
      request: 'GET x/foo/bar/baz',
      expected: 'a/2/0',
    },
    {
      name: 'a prefix covers whole segments only',
      routes: [{ name: 'a', rules: [[{ prefix: '/foo' }]] }],
      request: 'GET x/foobar',
      expected: null,
    },
    {
      name: 'a prefix with a trailing slash covers the path without it',
      routes: [{ name: 'a', rules: [[{ prefix: '/foo/' }]] }],
      request: 'GET x/foo',
      expected: 'a/0/0',
    },
    {
      name: 'an exact path does not cover a trailing slash',
      routes: [{ name: 'a', rules: [[{ exact: '/foo' }]] }],
      request: 'GET x/foo/',
      expected: null,
    },
    {
      name: 'a longer prefix wins over a method',
      routes: [{ name: 'a', rules: [[{ prefix: '/', method: 'GET' }], [{ prefix: '/foo' }]] }],
      request: 'GET x/foo',
      expected: 'a/1/0',
    },
    {
      name: 'a method wins over headers',
      routes: [{ name: 'a', rules: [[{ headers: { a: '1', b: '2' } }], [{ method: 'GET' }]] }],
      request: 'GET x/ a:1 b:2',
      expected: 'a/1/0',
    },
    {
      name: 'more headers win over more query parameters',
      routes: [{ name: 'a', rules: [[{ query: { q: '1', r: '2' } }], [{ headers: { a: '1' } }]] }],
      request: 'GET x/?q=1&r=2 a:1',
      expected: 'a/1/0',
    },
    {
      name: 'more query parameters win over an older route',
      routes: [
        { name: 'old', rules: [[{ query: { q: '1' } }]] },
        { name: 'new', rules: [[{ query: { q: '1', r: '2' } }]] },
      ],
      request: 'GET x/?q=1&r=2',
      expected: 'new/0/0',
    },
    {
      name: 'the first route of the table wins a tie',
      routes: [
        { name: 'old', rules: [[{ prefix: '/a' }]] },
        { name: 'new', rules: [[{ prefix: '/a' }]] },
      ],
      request: 'GET x/a',
      expected: 'old/0/0',
    },
    {
      name: 'the first rule of a route wins a tie, then the first match',
      routes: [
        {
          name: 'a',
          rules: [[{ prefix: '/b' }, { prefix: '/a/' }, { prefix: '/a' }], [{ prefix: '/a' }]],
        },
      ],
      request: 'GET x/a',
      expected: 'a/0/1',
    },
    {
      name: 'an exact hostname wins over a longer path under a wildcard',
      routes: [
        { name: 'wild', hostnames: ['*.example.com'], rules: [[{ exact: '/a/b' }]] },
        { name: 'exact', hostnames: ['www.example.com'], rules: [[{ prefix: '/' }]] },
      ],
      request: 'GET www.example.com/a/b',
      expected: 'exact/0/0',
    },
    {
      name: 'the longer wildcard wins',
      routes: [
        { name: 'short', hostnames: ['*.com'], rules: [[{}]] },
        { name: 'long', hostnames: ['*.example.com'], rules: [[{}]] },
      ],
      request: 'GET a.b.example.com/',
      expected: 'long/0/0',
    },
    {
      name: 'a wildcard does not cover its own parent domain',
      routes: [{ name: 'a', hostnames: ['*.example.com'], rules: [[{}]] }],
      request: 'GET example.com/',
      expected: null,
    },
    {
      name: 'a more specific hostname without a matching rule leaves the request to the next',
      routes: [
        { name: 'exact', hostnames: ['www.example.com'], rules: [[{ prefix: '/only' }]] },
        { name: 'any', rules: [[{}]] },
      ],
      request: 'GET www.example.com/other',
      expected: 'any/0/0',
    },
    {
      name: 'nothing matches',
      routes: [{ name: 'a', hostnames: ['www.example.com'], rules: [[{ method: 'POST' }]] }],
      request: 'GET www.example.com/',
      expected: null,
    },
    {
      name: 'query parameters are decoded and the first of a repeated name counts',
      routes: [{ name: 'a', rules: [[{ query: { 'a b': 'c d' } }]] }],
      request: 'GET x/?a+b=c%20d&a+b=no',
      expected: 'a/0/0',
    },
    {
      name: 'a malformed escape in the query matches nothing and breaks nothing',
      routes: [{ name: 'a', rules: [[{ query: { q: '1' } }]] }],
      request: 'GET x/?q=%zz',
      expected: null,
    },
  ]
  for (const { name, routes, request, expected } of cases) {
    it(name, () => expect(takes(routes, request)).toBe(expected))
  }

  it('keeps a request inside the most specific listener for its host', () => {
    const listeners = [
      listener('any'),
      listener('wild', '*.example.com'),
      listener('www', 'www.example.com'),
    ]
    const routes = listeners.map((one) =>
      toRoute({ name: one.name, rules: [[{ prefix: `/${one.name}` }]] }, [one]),
    )
    const port = portOf(toTable(routes, listeners))
    expect(port.match(toRequest('GET www.example.com/www'))?.route.name).toBe('www')
    expect(port.match(toRequest('GET www.example.com/wild'))).toBeNull()
    expect(port.match(toRequest('GET a.example.com/wild'))?.route.name).toBe('wild')
    expect(port.match(toRequest('GET other.net/any'))?.route.name).toBe('any')
    expect(port.listenerOf('a.example.com')?.name).toBe('wild')
    expect(portOf(toTable([], [listener('www', 'www.example.com')])).listenerOf('x')).toBeNull()
  })

  it('looks a host over 253 characters up among catch-all hostnames only', () => {
    const long = `${'a'.repeat(260)}.example.com`
    expect(
      takes([{ name: 'wild', hostnames: ['*.example.com'], rules: [[{}]] }], `GET ${long}/`),
    ).toBeNull()
  })

  it('knows no matcher for a Gateway or a port the table does not have', () => {
    const matcher = compileMatcher(toTable([], [listener('http')]))
    expect(matcher.port('default/other', 80)).toBeUndefined()
    expect(matcher.port(GATEWAY, 81)).toBeUndefined()
  })

  it('leaves out a match whose expression does not compile', () => {
    expect(takes([{ name: 'a', rules: [[{ regex: '(' }], [{ prefix: '/' }]] }], 'GET x/(')).toBe(
      'a/1/0',
    )
  })
})

/** The specification read word for word: try everything, keep the best by pairwise comparison. */
function naiveMatch(routes: readonly RouteEntry[], request: MatchRequest): string | null {
  const all = routes.flatMap((route, order) =>
    (route.attachments[0]?.hostnames ?? [])
      .filter((hostname) => hostnameCovers(hostname, request.host))
      .flatMap((hostname) =>
        route.rules.flatMap((rule) =>
          rule.matches.map((match, index) => ({
            match,
            rank: naiveRank(hostname, match, [order, rule.index, index]),
            id: `${route.name}/${rule.index}/${index}`,
          })),
        ),
      ),
  )
  const fitting = all.filter(({ match }) => naiveMeets(match, request))
  fitting.sort((left, right) => (isBefore(left.rank, right.rank) ? -1 : 1))
  return fitting[0]?.id ?? null
}

function naiveMeets(match: MatchEntry, request: MatchRequest): boolean {
  const { type, value } = match.path
  const trimmed = value.replace(/\/$/, '')
  const path =
    type === 'Exact'
      ? request.path === value
      : type === 'RegularExpression'
        ? new RegExp(`^(?:${value})$`).test(request.path)
        : request.path === trimmed || request.path.startsWith(`${trimmed}/`)
  const query = new URLSearchParams(request.query())
  return (
    path &&
    (match.method === '' || match.method === request.method) &&
    match.headers.every((header) => request.header(header.name) === header.value) &&
    match.queryParams.every((parameter) => query.get(parameter.name) === parameter.value)
  )
}

function naiveRank(hostname: string, match: MatchEntry, tie: number[]): number[] {
  const type = { Exact: 0, RegularExpression: 1, PathPrefix: 2 }[match.path.type]
  const literal = hostname.replace('*.', '')
  return [
    hostname !== '' && !hostname.startsWith('*') ? 0 : 1,
    -literal.length,
    type,
    -match.path.value.replace(/\/$/, '').length,
    match.method === '' ? 1 : 0,
    -match.headers.length,
    -match.queryParams.length,
    ...tie,
  ]
}

function isBefore(
  left: readonly (number | string)[],
  right: readonly (number | string)[],
): boolean {
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? 0
    if (value !== other) return value < other
  }
  return false
}

describe('compileMatcher', () => {
  it('agrees with a naive matcher on 6,000 random pairs of table and request', () => {
    const random = seededRandom(20261123)
    const pick = <Item>(items: readonly Item[]): Item =>
      items[Math.floor(random() * items.length)] as Item
    const hosts = [
      '',
      '*.example.com',
      '*.a.example.com',
      'www.example.com',
      'b.a.example.com',
      'example.com',
      '*.com',
    ]
    const paths = ['/', '/a', '/a/', '/a/b', '/a/b/c', '/ab', '/b']
    const some = <Item>(item: Item): Item[] => (random() < 0.25 ? [item] : [])
    let matched = 0
    for (let round = 0; round < 200; round++) {
      const routes = Array.from({ length: 1 + Math.floor(random() * 8) }, (_, index) => {
        const hostnames = Array.from({ length: Math.floor(random() * 3) }, () =>
          pick(hosts),
        ).filter(Boolean)
        const rules = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
          Array.from({ length: 1 + Math.floor(random() * 3) }, (): MatchSpec => {
            const kind = random()
            return {
              ...(kind < 0.3
                ? { exact: pick(paths) }
                : kind < 0.4
                  ? { regex: pick(['/a.*', '/[ab]/b', '/.*', '/a/b+']) }
                  : { prefix: pick(paths) }),
              ...Object.fromEntries(some(['method', pick(['GET', 'POST'])])),
              headers: Object.fromEntries([...some(['h', pick(['1', '2'])]), ...some(['i', '1'])]),
              query: Object.fromEntries([...some(['q', pick(['1', '2'])]), ...some(['r', '1'])]),
            }
          }),
        )
        return toRoute({ name: `r${index}`, hostnames: [...new Set(hostnames)], rules }, [
          listener('http'),
        ])
      })
      const port = portOf(toTable(routes, [listener('http')]))
      for (let pair = 0; pair < 30; pair++) {
        const host = pick([
          'www.example.com',
          'b.a.example.com',
          'c.example.com',
          'example.com',
          'other.net',
          'com',
        ])
        const path = pick([...paths, '/a/b/', '/a/bb', '/abc', '/a//b', '//', '/b/b', '/b/c/d'])
        const request = toRequest(
          `${pick(['GET', 'POST', 'PUT'])} ${host}${path}?q=${pick(['1', '2', '3'])}&r=${pick(['1', '2'])} h:${pick(['1', '2', '3'])} i:${pick(['1', '2'])}`,
        )
        const found = port.match(request)
        const actual =
          found &&
          `${found.route.name}/${found.rule.index}/${found.rule.matches.indexOf(found.match)}`
        expect(actual, JSON.stringify({ round, pair, host, path })).toBe(
          naiveMatch(routes, request),
        )
        if (actual !== null) matched++
      }
    }
    expect(matched).toBeGreaterThan(3000)
  })

  it('keeps the index of hostnames whose routes are the same objects', () => {
    const listeners = [listener('http')]
    const routes = ['a', 'b'].map((name) =>
      toRoute({ name, hostnames: [`${name}.example.com`], rules: [[{}]] }, listeners),
    )
    const before = compileMatcher(toTable(routes, listeners))
    const added = toRoute(
      { name: 'c', hostnames: ['b.example.com'], rules: [[{ prefix: '/c' }]] },
      listeners,
    )
    const after = compileMatcher(toTable([...routes, added], listeners), before)
    const find = (matcher: typeof after, request: string) =>
      matcher.port(GATEWAY, 80)?.match(toRequest(request))
    expect(find(after, 'GET a.example.com/')).toBe(find(before, 'GET a.example.com/'))
    expect(find(after, 'GET b.example.com/c')?.route.name).toBe('c')
    expect(find(before, 'GET b.example.com/c')?.route.name).toBe('b')
  })
})
