import { describe, expect, test } from 'vitest'
import type { JsonObject } from '@/lib/shared/json'
import { UPDATE_MANAGERS_MAX } from './limits'
import { trackUpdate, type UpdateRequest } from './track-update'

const text = { type: 'string' }
const schema: JsonObject = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer' },
        title: text,
        options: { type: 'object', additionalProperties: text },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port'],
          items: { type: 'object', properties: { port: { type: 'integer' }, name: text } },
        },
      },
    },
    status: { type: 'object', properties: { phase: text } },
  },
}
const START = Date.UTC(2026, 0, 1)

function widget(fields: JsonObject, metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'example.dev/v1',
    kind: 'Widget',
    metadata: { name: 'w', uid: 'u', resourceVersion: '1', generation: 1, ...metadata },
    ...fields,
  }
}

function track(
  before: JsonObject | null,
  after: JsonObject,
  manager: string,
  options: Partial<UpdateRequest> = {},
): JsonObject[] {
  const request = { before, after, manager, apiVersion: 'example.dev/v1', schema, now: START }
  return trackUpdate({ ...request, ...options })
}

/** Creates or updates: the fields, with what is tracked of them in metadata. */
function write(
  before: JsonObject | null,
  fields: JsonObject,
  manager: string,
  options: Partial<UpdateRequest> = {},
): JsonObject {
  const managedFields = track(before, widget(fields), manager, options)
  return widget(fields, { managedFields })
}

function fieldsOf(object: JsonObject): Record<string, unknown> {
  const entries = (object['metadata'] as JsonObject)['managedFields'] as JsonObject[]
  return Object.fromEntries(entries.map((entry) => [entry['manager'], entry['fieldsV1']]))
}

test('a create owns all but identity, with the structs it made', () => {
  const object = write(null, { spec: { size: 1, ports: [{ port: 80, name: 'web' }] } }, 'a')
  expect(fieldsOf(object)).toEqual({
    a: {
      'f:spec': {
        '.': {},
        'f:ports': {
          '.': {},
          'k:{"port":80}': { '.': {}, 'f:name': {}, 'f:port': {} },
        },
        'f:size': {},
      },
    },
  })
})

test('an update moves the changed fields to the updater', () => {
  const before = write(null, { spec: { size: 1, title: 'x' } }, 'a')
  const after = write(before, { spec: { size: 2, title: 'x', options: { k: 'v' } } }, 'b')
  expect(fieldsOf(after)).toEqual({
    a: { 'f:spec': { '.': {}, 'f:title': {} } },
    b: { 'f:spec': { 'f:options': { '.': {}, 'f:k': {} }, 'f:size': {} } },
  })
})

test('a removed field belongs to nobody, and an owner of nothing is dropped', () => {
  const before = write(null, { spec: { size: 1 } }, 'a')
  const changed = write(before, { spec: { size: 1, title: 'x' } }, 'b')
  const after = write(changed, { spec: { size: 1 } }, 'c')
  expect(fieldsOf(after)).toEqual({ a: { 'f:spec': { '.': {}, 'f:size': {} } } })
})

test('an update that changes nothing changes no entry and no time', () => {
  const before = write(null, { spec: { size: 1 } }, 'a')
  const after = write(before, { spec: { size: 1 } }, 'b', { now: START + 60_000 })
  expect(after).toEqual(before)
})

test('an entry gets a new time only when its manager changes something', () => {
  const before = write(null, { spec: { size: 1, title: 'x' } }, 'a')
  const after = write(before, { spec: { size: 2, title: 'x' } }, 'b', { now: START + 1_000 })
  const entries = (after['metadata'] as JsonObject)['managedFields'] as JsonObject[]
  expect(entries.map((entry) => [entry['manager'], entry['time']])).toEqual([
    ['a', '2026-01-01T00:00:00Z'],
    ['b', '2026-01-01T00:00:01Z'],
  ])
})

test('a manager that updates again keeps what it had', () => {
  const before = write(null, { spec: { size: 1 } }, 'a')
  const after = write(before, { spec: { size: 1, title: 'x' } }, 'a')
  expect(fieldsOf(after)).toEqual({ a: { 'f:spec': { '.': {}, 'f:size': {}, 'f:title': {} } } })
})

test('an empty manager name is called unknown', () => {
  expect(track(null, widget({ spec: { size: 1 } }), '')).toMatchObject([{ manager: 'unknown' }])
})

test('status has an entry of its own and counts nowhere else', () => {
  const before = write(null, { spec: { size: 1 } }, 'a')
  const fields = { spec: { size: 1 }, status: { phase: 'Ready' } }
  const after = write(before, fields, 'a', { subresource: 'status' })
  const entries = (after['metadata'] as JsonObject)['managedFields'] as JsonObject[]
  expect(entries.map((entry) => [entry['subresource'], entry['fieldsV1']])).toEqual([
    [undefined, { 'f:spec': { '.': {}, 'f:size': {} } }],
    ['status', { 'f:status': { '.': {}, 'f:phase': {} } }],
  ])
  expect(track(after, widget({ spec: { size: 1 } }), 'b')).toEqual(entries)
  const own = track(after, widget({ spec: { size: 1 } }), 'b', { resetFields: [] })
  expect(own).toMatchObject([{ manager: 'a', fieldsV1: { 'f:spec': {} } }])
})

describe('managedFields in the request', () => {
  const before = write(null, { spec: { size: 1 } }, 'a')

  test.each([[[]], [[{}]]])('%j forgets all owners and ends tracking', (managedFields) => {
    const reset = widget({ spec: { size: 2 } }, { managedFields })
    expect(track(before, reset, 'b')).toEqual([])
    expect(track(widget({ spec: { size: 2 } }), widget({ spec: { size: 3 } }), 'b')).toEqual([])
  })

  test('replace the stored ones when they can be read', () => {
    const managedFields = [
      {
        manager: 'x',
        operation: 'Apply',
        apiVersion: 'example.dev/v1',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:spec': { 'f:size': {} } },
      },
    ]
    const sent = widget({ spec: { size: 1 } }, { managedFields })
    expect(track(before, sent, 'b')).toEqual(managedFields)
  })

  test.each([
    [[{ manager: 'x', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV2' }]],
    [[{ manager: 'x', operation: 'Patch', apiVersion: 'v1', fieldsType: 'FieldsV1' }]],
    [[{ manager: 'x', operation: 'Apply', fieldsType: 'FieldsV1' }]],
    [
      [
        {
          manager: 'x',
          operation: 'Apply',
          apiVersion: 'v1',
          fieldsType: 'FieldsV1',
          fieldsV1: { nonsense: {} },
        },
      ],
    ],
    ['not a list'],
  ])('are ignored when they cannot be: %j', (managedFields) => {
    const sent = widget({ spec: { size: 1 } }, { managedFields })
    expect(track(before, sent, 'b')).toEqual((before['metadata'] as JsonObject)['managedFields'])
  })

  test('cannot be edited through a subresource', () => {
    const sent = widget({ spec: { size: 1 } }, { managedFields: [] })
    expect(track(before, sent, 'b', { subresource: 'status' })).toEqual(
      (before['metadata'] as JsonObject)['managedFields'],
    )
  })
})

test('keeps UPDATE_MANAGERS_MAX entries and merges older ones into ancient-changes', () => {
  let object = write(null, { spec: { options: { k0: '' } } }, 'm0')
  const options: JsonObject = { k0: '' }
  for (let index = 1; index < UPDATE_MANAGERS_MAX + 3; index += 1) {
    options[`k${index}`] = ''
    const fields = { spec: { options: { ...options } } }
    object = write(object, fields, `m${index}`, { now: START + index * 1_000 })
  }
  const entries = (object['metadata'] as JsonObject)['managedFields'] as JsonObject[]
  expect(entries).toHaveLength(UPDATE_MANAGERS_MAX)
  expect(entries[0]).toEqual({
    apiVersion: 'example.dev/v1',
    fieldsType: 'FieldsV1',
    fieldsV1: {
      'f:spec': {
        '.': {},
        'f:options': { '.': {}, 'f:k0': {}, 'f:k1': {}, 'f:k2': {}, 'f:k3': {} },
      },
    },
    manager: 'ancient-changes',
    operation: 'Update',
    time: '2026-01-01T00:00:03Z',
  })
  expect(entries.at(-1)).toMatchObject({ manager: `m${UPDATE_MANAGERS_MAX + 2}` })
})

test('a change that cannot be named leaves the owners as they were', () => {
  const before = write(null, { spec: { size: 1 } }, 'a')
  const after = widget({ spec: { size: 2, ports: [{ name: 'no key' }] } })
  expect(track(before, after, 'b')).toEqual((before['metadata'] as JsonObject)['managedFields'])
  expect(track(null, after, 'b')).toEqual([])
})

test('duplicate list items are one field each time they change', () => {
  const before = write(null, { spec: { ports: [{ port: 1, name: 'a' }] } }, 'a')
  const doubled = { spec: { ports: [{ port: 1, name: 'a' }, { port: 1 }] } }
  const after = write(before, doubled, 'b')
  expect(fieldsOf(after)).toEqual({
    a: { 'f:spec': { '.': {}, 'f:ports': {} } },
    b: { 'f:spec': { 'f:ports': { 'k:{"port":1}': {} } } },
  })
})
