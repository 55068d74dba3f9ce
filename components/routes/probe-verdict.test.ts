import { describe, expect, it } from 'vitest'
import type { HTTPRouteRule } from '@/lib/gateway-api/types'
import { type SimulatedRequest, simulateMatch } from '@/lib/simulation/match-simulation'
import { type Answered, probeVerdict } from '@/lib/simulation/probe-verdict'
import { draftDifference, sideEffects } from './simulation-text'
import { REQUEST, route, slice, stateOf } from './test-support/simulated-cluster'

const ASKED: SimulatedRequest = { ...REQUEST, headers: [{ name: 'X-A', value: '1' }] }

const simulate = (rule: HTTPRouteRule, path = ASKED.path) => {
  return simulateMatch(stateOf([route('r', [rule])]), null, { ...ASKED, path })
}

const TO_A: HTTPRouteRule = {
  filters: [
    {
      type: 'RequestHeaderModifier',
      requestHeaderModifier: { set: [{ name: 'X-B', value: 'höhe' }] },
    },
  ],
  backendRefs: [{ name: 'a', port: 80 }],
}

function answer(status: number, text: string, headers: [string, string][] = []): Answered {
  const reason = { 200: 'OK', 302: 'Found', 404: 'Not Found', 503: 'Service Unavailable' }[status]
  const body = { text, bytes: text.length, isCut: false }
  return {
    sentTo: '127.0.0.1:80',
    outcome: 'answered',
    status,
    reason: reason ?? '',
    headers,
    body,
    latencyMs: 1,
  }
}

const ECHO = {
  path: '/x?q=1',
  host: 'www.example.com',
  method: 'GET',
  headers: {
    'X-A': ['1'],
    'X-B': ['höhe'],
    'X-Forwarded-For': ['127.0.0.1'],
    'X-Forwarded-Host': ['www.example.com'],
    'X-Forwarded-Proto': ['http'],
    'X-Request-Id': ['anything'],
  },
  namespace: 'default',
  pod: 'a-pod',
}

function verdictOn(rule: HTTPRouteRule, given: Answered, path?: string, isOwn = true) {
  const slices = [slice('a'), slice('b')]
  const { state, sentences } = probeVerdict(simulate(rule, path), given, slices, isOwn)
  return `${state}: ${sentences.join(' ')}`
}

const own = (status: number, reason: string): Answered =>
  answer(status, `${status} ${reason}\n`, [['Content-Type', 'text/plain; charset=utf-8']])

describe('probeVerdict', () => {
  const echo = (part: object) => answer(200, JSON.stringify({ ...ECHO, ...part }))
  const nobody = { backendRefs: [{ name: 'a', port: 80, weight: 0 }] }
  const redirect: HTTPRouteRule = {
    filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: 'new.example' } }],
  }
  const other: HTTPRouteRule = { matches: [{ path: { value: '/other' } }] }
  it.each([
    [
      TO_A,
      echo({}),
      'agrees: Pod a-pod of a:80 answered, and was sent exactly what was predicted.',
    ],
    [
      TO_A,
      echo({ pod: 'b-pod' }),
      'differs: Pod b-pod of Service default/b answered; it belongs to none',
    ],
    [TO_A, echo({ pod: '' }), 'agrees: A Pod that does not say its name answered'],
    [TO_A, echo({ pod: '', path: '/y' }), 'differs: A Pod without a name answered, and was sent'],
    [TO_A, echo({ path: '/y' }), 'Path: /y; predicted was /x?q=1.'],
    [
      TO_A,
      echo({ headers: { ...ECHO.headers, 'X-C': ['1'], 'X-A': [] } }),
      'Header x-a: ; predicted was 1. Header x-c: 1; predicted was none.',
    ],
    [TO_A, answer(200, 'hello'), 'untold: The answer comes from behind the Gateway: from a:80.'],
    [TO_A, own(404, 'Not Found'), 'differs: The gateway answered 404 itself'],
    [TO_A, own(502, ''), 'differs: The gateway answered 502: the backend refused'],
    [
      { backendRefs: [{ name: 'gone', port: 80 }] },
      own(500, ''),
      'agrees: The gateway answered 500',
    ],
    [nobody, own(500, ''), 'agrees: The gateway answered 500, as predicted.'],
    [nobody, echo({}), 'differs: A backend answered (Pod a-pod)'],
    [other, own(404, 'Not Found'), 'agrees: The gateway answered 404, as predicted.'],
    [other, answer(200, ''), 'differs: The status is 200; predicted was 404.'],
    [
      redirect,
      answer(302, '', [['location', 'http://new.example/x?q=1']]),
      'agrees: The gateway answered 302, to http://new.example/x?q=1, as predicted.',
    ],
    [redirect, answer(302, '', [['Location', 'http://x/']]), 'differs: The client is sent to http'],
  ] as const)('of %j', (rule, given, expected) => {
    expect(verdictOn(rule as HTTPRouteRule, given)).toContain(expected)
  })

  it('knows a Pod by any of the Services it stands behind', () => {
    const shared = slice('b')
    const slices = [{ ...shared, endpoints: [...(slice('a').endpoints ?? [])] }, slice('a')]
    const { state } = probeVerdict(simulate(TO_A), echo({}), slices, true)
    expect(state).toBe('agrees')
  })

  it('leaves out the headers that another implementation adds itself', () => {
    const headers = { 'X-A': ['1'], 'X-B': ['höhe'], 'X-Envoy-Internal': ['true'] }
    expect(verdictOn(TO_A, echo({ headers }), undefined, false)).toMatch(/^agrees/)
    const without = echo({ headers: { ...headers, 'X-B': [] } })
    expect(verdictOn(TO_A, without, undefined, false)).toContain(
      'Header x-b: ; predicted was höhe.',
    )
    expect(verdictOn(TO_A, echo({ headers }))).toContain('Header x-envoy-internal: true')
  })

  it('takes a path that the gateway refuses for what it is', () => {
    expect(verdictOn(TO_A, own(400, 'Bad Request'), '/a\\b')).toMatch(/^agrees/)
  })
})

describe('what is said before a request is sent', () => {
  it('names everyone who would do what it asks for', () => {
    const copy = { backendRef: { name: 'b', port: 80 }, percent: 10 }
    const filters = [{ type: 'RequestMirror', requestMirror: copy }]
    expect(sideEffects(simulate({ ...TO_A, filters }))).toBe(
      'a:80 does what it asks for; b:80 (10 % of requests) gets it mirrored and may do it as well.',
    )
    expect(sideEffects(simulate(TO_A))).toBe('a:80 does what it asks for.')
    expect(sideEffects(simulate({}))).toBe('The gateway answers it itself.')
  })

  it('tells whether the draft would make a difference', () => {
    const [live, same] = [simulate(TO_A), simulate({ ...TO_A, name: '' })]
    expect(draftDifference(live, same, ASKED)).toBe('Your draft changes nothing for this request.')
    expect(draftDifference(live, simulate({}), ASKED)).toBe(
      'The request goes through the live routes, not your draft: Rule 0 of default/r takes it.',
    )
  })
})
