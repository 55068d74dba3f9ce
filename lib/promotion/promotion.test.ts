import { describe, expect, test } from 'vitest'
import type { HTTPBackendRef, HTTPRoute, HTTPRouteRule } from '@/lib/gateway-api/types'
import { toEditableYaml } from '@/lib/manifest/to-editable-yaml'
import { type Ladder, promotionsOf } from './ladder'
import { PROMOTION_ANNOTATION, STEPS, type Step } from './promotion'
import { annotationAt, rulesAt } from './rules-at'

const MIRROR = {
  type: 'RequestMirror',
  requestMirror: { backendRef: { name: 'next', port: 80 }, percent: 50 },
}
const MIRRORED: HTTPRouteRule = {
  name: 'mirrored',
  matches: [{ path: { type: 'PathPrefix', value: '/x' } }],
  filters: [{ type: 'ExtensionRef', extensionRef: { group: 'g', kind: 'k', name: 'n' } }, MIRROR],
  backendRefs: [
    { name: 'v1', port: 80, weight: 9, filters: [{ type: 'URLRewrite' }] },
    { name: 'canary', port: 80 },
  ],
  timeouts: { request: '1s' },
}

function routeOf(...rules: HTTPRouteRule[]): HTTPRoute {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'a', namespace: 'b', uid: 'u', resourceVersion: '1', generation: 1 },
    spec: { rules },
  }
}

const start = (more: Partial<HTTPRouteRule> = {}) =>
  routeOf({ name: 'other' }, { ...MIRRORED, ...more })

function only(route: HTTPRoute): Ladder {
  const { ladders, problem } = promotionsOf(route)
  const [ladder, ...more] = ladders
  expect([problem, more]).toEqual([null, []])
  if (ladder === undefined) throw new Error('no ladder')
  return ladder
}

/** The route after a step, as the cluster would hold it. */
function climb(route: HTTPRoute, step: Step, reason = ''): HTTPRoute {
  const ladder = only(route)
  const annotation = annotationAt(ladder, step, reason)
  return {
    ...route,
    metadata: {
      ...route.metadata,
      annotations: annotation === null ? {} : { [PROMOTION_ANNOTATION]: annotation },
    },
    spec: { ...route.spec, rules: rulesAt(route, ladder, step) },
  }
}

const withRules = (route: HTTPRoute, change: (rules: HTTPRouteRule[]) => HTTPRouteRule[]) => ({
  ...route,
  spec: { ...route.spec, rules: change(route.spec.rules ?? []) },
})
const refsOf = (route: HTTPRoute, rule = 1) => route.spec.rules?.[rule]?.backendRefs

describe('the ladder', () => {
  test('climbs every step and goes back to exactly where it began', () => {
    const began = start()
    let route = began
    const visited = [0]
    for (const step of STEPS.slice(1)) {
      expect(only(route).next).toBe(step)
      route = climb(route, step)
      visited.push(only(route).share)
    }
    expect(visited.map(Math.round)).toEqual([0, 1, 10, 50, 100, 100])
    expect(only(route).next).toBeNull()
    expect(refsOf(route)).toEqual([{ name: 'next', port: 80, weight: 1 }])
    for (const step of [100, 50, 10, 1, 'mirror'] as const) {
      expect(only(route).previous).toBe(step)
      route = climb(route, step)
    }
    expect(route.spec).toEqual(began.spec)
    expect(toEditableYaml(route)).toBe(toEditableYaml({ ...began, metadata: route.metadata }))
    expect(only(route)).toMatchObject({ previous: null, isStarted: false })
  })

  test('keeps the proportions of the other backends, and every field of the rule', () => {
    const [other, rule] = climb(start(), 10).spec.rules ?? []
    expect(other).toEqual({ name: 'other' })
    expect(rule).toEqual({
      ...MIRRORED,
      backendRefs: [
        { name: 'v1', port: 80, weight: 81, filters: [{ type: 'URLRewrite' }] },
        { name: 'canary', port: 80, weight: 9 },
        { name: 'next', port: 80, weight: 10 },
      ],
    })
  })

  const OWN = {
    group: '',
    kind: 'Service',
    name: 'next',
    namespace: 'b',
    port: 80,
    filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { remove: ['x'] } }],
  }
  test.each<[of: string, refs: HTTPBackendRef[], weights: Partial<Record<Step, number[]>>]>([
    [
      'a candidate with a ref of its own that gets nothing yet',
      [
        { name: 'v1', port: 80, weight: 100 },
        { ...OWN, weight: 0 },
      ],
      { 1: [99, 1], 50: [1, 1], 100: [0, 1], removed: [1], mirror: [100, 0] },
    ],
    [
      'a candidate that stands first',
      [
        { ...OWN, weight: 0 },
        { name: 'v1', port: 80, weight: 1 },
        { name: 'v0', port: 80, weight: 0 },
      ],
      { 10: [1, 9, 0], 100: [1, 0, 0], removed: [1] },
    ],
    [
      'a candidate with several refs, which get nothing yet',
      [
        { name: 'v1', port: 80, weight: 1 },
        { ...OWN, weight: 0 },
        { name: 'next', port: 80, weight: 0 },
      ],
      { 10: [18, 1, 1], 100: [0, 1, 1], removed: [1, 1] },
    ],
    [
      'a candidate with several refs of unequal weight',
      [
        { name: 'v1', port: 80, weight: 97 },
        { ...OWN, weight: 2 },
        { name: 'next', port: 80, weight: 1 },
      ],
      { 50: [3, 2, 1], 100: [0, 2, 1], mirror: [97, 0, 0] },
    ],
  ])('changes nothing but weights, and comes back to what was, of %s', (_, refs, weights) => {
    const began = start({ backendRefs: refs })
    let route = began
    for (const step of STEPS.slice(1)) {
      route = climb(route, step)
      const own = ({ name }: HTTPBackendRef) => name === 'next'
      const kept = step === 'removed' ? refs.filter(own) : refs
      const bare = (list: HTTPBackendRef[]) => list.map(({ weight: __, ...ref }) => ref)
      expect(bare(refsOf(route) ?? [])).toEqual(bare(kept))
      if (step in weights) expect(refsOf(route)?.map(({ weight }) => weight)).toEqual(weights[step])
    }
    const { origin } = only(began)
    while (only(route).share > origin || !only(route).isMirrored) {
      route = climb(route, only(route).previous ?? 'mirror')
    }
    expect(route.spec).toEqual(began.spec)
    expect(route.metadata.annotations).toEqual({})
    const mirrorOnly = refsOf(climb(began, 'mirror'))?.map(({ weight }) => weight)
    if (weights.mirror !== undefined) expect(mirrorOnly).toEqual(weights.mirror)
  })

  test.each([
    [{ name: 'next', namespace: 'b', port: 80 }, 20],
    [{ group: '', kind: 'Service', name: 'next', port: 80 }, 20],
    [{ name: 'next', port: 81 }, 0],
    [{ name: 'next', namespace: 'elsewhere', port: 80 }, 0],
    [{ group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'next', port: 80 }, 0],
  ])('knows the backend by what its reference %j means', (backendRef, share) => {
    const filters = [{ type: 'RequestMirror', requestMirror: { backendRef } }]
    const backendRefs = [
      { name: 'v1', port: 80, weight: 80 },
      { name: 'next', port: 80, weight: 20 },
    ]
    expect(only(start({ filters, backendRefs })).share).toBe(share)
  })

  test('never writes a weight the API refuses, nor takes a backend out by rounding', () => {
    const refs = [999_983, 999_979, 1].map((weight, index) => ({ name: `v${index}`, weight }))
    for (const step of [1, 10, 50] as const) {
      for (const { weight = 0 } of refsOf(climb(start({ backendRefs: refs }), step)) ?? []) {
        expect(weight).toBeGreaterThan(0)
        expect(weight).toBeLessThanOrEqual(1_000_000)
      }
    }
  })

  test('goes on from a share that was set by hand, and back to it', () => {
    const route = start({
      backendRefs: [
        { name: 'v1', port: 80, weight: 3 },
        { name: 'next', port: 80, weight: 1 },
      ],
    })
    expect(only(route)).toMatchObject({ share: 25, next: 50, previous: 10 })
    const climbed = climb(route, 50)
    expect(only(climbed).previous).toBe(25)
    expect(climb(climbed, 25).spec).toEqual(route.spec)
  })

  test('goes back to the step that was left when the mirror was taken out by hand', () => {
    const route = climb(start(), 10)
    const bare = withRules(route, ([other = {}, rule]) => [
      other,
      { ...rule, filters: rule?.filters?.slice(0, 1) ?? [] },
    ])
    expect(only(bare)).toMatchObject({ share: 10, next: null, previous: 10 })
    expect(climb(bare, 10).spec).toEqual(climb(start(), 10).spec)
  })

  test('gives no request back where nobody else is known to have answered', () => {
    const route = start({ backendRefs: [{ name: 'next', port: 80 }] })
    expect(only(route)).toMatchObject({ share: 100, next: 'removed', previous: null })
  })

  test('offers no share where every other backend has weight 0', () => {
    const backendRefs = [
      { name: 'v1', port: 80, weight: 0 },
      { name: 'next', port: 80, weight: 0 },
    ]
    expect(only(start({ backendRefs }))).toMatchObject({ share: 0, next: null, previous: null })
  })

  test('remembers what was decided against the verdict', () => {
    const route = climb(climb(start(), 1, 'known and wanted'), 10)
    expect(only(route).promotion.overrides).toEqual([{ to: 1, reason: 'known and wanted' }])
  })

  test('leaves a mirror that was edited meanwhile as it is, also on the way back', () => {
    const fraction = { numerator: 1, denominator: 3 }
    const edited = {
      ...MIRROR,
      requestMirror: { backendRef: { name: 'next', port: 80 }, fraction },
    }
    const route = withRules(climb(start(), 100), ([other = {}, rule = {}]) => [
      other,
      { ...rule, filters: [edited] },
    ])
    const removed = climb(route, 'removed')
    expect(removed.spec.rules?.[1]?.filters).toBeUndefined()
    expect(climb(removed, 100).spec.rules?.[1]?.filters).toEqual([edited])
  })

  test('keeps backends that were edited meanwhile, and their proportions', () => {
    const route = withRules(climb(start(), 10), ([other = {}, rule = {}]) => [
      other,
      { ...rule, backendRefs: [{ name: 'v2', weight: 30 }, ...(rule.backendRefs ?? [])] },
    ])
    expect(only(route).isEdited).toBe(true)
    expect(only(climb(route, 50)).share).toBe(50)
    expect(refsOf(climb(climb(route, 100), 'mirror'))).toEqual([
      { name: 'v2', weight: 1 },
      { name: 'v1', port: 80, weight: 9, filters: [{ type: 'URLRewrite' }] },
      { name: 'canary', port: 80, weight: 1 },
    ])
  })

  test('is of a rule and a backend: two mirrors to one backend are promoted as one', () => {
    const filters = [
      MIRROR,
      { ...MIRROR, requestMirror: { backendRef: { name: 'next', port: 80 } } },
    ]
    const route = start({ filters })
    const removed = climb(climb(route, 100), 'removed')
    expect(only(removed).isMirrored).toBe(false)
    expect(climb(climb(removed, 100), 'mirror').spec).toEqual(route.spec)
  })

  test('is not there for a mirror in the filters of a backend', () => {
    const backendRefs = [{ name: 'v1', filters: [MIRROR] }]
    expect(promotionsOf(start({ filters: [], backendRefs })).ladders).toEqual([])
  })
})

describe('the rule of a promotion is found again', () => {
  const INSERTED: HTTPRouteRule = {
    matches: [{ path: { type: 'Exact', value: '/new' } }],
    backendRefs: [{ name: 'v9', port: 80 }],
  }
  const unnamed = () => {
    const { name: _, ...rule } = MIRRORED
    return routeOf({ name: 'other' }, rule)
  }
  type Change = (rules: HTTPRouteRule[]) => HTTPRouteRule[]
  const edit =
    (more: Partial<HTTPRouteRule>): Change =>
    ([other = {}, rule]) => [other, { ...rule, ...more }]

  test.each<[how: string, began: HTTPRoute, change: Change, found: number]>([
    ['with a rule inserted above', start(), (rules) => [INSERTED, ...rules], 2],
    ['with a rule inserted above, without a name', unnamed(), (rules) => [INSERTED, ...rules], 2],
    ['moved to the top', start(), (rules) => rules.toReversed(), 0],
    ['moved to the top, without a name', unnamed(), (rules) => rules.toReversed(), 0],
    ['renamed', start(), edit({ name: 'else' }), 1],
    ['with other matches, by its name', start(), edit({ matches: [{ method: 'GET' }] }), 1],
    [
      'with matches spelled otherwise, without a name',
      unnamed(),
      edit({ matches: [{ path: { value: '/x' } }] }),
      1,
    ],
    [
      'beside one that mirrors to the same backend',
      unnamed(),
      (rules) => [{ ...MIRRORED, name: 'twin', matches: [{ method: 'PUT' }] }, ...rules],
      2,
    ],
  ])('%s', (_, began, change, found) => {
    const route = withRules(climb(began, 1), change)
    const { ladders, problem } = promotionsOf(route)
    const ladder = ladders.find(({ isStarted }) => isStarted)
    expect(problem).toBeNull()
    expect(ladder).toMatchObject({ rule: found, share: 1 })
    if (ladder === undefined) return
    const back = rulesAt(route, ladder, 'mirror')
    const [, was] = began.spec.rules ?? []
    expect(back[found]?.backendRefs).toEqual(was?.backendRefs)
    expect(back.toSpliced(found, 1)).toEqual(route.spec.rules?.toSpliced(found, 1))
  })

  test.each<[how: string, began: HTTPRoute, change: Change, problem: string]>([
    [
      'is duplicated',
      start(),
      ([other = {}, rule = {}]) => [rule, other, rule],
      'The promotion of next:80 began on the rule "mirrored". 2 rules fit: rule 0, rule 2. Which of them it is can\'t be determined.',
    ],
    [
      'is duplicated, without a name',
      unnamed(),
      ([other = {}, rule = {}]) => [other, rule, rule],
      'began on a rule without a name. 2 rules fit: rule 1, rule 2.',
    ],
    ['is deleted', start(), ([other = {}]) => [other], 'No rule of the route has that name'],
    [
      'has other matches, and no name',
      unnamed(),
      edit({ matches: [{ method: 'GET' }] }),
      'No rule of the route has that name now, or the same matches and mirror.',
    ],
    [
      'has nothing to do with the candidate any more',
      start(),
      edit({ filters: [], backendRefs: [{ name: 'v1', port: 80 }] }),
      'No rule of the route has that name',
    ],
    [
      'has given its name to another',
      start(),
      ([other = {}, rule = {}]) => [
        { ...other, name: 'mirrored' },
        { ...rule, name: 'else', matches: [{ method: 'GET' }] },
      ],
      'No rule of the route has that name',
    ],
  ])('and no step is offered where it %s', (_, began, change, problem) => {
    const promotions = promotionsOf(withRules(climb(began, 1), change))
    expect(promotions.ladders).toEqual([])
    expect(promotions.problem).toContain(problem)
  })

  test('from what an earlier version remembered, by the mirror alone', () => {
    const route = withRules(climb(start(), 1), (rules) => [INSERTED, ...rules])
    const earlier = { rule: 1, filterIndex: 1, filter: MIRROR, backendRefs: refsOf(start()) }
    route.metadata.annotations = {
      [PROMOTION_ANNOTATION]: JSON.stringify({ ...earlier, overrides: [] }),
    }
    const ladder = only(route)
    expect(ladder).toMatchObject({ rule: 2, share: 1 })
    expect(rulesAt(route, ladder, 'mirror')[2]).toEqual(MIRRORED)
  })

  test.each(['{"rule": 1, "filterIndex": 1}', '[]', 'no JSON', '{"mirrors":[],"backendRefs":[]}'])(
    'and no step is offered where the annotation is %s',
    (text) => {
      const route = start()
      route.metadata.annotations = { [PROMOTION_ANNOTATION]: text }
      expect(promotionsOf(route)).toMatchObject({
        ladders: [],
        problem: expect.stringContaining("can't be read"),
      })
    },
  )
})
