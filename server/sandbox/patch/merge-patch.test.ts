import { expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { NESTING_DEPTH_MAX } from '../api/limits'
import { mergePatch } from './merge-patch'

/** The examples of RFC 7396, appendix A, that have an object as target. */
const examples: [live: JsonObject, patch: JsonObject, expected: JsonObject][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
]

test.each(examples)('merges %j with %j', (live, patch, expected) => {
  expect(mergePatch(live, patch)).toEqual({ ok: true, object: expected })
})

test.each<[JsonValue, string]>([
  [
    [],
    'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
  ],
  [
    'x',
    'error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}',
  ],
  [null, 'Invalid JSON Patch'],
])('refuses %j, which is no object', (patch, message) => {
  expect(mergePatch({}, patch)).toMatchObject({ ok: false, code: 400, message })
})

test('keeps its inputs as they were and shares nothing with them', () => {
  const live = { spec: { list: [{ a: 1 }] } }
  const patch = { metadata: { labels: { a: 'b' } } }
  const outcome = mergePatch(live, patch)
  if (!outcome.ok) throw new Error(outcome.message)
  expect(live).toEqual({ spec: { list: [{ a: 1 }] } })
  expect(outcome.object['spec']).not.toBe(live.spec)
  expect(outcome.object['metadata']).not.toBe(patch.metadata)
})

test('takes a key called __proto__ for a plain key', () => {
  const patch = JSON.parse('{"__proto__": {"polluted": true}, "a": {"__proto__": {"b": 1}}}')
  const outcome = mergePatch({ a: {} }, patch)
  if (!outcome.ok) throw new Error(outcome.message)
  expect(JSON.stringify(outcome.object)).toBe(
    '{"a":{"__proto__":{"b":1}},"__proto__":{"polluted":true}}',
  )
  expect(Object.getPrototypeOf(outcome.object)).toBe(Object.prototype)
  expect(({} as JsonObject)['polluted']).toBeUndefined()
})

test('removes a key called __proto__ and leaves the prototype alone', () => {
  const live = JSON.parse('{"__proto__": 1, "a": 2}')
  expect(mergePatch(live, JSON.parse('{"__proto__": null}'))).toEqual({
    ok: true,
    object: { a: 2 },
  })
})

test('refuses a patch that nests deeper than NESTING_DEPTH_MAX', () => {
  const nested = (depth: number): JsonObject =>
    JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)
  expect(mergePatch({}, nested(NESTING_DEPTH_MAX))).toMatchObject({ ok: true })
  expect(mergePatch({}, nested(NESTING_DEPTH_MAX + 1))).toMatchObject({ ok: false, code: 400 })
  expect(mergePatch({}, nested(5_000))).toMatchObject({ ok: false, code: 400 })
})
