import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { NESTING_DEPTH_MAX } from '../api/limits'
import { strategicMergePatch } from './strategic-merge-patch'

const text = { type: 'string' }
const schema: JsonObject = {
  type: 'object',
  properties: {
    replicas: { type: 'integer' },
    labels: { type: 'object', additionalProperties: text },
    args: { type: 'array', items: text },
    finalizers: { type: 'array', items: text, 'x-kubernetes-patch-strategy': 'merge' },
    strategy: { type: 'object', 'x-kubernetes-patch-strategy': 'retainKeys' },
    template: { type: 'object', 'x-kubernetes-patch-strategy': 'replace' },
    containers: {
      type: 'array',
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'name',
      items: {
        type: 'object',
        properties: {
          name: text,
          image: text,
          ports: {
            type: 'array',
            'x-kubernetes-patch-strategy': 'merge',
            'x-kubernetes-patch-merge-key': 'containerPort',
            items: { type: 'object' },
          },
        },
      },
    },
  },
}

const cases: { name: string; live: JsonObject; patch: JsonObject; expected: JsonObject }[] = [
  {
    name: 'merges maps and removes nulls',
    live: { labels: { a: '1', b: '2' }, replicas: 1 },
    patch: { labels: { b: null, c: '3' }, replicas: null },
    expected: { labels: { a: '1', c: '3' } },
  },
  {
    name: 'drops nulls and directives from a field that was not there',
    live: {},
    patch: { labels: { a: null, b: '1' }, containers: [{ name: 'a' }, { $patch: 'delete' }] },
    expected: { labels: { b: '1' }, containers: [{ name: 'a' }] },
  },
  {
    name: 'replaces a list without strategy',
    live: { args: ['a', 'b'] },
    patch: { args: ['c'] },
    expected: { args: ['c'] },
  },
  {
    name: 'merges a list of maps by key, patch items in patch order',
    live: {
      containers: [{ name: 'a', image: '1', ports: [{ containerPort: 80 }] }, { name: 'z' }],
    },
    patch: {
      containers: [{ name: 'a', image: '2', ports: [{ containerPort: 81 }] }, { name: 'd' }],
    },
    expected: {
      containers: [
        { name: 'a', image: '2', ports: [{ containerPort: 81 }, { containerPort: 80 }] },
        { name: 'd' },
        { name: 'z' },
      ],
    },
  },
  {
    name: 'deletes an item with $patch: delete',
    live: { containers: [{ name: 'a' }, { name: 'b' }] },
    patch: { containers: [{ name: 'a', $patch: 'delete' }] },
    expected: { containers: [{ name: 'b' }] },
  },
  {
    name: 'replaces a whole list with $patch: replace',
    live: { containers: [{ name: 'a', image: '1' }, { name: 'b' }] },
    patch: { containers: [{ name: 'a' }, { $patch: 'replace' }] },
    expected: { containers: [{ name: 'a' }] },
  },
  {
    name: 'replaces a whole map with $patch: replace',
    live: { labels: { a: '1', b: '2' } },
    patch: { labels: { $patch: 'replace', c: '3' } },
    expected: { labels: { c: '3' } },
  },
  {
    name: 'empties a map with $patch: delete',
    live: { labels: { a: '1' } },
    patch: { labels: { $patch: 'delete' } },
    expected: { labels: {} },
  },
  {
    name: 'replaces a map whose strategy is replace',
    live: { template: { a: 1, b: 2 } },
    patch: { template: { c: 3 } },
    expected: { template: { c: 3 } },
  },
  {
    name: 'merges a list of primitives as a set, the patch first',
    live: { finalizers: ['b', 'a'] },
    patch: { finalizers: ['a', 'c'] },
    expected: { finalizers: ['b', 'a', 'c'] },
  },
  {
    name: 'deletes primitives with $deleteFromPrimitiveList',
    live: { finalizers: ['a', 'b', 'c'] },
    patch: { '$deleteFromPrimitiveList/finalizers': ['a', 'c'] },
    expected: { finalizers: ['b'] },
  },
  {
    name: 'ignores a deletion from a list that is not there',
    live: {},
    patch: { '$deleteFromPrimitiveList/finalizers': ['a'] },
    expected: {},
  },
  {
    name: 'keeps only the keys of $retainKeys',
    live: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
    patch: { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
    expected: { strategy: { type: 'Recreate' } },
  },
  {
    name: 'orders a keyed list by $setElementOrder',
    live: { containers: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] },
    patch: {
      '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }, { name: 'a' }],
      containers: [{ name: 'b', image: '2' }],
    },
    expected: { containers: [{ name: 'c' }, { name: 'b', image: '2' }, { name: 'a' }] },
  },
  {
    name: 'keeps server-only items next to their neighbours',
    live: { containers: [{ name: 'server' }, { name: 'a' }, { name: 'b' }] },
    patch: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
    expected: { containers: [{ name: 'server' }, { name: 'b' }, { name: 'a' }] },
  },
  {
    name: 'orders a list of primitives by $setElementOrder',
    live: { finalizers: ['a', 'b'] },
    patch: { '$setElementOrder/finalizers': ['c', 'b', 'a'], finalizers: ['c'] },
    expected: { finalizers: ['c', 'b', 'a'] },
  },
  {
    name: 'orders a list that is new',
    live: {},
    patch: {
      '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }],
      containers: [{ name: 'a' }, { name: 'b' }],
    },
    expected: { containers: [{ name: 'a' }, { name: 'b' }] },
  },
  {
    name: 'replaces a value of another type',
    live: { labels: 'x' },
    patch: { labels: { a: '1' } },
    expected: { labels: { a: '1' } },
  },
]

test.each(cases)('$name', ({ live, patch, expected }) => {
  const inputs = structuredClone({ live, patch })
  expect(strategicMergePatch(live, patch, schema)).toEqual({ ok: true, object: expected })
  expect({ live, patch }).toEqual(inputs)
})

describe('refusals', () => {
  const refusals: { name: string; live?: JsonObject; patch: JsonValue; expected: JsonObject }[] = [
    {
      name: 'a body that is no object',
      patch: [],
      expected: {
        code: 400,
        message: 'json: cannot unmarshal array into Go value of type map[string]interface {}',
      },
    },
    {
      name: 'a malformed $retainKeys',
      patch: { $retainKeys: 'x' },
      expected: { code: 400, message: 'invalid patch format of retainKeys' },
    },
    {
      name: 'a field beside $retainKeys',
      patch: { $retainKeys: ['a'], b: 1 },
      expected: { code: 400, message: 'invalid patch format of retainKeys' },
    },
    {
      name: 'a deletion list without a field name',
      patch: { $deleteFromPrimitiveList: ['a'] },
      expected: { code: 400, message: 'invalid patch format of primitive list' },
    },
    {
      name: 'an item without its merge key',
      live: { containers: [] },
      patch: { containers: [{ image: 'x' }] },
      expected: {
        code: 500,
        reason: '',
        message: 'map: map[image:x] does not contain declared merge key: name',
      },
    },
    {
      name: 'a list of lists',
      live: { finalizers: ['a'] },
      patch: { finalizers: [['b']] },
      expected: {
        code: 422,
        message: 'the server rejected our request due to an error in our request',
      },
    },
    {
      name: 'an unknown directive',
      live: { labels: {} },
      patch: { labels: { $patch: 'mrege' } },
      expected: { code: 500, message: 'unknown patch type: mrege in map: map[$patch:mrege]' },
    },
    {
      name: 'items out of the order of $setElementOrder',
      live: { containers: [{ name: 'a' }, { name: 'b' }] },
      patch: {
        '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }],
        containers: [
          { name: 'b', image: '1' },
          { name: 'a', image: '1' },
        ],
      },
      expected: { code: 500 },
    },
  ]
  test.each(refusals)('$name', ({ live = {}, patch, expected }) => {
    expect(strategicMergePatch(live, patch, schema)).toMatchObject({ ok: false, ...expected })
  })

  test('a patch deeper than NESTING_DEPTH_MAX', () => {
    const depth = NESTING_DEPTH_MAX + 1
    const patch = JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)
    expect(strategicMergePatch({}, patch, schema)).toMatchObject({ ok: false, code: 400 })
  })
})

test('takes a key called __proto__ for a plain key', () => {
  const patch = JSON.parse('{"labels": {"__proto__": "1"}, "new": {"__proto__": {"a": null}}}')
  const outcome = strategicMergePatch({ labels: { a: '1' } }, patch, schema)
  expect(JSON.stringify(outcome)).toBe(
    '{"ok":true,"object":{"labels":{"a":"1","__proto__":"1"},"new":{"__proto__":{}}}}',
  )
})
