import { describe, expect, test } from 'vitest'
import { humanDuration } from './api/human-duration'
import { evaluateJsonPath, parseJsonPath } from './api/json-path'
import { duplicateFields, shapeProblem } from './decode/duplicate-fields'
import { decodeProtobuf } from './decode/protobuf'
import { parseFieldSelector, parseLabelSelector } from './kinds/selectors'
import { warningHeaders } from './requests/answer'
import { negotiate } from './requests/negotiate'
import { parseResourcePath } from './requests/request-info'

describe('duplicateFields', () => {
  test.each([
    ['{"a":1,"a":2}', ['a']],
    ['{"a":{"b":1,"c":[{"d":1,"d":2}],"b":3}}', ['a.c[0].d', 'a.b']],
    ['{"a":"x\\"a\\":1","b":[],"c":{}}', []],
    [' [ 1 , "a" , { } ] ', []],
    ['{"a\\u0062":1,"ab":2}', ['ab']],
    ['{"a":1,"a":2,"a":3}', ['a']],
  ])('%s → %j', (text, expected) => {
    expect(duplicateFields(text)).toEqual(expected)
  })

  test('brackets inside strings do not count as depth', () => {
    expect(shapeProblem(`"${'['.repeat(1000)}"`)).toBeUndefined()
    expect(shapeProblem('['.repeat(1000))).toBe('the object nests too deeply')
  })
})

test('warnings are said once, without control characters, and cut when there are too many', () => {
  expect(warningHeaders(['a "b"', 'a "b"', '', 'c\nd'])).toEqual(['299 - "a \\"b\\""'])
  const long = warningHeaders(Array.from({ length: 40 }, (_, i) => `${i} ${'x'.repeat(300)}`))
  expect(long).toHaveLength(16)
  expect(long[0]).toHaveLength('299 - ""'.length + 256)
})

describe('label selectors', () => {
  const objects = {
    x: { metadata: { labels: { app: 'x', tier: '1' } } },
    y: { metadata: { labels: { app: 'y' } } },
    none: { metadata: {} },
  }
  test.each([
    ['app=x', ['x']],
    ['app==x,tier', ['x']],
    ['app!=x', ['y', 'none']],
    ['app in (x, y)', ['x', 'y']],
    ['app notin (x)', ['y', 'none']],
    ['!app', ['none']],
    ['tier>0', ['x']],
    ['', ['x', 'y', 'none']],
  ])('%s', (text, expected) => {
    const parsed = parseLabelSelector(text)
    if (!parsed.ok) throw new Error(parsed.error.message)
    const matching = Object.entries(objects).filter(([, object]) => parsed.value(object))
    expect(matching.map(([name]) => name)).toEqual(expected)
  })

  test.each(['a in b', 'a=b c', '=x', 'a in (b', ',', 'a,', 'a b'])('refuses %s', (text) => {
    expect(parseLabelSelector(text).ok).toBe(false)
  })
})

test('field selectors know their fields and find the one name', () => {
  const parsed = parseFieldSelector('metadata.name=a,spec.nodeName!=n', {
    selectableFields: ['spec.nodeName'],
    isCustom: false,
  })
  if (!parsed.ok) throw new Error(parsed.error.message)
  expect(parsed.value.name).toBe('a')
  expect(parsed.value.matches({ metadata: { name: 'a' }, spec: {} })).toBe(true)
  expect(parsed.value.matches({ metadata: { name: 'a' }, spec: { nodeName: 'n' } })).toBe(false)
  expect(parseFieldSelector('spec.other=1', { selectableFields: [], isCustom: true }).ok).toBe(
    false,
  )
})

describe('JSON paths', () => {
  const object = {
    spec: { list: [{ name: 'a', ports: [1, 2] }, { name: 'b' }], 'x.y/z': 'dotted' },
    status: {
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'Other', status: 'False' },
      ],
    },
  }
  test.each([
    ['.spec.list[0].name', ['a']],
    ['.spec.list[*].name', ['a', 'b']],
    ['.spec.list[-1].name', ['b']],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    ["['spec']['x.y/z']", ['dotted']],
    ['.spec.x\\.y/z', ['dotted']],
    ['.missing.path', []],
  ])('%s', (text, expected) => {
    const path = parseJsonPath(text)
    if (path === undefined) throw new Error('not parsed')
    expect(evaluateJsonPath(path, object)).toEqual(expected)
  })

  test('another language is not a path', () => {
    expect(parseJsonPath('range .items')).toBeUndefined()
  })
})

test.each([
  [0, '0s'],
  [119_000, '119s'],
  [120_000, '2m'],
  [150_000, '2m30s'],
  [600_000, '10m'],
  [3 * 3_600_000, '3h'],
  [7.5 * 3_600_000, '7h30m'],
  [26 * 3_600_000, '26h'],
  [50 * 3_600_000, '2d2h'],
  [9 * 86_400_000, '9d'],
  [800 * 86_400_000, '2y70d'],
  [-5_000, '<invalid>'],
])('%d ms is %s', (milliseconds, expected) => {
  expect(humanDuration(milliseconds)).toBe(expected)
})

describe('content negotiation', () => {
  test('takes the first alternative the server has', () => {
    expect(negotiate('application/vnd.kubernetes.protobuf,application/json')?.format).toBe('json')
    expect(negotiate('application/json;as=Table;v=v1;g=meta.k8s.io')?.as).toBe('Table')
    expect(
      negotiate('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList')
        ?.isAggregatedDiscovery,
    ).toBe(true)
    expect(negotiate('text/html')).toBeUndefined()
    expect(negotiate('application/yaml')?.format).toBe('yaml')
  })
})

describe('resource paths', () => {
  test.each([
    ['/api/v1/namespaces/a', { plural: 'namespaces', name: 'a', namespace: '' }],
    ['/api/v1/namespaces/a/status', { plural: 'namespaces', name: 'a', subresource: 'status' }],
    [
      '/api/v1/namespaces/a/pods/b/log',
      { plural: 'pods', namespace: 'a', name: 'b', subresource: 'log' },
    ],
    [
      '/apis/g/v1/watch/namespaces/a/things',
      { plural: 'things', namespace: 'a', isWatchPath: true },
    ],
  ])('%s', (path, expected) => {
    expect(parseResourcePath(path)).toMatchObject(expected)
  })
})

test('a Namespace in the protobuf envelope is read', () => {
  const field = (number: number, bytes: Buffer) =>
    Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes])
  const meta = Buffer.concat([
    field(1, Buffer.from('demo')),
    field(11, Buffer.concat([field(1, Buffer.from('__proto__')), field(2, Buffer.from('x'))])),
  ])
  const type = Buffer.concat([field(1, Buffer.from('v1')), field(2, Buffer.from('Namespace'))])
  const body = Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, field(1, meta))])
  const object = decodeProtobuf(body)
  expect(object).toMatchObject({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } })
  expect(JSON.stringify(object)).toContain('"__proto__":"x"')
  expect(decodeProtobuf(body.subarray(0, -3))).toBeUndefined()
})

/** Just enough of an encoder to write what Go writes. */
const part = (number: number, content: Buffer | string) =>
  Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), Buffer.from(content)])
const whole = (number: number, value: number) => Buffer.from([number << 3, value])
const bodyOf = (apiVersion: string, kind: string, ...content: Buffer[]) =>
  Buffer.concat([
    Buffer.from('k8s\0'),
    part(1, Buffer.concat([part(1, apiVersion), part(2, kind)])),
    part(2, Buffer.concat(content)),
  ])

test('a typed client says in protobuf what it would say in JSON', () => {
  // Seconds as a varint of seven bits a byte, nanoseconds as another.
  const seconds = Date.UTC(2025, 11, 30, 22, 4, 16) / 1000
  const groups = [0, 7, 14, 21, 28].map((shift) => Math.trunc(seconds / 2 ** shift) & 0x7f)
  const varint = groups.map((bits, index) => (index < 4 ? bits | 0x80 : bits))
  const time = Buffer.from([0x08, ...varint, 0x10, 0xc0, 0x84, 0x3d])
  const lease = Buffer.concat([part(1, ''), whole(2, 15), part(4, time)])
  expect(
    decodeProtobuf(bodyOf('coordination.k8s.io/v1', 'Lease', part(1, part(8, '')), part(2, lease))),
  ).toEqual({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    // A pointer to an empty text is set, a zero creationTimestamp is not.
    spec: {
      holderIdentity: '',
      leaseDurationSeconds: 15,
      renewTime: '2025-12-30T22:04:16.001000Z',
    },
  })
  const volume = Buffer.concat([part(1, 'v'), part(2, part(2, ''))])
  const quantity = Buffer.concat([part(1, 'cpu'), part(2, part(1, '100m'))])
  const probe = part(1, part(2, Buffer.concat([part(1, '/'), part(2, whole(2, 80))])))
  const container = Buffer.concat([part(1, 'c'), part(8, part(1, quantity)), part(10, probe)])
  const spec = Buffer.concat([part(1, volume), part(2, container)])
  expect(decodeProtobuf(bodyOf('v1', 'Pod', part(2, spec)))?.['spec']).toEqual({
    volumes: [{ name: 'v', emptyDir: {} }],
    containers: [
      {
        name: 'c',
        resources: { limits: { cpu: '100m' } },
        livenessProbe: { httpGet: { path: '/', port: 80 } },
      },
    ],
  })
  expect(decodeProtobuf(bodyOf('v2', 'Pod'))).toBeUndefined()
})
