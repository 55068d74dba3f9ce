import { describe, expect, test } from 'vitest'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import type { CapturedExchange } from './exchange'
import { withoutEchoes } from './gateway-echo'
import { PatternTree } from './path-pattern'
import { takeSnapshot } from './take-snapshot'
import { ComparisonTally } from './tally'
import { plantedTruth } from './test-support/planted-truth'
import { diffWords, type Segment } from './text-diff'

function longestCommon(left: readonly string[], right: readonly string[]): number {
  const lengths = left.reduce<number[]>(
    (before, word) => {
      const row = [0]
      for (const [at, other] of right.entries()) {
        const [diagonal = 0, above = 0, beside = 0] = [before[at], before[at + 1], row[at]]
        row.push(word === other ? diagonal + 1 : Math.max(above, beside))
      }
      return row
    },
    Array(right.length + 1).fill(0),
  )
  return lengths.at(-1) ?? 0
}

describe('words side by side', () => {
  const textOf = (segments: readonly Segment[] | null) =>
    (segments ?? []).map(({ text }) => text).join('')
  const common = (segments: readonly Segment[] | null) =>
    textOf((segments ?? []).filter(({ isMarked }) => !isMarked))

  test('are all there, and as many as can be are common', () => {
    const random = seededRandom(3)
    for (let run = 0; run < 500; run += 1) {
      const text = () =>
        Array.from({ length: Math.floor(random() * 8) }, () => '.:;/'[Math.floor(random() * 4)])
      const [left, right] = [text().join(''), text().join('')]
      const row = diffWords(left, right)
      expect([textOf(row.left), textOf(row.right)]).toEqual([left, right])
      expect(common(row.left)).toBe(common(row.right))
      expect(common(row.left)).toHaveLength(longestCommon([...left], [...right]))
    }
  })
})

test('a difference is counted once for each pair, of exactly those that have the place', () => {
  const exchange = plantedTruth(1, {})('mirror')
  const tally = new ComparisonTally(
    { route: 'shop/orders', generation: 1, rule: 0, filterIndex: 0 },
    '',
  )
  const json = (value: unknown) => ({ kind: 'json', value, bytes: 9 })
  const pairs = [
    [{ a: 1 }, { a: 2 }],
    [{ a: [1, 1] }, { a: [2, 2] }],
    [{ a: 1 }, { a: 1 }],
    [{}, {}],
  ] as const
  for (const [primary, mirror] of pairs) {
    const pair = {
      ...exchange,
      primary: { ...exchange.primary, headers: [], body: json(primary) },
      mirror: { ...exchange.mirror, headers: [], body: json(mirror) },
    }
    tally.add(pair as CapturedExchange, { unorderedPaths: [], listKeys: [], numberTolerance: 0 })
  }
  const { groups } = takeSnapshot(tally, null, [])
  const counts = groups.map(({ pattern, seen, differing }) => [pattern, seen, differing])
  expect(counts).toEqual([
    ['$.a', 3, 1],
    ['$.a[*]', 1, 1],
  ])
})

test('headers given back are taken out of a list one by one, the others stay in order', () => {
  const tree = new PatternTree()
  const node = tree.root('$')
  const sent = new Map([['x-tier', 'gold']])
  const found: unknown[] = []
  const items = ['a', 'x-tier', 'gold', 'b', 'c', ['x-tier', 'gold'], 'x-tier: gold', 'd']
  const kept = withoutEchoes(items, sent, { node, tree }, (_, value) => found.push(value))
  expect(kept).toEqual(['a', 'b', 'c', 'd'])
  expect(found).toHaveLength(3)
  expect(withoutEchoes(['a', 'b', 'c'], sent, { node, tree }, () => undefined)).toEqual([
    'a',
    'b',
    'c',
  ])
})
