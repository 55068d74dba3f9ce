import { describe, expect, test } from 'vitest'
import { assess } from './assess'
import type { CapturedBody, CapturedExchange } from './exchange'
import { takeSnapshot } from './take-snapshot'
import { ComparisonTally } from './tally'
import { plantedTruth } from './test-support/planted-truth'
import { DEFAULT_THRESHOLDS } from './thresholds'

const RULES = { unorderedPaths: [], listKeys: [], numberTolerance: 0 }
const JUDGE = { ignorePaths: [], ignoreHeaders: [], thresholds: DEFAULT_THRESHOLDS }
const HOPS = 'x-mirrorboard-mirror-hops'
const SENT = { primary: [['x-tier', 'gold']], mirror: [[HOPS, '1']] } as const

const json = (value: unknown): CapturedBody => ({ kind: 'json', value, bytes: 9 })
const text = (value: string): CapturedBody => ({ kind: 'text', text: value, bytes: 9 })

/** Every difference of 200 equal pairs with these bodies, as `state evidence kind pattern`. */
function judged(primary: CapturedBody, mirror: CapturedBody, sentApart: unknown = SENT): string[] {
  const base = plantedTruth(1, {})('mirror')
  const tally = new ComparisonTally(
    { route: 'shop/orders', generation: 1, rule: 0, filterIndex: 0 },
    '',
  )
  for (let pair = 0; pair < 200; pair += 1) {
    const exchange = {
      ...base,
      id: `0-${pair}`,
      primary: { ...base.primary, headers: [], body: primary },
      mirror: { ...base.mirror, headers: [], body: mirror },
      sentApart,
    }
    tally.add(exchange as CapturedExchange, RULES)
  }
  return assess(takeSnapshot(tally, null, []), JUDGE).groups.map(
    ({ state, evidence, kind, pattern }) => `${state} ${evidence} ${kind} ${pattern}`,
  )
}

describe('a header that the gateway sent to one side, given back', () => {
  test.each([
    ['an object', json({ headers: {} }), json({ headers: { [HOPS]: '1' } }), `$.headers.${HOPS}`],
    [
      'values in lists',
      json({ headers: { 'X-Tier': ['gold'] } }),
      json({ headers: { 'X-Mirrorboard-Mirror-Hops': ['1'] } }),
      '$.headers.X-Mirrorboard-Mirror-Hops',
      '$.headers.X-Tier',
    ],
    [
      'names as CGI has them',
      json({ env: {} }),
      json({ env: { HTTP_X_MIRRORBOARD_MIRROR_HOPS: '1' } }),
      '$.env.HTTP_X_MIRRORBOARD_MIRROR_HOPS',
    ],
    [
      'a list of pairs',
      json({
        h: [
          ['x-tier', 'gold'],
          ['a', 'b'],
        ],
      }),
      json({
        h: [
          ['a', 'b'],
          [HOPS, '1'],
        ],
      }),
      '$.h[*]',
    ],
    [
      'a list of names and values',
      json([{ name: 'a', value: 'b' }]),
      json([
        { name: HOPS, value: '1' },
        { name: 'a', value: 'b' },
      ]),
      '$[*]',
    ],
    ['names and values in turn', json(['a', 'b']), json([HOPS, '1', 'a', 'b']), '$[*]'],
    ['lines', text('GET /\nx-tier: gold\nend'), text(`GET /\n${HOPS}: 1\nend`), 'text'],
  ])('in %s is noise of the gateway', (_, primary, mirror, ...patterns) => {
    expect(judged(primary, mirror).sort()).toEqual(
      patterns.map((pattern) => `noise gateway echo ${pattern}`).sort(),
    )
  })

  test.each([
    [
      'another value',
      json({ headers: {} }),
      json({ headers: { [HOPS]: '2' } }),
      `symmetry added $.headers.${HOPS}`,
    ],
    [
      'the value elsewhere',
      json({ list: ['a'] }),
      json({ list: ['a', '1'] }),
      'symmetry added $.list[*]',
    ],
    ['a line that says more', text(''), text(`${HOPS}: 1, and more`), 'model changed text'],
  ])('is not taken for what has %s', (_, primary, mirror, difference) => {
    expect(judged(primary, mirror)).toEqual([`difference ${difference}`])
  })

  test('is a difference like any other where both sides were sent the same', () => {
    const nothing = { primary: [], mirror: [] }
    const found = judged(json({ headers: {} }), json({ headers: { [HOPS]: '1' } }), nothing)
    expect(found).toEqual([`difference symmetry added $.headers.${HOPS}`])
  })
})
