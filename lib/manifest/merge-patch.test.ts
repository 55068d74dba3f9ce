import { expect, test } from 'vitest'
import { mergePatchBetween } from './merge-patch'

test.each([
  [{}, {}, {}],
  [{ a: 1 }, { a: 1 }, {}],
  [{ a: 1, b: { c: 1, d: 2 } }, { b: { c: 2 } }, { a: null, b: { c: 2, d: null } }],
  [{ a: [1, 2] }, { a: [1] }, { a: [1] }],
  [{ a: { b: 1 } }, { a: 'x' }, { a: 'x' }],
  [{}, { a: { b: {} } }, { a: { b: {} } }],
])('from %j to %j: %j', (before, after, patch) => {
  expect(mergePatchBetween(before, after)).toEqual(patch)
})
