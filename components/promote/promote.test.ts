import { describe, expect, test } from 'vitest'
import { annotationManifest, specManifest } from '@/components/compare/annotation-manifest'
import { annotationOf, formOf } from '@/components/compare/settings-form'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { toEditableYaml } from '@/lib/manifest/to-editable-yaml'
import { annotationAt, ladderOf, PROMOTION_ANNOTATION, rulesAt, STEPS, type Step } from './ladder'

const MIRROR = {
  type: 'RequestMirror',
  requestMirror: { backendRef: { name: 'next', port: 80 }, percent: 50 },
} as const

function routeOf(more: object = {}): HTTPRoute {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'a', namespace: 'b', uid: 'u', resourceVersion: '1', generation: 1 },
    spec: {
      rules: [
        { name: 'other' },
        {
          name: 'mirrored',
          matches: [{ path: { value: '/x' } }],
          filters: [{ type: 'ExtensionRef', extensionRef: { keep: true } }, MIRROR],
          backendRefs: [
            { name: 'v1', port: 80, weight: 9, filters: [{ unknown: 1 }] },
            { name: 'canary', port: 80 },
          ],
          timeouts: { request: '1s' },
          ...more,
        },
      ],
    },
  } as unknown as HTTPRoute
}

/** The route after a step, as the cluster would hold it. */
function climb(route: HTTPRoute, step: Step, reason = ''): HTTPRoute {
  const ladder = ladderOf(route, 1, 1)
  if (ladder === null) throw new Error('no ladder')
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

describe('the ladder', () => {
  test('climbs every step and goes back to exactly where it began', () => {
    const start = routeOf()
    let route = start
    const visited = [0]
    for (const step of STEPS.slice(1)) {
      expect(ladderOf(route, 1, 1)?.next).toBe(step)
      route = climb(route, step)
      visited.push(ladderOf(route, 1, 1)?.share ?? -1)
    }
    expect(visited.map(Math.round)).toEqual([0, 1, 10, 50, 100, 100])
    expect(ladderOf(route, 1, 1)?.next).toBeNull()
    expect(route.spec.rules?.[1]?.backendRefs).toEqual([{ name: 'next', port: 80 }])
    for (const step of [100, 50, 10, 1, 'mirror'] as const) {
      expect(ladderOf(route, 1, 1)?.previous).toBe(step)
      route = climb(route, step)
    }
    expect(route.spec).toEqual(start.spec)
    expect(ladderOf(route, 1, 1)?.previous).toBeNull()
  })

  test('keeps the proportions of the other backends, and every field of the rule', () => {
    const [other, rule] = climb(routeOf(), 10).spec.rules ?? []
    expect(other).toEqual({ name: 'other' })
    expect(rule?.backendRefs).toEqual([
      { name: 'v1', port: 80, weight: 81, filters: [{ unknown: 1 }] },
      { name: 'canary', port: 80, weight: 9 },
      { name: 'next', port: 80, weight: 10 },
    ])
    expect(rule).toMatchObject({
      timeouts: { request: '1s' },
      filters: routeOf().spec.rules?.[1]?.filters,
    })
  })

  test('never writes a weight the API refuses', () => {
    const refs = [999_983, 999_979].map((weight, index) => ({
      name: `v${index}`,
      port: 80,
      weight,
    }))
    const weights = climb(routeOf({ backendRefs: refs }), 10).spec.rules?.[1]?.backendRefs
    for (const { weight = 1 } of weights ?? []) expect(weight).toBeLessThanOrEqual(1_000_000)
  })

  test('goes on from a share that was set by hand', () => {
    const refs = [
      { name: 'v1', port: 80, weight: 3 },
      { name: 'next', port: 80, weight: 1 },
    ]
    expect(ladderOf(routeOf({ backendRefs: refs }), 1, 1)).toMatchObject({
      share: 25,
      next: 50,
      previous: 10,
    })
  })

  test('goes back to the step that was left when the mirror was taken out by hand', () => {
    const route = climb(routeOf(), 10)
    const rule = route.spec.rules?.[1]
    if (rule !== undefined) rule.filters = rule.filters?.slice(0, 1) ?? []
    expect(ladderOf(route, 1, 1)).toMatchObject({ share: 10, next: null, previous: 10 })
    expect(climb(route, 10).spec).toEqual(climb(routeOf(), 10).spec)
  })

  test('gives no request back where nobody else is known to have answered', () => {
    const route = routeOf({ backendRefs: [{ name: 'next', port: 80 }] })
    expect(ladderOf(route, 1, 1)).toMatchObject({ share: 100, next: 'removed', previous: null })
  })

  test('remembers what was decided against the verdict', () => {
    const route = climb(climb(routeOf(), 1, 'known and wanted'), 10)
    expect(ladderOf(route, 1, 1)?.promotion.overrides).toEqual([
      { to: 1, reason: 'known and wanted' },
    ])
  })

  test('is not there without a mirror, and reads no annotation that is none', () => {
    expect(ladderOf(routeOf({ filters: [] }), 1, 1)).toBeNull()
    const broken = routeOf({ filters: [] })
    broken.metadata.annotations = { [PROMOTION_ANNOTATION]: '{"rule": 1, "filterIndex": 1}' }
    expect(ladderOf(broken, 1, 1)).toBeNull()
  })
})

describe('a manifest for review', () => {
  test('of annotations holds nothing else that others own', () => {
    const { manifest, base } = annotationManifest(routeOf(), { a: '1' })
    expect(manifest).toBe(
      'apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  name: a\n  namespace: b\n  annotations:\n    a: "1"\n',
    )
    expect(base).toEqual({ uid: 'u', resourceVersion: '1', manifest: toEditableYaml(routeOf()) })
  })

  test('of rules holds the rules', () => {
    const { manifest } = specManifest(routeOf(), [{ name: 'one' }], { a: null })
    expect(manifest).toContain('spec:\n  rules:\n  - name: one\n')
  })
})

describe('the settings form', () => {
  test('keeps settings it does not show, and writes no defaults', () => {
    const settings = { percent: 5, level: 0.01, listKeys: { '$.a': 'id' }, maxErrorRate: 0.02 }
    const answer = annotationOf(formOf(settings), settings)
    expect(JSON.parse(answer.text)).toEqual(settings)
  })

  test('says what is wrong', () => {
    const answer = annotationOf({ ...formOf({ percent: 5 }), percent: '' }, { percent: 5 })
    expect(answer).toMatchObject({ ok: false })
  })
})
