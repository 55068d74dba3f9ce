import { expect, test } from 'vitest'
import { type DiffRules, isTooDeep, JsonDiff } from './diff-json'
import { PatternTree } from './path-pattern'

function differ(primary: unknown, mirror: unknown, numberTolerance: number): boolean {
  const rules: DiffRules = { unorderedPaths: [], listKeys: [], numberTolerance }
  let isDifferent = false
  const tree = new PatternTree()
  const sink = { seen: () => undefined, differ: () => (isDifferent = true) }
  new JsonDiff(tree, rules, sink).compare(tree.root('$'), primary, mirror)
  return isDifferent
}

test('numbers are equal within a share of the larger, of either sign', () => {
  expect(differ(100, 90, 0.1)).toBe(false)
  expect(differ(90, 100, 0.1)).toBe(false)
  expect(differ(-100, -90, 0.1)).toBe(false)
  expect(differ(100, 89.9, 0.1)).toBe(true)
  expect(differ(-100, 100, 0.1)).toBe(true)
  expect(differ(1, 1.000001, 0)).toBe(true)
})

test('a tolerance of numbers is none of anything else', () => {
  expect(differ('1', '2', 0.9)).toBe(true)
  expect(differ(1, '1', 0.9)).toBe(true)
  expect(differ(true, false, 0.9)).toBe(true)
})

test('a value is too deep when more levels hold others than are compared', () => {
  expect(isTooDeep(1, 0)).toBe(false)
  expect(isTooDeep(null, 0)).toBe(false)
  expect(isTooDeep([], 0)).toBe(true)
  expect(isTooDeep([[1]], 2)).toBe(false)
  expect(isTooDeep([1, { a: [1] }], 2)).toBe(true)
})
