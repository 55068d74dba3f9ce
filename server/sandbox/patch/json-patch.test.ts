import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { jsonPatch } from './json-patch'
import {
  JSON_PATCH_COPIED_BYTES_MAX,
  JSON_PATCH_MOVED_ITEMS_MAX,
  JSON_PATCH_OPERATIONS_MAX,
} from './limits'

const live: JsonObject = {
  spec: { hostnames: ['a', 'b'], n: 1, 'x/y~z': { deep: true } },
  metadata: { name: 'r1' },
}

function spec(...operations: JsonValue[]): JsonValue | undefined {
  const outcome = jsonPatch(live, operations)
  if (!outcome.ok) throw new Error(outcome.message)
  return outcome.object['spec']
}

describe('an operation that can be done', () => {
  const cases: { name: string; operations: JsonObject[]; expected: JsonObject }[] = [
    {
      name: 'adds a field',
      operations: [{ op: 'add', path: '/spec/m', value: 2 }],
      expected: { m: 2 },
    },
    {
      name: 'adds over an existing field',
      operations: [{ op: 'add', path: '/spec/n', value: 2 }],
      expected: { n: 2 },
    },
    {
      name: 'adds null when the value is left out',
      operations: [{ op: 'add', path: '/spec/n' }],
      expected: { n: null },
    },
    {
      name: 'inserts into a list',
      operations: [{ op: 'add', path: '/spec/hostnames/1', value: 'x' }],
      expected: { hostnames: ['a', 'x', 'b'] },
    },
    {
      name: 'inserts after the last item',
      operations: [{ op: 'add', path: '/spec/hostnames/2', value: 'x' }],
      expected: { hostnames: ['a', 'b', 'x'] },
    },
    {
      name: 'appends to a list',
      operations: [{ op: 'add', path: '/spec/hostnames/-', value: 'x' }],
      expected: { hostnames: ['a', 'b', 'x'] },
    },
    {
      name: 'replaces an item counted from the end',
      operations: [{ op: 'replace', path: '/spec/hostnames/-1', value: 'x' }],
      expected: { hostnames: ['a', 'x'] },
    },
    {
      name: 'replaces a field that is absent, as kube-apiserver does',
      operations: [{ op: 'replace', path: '/spec/nope', value: 1 }],
      expected: { nope: 1 },
    },
    {
      name: 'removes an item',
      operations: [{ op: 'remove', path: '/spec/hostnames/0' }],
      expected: { hostnames: ['b'] },
    },
    {
      name: 'reads ~1 and ~0 in a pointer',
      operations: [{ op: 'replace', path: '/spec/x~1y~0z/deep', value: false }],
      expected: { 'x/y~z': { deep: false } },
    },
    {
      name: 'moves a value',
      operations: [{ op: 'move', from: '/spec/hostnames/0', path: '/spec/first' }],
      expected: { hostnames: ['b'], first: 'a' },
    },
    {
      name: 'copies a value that then changes alone',
      operations: [
        { op: 'copy', from: '/spec/x~1y~0z', path: '/spec/copy' },
        { op: 'add', path: '/spec/copy/more', value: 1 },
      ],
      expected: { copy: { deep: true, more: 1 } },
    },
    {
      name: 'copies null from a field that is not there',
      operations: [{ op: 'copy', from: '/spec/nope', path: '/spec/copy' }],
      expected: { copy: null },
    },
    {
      name: 'passes a test on equal values, whatever the order of keys',
      operations: [
        { op: 'test', path: '/spec/hostnames', value: ['a', 'b'] },
        { op: 'test', path: '/spec/absent', value: null },
      ],
      expected: {},
    },
  ]
  test.each(cases)('$name', ({ operations, expected }) => {
    const before = structuredClone(live)
    expect(spec(...operations)).toEqual({ ...(live['spec'] as JsonObject), ...expected })
    expect(live).toEqual(before)
  })

  test('replaces the whole document', () => {
    expect(jsonPatch(live, [{ op: 'replace', path: '', value: { a: 1 } }])).toEqual({
      ok: true,
      object: { a: 1 },
    })
  })
})

const refused = {
  ok: false,
  code: 422,
  reason: 'Invalid',
  message: 'the server rejected our request due to an error in our request',
}

describe('a patch that cannot be applied is refused without saying why', () => {
  const cases: [name: string, operation: JsonValue][] = [
    ['a failed test', { op: 'test', path: '/spec/n', value: 2 }],
    ['a parent that is missing', { op: 'add', path: '/spec/no/where', value: 1 }],
    ['a parent that is no container', { op: 'add', path: '/spec/n/where', value: 1 }],
    ['removing what is not there', { op: 'remove', path: '/spec/nope' }],
    ['an index beyond the list', { op: 'add', path: '/spec/hostnames/3', value: 1 }],
    ['replacing beyond the list', { op: 'replace', path: '/spec/hostnames/2', value: 1 }],
    ['an index that is no number', { op: 'add', path: '/spec/hostnames/x', value: 1 }],
    ['an unknown operation', { op: 'frobnicate', path: '/spec' }],
    ['no path', { op: 'add', value: 1 }],
    [
      'copying an item that is not there',
      { op: 'copy', from: '/spec/hostnames/9', path: '/spec/x' },
    ],
    ['moving from nowhere', { op: 'move', path: '/spec/x' }],
    ['a document that is no object', { op: 'replace', path: '', value: [] }],
    ['a null operation', null],
    ['inherited names', { op: 'test', path: '/spec/constructor/name', value: 'Object' }],
  ]
  test.each(cases)('%s', (_, operation) => {
    expect(jsonPatch(live, [operation])).toMatchObject(refused)
  })
})

describe('what is no JSON patch at all is a 400', () => {
  const cases: [patch: JsonValue, message: string][] = [
    [
      { op: 'add' },
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    ],
    [
      [1],
      'error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp',
    ],
    [
      [{ op: 1 }],
      'error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string',
    ],
  ]
  test.each(cases)('%j', (patch, message) => {
    expect(jsonPatch(live, patch)).toMatchObject({ ok: false, code: 400, message })
  })
})

describe('limits', () => {
  test('refuses more operations than JSON_PATCH_OPERATIONS_MAX with 413', () => {
    const operations = Array.from({ length: JSON_PATCH_OPERATIONS_MAX }, () => ({
      op: 'test',
      path: '/spec/n',
      value: 1,
    }))
    expect(jsonPatch(live, operations)).toMatchObject({ ok: true })
    expect(jsonPatch(live, [...operations, { op: 'test', path: '/a' }])).toMatchObject({
      ok: false,
      code: 413,
      message:
        'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    })
  })

  test('refuses copies that add up to more than JSON_PATCH_COPIED_BYTES_MAX', () => {
    const grow = (to: number): JsonValue[] => [
      { op: 'add', path: '/a', value: 'x'.repeat(1024 * 1024 - 2) },
      ...Array.from({ length: to }, (_, i) => ({ op: 'copy', from: '/a', path: `/b${i}` })),
    ]
    const fits = JSON_PATCH_COPIED_BYTES_MAX / (1024 * 1024)
    expect(jsonPatch({}, grow(fits))).toMatchObject({ ok: true })
    expect(jsonPatch({}, grow(fits + 1))).toMatchObject(refused)
  })

  test('refuses a patch that doubles the document with every operation', () => {
    const bomb = Array.from({ length: 60 }, () => ({ op: 'copy', from: '/a', path: '/a/-' }))
    expect(jsonPatch({ a: ['x'] }, bomb)).toMatchObject(refused)
    const deep = Array.from({ length: 2_000 }, () => ({ op: 'copy', from: '/a', path: '/a/b' }))
    expect(jsonPatch({ a: {} }, deep)).toMatchObject(refused)
  })

  test('refuses to nest one level per operation without end', () => {
    const chain = Array.from({ length: 5_000 }, (_, i) => ({
      op: 'add',
      path: '/a'.repeat(i + 1),
      value: {},
    }))
    expect(jsonPatch({}, chain)).toMatchObject(refused)
  })

  test('refuses to shift more than JSON_PATCH_MOVED_ITEMS_MAX items', () => {
    const length = 100_000
    const shifts = JSON_PATCH_MOVED_ITEMS_MAX / length
    const patch = (count: number) =>
      Array.from({ length: count }, () => ({ op: 'move', from: '/a/0', path: '/a/-' }))
    const list = (): JsonObject => ({ a: Array.from({ length }, () => 0) })
    expect(jsonPatch(list(), patch(shifts - 1))).toMatchObject({ ok: true })
    expect(jsonPatch(list(), patch(shifts + 1))).toMatchObject(refused)
  })

  test('takes __proto__ in a pointer for a plain key', () => {
    const outcome = jsonPatch({}, [
      { op: 'add', path: '/__proto__', value: { polluted: true } },
      { op: 'add', path: '/__proto__/more', value: 1 },
    ])
    expect(JSON.stringify(outcome)).toBe(
      '{"ok":true,"object":{"__proto__":{"polluted":true,"more":1}}}',
    )
    expect(({} as JsonObject)['polluted']).toBeUndefined()
  })
})
