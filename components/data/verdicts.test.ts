import { describe, expect, it } from 'vitest'
import { COMPARISON_ANNOTATION } from '@/lib/comparison/settings'
import type { ComparisonListItem } from '@/lib/dashboard-api/comparison'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { runningComparisons, VERDICTS_MAX, verdictsOf } from './verdicts'

const routeOf = (name: string, generation = 3, isOn = true): HTTPRoute => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: {
    name,
    namespace: 'a',
    generation,
    annotations: isOn ? { [COMPARISON_ANNOTATION]: '{"percent":100}' } : {},
  },
  spec: {},
})

const itemOf = (name: string, more: Partial<ComparisonListItem> = {}): ComparisonListItem => ({
  route: `a/${name}`,
  generation: 3,
  rule: 0,
  filterIndex: 0,
  ruleName: '',
  pairs: 5,
  primaryBackends: [],
  mirrorBackend: '',
  firstAt: 0,
  lastAt: 0,
  ...more,
})

describe('the comparisons that run', () => {
  it.each([
    ['as the route is now', itemOf('r'), routeOf('r'), 1],
    ['not of an earlier generation', itemOf('r', { generation: 2 }), routeOf('r'), 0],
    ['not where comparison is off', itemOf('r'), routeOf('r', 3, false), 0],
    ['not without pairs', itemOf('r', { pairs: 0 }), routeOf('r'), 0],
    ['not of a route that is gone', itemOf('r'), routeOf('else'), 0],
  ])('%s', (_, item, route, count) => {
    expect(runningComparisons([item], [route])).toHaveLength(count)
  })

  it('are at most as many as a page judges, those added to last', () => {
    const items = Array.from({ length: VERDICTS_MAX + 5 }, (_, lastAt) =>
      itemOf(`r${lastAt}`, { lastAt }),
    )
    const running = runningComparisons(
      items,
      items.map((_, index) => routeOf(`r${index}`)),
    )
    expect(running).toHaveLength(VERDICTS_MAX)
    expect(running[0]?.[0].lastAt).toBe(VERDICTS_MAX + 4)
  })

  it('say nothing before their counts have arrived', () => {
    const running = runningComparisons([itemOf('r')], [routeOf('r')])
    expect([...verdictsOf(running, [undefined])]).toEqual([])
  })
})
