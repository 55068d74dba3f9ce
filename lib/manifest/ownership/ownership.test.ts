import { describe, expect, test } from 'vitest'
import type { KubernetesObject, ManagedFieldsEntry } from '@/lib/gateway-api/types'
import { fieldText } from '@/lib/manifest/ownership/field-tree'
import { leftOut } from '@/lib/manifest/ownership/left-out'
import { lastAppliedWithout, removalPaths, takeOver } from '@/lib/manifest/ownership/take-over'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import type { JsonObject } from '@/lib/shared/json'

type Fields = Record<string, unknown>

function entry(manager: string, fieldsV1: Fields, more: Partial<ManagedFieldsEntry> = {}) {
  const apiVersion = 'gateway.networking.k8s.io/v1'
  const base = { manager, operation: 'Update', apiVersion, fieldsType: 'FieldsV1' } as const
  return { ...base, fieldsV1, ...more }
}
const apply = { operation: 'Apply' } as const
const STATUS = { subresource: 'status' }

function read(text: string): JsonObject {
  return parseManifest(text).documents[0]?.object ?? {}
}

function live(text: string, managedFields: ManagedFieldsEntry[]): KubernetesObject {
  const object = read(text)
  const metadata = { ...(object['metadata'] as object), name: 'r', namespace: 'n', managedFields }
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', ...object, metadata }
}

const TEXT = `
metadata: {labels: {team: a, legacy: unused}, annotations: {theirs: '1'}}
spec:
  hostnames: [r.example]
  rules: [{backendRefs: [{name: p1, port: 80}]}]
status: {parents: []}
`
const OWNERS = [
  entry('kubectl-client-side-apply', {
    'f:metadata': { 'f:labels': { '.': {}, 'f:team': {}, 'f:legacy': {} } },
    'f:spec': { 'f:hostnames': {}, 'f:rules': {} },
  }),
  entry('helm', { 'f:metadata': { 'f:labels': { 'f:legacy': {} } } }, apply),
  entry('mirrorboard', { 'f:spec': { 'f:rules': {} } }, apply),
  entry('mirrorboard', { 'f:status': { 'f:parents': {} } }, STATUS),
]

function named(object: KubernetesObject, draft: string): string[] {
  return leftOut(object, read(draft)).map(
    ({ path, managers, isHeld }) =>
      `${fieldText(path)} ${managers.join('+')}${isHeld ? ' held' : ''}`,
  )
}

describe('what a draft leaves out', () => {
  test.each([
    ['nothing', TEXT, []],
    [
      'a label of two managers',
      TEXT.replace(', legacy: unused', ''),
      ['metadata.labels.legacy kubectl-client-side-apply+helm'],
    ],
    [
      'the whole map of labels, label by label',
      TEXT.replace('labels: {team: a, legacy: unused}, ', ''),
      [
        'metadata.labels.team kubectl-client-side-apply',
        'metadata.labels.legacy kubectl-client-side-apply+helm',
      ],
    ],
    [
      'labels without a value',
      TEXT.replace('labels: {team: a, legacy: unused}', 'labels: '),
      [
        'metadata.labels.team kubectl-client-side-apply',
        'metadata.labels.legacy kubectl-client-side-apply+helm',
      ],
    ],
    [
      'a field that nobody is known to own',
      TEXT.replace(`, annotations: {theirs: '1'}`, ''),
      ['metadata.annotations.theirs '],
    ],
    [
      'a list as a whole, also one that we own beside another',
      'metadata: {labels: {team: a, legacy: b}, annotations: {theirs: x}}\nspec: {}',
      ['spec.hostnames kubectl-client-side-apply', 'spec.rules kubectl-client-side-apply'],
    ],
    ['nothing in a list that the draft replaces', TEXT.replace('port: 80', 'weight: 3'), []],
  ])('is %s', (_name, draft, expected) => {
    expect(named(live(TEXT, OWNERS), draft)).toEqual(expected)
  })

  test('is nothing of what our own applies alone own: those remove it', () => {
    const owners = [entry('mirrorboard', { 'f:spec': { 'f:hostnames': {} } }, apply)]
    expect(named(live('spec: {hostnames: [a]}', owners), 'spec: {}')).toEqual([])
  })

  test('names list items that are owned apart, and what a subresource holds', () => {
    const owners = [
      entry('kubectl', {
        'f:metadata': { 'f:finalizers': { '.': {}, 'v:"a"': {} } },
        'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:name': {} } } },
      }),
      entry('scaler', { 'f:spec': { 'f:replicas': {} } }, { subresource: 'scale' }),
      entry('controller', { 'f:metadata': { 'f:annotations': { 'f:revision': {} } } }, STATUS),
    ]
    const object = live(
      `
metadata: {finalizers: [a, b], annotations: {revision: '1'}}
spec:
  replicas: 2
  ports: [{port: 80, protocol: TCP, name: http}, {port: 81, protocol: TCP}]
`,
      owners,
    )
    const draft = 'metadata: {finalizers: [b]}\nspec: {ports: [{port: 80}]}'
    expect(named(object, draft)).toEqual([
      'metadata.finalizers[a] kubectl',
      'spec.replicas scaler held',
      'spec.ports[port=80,protocol=TCP].name kubectl',
      'spec.ports[port=81,protocol=TCP] ',
    ])
  })
})

describe('taking over', () => {
  const object = live(TEXT, OWNERS)
  const legacy = ['f:metadata', 'f:labels', 'f:legacy']

  test('moves a field from every manager to our apply, and leaves all else to them', () => {
    const moved = takeOver(object, [legacy])
    expect(moved).toEqual([
      entry('kubectl-client-side-apply', {
        'f:metadata': { 'f:labels': { '.': {}, 'f:team': {} } },
        'f:spec': { 'f:hostnames': {}, 'f:rules': {} },
      }),
      OWNERS[3],
      entry(
        'mirrorboard',
        { 'f:spec': { 'f:rules': {} }, 'f:metadata': { 'f:labels': { 'f:legacy': {} } } },
        apply,
      ),
    ])
  })

  test('makes our entry where there is none, and takes what is in a field along', () => {
    const theirs = { 'f:spec': { 'f:a': { '.': {}, 'f:b': {}, 'f:c': { 'f:d': {} } } } }
    expect(takeOver(live('spec: {}', [entry('x', theirs)]), [['f:spec', 'f:a']])).toEqual([
      entry('mirrorboard', theirs, apply),
    ])
  })

  test('removes a map of the spec as a whole once everything in it goes', () => {
    const owners = [
      entry('x', {
        'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
        'f:spec': { 'f:m': { '.': {}, 'f:a': {}, 'f:b': {} } },
      }),
    ]
    const mapped = live('metadata: {labels: {a: x}}\nspec: {m: {a: 1, b: 2}}', owners)
    const draft = read('metadata: {}\nspec: {}')
    const left = leftOut(mapped, draft)
    const texts = (chosen: typeof left) => removalPaths(left, chosen, draft).map(fieldText)
    expect(texts(left)).toEqual(['metadata.labels.a', 'spec.m'])
    expect(texts(left.filter(({ path }) => path[2] === 'f:b'))).toEqual(['spec.m.b'])
  })

  test('lets kubectl’s record forget the field, and nothing else', () => {
    const record = (labels: object) =>
      `${JSON.stringify({ metadata: { labels, name: 'r' }, spec: {} })}\n`
    const annotated = (value: string) => {
      const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': value }
      return { ...object, metadata: { ...object.metadata, annotations } }
    }
    const before = record({ team: 'a', legacy: 'unused' })
    expect(lastAppliedWithout(annotated(before), [legacy])).toBe(record({ team: 'a' }))
    expect(lastAppliedWithout(annotated(record({ team: 'a' })), [legacy])).toBeUndefined()
    expect(lastAppliedWithout(annotated('{not json'), [legacy])).toBeUndefined()
    expect(lastAppliedWithout(object, [legacy])).toBeUndefined()
  })
})
