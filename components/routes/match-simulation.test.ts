import { describe, expect, it } from 'vitest'
import type { HTTPRoute, HTTPRouteRule } from '@/lib/gateway-api/types'
import type { ClusterState } from '@/lib/routing/cluster-state'
import { type SimulatedRequest, simulateMatch } from '@/lib/simulation/match-simulation'
import { simulatedCurl } from '@/lib/simulation/simulated-curl'
import { answerChanges, shownRequests } from '@/lib/simulation/simulation-requests'
import { readRoute } from '@/lib/validation/lints/read-route'
import { destinationRows, lostRows, resultSentence, stepsTo } from './simulation-text'
import { parseSimulatorForm } from './simulator-form'
import { GATEWAY, REQUEST, route, slice, stateOf } from './test-support/simulated-cluster'

const MIRRORED: HTTPRouteRule = {
  matches: [{ path: { type: 'PathPrefix', value: '/' } }],
  filters: [
    {
      type: 'RequestMirror',
      requestMirror: { backendRef: { name: 'b', port: 80 }, percent: 29 },
    },
  ],
  backendRefs: [
    { name: 'a', port: 80, weight: 3 },
    { name: 'gone', port: 80 },
  ],
}

const POSTS: HTTPRouteRule = {
  matches: [{ path: { value: '/' }, method: 'POST' }],
  backendRefs: [{ name: 'b', port: 80 }],
}

const STATE = stateOf([
  route('r', [MIRRORED], '2025-01-01T00:00:00Z'),
  route('s', [POSTS], '2025-01-02T00:00:00Z'),
])

/** The simulation in the words of the page. */
function told(state: ClusterState, draft: HTTPRoute | null, part: Partial<SimulatedRequest> = {}) {
  const described = { ...REQUEST, ...part }
  const simulation = simulateMatch(state, draft, described)
  const outcome = simulation.refused === null ? simulation.outcome : null
  const { winner, backends = [] } = outcome ?? {}
  const request = simulation.refused === null ? simulation.request : null
  return {
    result: resultSentence(simulation, described),
    steps: winner ? stepsTo(winner) : '',
    goes: outcome === null ? [] : destinationRows(outcome, NOW).map(toText),
    lost: simulation.refused === null ? lostRows(simulation) : [],
    answer: outcome?.answer,
    sent: outcome && request ? shownRequests(outcome, request) : [],
    changes: backends.map(({ entry }) => {
      return outcome && request ? answerChanges(outcome, entry, request) : []
    }),
  }
}

const NOW = Date.parse('2026-11-25T12:00:00Z')

function toText({ name, share, notes }: ReturnType<typeof destinationRows>[number]): string {
  return [name, share, ...notes].join(' | ')
}

describe('simulateMatch', () => {
  it('predicts the answer of a draft with all that its filters say', () => {
    const cors = { allowOrigins: ['https://a.example'], allowMethods: ['GET', 'PUT'], maxAge: 60 }
    const draft = readRoute(
      { ...route('r', [{ ...MIRRORED, filters: [{ type: 'CORS', cors }] }], '') },
      'default',
    )
    const preflight = { origin: 'https://a.example', 'access-control-request-method': 'PUT' }
    const { answer } = told(STATE, draft, {
      method: 'OPTIONS',
      headers: Object.entries(preflight).map(([name, value]) => ({ name, value })),
    })
    expect(answer?.lines).toContain('Access-Control-Allow-Methods: GET, PUT')
  })

  it('says who takes the request, where it goes, and why no other does', () => {
    expect(told(STATE, null)).toMatchObject({
      result: 'Rule 0 of default/r takes it.',
      steps: 'Listener http (for every host), every host, match 0: path prefix /.',
      goes: [
        'a:80 | 75 % | 1 endpoint ready',
        'gone:80 | 25 % | Service "default/gone" not found. The client gets 500.',
        'b:80 | 29 % of requests | 1 endpoint ready',
      ],
      lost: [
        {
          candidate: 'Rule 0 of default/s, match 0: POST, path prefix /',
          field: 'spec.rules[0].matches[0]',
          why: 'It takes POST only.',
        },
      ],
    })
  })

  it('says what stands in the way of backends and mirrors', () => {
    const mirrors = [
      { backendRef: { name: 'b', port: 80 }, fraction: { numerator: 1, denominator: 2000 } },
      { backendRef: { name: 'gone', port: 80 } },
      { backendRef: { name: 'b', port: 80 }, percent: 0 },
    ]
    const draft = route('r', [
      {
        filters: mirrors.map((requestMirror) => ({ type: 'RequestMirror', requestMirror })),
        backendRefs: [{ name: 'a', port: 80 }],
      },
    ])
    const silent = { ...STATE, endpointSlices: [slice('b')] }
    expect(told(silent, draft).goes).toEqual([
      'a:80 | 100 % | No endpoint is ready: the client gets 503.',
      'b:80 | 0.05 % of requests, about 1 in 2000 | 1 endpoint ready',
      'b:80 | never | Its share is 0.',
      'gone:80 | never | Service "default/gone" not found. Requests are served without this mirror.',
    ])
    const idle = told({ ...STATE, endpointSlices: [] }, draft).goes[1]
    expect(idle).toMatch(/^b:80 \| never \| No endpoint is ready: nothing is mirrored/)
  })

  it.each([
    [
      '{"requestsPerSecond":50,"inFlight":2}',
      /at most 50 mirrored requests per second, at most 2 in flight/,
    ],
    ['{"until":"2026-11-25T11:00:00Z"}', /never \| The mirror budget ended .*nothing is mirrored/],
    ['{"rate":1}', /never \| Annotation .* has no setting "rate"/],
  ])('says what mirror budget %s comes to', (budget, expected) => {
    const draft = route('r', [MIRRORED])
    const annotations = { 'mirrorboard.dev/mirror-budget': budget }
    const limited = { ...draft, metadata: { ...draft.metadata, annotations } }
    expect(told(STATE, limited).goes[2]).toMatch(expected)
  })

  it('puts the draft in the place of the route it would replace', () => {
    const rule = { ...MIRRORED, matches: [{ path: { value: '/other' } }] }
    const { result, lost } = told(STATE, route('r', [rule]))
    expect(result).toBe('The gateway answers 404: no rule behind listener http takes it.')
    expect(lost.map(({ why }) => why)).toContain('/x is neither /other nor below it.')
  })

  it.each([
    [{ path: { type: 'Exact', value: '/y' } }, '/x is not exactly /y.'],
    [{ path: { type: 'RegularExpression', value: '/.y' } }, '/x as a whole does not match /.y.'],
    [{ headers: [{ name: 'x-b', value: '1' }] }, 'Header x-b is missing; it asks for "1".'],
    [
      { headers: [{ name: 'x-a', type: 'RegularExpression', value: '[0-9]' }] },
      'Header x-a is "it\'s "1""; it asks for one that matches [0-9].',
    ],
    [{ queryParams: [{ name: 'q', value: '2' }] }, 'Query parameter q is "1"; it asks for "2".'],
    [
      { path: { value: '/' } },
      "It matches too, but the winner's route is older, or first by name where both are of the same age.",
    ],
  ] as const)('says why %j does not take it', (match, why) => {
    const draft = route('t', [{ ...MIRRORED, matches: [match as never] }])
    expect(told(STATE, draft).lost.map((row) => row.why)).toContain(why)
  })

  it('says which step of the precedence decided', () => {
    const draft = route('t', [{ ...MIRRORED, matches: [{ path: { value: '/x' } }] }])
    const { result, lost } = told(STATE, draft)
    expect(result).toBe('Rule 0 of default/t takes it.')
    expect(lost[0]?.why).toBe("It matches too, but the winner's path prefix /x is longer.")
  })

  it('looks for the path that is left when dot segments are resolved', () => {
    const draft = route('r', [{ ...MIRRORED, matches: [{ path: { value: '/other' } }] }])
    const taken = (path: string) => told(STATE, draft, { path }).steps !== ''
    expect(['/x/../other/y', '/x/%2E%2e/other', '/other/..'].map(taken)).toEqual([
      true,
      true,
      false,
    ])
    expect(told(STATE, null, { path: '/a\\b' }).result).toMatch(/answers 400: the path/)
  })

  it('finds routes behind TLS without its certificate', () => {
    const secure = { scheme: 'https', port: 443 } as const
    const { steps } = told(STATE, null, { ...secure, host: 'Secure.Example.com:443' })
    expect(steps).toContain('Listener https (for secure.example.com)')
    expect(told(STATE, null, { ...secure, host: 'other.org' }).result).toBe(
      'The gateway answers 404: no listener of default/eg on port 443 serves this host.',
    )
  })

  it('takes a port that HTTP and HTTPS share for what it is: in conflict', () => {
    const [http] = GATEWAY.spec.listeners
    const twin = { name: 'twin', port: 80, protocol: 'HTTPS' as const, hostname: 'a.example' }
    const listeners = http === undefined ? [] : [http, twin]
    const gateway = { ...GATEWAY, spec: { ...GATEWAY.spec, listeners } }
    expect(told({ ...STATE, gateways: [gateway] }, null).result).toMatch(/no listener/)
  })

  it('says that a rule without a backend, or with a redirect, answers by itself', () => {
    expect(told(STATE, route('r', [{}])).answer).toEqual({ status: 500, lines: '' })
    const redirect = { type: 'RequestRedirect', requestRedirect: { scheme: 'https' as const } }
    expect(told(STATE, route('r', [{ filters: [redirect] }])).answer).toEqual({
      status: 302,
      lines: 'Location: https://www.example.com/x?q=1\r\n',
    })
  })
})

describe('what is sent', () => {
  const headers = { set: [{ name: 'X-B', value: 'höhe' }], remove: ['X-A'] }
  const draft = route('r', [
    {
      filters: [
        { type: 'RequestHeaderModifier', requestHeaderModifier: headers },
        ...(MIRRORED.filters ?? []),
        {
          type: 'ResponseHeaderModifier',
          responseHeaderModifier: { add: [{ name: 'Via', value: 'eg' }] },
        },
      ],
      backendRefs: [
        {
          name: 'a',
          port: 80,
          filters: [
            {
              type: 'URLRewrite',
              urlRewrite: {
                hostname: 'in.example',
                path: { type: 'ReplaceFullPath', replaceFullPath: '/y' },
              },
            },
          ],
        },
      ],
    },
  ])

  it('is the request after filters, each line with where it comes from', () => {
    const { sent, changes } = told(STATE, draft)
    expect(sent).toMatchObject([
      {
        label: 'a:80',
        requestLine: 'GET /y?q=1 HTTP/1.1',
        isTargetRewritten: true,
        host: 'in.example',
        isHostRewritten: true,
      },
      {
        label: 'b:80 (mirrored)',
        requestLine: 'GET /x?q=1 HTTP/1.1',
        isTargetRewritten: false,
        host: 'www.example.com',
      },
    ])
    expect(sent[0]?.lines.map(({ name, value, source }) => `${source} ${name}: ${value}`)).toEqual([
      'gateway X-Forwarded-For: (address of the client)',
      'gateway X-Forwarded-Proto: http',
      'gateway X-Forwarded-Host: www.example.com',
      'gateway X-Request-Id: (a new id)',
      'filter X-B: höhe',
      'removed X-A: it\'s "1"',
    ])
    expect(sent[1]?.lines).toContainEqual({
      name: 'x-mirrorboard-mirror-hops',
      value: '1 (signed)',
      source: 'gateway',
    })
    expect(changes).toEqual([[{ edit: 'add', name: 'Via', value: 'eg' }]])
  })
})

describe('simulatedCurl', () => {
  it('is a command that a shell takes as it is', () => {
    const empty = { name: 'X-E', value: '' }
    const request = { ...REQUEST, headers: [...REQUEST.headers, empty] }
    expect(simulatedCurl(GATEWAY, request)).toBe(
      `curl -i --path-as-is -H 'Host: www.example.com' -H 'X-A: it'\\''s "1"' -H 'X-E;' 'http://10.0.0.7:80/x?q=1'`,
    )
  })

  it('asks for the host in the handshake when it goes over TLS', () => {
    const request = { ...REQUEST, scheme: 'https' as const, port: 443, method: 'PUT', headers: [] }
    expect(simulatedCurl(GATEWAY, request)).toBe(
      `curl -i --path-as-is -k --connect-to '::10.0.0.7:443' -X PUT 'https://www.example.com/x?q=1'`,
    )
    expect(simulatedCurl(undefined, REQUEST)).toContain('"http://$GATEWAY_ADDRESS"\'/x?q=1\'')
  })
})

describe('parseSimulatorForm', () => {
  const form = { ...REQUEST, port: '', headers: 'X-A: 1' }

  it('takes the port of the scheme, and says when the Gateway has none', () => {
    expect(parseSimulatorForm({ ...form, scheme: 'https' }, [GATEWAY])).toMatchObject({
      ok: true,
      request: { scheme: 'https', port: 443, headers: [{ name: 'X-A', value: '1' }] },
    })
    const listeners = GATEWAY.spec.listeners.slice(0, 1)
    const plain = { ...GATEWAY, spec: { ...GATEWAY.spec, listeners } }
    expect(parseSimulatorForm({ ...form, scheme: 'https' }, [plain])).toEqual({
      ok: false,
      errors: { scheme: 'default/eg has no HTTPS listener.' },
    })
  })
})
