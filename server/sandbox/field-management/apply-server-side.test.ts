import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { type ApplyOutcome, type ApplyRequest, applyServerSide } from './apply-server-side'
import { keepTimes } from './keep-times'
import { trackUpdate } from './track-update'

const text = { type: 'string' }
const schema: JsonObject = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer' },
        title: text,
        enabled: { type: 'boolean' },
        amount: { 'x-kubernetes-int-or-string': true },
        hostnames: { type: 'array', items: text, 'x-kubernetes-list-type': 'atomic' },
        tags: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
        selector: {
          type: 'object',
          'x-kubernetes-map-type': 'atomic',
          additionalProperties: text,
        },
        options: { type: 'object', additionalProperties: text },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: {
            type: 'object',
            properties: {
              port: { type: 'integer' },
              protocol: { ...text, default: 'TCP' },
              name: text,
            },
          },
        },
        template: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: {} },
      },
    },
    status: { type: 'object', properties: { phase: text } },
  },
}

const T1 = Date.UTC(2026, 0, 1, 0, 0, 1)
const T2 = Date.UTC(2026, 0, 1, 0, 0, 2)

function widget(spec: JsonObject, metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'example.dev/v1',
    kind: 'Widget',
    metadata: { name: 'w', namespace: 'ns', ...metadata },
    spec,
  }
}

function apply(
  live: JsonObject | null,
  manager: string,
  spec: JsonObject,
  options: Partial<ApplyRequest> = {},
): ApplyOutcome {
  return applyServerSide({
    live,
    applied: widget(spec),
    manager,
    force: false,
    schema,
    apiVersion: 'example.dev/v1',
    kind: 'Widget',
    now: T1,
    ...options,
  })
}

/** The object after an apply that must succeed, as stored: with a uid. */
function applied(...args: Parameters<typeof apply>): JsonObject {
  const outcome = apply(...args)
  if (!outcome.ok) throw new Error(outcome.message)
  const metadata = outcome.object['metadata'] as JsonObject
  return { ...outcome.object, metadata: { ...metadata, uid: 'u' } }
}

function ownersOf(object: JsonObject): Record<string, JsonValue> {
  const entries = (object['metadata'] as JsonObject)['managedFields'] ?? []
  return Object.fromEntries(
    (entries as JsonObject[]).map((entry) => [
      `${entry['operation']} ${entry['manager']}`,
      (entry['fieldsV1'] as JsonObject)['f:spec'] ?? entry['fieldsV1'] ?? null,
    ]),
  )
}

function message(outcome: ApplyOutcome): string {
  return outcome.ok ? 'ok' : outcome.message
}

describe('ownership', () => {
  const cases: { name: string; spec: JsonObject; owned: JsonObject }[] = [
    {
      name: 'counts leaves, not the structs on the way',
      spec: { size: 1, title: 'x' },
      owned: { 'f:size': {}, 'f:title': {} },
    },
    {
      name: 'counts an atomic list and an atomic map as one field',
      spec: { hostnames: ['a'], selector: { a: 'b' } },
      owned: { 'f:hostnames': {}, 'f:selector': {} },
    },
    {
      name: 'counts every element of a set',
      spec: { tags: ['b', 'a'] },
      owned: { 'f:tags': { 'v:"a"': {}, 'v:"b"': {} } },
    },
    {
      name: 'keys list items, with the default of a key that is left out',
      spec: { ports: [{ port: 80, name: 'http' }] },
      owned: {
        'f:ports': {
          'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {} },
        },
      },
    },
    {
      name: 'counts entries of a free map and empty maps',
      spec: { options: { a: '1' }, free: { deep: { list: [1], empty: {} } } },
      owned: {
        'f:free': { 'f:deep': { '.': {}, 'f:empty': {}, 'f:list': {} } },
        'f:options': { 'f:a': {} },
      },
    },
    {
      name: 'tracks the metadata of an embedded object',
      spec: { template: { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { a: 'b' } } } },
      owned: {
        'f:template': {
          'f:apiVersion': {},
          'f:kind': {},
          'f:metadata': { 'f:labels': { 'f:a': {} } },
        },
      },
    },
  ]
  test.each(cases)('$name', ({ spec, owned }) => {
    const object = applied(null, 'm', spec)
    expect(ownersOf(object)).toEqual({ 'Apply m': owned })
    expect(object['spec']).toEqual(spec)
  })

  test('leaves out identity fields and keeps labels, finalizers and owners', () => {
    const metadata = {
      uid: 'u',
      resourceVersion: '1',
      labels: { a: 'b' },
      finalizers: ['x'],
      ownerReferences: [{ uid: 'o', name: 'n', kind: 'K', apiVersion: 'v1' }],
    }
    const object = applied(null, 'm', {}, { applied: widget({ size: 1 }, metadata) })
    const [entry] = (object['metadata'] as JsonObject)['managedFields'] as JsonObject[]
    expect(entry?.['fieldsV1']).toEqual({
      'f:metadata': {
        'f:finalizers': { 'v:"x"': {} },
        'f:labels': { 'f:a': {} },
        'f:ownerReferences': { 'k:{"uid":"o"}': {} },
      },
      'f:spec': { 'f:size': {} },
    })
  })

  test('stamps the entry with seconds', () => {
    const object = applied(null, 'm', { size: 1 })
    const metadata = object['metadata'] as JsonObject
    expect(metadata['managedFields']).toEqual([
      {
        apiVersion: 'example.dev/v1',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:spec': { 'f:size': {} } },
        manager: 'm',
        operation: 'Apply',
        time: '2026-01-01T00:00:01Z',
      },
    ])
  })
})

describe('applying again', () => {
  test('the same configuration returns the stored object, times included', () => {
    const live = applied(null, 'm', { size: 1, ports: [{ port: 80 }] })
    expect(applied(live, 'm', { size: 1, ports: [{ port: 80 }] }, { now: T2 })).toEqual(live)
  })

  test('a configuration without a field removes it', () => {
    const live = applied(null, 'm', { size: 1, hostnames: ['a'], tags: ['a', 'b'] })
    const object = applied(live, 'm', { size: 1, tags: ['b'] }, { now: T2 })
    expect(object['spec']).toEqual({ size: 1, tags: ['b'] })
    expect(ownersOf(object)).toEqual({ 'Apply m': { 'f:size': {}, 'f:tags': { 'v:"b"': {} } } })
  })

  test('an item left out goes with its fields, and others keep their order', () => {
    const ports = [{ port: 1 }, { port: 2, name: 'two' }, { port: 3 }]
    const live = applied(null, 'm', { ports })
    const object = applied(live, 'm', { ports: [{ port: 3 }, { port: 1 }] })
    expect(object['spec']).toEqual({ ports: [{ port: 3 }, { port: 1 }] })
  })

  test('a struct goes with its last field, unless someone else put something in it', () => {
    const live = applied(null, 'm', { size: 1, options: { a: '1' } })
    expect(applied(live, 'm', { size: 1 })['spec']).toEqual({ size: 1 })
    const shared = applied(live, 'other', { options: { b: '2' } })
    expect(applied(shared, 'm', { size: 1 })['spec']).toEqual({ size: 1, options: { b: '2' } })
  })

  test('removing everything keeps fields that nobody ever applied', () => {
    const live = applied(null, 'm', { size: 1 })
    const defaulted = { ...live, spec: { size: 1, title: 'default' } }
    expect(applied(defaulted, 'm', {})['spec']).toEqual({ title: 'default' })
  })
})

describe('two managers', () => {
  test('share a field when they apply the same value, and the second has no time', () => {
    const live = applied(null, 'a', { size: 1 })
    const object = applied(live, 'b', { size: 1 }, { now: T2 })
    expect(ownersOf(object)).toEqual({ 'Apply a': { 'f:size': {} }, 'Apply b': { 'f:size': {} } })
    const entries = (object['metadata'] as JsonObject)['managedFields'] as JsonObject[]
    expect(entries.map((entry) => [entry['manager'], entry['time']])).toEqual([
      ['b', undefined],
      ['a', '2026-01-01T00:00:01Z'],
    ])
  })

  test('keep a shared field until the last of them drops it', () => {
    const live = applied(applied(null, 'a', { size: 1, title: 'x' }), 'b', { size: 1 })
    const withoutA = applied(live, 'a', { title: 'x' })
    expect(withoutA['spec']).toEqual({ size: 1, title: 'x' })
    expect(ownersOf(withoutA)).toEqual({
      'Apply a': { 'f:title': {} },
      'Apply b': { 'f:size': {} },
    })
    expect(applied(withoutA, 'b', {})['spec']).toEqual({ title: 'x' })
  })

  test('own different items and fields of one keyed list', () => {
    const live = applied(null, 'a', { ports: [{ port: 80 }] })
    const object = applied(live, 'b', { ports: [{ port: 80, name: 'web' }, { port: 443 }] })
    expect(object['spec']).toEqual({ ports: [{ port: 80, name: 'web' }, { port: 443 }] })
    expect(applied(object, 'a', {})['spec']).toEqual({
      ports: [{ port: 80, name: 'web' }, { port: 443 }],
    })
    expect(applied(object, 'b', {})['spec']).toEqual({ ports: [{ port: 80 }] })
  })

  test('conflict over one field in the singular', () => {
    const outcome = apply(applied(null, 'a', { size: 1 }), 'b', { size: 2 })
    expect(outcome).toEqual({
      ok: false,
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "a": .spec.size',
      causes: [
        { reason: 'FieldManagerConflict', message: 'conflict with "a"', field: '.spec.size' },
      ],
    })
  })

  test('conflict with several owners, grouped and sorted', () => {
    let live = applied(null, 'b', { size: 1, ports: [{ port: 80, name: 'x' }] })
    live = applied(live, 'a', { title: 'x', hostnames: ['a'] })
    const spec = { size: 2, title: 'y', hostnames: ['b'], ports: [{ port: 80, name: 'y' }] }
    expect(message(apply(live, 'c', spec))).toBe(
      [
        'Apply failed with 4 conflicts: conflicts with "a":',
        '- .spec.hostnames',
        '- .spec.title',
        'conflicts with "b":',
        '- .spec.size',
        '- .spec.ports[port=80,protocol="TCP"].name',
      ].join('\n'),
    )
  })

  test('take over with force, and the loser keeps the rest', () => {
    const live = applied(null, 'a', { size: 1, title: 'x' })
    const object = applied(live, 'b', { size: 2 }, { force: true })
    expect(object['spec']).toEqual({ size: 2, title: 'x' })
    expect(ownersOf(object)).toEqual({
      'Apply a': { 'f:title': {} },
      'Apply b': { 'f:size': {} },
    })
  })

  test('lose an entry that has nothing left', () => {
    const live = applied(null, 'a', { size: 1 })
    expect(ownersOf(applied(live, 'b', { size: 2 }, { force: true }))).toEqual({
      'Apply b': { 'f:size': {} },
    })
  })

  test('name the version and the subresource of those who update', () => {
    const before = applied(null, 'a', { title: 'x' })
    const after = { ...before, status: { phase: 'New' } }
    const tracked = trackUpdate({
      before,
      after,
      manager: 'ctrl',
      apiVersion: 'example.dev/v1',
      subresource: 'status',
      schema,
      now: T1,
    })
    const metadata = { ...(before['metadata'] as JsonObject), managedFields: tracked }
    const outcome = apply(
      { ...after, metadata },
      'b',
      {},
      {
        subresource: 'status',
        applied: { ...widget({}), status: { phase: 'Old' } },
      },
    )
    expect(message(outcome)).toBe(
      'Apply failed with 1 conflict: conflict with "ctrl" with subresource "status" using example.dev/v1: .status.phase',
    )
  })
})

describe('an object nobody is known to own', () => {
  const live = widget({ size: 1, title: 'x' }, { uid: 'u' })

  test('belongs to before-first-apply, which conflicts like an updater', () => {
    expect(message(apply(live, 'm', { size: 2 }))).toBe(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using example.dev/v1: .spec.size',
    )
  })

  test('gets an entry for it when the apply goes through', () => {
    expect(ownersOf(applied(live, 'm', { size: 1 }))).toEqual({
      'Apply m': { 'f:size': {} },
      'Update before-first-apply': { '.': {}, 'f:size': {}, 'f:title': {} },
    })
  })
})

describe('kubectl after its own client-side apply', () => {
  const lastApplied = (spec: JsonObject): JsonObject => ({
    'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify(widget(spec))}\n`,
  })
  const created = (spec: JsonObject, annotation: JsonObject): JsonObject => {
    const after = widget(spec, { uid: 'u', annotations: lastApplied(annotation) })
    const managedFields = trackUpdate({
      before: null,
      after,
      manager: 'kubectl-client-side-apply',
      apiVersion: 'example.dev/v1',
      schema,
      now: T1,
    })
    return { ...after, metadata: { ...(after['metadata'] as JsonObject), managedFields } }
  }

  test('takes over what the annotation says and still is so', () => {
    const object = applied(created({ size: 1 }, { size: 1 }), 'kubectl', { size: 2 }, { now: T2 })
    expect(object['spec']).toEqual({ size: 2 })
    expect((object['metadata'] as JsonObject)['annotations']).toEqual({
      'kubectl.kubernetes.io/last-applied-configuration':
        '{"apiVersion":"example.dev/v1","kind":"Widget","metadata":{"name":"w","namespace":"ns"},"spec":{"size":2}}\n',
    })
  })

  test('conflicts where the live value is no longer the one applied', () => {
    const live = created({ size: 1, title: 'changed' }, { size: 1, title: 'x' })
    expect(message(apply(live, 'kubectl', { size: 2, title: 'y' }))).toBe(
      'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using example.dev/v1: .spec.title',
    )
  })

  test('gives no other manager that privilege', () => {
    expect(message(apply(created({ size: 1 }, { size: 1 }), 'helm', { size: 2 }))).toContain(
      'Apply failed with 1 conflict',
    )
  })

  test('drops the annotation rather than exceed the size of all annotations', () => {
    const live = created({ size: 1 }, { size: 1 })
    const object = applied(live, 'kubectl', { size: 1, title: 'x'.repeat(256 * 1024) })
    expect((object['metadata'] as JsonObject)['annotations']).toEqual({})
  })
})

describe('refusals', () => {
  const typed = 'failed to create typed patch object (ns/w; example.dev/v1, Kind=Widget): '
  const cases: { name: string; spec: JsonObject; expected: string }[] = [
    {
      name: 'an unknown field',
      spec: { foo: 1 },
      expected: '.spec.foo: field not declared in schema',
    },
    {
      name: 'a string for a number',
      spec: { size: '1' },
      expected: '.spec.size: expected numeric (int or float), got string',
    },
    {
      name: 'a number for a string',
      spec: { title: 1 },
      expected: '.spec.title: expected string, got &value.valueUnstructured{Value:1}',
    },
    {
      name: 'a string for a boolean',
      spec: { enabled: 'yes' },
      expected: '.spec.enabled: expected boolean, got &{yes}',
    },
    {
      name: 'a map for a list',
      spec: { hostnames: { a: 1 } },
      expected: '.spec.hostnames: expected list, got &{map[a:1]}',
    },
    {
      name: 'a list for a map',
      spec: { options: ['a', 'b'] },
      expected: '.spec.options: expected map, got &{[a b]}',
    },
    {
      name: 'the same key twice',
      spec: { ports: [{ port: 80 }, { port: 80, protocol: 'TCP' }] },
      expected: '.spec.ports: duplicate entries for key [port=80,protocol="TCP"]',
    },
    {
      name: 'the same element of a set twice',
      spec: { tags: ['a', 'a'] },
      expected: '.spec.tags: duplicate entries for key [="a"]',
    },
    {
      name: 'a null element of a keyed list',
      spec: { ports: [null] },
      expected: '.spec.ports: element 0: associative list with keys may not have a null element',
    },
    {
      name: 'several errors at once',
      spec: { size: '1', title: 2 },
      expected: [
        'errors:',
        '  .spec.size: expected numeric (int or float), got string',
        '  .spec.title: expected string, got &value.valueUnstructured{Value:2}',
      ].join('\n'),
    },
  ]
  test.each(cases)('$name is a 500 without reason', ({ spec, expected }) => {
    expect(apply(null, 'm', spec)).toEqual({
      ok: false,
      code: 500,
      reason: '',
      message: typed + expected,
      causes: [],
    })
  })

  test('values of either type pass where the schema has int-or-string', () => {
    expect(apply(null, 'm', { amount: 1 }).ok).toBe(true)
    expect(apply(null, 'm', { amount: '1%' }).ok).toBe(true)
  })

  test('another kind or version is a 400', () => {
    const wrongKind = { ...widget({}), kind: 'Gadget' }
    expect(message(apply(null, 'm', {}, { applied: wrongKind }))).toBe(
      'invalid object type: example.dev/v1, Kind=Gadget',
    )
    const core = { ...widget({}), apiVersion: 'v1' }
    expect(message(apply(null, 'm', {}, { applied: core }))).toBe(
      'invalid object type: /v1, Kind=Widget',
    )
  })

  test('managedFields in the configuration are a 400, even an empty list', () => {
    const withFields = widget({}, { managedFields: [] })
    expect(apply(null, 'm', {}, { applied: withFields })).toMatchObject({
      code: 400,
      message: 'metadata.managedFields must be nil',
    })
  })

  test('a configuration that nests too deeply is a 400', () => {
    const free = JSON.parse(`${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`)
    expect(apply(null, 'm', { free })).toMatchObject({ ok: false, code: 400 })
  })

  test('managedFields that cannot be read are a 500', () => {
    const live = widget({}, { uid: 'u', managedFields: [{ manager: 'x', operation: 'Patch' }] })
    expect(message(apply(live, 'm', {}))).toBe(
      'failed to decode managed fields: operation must be `Apply` or `Update`',
    )
  })
})

test('a key called __proto__ is a field like any other', () => {
  const free = JSON.parse('{"__proto__": {"polluted": true}}')
  const object = applied(null, 'm', { free })
  expect(JSON.stringify(object['spec'])).toBe('{"free":{"__proto__":{"polluted":true}}}')
  expect(({} as JsonObject)['polluted']).toBeUndefined()
  expect(applied(object, 'm', {})['spec']).toEqual({})
})

test('keepTimes takes back an apply that defaulting made the same', () => {
  const live = applied(null, 'm', { hostnames: ['a'] })
  const again = applied(live, 'm', { hostnames: ['b'] }, { now: T2 })
  const defaulted = { ...again, spec: { hostnames: ['a'] } }
  expect(keepTimes(live, defaulted)).toBe(live)
  expect(keepTimes(live, again)).toBe(again)
})

test('a list that became atomic belongs whole to whoever owned a part of it', () => {
  const live = applied(null, 'a', { tags: ['x'], ports: [{ port: 80 }] })
  const properties = (schema['properties'] as JsonObject)['spec'] as JsonObject
  const atomicSchema: JsonObject = {
    ...schema,
    properties: {
      spec: {
        ...properties,
        properties: {
          ...(properties['properties'] as JsonObject),
          tags: { type: 'array', items: text, 'x-kubernetes-list-type': 'atomic' },
        },
      },
    },
  }
  expect(message(apply(live, 'b', { tags: ['y'] }, { schema: atomicSchema }))).toBe(
    'Apply failed with 1 conflict: conflict with "a": .spec.tags',
  )
})
