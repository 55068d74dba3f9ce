import { describe, expect, test } from 'vitest'
import { renderMetrics } from './own-metrics'
import { overviewSeriesOf, toRouteOverview } from './query-overview'
import type { Slot } from './slots'

describe('the overview of a route', () => {
  const slot = (fields: Partial<Slot>): Slot => ({
    kind: 'requests',
    rule: '',
    mirror: '',
    subject: '',
    outcome: '',
    reason: '',
    code: '',
    upperBound: 0,
    ...fields,
  })
  test.each([
    [{ kind: 'requests' }, 'requests'],
    [{ kind: 'responses', code: '500' }, 'errors'],
    [{ kind: 'responses', code: '200' }, null],
    [{ kind: 'responses', code: '' }, null],
    [{ kind: 'decided', outcome: 'mirrored' }, 'mirrored'],
    [{ kind: 'decided', outcome: 'dropped' }, 'dropped'],
    [{ kind: 'decided', outcome: 'skipped' }, null],
    [{ kind: 'ended', outcome: 'failed', code: '504' }, 'failed'],
    [{ kind: 'ended', outcome: 'answered', code: '503' }, 'mirrorErrors'],
    [{ kind: 'ended', outcome: 'answered', code: '404' }, null],
    [{ kind: 'offered' }, null],
    [{ kind: 'causes', code: '500' }, null],
  ] as const)('takes %j as %s', (fields, series) => {
    expect(overviewSeriesOf(slot(fields))).toBe(series)
  })

  test('is unknown where nothing was seen, and 0 where nothing was counted', () => {
    const steps: Partial<Record<string, readonly number[]>> = {
      requests: [1, 2],
      failed: [0, 3],
      unplacedRequests: [4],
    }
    const known = [false, true, true]
    expect(toRouteOverview(known, (series) => steps[series], true)).toEqual({
      requests: [null, 2, 0],
      mirrored: [null, 0, 0],
      signals: { failed: [null, 3, 0], unplacedRequests: [4, 0, 0] },
      isUnbalanced: true,
    })
    expect(toRouteOverview([true], () => undefined, false)).toEqual({
      requests: [0],
      mirrored: [0],
    })
  })
})

test('metrics of its own are Prometheus text', () => {
  const metric = { name: 'observer_x', type: 'counter', help: 'What it is.' } as const
  const values = [
    { labels: '', value: 1 },
    { labels: 'a="b"', value: 2 },
  ]
  expect(
    renderMetrics([
      { ...metric, values },
      { ...metric, type: 'gauge', values: [] },
    ]),
  ).toBe(
    '# HELP observer_x What it is.\n# TYPE observer_x counter\nobserver_x 1\nobserver_x{a="b"} 2\n# HELP observer_x What it is.\n# TYPE observer_x gauge\n',
  )
})
