import { expect, test } from 'vitest'
import { assess } from '@/lib/comparison/assess'
import { takeSnapshot } from '@/lib/comparison/take-snapshot'
import { ComparisonTally } from '@/lib/comparison/tally'
import { plantedTruth } from '@/lib/comparison/test-support/planted-truth'
import { DEFAULT_THRESHOLDS } from '@/lib/comparison/thresholds'
import {
  changeText,
  evidenceText,
  explainDecision,
  shareText,
  unmeasuredText,
} from './comparison-text'
import { leftOutParts, leftOutText } from './left-out-text'

const KEY = { route: 'shop/orders', generation: 1, rule: 0, filterIndex: 0 } as const
const RULES = { unorderedPaths: [], listKeys: [], numberTolerance: 0 }
const JUDGE = { ignorePaths: [], ignoreHeaders: [], thresholds: DEFAULT_THRESHOLDS }

function judged(repeats: number) {
  const next = plantedTruth(5, {})
  const pairs = new ComparisonTally(KEY, '')
  const calibration = new ComparisonTally({ ...KEY, filterIndex: -1 }, '')
  for (let count = 0; count < 2_000; count += 1) pairs.add(next('mirror'), RULES)
  for (let count = 0; count < repeats; count += 1) calibration.add(next('calibration'), RULES)
  const snapshot = takeSnapshot(pairs, repeats === 0 ? null : calibration, [])
  const assessment = assess(snapshot, JUDGE)
  const evidenceOf = (pattern: string) => {
    const group = assessment.groups.find((one) => one.pattern === pattern)
    return group === undefined ? '' : evidenceText(group)
  }
  return { snapshot, assessment, evidenceOf }
}

test('before a measurement, a verdict says what is missing and where', () => {
  const { snapshot, assessment, evidenceOf } = judged(0)
  expect(explainDecision(assessment, snapshot)).toBe(
    '2,000 pairs alone are not enough: the primary’s own variation has not been measured.',
  )
  expect(unmeasuredText(assessment, snapshot)).toMatch(
    /^The values of .+, .+, .+ and 1 more hardly ever occur twice, and are not yet checked against the primary’s own variation$/,
  )
  expect(evidenceOf('$.requestId')).toMatch(
    /^Not yet checked against the primary’s own variation: /,
  )
  expect(evidenceOf('$.servedAt')).toMatch(
    /^Noise, judged by its values: each value is the time of its own answer/,
  )
})

test('after it, nothing is missing, and values are said to outweigh repeats', () => {
  const { snapshot, assessment, evidenceOf } = judged(400)
  expect(unmeasuredText(assessment, snapshot)).toBe('')
  expect(evidenceOf('$.requestId')).toBe(
    'Noise: 400 of 400 repeats to the primary differ here, so each answer gets a new value.',
  )
  expect(evidenceOf('$.serial')).toMatch(
    / 400 of 400 repeats .* differ here, which does not change that\.$/,
  )
})

test('what was left out has words, whatever the reason', () => {
  const { snapshot } = judged(0)
  const parts = leftOutParts({
    ...snapshot,
    notComparable: { same_backend: 2 },
    bodiesNotCompared: { status: 90, stream: 1, unheard_of: 3 },
    cutShort: 1,
  })
  expect(parts.map(({ reason, text }) => `${reason}: ${text}`)).toEqual([
    'same_backend: 2 captured pairs were mirrored to the backend that answered the primary request',
    'status: 90 pairs differ in status; their bodies were not compared',
    'stream: bodies of 1 pair are event streams',
    'unheard_of: bodies of 3 pairs were not compared: unheard_of',
    'cut_short: 1 pair with too many values: only the first are compared',
  ])
  expect(leftOutText('stream')).toBe('Bodies are not compared: one is an event stream.')
  expect(leftOutText('unheard_of')).toBe('Not compared: unheard_of.')
  expect(leftOutText('')).toBe('')
})

const DIFFERING = { kind: 'changed', seen: 904, differing: 904 } as const

test.each([
  [{ pattern: '$.items[*].price' }, 'in every answer that has `price` (904 of 904)'],
  [{ pattern: '$.tags[*]' }, 'in every answer that has `$.tags[*]` (904 of 904)'],
  [{ pattern: '$' }, 'in every answer (904 of 904)'],
  [{ pattern: '$.price', differing: 20 }, 'in 20 of 904 answers that have `price`'],
  [{ pattern: '$.price', seen: 0, differing: 0 }, 'in 0 of 0 answers that have `price`'],
  [
    { pattern: 'header.x-cache', differing: 1_204, seen: 2_000 },
    'in 1,204 of 2,000 answers that have `x-cache`',
  ],
  [
    { kind: 'status' as const, pattern: 'status["200"]["500"]', differing: 96 },
    'in 96 of 904 requests the primary answered with 200',
  ],
])('how often %j differs is said of the answers that have it', (more, text) => {
  expect(shareText({ ...DIFFERING, ...more })).toBe(text)
})

test('a change of type names both types', () => {
  const samples = [{ pair: 'p', primary: '7', mirror: '"7' }]
  expect(changeText({ kind: 'type', samples })).toBe('type changed: number → string')
  expect(changeText({ kind: 'type', samples: [] })).toBe('type changed')
  expect(changeText({ kind: 'added', samples })).toBe('added')
})
