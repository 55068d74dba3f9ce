import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { admitObject } from '@/lib/validation/admit-object'
import { compileSchema } from '@/lib/validation/compiled-schema'
import { formatFieldError, type MessageForm } from '@/lib/validation/field-error'

/** A schema of `spec`, for objects of a kind of our own. */
function schemaOf(spec: JsonObject, form: MessageForm = 'since-1.35', status?: JsonObject) {
  const properties: JsonObject = { spec, metadata: { type: 'object' } }
  if (status !== undefined) properties['status'] = status
  return compileSchema(
    { type: 'object', properties },
    { group: 'example.dev', version: 'v1', kind: 'Thing', messageForm: form },
  )
}

function thing(spec: JsonValue, more: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'example.dev/v1',
    kind: 'Thing',
    metadata: { name: 'a', namespace: 'default' },
    spec,
    ...more,
  }
}

function create(spec: JsonObject, value: JsonValue, form: MessageForm = 'since-1.35') {
  const admitted = admitObject(schemaOf(spec, form), thing(value), { operation: 'create' })
  return { ...admitted, texts: [...new Set(admitted.errors.map(formatFieldError))] }
}

function update(spec: JsonObject, old: JsonValue, value: JsonValue) {
  const admitted = admitObject(schemaOf(spec), thing(value), {
    operation: 'update',
    old: thing(old),
  })
  return [...new Set(admitted.errors.map(formatFieldError))]
}

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  ...more,
})
const rule = (text: string, more: JsonObject = {}): JsonObject => ({
  'x-kubernetes-validations': [{ rule: text, ...more }],
})
const NOT_CHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'

describe('schema checks', () => {
  const cases: readonly { name: string; schema: JsonObject; value: JsonValue; texts: string[] }[] =
    [
      {
        name: 'a wrong type',
        schema: object({ port: { type: 'integer' } }),
        value: { port: '80' },
        texts: [
          'spec.port: Invalid value: "string": spec.port in body must be of type integer: "string"',
        ],
      },
      {
        name: 'a float where an int32 is due, with the second error Go adds',
        schema: object({ port: { type: 'integer', format: 'int32' } }),
        value: { port: 1.5 },
        texts: [
          'spec.port: Invalid value: "float64": spec.port in body must be of type int32: "float64"',
          '<nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec.port',
        ],
      },
      {
        name: 'an int32 out of range',
        schema: object({ port: { type: 'integer', format: 'int32' } }),
        value: { port: 3_000_000_000 },
        texts: [
          '<nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec.port',
        ],
      },
      {
        name: 'an integer enum, quoted',
        schema: object({ code: { type: 'integer', enum: [301, 302] } }),
        value: { code: 200 },
        texts: ['spec.code: Unsupported value: 200: supported values: "301", "302"'],
      },
      {
        name: 'only the first failing check of a string',
        schema: object({ name: { type: 'string', maxLength: 3, pattern: '^[a-z]+$' } }),
        value: { name: 'ABCD' },
        texts: ['spec.name: Too long: may not be more than 3 bytes'],
      },
      {
        name: 'one item too many',
        schema: object({ list: { type: 'array', items: { type: 'string' }, maxItems: 1 } }),
        value: { list: ['a', 'b'] },
        texts: ['spec.list: Too many: 2: must have at most 1 item'],
      },
      {
        name: 'too few properties of a map',
        schema: object({
          map: { type: 'object', additionalProperties: { type: 'string' }, minProperties: 1 },
        }),
        value: { map: {} },
        texts: ['spec.map: Invalid value: 0: spec.map in body should have at least 1 properties'],
      },
      {
        name: 'a map value by its dotted path',
        schema: object({
          map: { type: 'object', additionalProperties: { type: 'string', minLength: 1 } },
        }),
        value: { map: { 'a.b/c': '' } },
        texts: [
          'spec.map.a.b/c: Invalid value: "": spec.map.a.b/c in body should be at least 1 chars long',
        ],
      },
      {
        name: 'an exclusive bound and a multiple',
        schema: object({
          n: { type: 'number', maximum: 10, exclusiveMaximum: true, multipleOf: 0.5 },
        }),
        value: { n: 10.25 },
        texts: [
          'spec.n: Invalid value: 10.25: spec.n in body should be a multiple of 0.5',
          'spec.n: Invalid value: 10.25: spec.n in body should be less than 10',
        ],
      },
      {
        name: 'two branches of oneOf at once',
        schema: object({
          x: {
            type: 'object',
            oneOf: [{ required: ['a'] }, { required: ['b'] }],
            'x-kubernetes-preserve-unknown-fields': true,
          },
        }),
        value: { x: { a: 1, b: 2 } },
        texts: [
          '<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found 2 valid alternatives',
        ],
      },
      {
        name: 'a not',
        schema: object({ x: { type: 'string', not: { enum: ['forbidden'] } } }),
        value: { x: 'forbidden' },
        texts: ['<nil>: Invalid value: "": "spec.x" must not validate the schema (not)'],
      },
      {
        name: 'a null list item',
        schema: object({ list: { type: 'array', items: { type: 'string' } } }),
        value: { list: [null] },
        texts: [
          'spec.list[0]: Invalid value: "null": spec.list[0] in body must be of type string: "null"',
        ],
      },
      {
        name: 'duplicates in a set, at the second only',
        schema: object({
          set: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        }),
        value: { set: ['a', 'b', 'a', 'a'] },
        texts: ['spec.set[2]: Duplicate value: "a"'],
      },
      {
        name: 'duplicate keys in a map list',
        schema: object({
          list: {
            type: 'array',
            items: object({ name: { type: 'string' }, port: { type: 'integer' } }),
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['name', 'port'],
          },
        }),
        value: {
          list: [
            { name: '<a>', port: 1 },
            { name: '<a>', port: 1 },
          ],
        },
        texts: ['spec.list[1]: Duplicate value: {"name":"\\u003ca\\u003e","port":1}'],
      },
      {
        name: 'an int-or-string that is neither',
        schema: object({ x: { 'x-kubernetes-int-or-string': true } }),
        value: { x: true },
        texts: [
          'spec.x: Invalid value: "boolean": spec.x in body must be of type integer,string: "boolean"',
        ],
      },
    ]
  for (const { name, schema, value, texts } of cases) {
    it(`reports ${name}`, () =>
      expect(create(schema, value).texts.sort()).toEqual([...texts].sort()))
  }

  it('accepts both forms of an int-or-string and any nullable null', () => {
    const schema = object({
      x: { 'x-kubernetes-int-or-string': true },
      y: { type: 'string', nullable: true },
    })
    expect(create(schema, { x: 1, y: null }).texts).toEqual([])
    expect(create(schema, { x: '1%', y: null }).object['spec']).toEqual({ x: '1%', y: null })
  })

  it('takes patterns as RE2 does, in time linear in the text', () => {
    const schema = object({ x: { type: 'string', pattern: '^(?i)(a+)+$' } })
    expect(create(schema, { x: 'AaA' }).texts).toEqual([])
    expect(create(schema, { x: `${'a'.repeat(5_000)}!` }).texts).toHaveLength(1)
  })
})

describe('pruning and defaulting', () => {
  it('drops unknown fields, names them in order, and leaves the input alone', () => {
    const input = thing(
      { a: 1, list: [{ b: 1 }], map: { any: 'x' } },
      { extra: 1, metadata: { name: 'a', namespace: 'd', odd: 1 } },
    )
    const before = JSON.stringify(input)
    const schema = schemaOf(
      object({
        list: { type: 'array', items: object({}) },
        map: { type: 'object', additionalProperties: { type: 'string' } },
      }),
    )
    const { object: stored, unknownFields } = admitObject(schema, input, { operation: 'create' })
    expect(unknownFields).toEqual(['metadata.odd', 'extra', 'spec.a', 'spec.list[0].b'])
    expect(stored['spec']).toEqual({ list: [{}], map: { any: 'x' } })
    expect(JSON.stringify(input)).toBe(before)
  })

  it('keeps unknown fields where the schema says so, and prunes again below them', () => {
    const schema = object({ known: object({}) }, { 'x-kubernetes-preserve-unknown-fields': true })
    const { object: stored, unknownFields } = create(schema, { any: { x: 1 }, known: { y: 1 } })
    expect(stored['spec']).toEqual({ any: { x: 1 }, known: {} })
    expect(unknownFields).toEqual(['spec.known.y'])
  })

  it('keeps the type and metadata of an embedded resource', () => {
    const schema = object({ template: { type: 'object', 'x-kubernetes-embedded-resource': true } })
    const template = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: {} }
    const { object: stored, unknownFields } = create(schema, { template })
    expect(stored['spec']).toEqual({
      template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } },
    })
    expect(unknownFields).toEqual(['spec.template.spec'])
  })

  it('fills defaults into defaults, and into nulls that are not allowed', () => {
    const schema = object({
      outer: object({ inner: { type: 'string', default: 'x' } }, { default: {} }),
      gone: { type: 'string' },
      replaced: { type: 'integer', default: 3 },
      kept: { type: 'integer', nullable: true, default: 3 },
    })
    const { object: stored } = create(schema, { gone: null, replaced: null, kept: null })
    expect(stored['spec']).toEqual({ outer: { inner: 'x' }, replaced: 3, kept: null })
  })

  it('drops status on create and takes it from the stored object on update', () => {
    const schema = schemaOf(object({}), 'since-1.35', object({ phase: { type: 'string' } }))
    const created = admitObject(schema, thing({}, { status: { phase: 'x' } }), {
      operation: 'create',
    })
    expect(created.object['status']).toBeUndefined()
    const old = thing({}, { status: { phase: 'old' } })
    const next = thing({}, { status: { phase: 'new' } })
    const updated = admitObject(schema, next, { operation: 'update', old })
    expect(updated.object['status']).toEqual({ phase: 'old' })
    const status = admitObject(
      schema,
      { ...next, spec: { ignored: 1 } },
      { operation: 'update', old, subresource: 'status' },
    )
    expect(status.object['status']).toEqual({ phase: 'new' })
    expect(status.object['spec']).toEqual({})
  })

  it('keeps a key named __proto__ in a map without touching prototypes', () => {
    const schema = object({ map: { type: 'object', additionalProperties: { type: 'string' } } })
    const { object: stored } = create(schema, JSON.parse('{"map":{"__proto__":"x"}}'))
    expect(JSON.stringify(stored['spec'])).toBe('{"map":{"__proto__":"x"}}')
  })

  it('knows no field of another version, and leaves another kind to validation', () => {
    const schema = schemaOf(object({}))
    const otherVersion = admitObject(schema, thing({}, { apiVersion: 'example.dev/v9' }), {
      operation: 'create',
    })
    expect(otherVersion.unknownFields).toEqual(['spec'])
    const otherKind = admitObject(schema, thing({ x: 1 }, { kind: 'Other' }), {
      operation: 'create',
    })
    expect(otherKind.errors.map(formatFieldError)).toEqual([
      'kind: Invalid value: "Other": must be Thing',
    ])
    expect(otherKind.object['spec']).toEqual({ x: 1 })
  })

  it('answers metadata of the wrong type as Go decodes it', () => {
    const input = thing({}, { metadata: { name: 'a', namespace: 'd', labels: { a: 1 } } })
    const { decodeError } = admitObject(schemaOf(object({})), input, { operation: 'create' })
    expect(decodeError).toBe(
      'json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string',
    )
  })
})

describe('rules', () => {
  const string = { type: 'string' }

  it('prints a failure in both forms', () => {
    const schema = object(
      { x: { ...string, ...rule("self == 'a'", { message: ' must be a ' }) } },
      rule('has(self.x)'),
    )
    expect(create(schema, { x: 'b' }).texts).toEqual(['spec.x: Invalid value: "b": must be a'])
    expect(create(schema, { x: 'b' }, 'before-1.34').texts).toEqual([
      'spec.x: Invalid value: "string": must be a',
    ])
    expect(create(schema, {}).texts).toEqual(['spec: Invalid value: failed rule: has(self.x)'])
    for (const form of ['before-1.34', '1.34'] as const) {
      expect(create(schema, {}, form).texts).toEqual([
        'spec: Invalid value: "object": failed rule: has(self.x)',
      ])
    }
  })

  it('does not run after a blocking error, and says so in every form', () => {
    const schema = object({ x: string }, { required: ['y'], ...rule('false') })
    expect(create(schema, {}).texts).toEqual([
      'spec.y: Required value',
      `<nil>: Invalid value: null: ${NOT_CHECKED}`,
    ])
    expect(create(schema, {}, '1.34').texts).toEqual(create(schema, {}).texts)
    expect(create(schema, {}, 'before-1.34').texts).toEqual([
      'spec.y: Required value',
      `<nil>: Invalid value: "null": ${NOT_CHECKED}`,
    ])
  })

  it('runs beside a pattern error', () => {
    const schema = object({ x: { ...string, pattern: '^a$' } }, rule('false', { message: 'no' }))
    expect(create(schema, { x: 'b' }).texts).toHaveLength(2)
  })

  const results: readonly { rule: string; value: JsonObject; texts: string[] }[] = [
    {
      rule: 'self.missing == 1',
      value: {},
      texts: [
        'spec: Invalid value: "object": no such key: missing evaluating rule: self.missing == 1',
      ],
    },
    {
      rule: 'self.list[3] == 1',
      value: { list: [] },
      texts: [
        'spec: Invalid value: "object": index out of bounds: 3 evaluating rule: self.list[3] == 1',
      ],
    },
    {
      rule: 'self.x + 1 == 2',
      value: { x: 'a' },
      texts: [
        `spec: Invalid value: "object": 'no such overload': call arguments did not match a supported operator, function or macro signature for rule: self.x + 1 == 2`,
      ],
    },
    {
      rule: "duration(self.x) > duration('1s')",
      value: { x: '' },
      texts: [
        `spec: Invalid value: "object": type conversion error from 'string' to 'google.protobuf.Duration' evaluating rule: duration(self.x) > duration('1s')`,
      ],
    },
    { rule: '!has(self.nothing)', value: { nothing: null }, texts: [] },
    { rule: 'self.__namespace__ == self.namespace', value: { namespace: 'a' }, texts: [] },
    {
      rule: 'self.a__dash__b == 1 && self.a__dot__b == 2',
      value: { 'a-b': 1, 'a.b': 2 },
      texts: [],
    },
    { rule: "self.x.split('.').size() == 2", value: { x: 'a.b' }, texts: [] },
    {
      rule: '!format.dns1123Subdomain().validate(self.x).hasValue()',
      value: { x: 'a.b' },
      texts: [],
    },
    { rule: 'format.dns1123Subdomain().validate(self.x).hasValue()', value: { x: 'A' }, texts: [] },
    { rule: "self.x.matches(r'^(?i)abc$')", value: { x: 'ABC' }, texts: [] },
    {
      rule: 'self.list.isSorted() && self.list.sum() == 6 && self.list.max() == 3',
      value: { list: [1, 2, 3] },
      texts: [],
    },
    {
      rule: "self.when > timestamp('2020-01-01T00:00:00Z')",
      value: { when: '2026-01-01T00:00:00Z' },
      texts: [],
    },
    {
      rule: "self.map.all(k, k.startsWith('a') && self.map[k] == 'v')",
      value: { map: { 'a.b/c': 'v' } },
      texts: [],
    },
  ]
  const spec = object({
    x: string,
    namespace: string,
    nothing: { type: 'string', nullable: true },
    'a-b': { type: 'integer' },
    'a.b': { type: 'integer' },
    when: { type: 'string', format: 'date-time' },
    list: { type: 'array', items: { type: 'integer' } },
    map: { type: 'object', additionalProperties: string },
  })
  for (const { rule: text, value, texts } of results) {
    it(`evaluates ${text} on ${JSON.stringify(value)}`, () => {
      expect(create({ ...spec, ...rule(text) }, value).texts).toEqual(texts)
    })
  }

  it('sees the name of the object, and nothing else of its metadata', () => {
    const root = compileSchema(
      { type: 'object', ...rule("self.metadata.name == 'a' && !has(self.metadata.namespace)") },
      { group: 'example.dev', version: 'v1', kind: 'Thing', messageForm: 'since-1.35' },
    )
    expect(admitObject(root, thing({}), { operation: 'create' }).errors).toEqual([])
  })

  it('uses messageExpression, reason and fieldPath', () => {
    const schema = object(
      { x: string },
      rule('false', {
        messageExpression: "'x is ' + self.x",
        reason: 'FieldValueForbidden',
        fieldPath: '.x',
      }),
    )
    expect(create(schema, { x: 'b' }).texts).toEqual(['spec.x: Forbidden: x is b'])
    const broken = object(
      { x: string },
      rule('false', { message: 'plain', messageExpression: 'self.y' }),
    )
    expect(create(broken, { x: 'b' }).texts).toEqual(['spec: Invalid value: plain'])
  })

  it('passes a rule it has no function for, and names it', () => {
    const { texts, notEvaluated } = create(object({}, rule('quantityOfWidgets(self) > 1')), {})
    expect(texts).toEqual([])
    expect(notEvaluated).toEqual([
      'quantityOfWidgets(self) > 1 (unbound function: quantityOfWidgets)',
    ])
  })

  it('stops a rule that costs too much, and every rule after it', () => {
    const loops = 'self.list.all(a, self.list.all(b, self.list.all(c, a + b + c >= 0)))'
    const schema = { ...spec, 'x-kubernetes-validations': [{ rule: loops }, { rule: 'false' }] }
    const { texts } = create(schema, { list: Array.from({ length: 110 }, (_, index) => index) })
    expect(texts).toEqual([
      `spec: Invalid value: "object": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ${loops}`,
    ])
  })
})

describe('updates', () => {
  const immutable = object({
    x: { type: 'string', ...rule('self == oldSelf', { message: 'immutable' }) },
  })

  it('runs transition rules where there is an old value', () => {
    expect(update(immutable, { x: 'a' }, { x: 'b' })).toEqual([
      'spec.x: Invalid value: "b": immutable',
    ])
    expect(update(immutable, {}, { x: 'b' })).toEqual([])
    expect(create(immutable, { x: 'b' }).texts).toEqual([])
  })

  it('gives optionalOldSelf rules their say on creation too', () => {
    const schema = object({
      x: {
        type: 'string',
        ...rule("oldSelf.hasValue() || self == 'first'", {
          optionalOldSelf: true,
          message: 'start',
        }),
      },
    })
    expect(create(schema, { x: 'other' }).texts).toEqual(['spec.x: Invalid value: "other": start'])
    expect(update(schema, { x: 'a' }, { x: 'b' })).toEqual([])
  })

  it('tolerates an unchanged invalid value and refuses a changed one', () => {
    const schema = object({ x: { type: 'string', pattern: '^a$' }, y: { type: 'string' } })
    expect(update(schema, { x: 'BAD', y: '1' }, { x: 'BAD', y: '2' })).toEqual([])
    expect(update(schema, { x: 'BAD' }, { x: 'WORSE' })).toHaveLength(1)
  })

  it('tolerates an unchanged rule failure, by map key in lists, but never a transition rule', () => {
    const list = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: object(
        { name: { type: 'string' }, n: { type: 'integer' } },
        rule('self.n < 5', { message: 'small' }),
      ),
    }
    const schema = object({ list })
    const old = {
      list: [
        { name: 'a', n: 9 },
        { name: 'b', n: 1 },
      ],
    }
    expect(
      update(schema, old, {
        list: [
          { name: 'b', n: 2 },
          { name: 'a', n: 9 },
        ],
      }),
    ).toEqual([])
    expect(
      update(schema, old, {
        list: [
          { name: 'a', n: 8 },
          { name: 'b', n: 1 },
        ],
      }),
    ).toEqual(['spec.list[0]: Invalid value: small'])
    const frozen = object({
      x: { type: 'string', ...rule('self != oldSelf', { message: 'must move' }) },
    })
    expect(update(frozen, { x: 'a' }, { x: 'a' })).toEqual([
      'spec.x: Invalid value: "a": must move',
    ])
  })

  it('tolerates duplicates in lists that had some before', () => {
    const schema = object({
      set: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    })
    expect(update(schema, { set: ['a', 'a'] }, { set: ['b', 'b'] })).toEqual([])
    expect(update(schema, { set: ['a'] }, { set: ['b', 'b'] })).toEqual([
      'spec.set[1]: Duplicate value: "b"',
    ])
  })

  it('refuses to change what is immutable in metadata', () => {
    const old = thing(
      {},
      { metadata: { name: 'a', namespace: 'd', uid: 'u1', resourceVersion: '1' } },
    )
    const next = thing(
      {},
      { metadata: { name: 'b', namespace: 'd', uid: 'u2', resourceVersion: '1' } },
    )
    const { errors } = admitObject(schemaOf(object({})), next, { operation: 'update', old })
    expect([...new Set(errors.map(formatFieldError))]).toEqual([
      'metadata.name: Invalid value: "b": field is immutable',
      'metadata.uid: Invalid value: "u2": field is immutable',
    ])
  })
})
