import { describe, expect, it } from 'vitest'
import type { RouteSeries } from '@/lib/dashboard-api/series'
import type { HTTPRoute, HTTPRouteRule, ParentReference } from '@/lib/gateway-api/types'
import type { Diagnostic } from '@/lib/validation/diagnostic'
import { servedListeners } from './served-listeners'
import { trafficChange } from './traffic-change'
import {
  copiedMethodsText,
  rateSource,
  trafficFindings,
  trafficSentences,
} from './traffic-change-text'

const mirror = (percent: number, name = 'backend-2') => ({
  type: 'RequestMirror',
  requestMirror: { backendRef: { name, port: 3000 }, percent },
})

function api(more: Partial<HTTPRouteRule> = {}): HTTPRouteRule {
  return {
    matches: [{ path: { type: 'PathPrefix', value: '/api' }, method: 'GET' }],
    backendRefs: [{ name: 'backend', port: 3000 }],
    ...more,
  }
}

const REST: HTTPRouteRule = { backendRefs: [{ name: 'backend', port: 3000 }] }

function route(rules: HTTPRouteRule[], hostnames = ['shop.example.com']): HTTPRoute {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'shop', namespace: 'default' },
    spec: { parentRefs: [{ name: 'eg' }], hostnames, rules },
  }
}

/** Two steps of 30 s, of which the first was not scraped. */
function series(requests: readonly (number | null)[]): RouteSeries {
  const traffic = { requests: [null, 3000], blindSpots: {} }
  return {
    stepSeconds: 30,
    primary: traffic,
    rules: [{ rule: '0', requests }],
    blindSpots: {},
    source: { state: 'ok', lastScrape: 0, message: '' },
  } as unknown as RouteSeries
}

const MEASURED = series([null, 1230])

function sentences(before: HTTPRoute | null, after: HTTPRoute, measured = MEASURED) {
  return trafficSentences(trafficChange(before, after, measured))
}

describe('what happens to traffic', () => {
  it('is nothing where references are only spelled otherwise', () => {
    const before = route([api({ filters: [mirror(20)] })])
    const ref = { group: '', kind: 'Service', namespace: 'default', port: 3000 }
    const filter = { backendRef: { ...ref, name: 'backend-2' }, percent: 20 }
    const after = route([
      api({
        backendRefs: [{ ...ref, name: 'backend', weight: 1 }],
        filters: [{ type: 'RequestMirror', requestMirror: filter }],
      }),
    ])
    after.spec.parentRefs = [{ kind: 'Gateway', name: 'eg', namespace: 'default' }]
    const change = trafficChange(before, after, MEASURED)
    expect(change).toMatchObject({ rules: [], unchangedRules: 1, hasOtherParents: false })
  })

  it('says how much of which requests will be mirrored, with the rate where it is known', () => {
    const before = route([api(), REST])
    const after = route([api({ filters: [mirror(20)] }), REST])
    expect(sentences(before, after)).toEqual([
      '20 % of GET /api of shop.example.com (≈ 8.2 of 41 requests/s) will also be mirrored to backend-2:3000.',
    ])
    expect(sentences(before, after, series([null, null]))).toEqual([
      '20 % of GET /api of shop.example.com will also be mirrored to backend-2:3000.',
    ])
    expect(sentences(before, after, series([0, 0]))).toEqual([
      '20 % of GET /api of shop.example.com (no request now) will also be mirrored to backend-2:3000.',
    ])
  })

  it('says what a share was before, and when mirroring ends', () => {
    const before = route([api({ filters: [mirror(10)] })])
    expect(sentences(before, route([api({ filters: [mirror(100)] })]))).toEqual([
      'GET /api of shop.example.com (≈ 41 requests/s) will be mirrored to backend-2:3000, before 10 %.',
    ])
    expect(sentences(before, route([api()]))).toEqual([
      'GET /api of shop.example.com will no longer be mirrored to backend-2:3000, before 10 %.',
    ])
  })

  it('follows weights, each backend’s share of their sum', () => {
    const split = api({
      backendRefs: [
        { name: 'backend', port: 3000, weight: 3 },
        { name: 'v2', namespace: 'other', port: 80, weight: 1 },
      ],
    })
    expect(sentences(route([api()]), route([split]))).toEqual([
      '75 % of GET /api of shop.example.com (≈ 30.8 of 41 requests/s) will go to backend:3000, before 100 %.',
      '25 % of GET /api of shop.example.com (≈ 10.3 of 41 requests/s) will go to other/v2:80.',
    ])
  })

  it('tells of rules and hosts that come and go, and of what else of a rule changes', () => {
    expect(sentences(route([api(), REST]), route([api({ timeouts: { request: '1s' } })]))).toEqual([
      'For GET /api of shop.example.com, timeouts change.',
      'Rule 1 is removed: all other requests (no request now) go to other rules, or are answered with 404.',
    ])
    expect(sentences(route([REST]), route([REST], ['new.example']))).toEqual([
      'Requests for new.example will be routed here.',
      'Requests for shop.example.com will no longer be routed here.',
    ])
    const moved = api({ matches: [{ path: { type: 'Exact', value: '/v1' } }] })
    expect(sentences(route([api()]), route([moved]))).toEqual([
      'Rule 0 takes requests to exactly /v1 instead of GET /api.',
    ])
  })

  it('of a new route is all it will do', () => {
    expect(sentences(null, route([api({ filters: [mirror(20)] })]))).toEqual([
      'New rule 0 takes GET /api of shop.example.com: all go to backend:3000, 20 % mirrored to backend-2:3000.',
    ])
  })

  it('is nothing when only annotations change', () => {
    const before = route([api(), REST])
    const after = { ...before, metadata: { ...before.metadata, annotations: { a: 'b' } } }
    const change = trafficChange(before, after, MEASURED)
    expect([trafficSentences(change), change.unchangedRules]).toEqual([[], 2])
  })

  it('names the methods that are mirrored', () => {
    const text = (rules: HTTPRouteRule[]) =>
      copiedMethodsText(trafficChange(null, route(rules), undefined))
    expect(text([api({ filters: [mirror(1)] })])).toBe('GET')
    expect(text([api({ filters: [mirror(0)] })])).toBe('none')
    expect(text([{ ...REST, filters: [mirror(1)] }])).toContain('every method, also POST')
  })

  it('says where rates come from, and why there are none', () => {
    const live = route([api()])
    expect(rateSource(live, MEASURED, 'connected')).toMatch(/^Requests\/s: mean of the last minute/)
    expect(rateSource(null, MEASURED, 'connected')).toContain('the route is new')
    expect(rateSource(live, undefined, 'disconnected')).toContain('the observer does not answer')
    const blind = { ...MEASURED, blindSpots: { route: 'Envoy names no route.' } }
    expect(rateSource(live, blind, 'connected')).toBe(
      'Requests/s are not known: Envoy names no route.',
    )
    expect(trafficChange(live, route([]), blind).rules[0]?.rate).toBeNull()
  })

  it('lists errors and warnings about traffic, errors first', () => {
    const of = (code: string, severity: Diagnostic['severity']): Diagnostic => {
      const range = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 }
      return { code, severity, message: code, fieldPath: '', documentIndex: 0, range }
    }
    const all = [
      of('mirror.share-all', 'info'),
      of('mirror.unsafe-methods', 'warning'),
      of('backend.not-found', 'error'),
      of('yaml.syntax', 'error'),
    ]
    expect(trafficFindings(all).map(({ code }) => code)).toEqual([
      'backend.not-found',
      'mirror.unsafe-methods',
    ])
  })
})

it('finds the listeners a route attaches to, each once', () => {
  const listener = (name: string, port: number) => ({ name, port, protocol: 'HTTP' as const })
  const cluster = {
    gatewayClasses: [
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'GatewayClass',
        metadata: { name: 'eg' },
        spec: { controllerName: 'example.com/controller' },
      },
    ],
    gateways: [
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'Gateway',
        metadata: { name: 'eg', namespace: 'default' },
        spec: { gatewayClassName: 'eg', listeners: [listener('http', 80), listener('alt', 8080)] },
      },
    ],
    namespaces: [],
  }
  const attached = (parentRefs: ParentReference[]) =>
    servedListeners({ ...route([REST]), spec: { parentRefs, rules: [REST] } }, cluster).map(
      ({ gateway, listener: name, port }) => `${gateway}/${name}:${port}`,
    )
  expect(attached([{ name: 'eg' }, { name: 'eg', sectionName: 'alt' }])).toEqual([
    'default/eg/http:80',
    'default/eg/alt:8080',
  ])
  expect(attached([{ name: 'other' }])).toEqual([])
})
