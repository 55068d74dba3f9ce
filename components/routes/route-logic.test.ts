import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { SeriesOverview } from '@/lib/dashboard-api/series'
import { healthOf, mirrorShare, mirrorsOf, summariseRoute } from '@/lib/gateway-api/route-summary'
import type { Condition, HTTPRoute } from '@/lib/gateway-api/types'
import { newestOf } from './newest-version'
import { describeGeneration } from './route-conditions'
import { filterRoutes, formatSort, joinRates, parseSort, rateNow, sortRows } from './route-rows'
import { parseServiceAddress, parseTemplateId, routeManifest } from './route-templates'

function condition(type: string, status: Condition['status'], observedGeneration = 2): Condition {
  return {
    type,
    status,
    reason: status === 'True' ? type : 'Because',
    message: '',
    lastTransitionTime: '',
    observedGeneration,
  }
}

function route(conditions: Condition[] | null, name = 'r'): HTTPRoute {
  const parentRef = { name: 'eg', namespace: 'infra' }
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { namespace: 'shop', name, generation: 2, uid: 'u' },
    spec: {
      parentRefs: [parentRef],
      hostnames: ['shop.example.com'],
      rules: [
        {
          filters: [
            { type: 'RequestMirror', requestMirror: { backendRef: { name: 'v2', port: 80 } } },
            {
              type: 'RequestMirror',
              requestMirror: { backendRef: { name: 'v3', namespace: 'lab' }, percent: 5 },
            },
          ],
        },
      ],
    },
    ...(conditions === null
      ? {}
      : { status: { parents: [{ parentRef, controllerName: 'c', conditions }] } }),
  }
}

describe('route health', () => {
  const cases = [
    { name: 'silence is pending', conditions: null, state: 'pending' },
    { name: 'no word on Accepted is pending', conditions: [], state: 'pending' },
    {
      name: 'both true is ok',
      conditions: [condition('Accepted', 'True'), condition('ResolvedRefs', 'True')],
      state: 'ok',
    },
    {
      name: 'an older generation is pending',
      conditions: [condition('Accepted', 'True', 1), condition('ResolvedRefs', 'True', 1)],
      state: 'pending',
    },
    { name: 'refused is bad', conditions: [condition('Accepted', 'False')], state: 'bad' },
    {
      name: 'unresolved references are a warning',
      conditions: [condition('Accepted', 'True'), condition('ResolvedRefs', 'False')],
      state: 'warn',
    },
    {
      name: 'a mirror without endpoints is a warning, as Envoy Gateway reports it',
      conditions: [
        condition('Accepted', 'True'),
        condition('ResolvedRefs', 'True'),
        condition('BackendsAvailable', 'False'),
      ],
      state: 'warn',
    },
    {
      name: 'another route with the same matches is a warning, as Envoy Gateway reports it',
      conditions: [
        condition('Accepted', 'True'),
        condition('ResolvedRefs', 'True'),
        condition('RouteRulesOverlap', 'True'),
      ],
      state: 'warn',
    },
    {
      name: 'references not judged yet are pending',
      conditions: [condition('Accepted', 'True')],
      state: 'pending',
    },
  ]
  it.each(cases)('$name', ({ conditions, state }) => {
    expect(healthOf(route(conditions)).state).toBe(state)
  })

  it('is a warning without any parent', () => {
    const orphan = { ...route(null), spec: {} }
    expect(healthOf(orphan)).toMatchObject({ state: 'warn', parents: [] })
  })

  it('says which generation was observed', () => {
    expect(describeGeneration(route([condition('Accepted', 'True')]))).toBe('generation 2 observed')
    expect(describeGeneration(route([condition('Accepted', 'True', 1)]))).toBe(
      'generation 1 observed, waiting for 2',
    )
    expect(describeGeneration(route(null))).toBe('generation 2, not observed yet')
  })
})

describe('route summary', () => {
  it('lists mirrors with their share and target', () => {
    expect(mirrorsOf(route(null)).map(({ share, target }) => `${share} ${target}`)).toEqual([
      '100 % v2:80',
      '5 % lab/v3',
    ])
  })

  it('writes a fraction as one', () => {
    const backendRef = { name: 'a' }
    expect(mirrorShare({ backendRef, fraction: { numerator: 1, denominator: 3 } })).toBe('1/3')
    expect(mirrorShare({ backendRef, fraction: { numerator: 7 } })).toBe('7 %')
  })

  it('names a Gateway of another namespace in full', () => {
    expect(summariseRoute(route(null)).gateways).toEqual(['infra/eg'])
  })
})

const overview: SeriesOverview = {
  stepSeconds: 1,
  timestamps: [1, 2, 3],
  routes: { 'shop/busy': { requests: [1, null, 3], mirrored: [0, null, 1] } },
  source: { state: 'ok', lastScrape: 3, message: '' },
}

describe('route rows', () => {
  const summaries = ['busy', 'calm'].map((name) => summariseRoute(route(null, name)))

  it('take the mean of the known newest steps as the rate now', () => {
    expect(rateNow([1, null, 3], 1)).toBe(2)
    expect(rateNow([10, 20], 10)).toBe(2)
    expect(rateNow([null], 1)).toBeNull()
    expect(rateNow([], 1)).toBeNull()
  })

  it('are idle without series while the source is up, unknown otherwise', () => {
    const [busy, calm] = joinRates(summaries, overview)
    expect([busy?.requestRate, calm?.requestRate]).toEqual([2, 0])
    const stale = { ...overview, source: { ...overview.source, state: 'stale' as const } }
    expect(joinRates(summaries, stale)[1]?.requestRate).toBeNull()
    expect(joinRates(summaries, undefined)[0]?.requestRate).toBeNull()
  })

  it('say that a mirror fails, and what its comparison decided, before that they are accepted', () => {
    const [summary] = [
      summariseRoute(route([condition('Accepted', 'True'), condition('ResolvedRefs', 'True')])),
    ]
    const counted = (mirrorErrors: number) => ({
      ...overview,
      routes: {
        'shop/r': { requests: [100], mirrored: [100], signals: { mirrorErrors: [mirrorErrors] } },
      },
    })
    const row = (errors: number, verdicts?: Parameters<typeof joinRates>[2]) => {
      const [{ state, statusText } = { state: '', statusText: '' }] = joinRates(
        [summary],
        counted(errors),
        verdicts,
      )
      return `${state}: ${statusText}`
    }
    expect(row(0)).toBe('ok: Accepted')
    expect(row(5)).toBe('bad: 5 % of the mirror’s answers are 5xx (5) · Accepted')
    expect(row(0, new Map([['shop/r', 'do-not-promote']]))).toBe(
      'bad: Verdict: Do not promote · Accepted',
    )
    expect(row(0, new Map([['shop/r', 'promote']]))).toBe('ok: Accepted')
  })

  it('are found by every word, in any field', () => {
    const names = (text: string, namespace = '') =>
      filterRoutes(summaries, { text, namespace }).map(({ name }) => name)
    expect(names('EXAMPLE busy')).toEqual(['busy'])
    expect(names('lab/v3')).toEqual(['busy', 'calm'])
    expect(names('', 'other')).toEqual([])
  })

  it('are sorted by rate, with names deciding ties', () => {
    const rows = joinRates(summaries, overview)
    const order = (text: string) => sortRows(rows, parseSort(text)).map(({ name }) => name)
    expect(order('-rate')).toEqual(['busy', 'calm'])
    expect(order('rate')).toEqual(['calm', 'busy'])
    expect(order('-hostname')).toEqual(['busy', 'calm'])
    expect(formatSort(parseSort('-rate'))).toBe('-rate')
    expect(parseSort('nonsense').column).toBe('name')
  })
})

describe('newest version', () => {
  const at = (generation: number, uid = 'u'): HTTPRoute => {
    const object = route(null)
    return { ...object, metadata: { ...object.metadata, generation, uid } }
  }
  it('is the applied one until the watch has caught up', () => {
    const applied = at(3)
    expect(newestOf(at(2), applied)).toBe(applied)
    const watched = at(3)
    expect(newestOf(watched, applied)).toBe(watched)
    const recreated = at(1, 'other')
    expect(newestOf(recreated, applied)).toBe(recreated)
    expect(newestOf(undefined, applied)).toBeUndefined()
  })
})

describe('route templates', () => {
  it('write the Gateway namespace only when it is another one, and quote a wildcard', () => {
    const fields = {
      name: 'a',
      namespace: 'shop',
      gateway: 'shop/eg',
      hostname: '*.example.com',
      backend: 'b:80',
      mirror: 'm:81',
      percent: 29,
    }
    const text = routeManifest('mirror-percent', fields)
    expect(text).not.toContain('namespace: shop\n    - ')
    expect(text).toContain("- '*.example.com'")
    expect(text).toContain('percent: 29')
    expect(routeManifest('plain', { ...fields, gateway: 'infra/eg' })).toContain(
      '    - name: eg\n      namespace: infra\n',
    )
  })

  it('take a service address without a port as the echo port', () => {
    expect(parseServiceAddress('b')).toEqual({ name: 'b', port: '3000' })
    expect(parseServiceAddress('b:')).toEqual({ name: 'b', port: '3000' })
    expect(parseTemplateId('nonsense')).toBe('mirror')
  })

  it('keep a port that is no number, so that the editor can say what is wrong with it', () => {
    expect(parseServiceAddress('b:x')).toEqual({ name: 'b', port: 'x' })
    expect(parseServiceAddress('b:80:81')).toEqual({ name: 'b', port: '80:81' })
  })

  it('write whatever the fields hold as text, never as YAML of another meaning', () => {
    const odd = ['yes', '123', '1e3', 'null', 'x: [', '#', '"', "it's", '- a', ' spaced ', '*.x']
    for (const value of odd) {
      const text = routeManifest('mirror', {
        gateway: `${value}/eg`,
        backend: 'b:80',
        percent: 29,
        name: value,
        namespace: value,
        hostname: `${value}.example`,
        mirror: `${value.replaceAll(':', '')}:80`,
      })
      const { metadata, spec } = parse(text, { version: '1.1' })
      expect(metadata).toEqual({ name: value, namespace: value })
      expect(spec.hostnames).toEqual([`${value}.example`])
      expect(spec.rules[0].filters[0].requestMirror.backendRef).toEqual({
        name: value.replaceAll(':', ''),
        port: 80,
      })
    }
  })
})
