import { describe, expect, it } from 'vitest'
import { parseCalibration } from '@/lib/comparison/calibration'
import { parseMirrorBudget } from '@/lib/comparison/mirror-budget'

const UNTIL = '2026-12-01T00:00:00Z'
const UNTIL_MS = Date.parse(UNTIL)

describe('a mirror budget', () => {
  it.each([
    ['{}', {}],
    ['{"requestsPerSecond":0.5}', { requestsPerSecond: 0.5 }],
    [
      `{"requestsPerSecond":50,"inFlight":20,"until":"${UNTIL}"}`,
      { requestsPerSecond: 50, inFlight: 20, untilMs: UNTIL_MS },
    ],
    ['{"until":"2026-12-01T01:00:00+01:00"}', { untilMs: UNTIL_MS }],
  ])('%s is read', (text, budget) => {
    expect(parseMirrorBudget(text)).toEqual({ ok: true, budget })
  })

  it.each([
    ['', 'must be a JSON object'],
    ['[]', 'must be a JSON object'],
    ['{"rate":5}', 'has no setting "rate"; it takes requestsPerSecond, inFlight, until'],
    ['{"requestsPerSecond":0}', 'requestsPerSecond must be a number above 0'],
    ['{"requestsPerSecond":"5"}', 'requestsPerSecond must be a number'],
    ['{"inFlight":1.5}', 'inFlight must be a whole number'],
    ['{"until":"2026-12-01"}', 'until must be a time such as'],
    ['{"until":"2026-13-01T00:00:00Z"}', 'until must be a time such as'],
  ])('%j is refused: %s', (text, reason) => {
    const parsed = parseMirrorBudget(text)
    expect(parsed.ok ? '' : parsed.message).toContain(reason)
    expect(parsed.ok ? '' : parsed.message).toContain('nothing is mirrored')
  })
})

describe('a calibration', () => {
  it('is read', () => {
    expect(parseCalibration(`{"id":"a","requests":100,"until":"${UNTIL}"}`)).toEqual({
      ok: true,
      calibration: { id: 'a', requests: 100, untilMs: UNTIL_MS },
    })
  })

  it.each([
    ['no', 'must be a JSON object'],
    ['{"requests":5}', 'id must be a string'],
    ['{"id":"a"}', 'requests must be a whole number above 0'],
    ['{"id":"a","requests":0}', 'requests must be a whole number above 0'],
    ['{"id":"a","requests":10001}', 'requests must be at most 10000'],
    ['{"id":"a","requests":5,"percent":1}', 'has no setting "percent"'],
  ])('%j is refused: %s', (text, reason) => {
    const parsed = parseCalibration(text)
    expect(parsed.ok ? '' : parsed.message).toContain(reason)
  })
})
