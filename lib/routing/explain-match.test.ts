import { describe, expect, it } from 'vitest'
import { compileMatcher, type PortMatcher } from './compile-matcher'
import { explainMatch } from './explain-match'
import { servedHostnames } from './hostname'
import { EXPLAINED_CANDIDATES_MAX } from './limits'
import type { MatchRequest } from './request-match'
import type { ListenerEntry, MatchEntry, RouteEntry, RouteTable, RuleEntry } from './route-table'

const GATEWAY = 'default/eg' as const
const AT = { gateway: GATEWAY, port: 80 }

function listener(name: string, hostname = ''): ListenerEntry {
  return { name, port: 80, protocol: 'HTTP', hostname }
}

function match(
  path: string,
  part: Partial<Omit<MatchEntry, 'path'>> = {},
  type: MatchEntry['path']['type'] = 'PathPrefix',
): MatchEntry {
  return { path: { type, value: path }, method: '', headers: [], queryParams: [], ...part }
}

interface RouteSpec {
  readonly name: string
  readonly hostnames?: readonly string[]
  readonly rules: readonly (readonly MatchEntry[])[]
  readonly rule?: Partial<RuleEntry>
}

function tableOf(specs: readonly RouteSpec[], listeners = [listener('http')]): RouteTable {
  const routes = specs.map(
    ({ name, hostnames = [], rules, rule }): RouteEntry => ({
      key: `default/${name}`,
      namespace: 'default',
      name,
      generation: 1,
      attachments: listeners
        .map((one) => ({
          gateway: GATEWAY,
          listener: one.name,
          hostnames: servedHostnames(one.hostname, hostnames),
        }))
        .filter((attachment) => attachment.hostnames.length > 0),
      rules: rules.map((matches, index) => ({
        index,
        name: '',
        matches,
        mirrors: [],
        backends: [],
        timeouts: { requestMs: 0, backendRequestMs: 0 },
        ...rule,
      })),
    }),
  )
  return { version: 1, gateways: [{ key: GATEWAY, listeners }], routes, clusters: {} }
}

function request(part: Partial<Record<'host' | 'method' | 'path' | 'query', string>> = {}) {
  const headers = new Map<string, string>()
  const made: MatchRequest = {
    host: part.host ?? 'a.example.com',
    method: part.method ?? 'GET',
    path: part.path ?? '/',
    header: (name) => headers.get(name),
    query: () => part.query ?? '',
  }
  return { made, headers }
}

const value = (name: string, text: string) => ({ name, type: 'Exact', value: text }) as const

describe('a CORS preflight', () => {
  const get = match('/', { method: 'GET' })
  const post = match('/', { method: 'POST' })
  const options = match('/', { method: 'OPTIONS' })
  const withCors = { name: 'c', rule: { cors: CORS } }
  const preflight = {
    'access-control-request-method': 'POST',
    origin: 'https://a.example',
  }
  const cases: {
    name: string
    specs: readonly RouteSpec[]
    headers?: Record<string, string>
    method?: string
    taker: string | null
  }[] = [
    {
      name: 'goes to the rule that takes what it asks about',
      specs: [{ ...withCors, rules: [[get], [post]] }],
      taker: 'c/1',
    },
    { name: 'of another method than any', specs: [{ ...withCors, rules: [[get]] }], taker: null },
    { name: 'without a cors filter', specs: [{ name: 'n', rules: [[post]] }], taker: null },
    {
      name: 'is left to a match that names OPTIONS',
      specs: [
        { ...withCors, rules: [[post]] },
        { name: 'o', rules: [[options]] },
      ],
      taker: 'o/0',
    },
    {
      name: 'is not left to one that takes every method and has no cors',
      specs: [
        { ...withCors, rules: [[post]] },
        { name: 'any', rules: [[match('/')]] },
      ],
      taker: 'c/0',
    },
    {
      name: 'is left to it where the request it asks about goes there too',
      specs: [
        { ...withCors, rules: [[get]] },
        { name: 'any', rules: [[match('/')]] },
      ],
      taker: 'any/0',
    },
    {
      name: 'is no OPTIONS without an Origin',
      specs: [{ ...withCors, rules: [[post]] }],
      headers: { 'access-control-request-method': 'POST' },
      taker: null,
    },
    {
      name: 'is no OPTIONS without a method asked about',
      specs: [{ ...withCors, rules: [[post]] }],
      headers: { origin: 'https://a.example' },
      taker: null,
    },
    {
      name: 'is no other method',
      specs: [{ ...withCors, rules: [[post]] }],
      method: 'GET',
      taker: null,
    },
    {
      name: 'that names two methods asks about none',
      specs: [{ ...withCors, rules: [[post]] }],
      headers: { ...preflight, 'access-control-request-method': 'POST, GET' },
      taker: null,
    },
    {
      name: 'meets the other conditions of the match too',
      specs: [
        {
          ...withCors,
          rules: [[match('/', { method: 'POST', headers: [value('x-tenant', 'a')] })]],
        },
      ],
      taker: null,
    },
    {
      name: 'keeps to the more specific hostname',
      specs: [
        { ...withCors, hostnames: ['*.example.com'], rules: [[post]] },
        { name: 'n', hostnames: ['a.example.com'], rules: [[post]] },
      ],
      taker: null,
    },
  ]
  it.each(cases)('$name', ({ specs, headers = preflight, method = 'OPTIONS', taker }) => {
    const asked = request({ method })
    for (const [name, text] of Object.entries(headers)) asked.headers.set(name, text)
    const table = tableOf(specs)
    const { winner } = explainMatch(table, AT, asked.made)
    expect(winner === null ? null : `${winner.route.name}/${winner.rule.index}`).toBe(taker)
    agree(table, compileMatcher(table).port(GATEWAY, 80), asked.made, 'preflight')
  })
})

describe('explainMatch', () => {
  const losses: {
    name: string
    specs: readonly RouteSpec[]
    listeners?: ListenerEntry[]
    lost: object
  }[] = [
    {
      name: 'a path that does not fit',
      specs: [{ name: 'a', rules: [[match('/')], [match('/other')]] }],
      lost: { reason: 'path' },
    },
    {
      name: 'another method',
      specs: [{ name: 'a', rules: [[match('/')], [match('/', { method: 'PUT' })]] }],
      lost: { reason: 'method', method: 'PUT' },
    },
    {
      name: 'a header that is not there',
      specs: [{ name: 'a', rules: [[match('/')], [match('/', { headers: [value('x', '1')] })]] }],
      lost: { reason: 'header', name: 'x', actual: null },
    },
    {
      name: 'a query parameter of another value',
      specs: [
        { name: 'a', rules: [[match('/')], [match('/', { queryParams: [value('q', '2')] })]] },
      ],
      lost: { reason: 'query', name: 'q', actual: '1' },
    },
    {
      name: 'a hostname that does not cover the host',
      specs: [
        { name: 'a', rules: [[match('/')]] },
        { name: 'b', hostnames: ['b.example.com'], rules: [[match('/')]] },
      ],
      lost: { reason: 'hostname', hostnames: ['b.example.com'] },
    },
    {
      name: 'a listener that is less specific for the host',
      specs: [{ name: 'a', rules: [[match('/')]] }],
      listeners: [listener('http'), listener('example', '*.example.com')],
      lost: { reason: 'listener', listener: 'http' },
    },
    {
      name: 'a hostname that is less specific',
      specs: [
        { name: 'a', hostnames: ['*.example.com'], rules: [[match('/long', {}, 'Exact')]] },
        { name: 'b', hostnames: ['a.example.com'], rules: [[match('/')]] },
      ],
      lost: { reason: 'less-specific-hostname' },
    },
    ...(
      [
        ['path type', match('/long'), match('/long', {}, 'Exact')],
        ['path length', match('/'), match('/long')],
        ['method', match('/'), match('/', { method: 'GET' })],
        ['number of headers', match('/'), match('/', { headers: [value('h', '1')] })],
        ['number of query parameters', match('/'), match('/', { queryParams: [value('q', '1')] })],
      ] as const
    ).map(([by, loser, winner]) => ({
      name: `precedence by ${by}`,
      specs: [{ name: 'a', rules: [[loser], [winner]] }],
      lost: { reason: 'precedence', by },
    })),
    {
      name: 'precedence by order in the route',
      specs: [{ name: 'a', rules: [[match('/')], [match('/')]] }],
      lost: { reason: 'precedence', by: 'order in the route' },
    },
    {
      name: 'precedence by age',
      specs: ['a', 'b'].map((name) => ({ name, rules: [[match('/')]] })),
      lost: { reason: 'precedence', by: 'age or name of the route' },
    },
  ]
  it.each(losses)('tells $name', ({ specs, listeners, lost }) => {
    const { made, headers } = request({ path: '/long', query: 'q=1' })
    headers.set('h', '1')
    const explained = explainMatch(tableOf(specs, listeners), AT, made)
    expect(explained.winner).not.toBeNull()
    expect(explained.lost.map((candidate) => candidate.lost)).toEqual([lost])
  })

  it('has no winner where nothing listens or nothing matches', () => {
    const table = tableOf([{ name: 'a', rules: [[match('/x')]] }], [listener('e', 'e.example.com')])
    expect(explainMatch(table, { gateway: 'default/no', port: 80 }, request().made)).toEqual({
      listener: null,
      winner: null,
      lost: [],
      preflightOf: null,
      lostMore: 0,
    })
    const elsewhere = explainMatch(table, AT, request({ host: 'other.org' }).made)
    expect([elsewhere.listener, elsewhere.winner]).toEqual([null, null])
    const unmatched = explainMatch(table, AT, request({ host: 'e.example.com' }).made)
    expect([unmatched.listener?.name, unmatched.winner]).toEqual(['e', null])
  })

  it('counts the candidates it does not tell about', () => {
    const rules = Array.from({ length: 60 }, (_, index) => [match(`/${index}`)])
    const explained = explainMatch(tableOf([{ name: 'a', rules }]), AT, request().made)
    expect(explained.lost).toHaveLength(EXPLAINED_CANDIDATES_MAX)
    expect(explained.lostMore).toBe(60 - EXPLAINED_CANDIDATES_MAX)
  })

  it('agrees with compileMatcher on 8,000 random pairs of table and request', () => {
    const random = createRandom(5)
    const pick = <Item>(items: readonly Item[]): Item =>
      items[Math.floor(random() * items.length)] as Item
    let matched = 0
    for (let round = 0; round < 200; round++) {
      const table = randomTable(random, pick)
      const port = compileMatcher(table).port(GATEWAY, 80)
      for (let pair = 0; pair < 40; pair++) {
        const made = randomRequest(random, pick)
        if (agree(table, port, made, JSON.stringify({ round, pair }))) matched++
      }
    }
    expect(matched).toBeGreaterThan(3000)
  })
})

/** Whether the request is taken, by both alike. */
function agree(
  table: RouteTable,
  port: PortMatcher | undefined,
  made: MatchRequest,
  where: string,
): boolean {
  const found = port?.match(made) ?? null
  const { winner, listener: serving, lost } = explainMatch(table, AT, made)
  const chosen = winner && [winner.listener, winner.route, winner.rule, winner.match]
  expect(chosen, where).toEqual(found && [found.listener, found.route, found.rule, found.match])
  expect(winner?.match, where).toBe(found?.match)
  expect(serving, where).toBe(port?.listenerOf(made.host) ?? null)
  const beaten = lost.filter(({ lost: { reason } }) => reason === 'precedence')
  expect(winner !== null || beaten.length === 0, where).toBe(true)
  return winner !== null
}

const HOSTS_ASKED = [
  'www.example.com',
  'b.a.example.com',
  'c.example.com',
  'example.com',
  'other.net',
]
const HOSTS = ['*.example.com', '*.a.example.com', 'www.example.com', 'b.a.example.com', '*.com']
const PATHS = ['/', '/a', '/a/', '/a/b', '/a/b/c', '/ab', '/b']

const CORS = {
  allowOrigins: ['*'],
  allowMethods: ['*'],
  allowHeaders: [],
  exposeHeaders: [],
  allowCredentials: false,
  maxAgeSeconds: 5,
}

function randomTable(random: () => number, pick: <Item>(items: readonly Item[]) => Item) {
  const some = <Item>(item: Item): Item[] => (random() < 0.25 ? [item] : [])
  const randomMatch = () => {
    const kind = random()
    const part = {
      method: random() < 0.25 ? pick(['GET', 'POST', 'OPTIONS']) : '',
      headers: [
        ...some({ name: 'h', type: 'RegularExpression', value: pick(['1.*', '[12]']) } as const),
        ...some(value('i', '1')),
      ],
      queryParams: [...some(value('q', pick(['1', '2']))), ...some(value('r', '1'))],
    }
    if (kind < 0.3) return match(pick(PATHS), part, 'Exact')
    if (kind < 0.45) return match(pick(['/a.*', '/[ab]/b', '/.*', '(']), part, 'RegularExpression')
    return match(pick(PATHS), part)
  }
  const several = <Item>(most: number, make: (index: number) => Item) =>
    Array.from({ length: 1 + Math.floor(random() * most) }, (_, index) => make(index))
  const specs = several(8, (index) => ({
    name: `r${index}`,
    hostnames: random() < 0.3 ? [] : [...new Set(several(3, () => pick(HOSTS)))],
    rules: several(3, () => several(3, randomMatch)),
    rule: random() < 0.5 ? { cors: CORS } : {},
  }))
  const listeners = [
    ...some(listener('all')),
    ...some(listener('wild', '*.example.com')),
    ...some(listener('www', 'www.example.com')),
  ]
  return tableOf(specs, listeners.length === 0 ? [listener('http')] : listeners)
}

/** https://en.wikipedia.org/wiki/Linear_congruential_generator, with the constants of Numerical Recipes. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function randomRequest(
  random: () => number,
  pick: <Item>(items: readonly Item[]) => Item,
): MatchRequest {
  const { made, headers } = request({
    host: pick([...HOSTS_ASKED, 'x'.repeat(300)]),
    method: pick(['GET', 'POST', 'PUT', 'OPTIONS']),
    path: pick([...PATHS, '/a/bb', '/abc', '/a//b', '//', '/b/c/d', '', '*']),
    query: pick(['', 'q=1', 'q=2&r=1', 'r=1&q=%31', 'q']),
  })
  if (random() < 0.6) headers.set('h', pick(['1', '2', '10']))
  if (random() < 0.3) headers.set('i', '1')
  if (random() < 0.8) headers.set('origin', 'https://a.example')
  if (random() < 0.8) headers.set('access-control-request-method', pick(['GET', 'POST', 'PUT']))
  return made
}
