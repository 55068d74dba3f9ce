import { expect, test } from 'vitest'
import type { ComparisonListItem } from '@/lib/dashboard-api/comparison'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { comparisonOfStep, ladderOfComparison } from './comparison-of-step'
import { promotionsOf } from './ladder'

function routeAt(weight: number, name?: string): HTTPRoute {
  const filters = [
    { type: 'RequestMirror', requestMirror: { backendRef: { name: 'next', port: 80 } } },
  ]
  const backendRefs = [
    { name: 'v1', port: 80, weight: 100 - weight },
    { name: 'next', port: 80, weight },
  ]
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'a', namespace: 'b', generation: 7 },
    spec: { rules: [{}, { ...(name !== undefined && { name }), filters, backendRefs }] },
  }
}

const item = (more: Partial<ComparisonListItem>): ComparisonListItem => ({
  route: 'b/a',
  generation: 7,
  rule: 1,
  filterIndex: 0,
  ruleName: '',
  pairs: 5,
  primaryBackends: ['b/v1:80'],
  mirrorBackend: 'b/next:80',
  firstAt: 0,
  lastAt: 0,
  ...more,
})

test.each<[of: string, weight: number, items: ComparisonListItem[], index: number | null]>([
  ['this generation', 10, [item({ rule: 0 }), item({})], 1],
  ['no earlier one', 10, [item({ generation: 6 })], null],
  ['none without pairs', 10, [item({ pairs: 0 })], null],
  ['the newest before, at 100 %', 100, [item({ generation: 5 }), item({ generation: 6 })], 1],
  ['one whose rule had another index', 100, [item({ generation: 6, rule: 0 })], 0],
  ['none of another mirror', 100, [item({ generation: 6, mirrorBackend: 'b/else:80' })], null],
  ['none of another rule', 100, [item({ generation: 6, ruleName: 'else' })], null],
  [
    'none where two rules may be meant',
    100,
    [item({ generation: 6, rule: 0 }), item({ generation: 6, rule: 1 })],
    null,
  ],
])('a step is judged by %s', (_, weight, items, index) => {
  const route = routeAt(weight)
  const [ladder] = promotionsOf(route).ladders
  if (ladder === undefined) throw new Error('no ladder')
  expect(comparisonOfStep(route, ladder, items)).toBe(index === null ? null : items[index])
})

test.each<[of: string, compared: Partial<ComparisonListItem>, isFound: boolean]>([
  ['this generation, by its place', { ruleName: 'former' }, true],
  ['this generation, not in another rule', { rule: 0 }, false],
  ['an earlier one, by the name of its rule', { generation: 6, rule: 0, ruleName: 'api' }, true],
  ['an earlier one, not under another name', { generation: 6, ruleName: 'former' }, false],
  ['not for another mirror', { mirrorBackend: 'b/else:80' }, false],
])('evidence shows the promotion of the mirror of %s', (_, compared, isFound) => {
  const route = routeAt(0, 'api')
  const { ladders } = promotionsOf(route)
  const item0 = item({ ruleName: 'api', ...compared })
  expect(ladderOfComparison(route, ladders, item0)).toBe(isFound ? ladders[0] : null)
})
