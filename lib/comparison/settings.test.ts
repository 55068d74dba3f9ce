import { expect, test } from 'vitest'
import { diffRules, judgeRules, parseComparisonSettings } from './settings'
import { DEFAULT_THRESHOLDS } from './thresholds'

test('settings are read as they are written, and the rest has its defaults', () => {
  const parsed = parseComparisonSettings(
    '{"percent": 5, "ignorePaths": ["$.items[*].id"], "ignoreHeaders": ["X-Trace"], "maxErrorRate": 0.1}',
  )
  expect(parsed).toMatchObject({ ok: true, settings: { percent: 5 } })
  const rules = judgeRules(parsed.ok ? parsed.settings : {})
  expect(rules.ignoreHeaders).toEqual(['x-trace'])
  expect(rules.ignorePaths).toHaveLength(1)
  expect(rules.thresholds).toEqual({ ...DEFAULT_THRESHOLDS, maxErrorRate: 0.1 })
  expect(diffRules({ listKeys: { '$.a': 'id' } }).listKeys).toMatchObject([{ key: 'id' }])
})

test.each([
  ['', 'must be a JSON object'],
  ['[]', 'must be a JSON object'],
  ['{}', 'needs "percent"'],
  ['{"percent": "5"}', 'percent must be a number from 0 to 100'],
  ['{"percent": 101}', 'percent must be a number from 0 to 100'],
  ['{"percent": 5, "ignorePath": []}', 'has no setting "ignorePath"'],
  ['{"percent": 5, "ignorePaths": ["items"]}', 'ignorePaths must be a list'],
  ['{"percent": 5, "ignoreHeaders": [""]}', 'ignoreHeaders must be a list'],
  ['{"percent": 5, "listKeys": {"items": "id"}}', 'listKeys must map'],
  ['{"percent": 5, "level": 0}', 'level must be a number'],
  ['{"percent": 5, "__proto__": {}}', 'has no setting "__proto__"'],
])('%s is refused with what is wrong', (text, problem) => {
  const parsed = parseComparisonSettings(text)
  expect(parsed.ok ? '' : parsed.message).toContain(problem)
})
