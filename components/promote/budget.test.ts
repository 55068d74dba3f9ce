import { expect, test } from 'vitest'
import { MIRROR_BUDGET_ANNOTATION, parseMirrorBudget } from '@/lib/comparison/mirror-budget'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { type BudgetForm, budgetErrors, budgetOf, budgetText } from './budget'

const EMPTY: BudgetForm = { requestsPerSecond: '', inFlight: '', until: '' }

test.each<[more: Partial<BudgetForm>, bad: readonly (keyof BudgetForm)[]]>([
  [{}, []],
  [{ requestsPerSecond: '0.5', inFlight: '1', until: '2026-12-01T00:00' }, []],
  [{ requestsPerSecond: '1000000', inFlight: '100000' }, []],
  [{ requestsPerSecond: '0' }, ['requestsPerSecond']],
  [{ requestsPerSecond: '1000001' }, ['requestsPerSecond']],
  [{ requestsPerSecond: 'ten', inFlight: 'x' }, ['requestsPerSecond', 'inFlight']],
  [{ inFlight: '1.5' }, ['inFlight']],
  [{ inFlight: '100001' }, ['inFlight']],
  [{ until: 'soon' }, ['until']],
])('the form %j is wrong where the gateway would refuse its annotation', (more, bad) => {
  const form = { ...EMPTY, ...more }
  expect(Object.keys(budgetErrors(form))).toEqual(bad)
  if (bad.length > 0) return
  const text = budgetText(form)
  const isKept = text === null || parseMirrorBudget(text).ok
  expect(isKept).toBe(true)
  const annotations = text === null ? {} : { [MIRROR_BUDGET_ANNOTATION]: text }
  expect(budgetOf({ metadata: { annotations } } as unknown as HTTPRoute)).toEqual(form)
})
