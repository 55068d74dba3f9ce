import { describe, expect, test } from 'vitest'
import type { ManifestResult } from '@/lib/dashboard-api/manifests'
import type { HTTPRoute, KubernetesObject } from '@/lib/gateway-api/types'
import { LAST_APPLIED } from '@/lib/manifest/to-editable-yaml'
import { annotationManifest } from './annotation-manifest'
import { answersText, changesOf, draftObject, versionsOf } from './change-groups'
import {
  droppedText,
  leftFields,
  leftTitle,
  namesText,
  removalSentences,
  staysInRestore,
} from './left-fields'

function object(name: string, annotations: Record<string, string> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'a', annotations } }
}

function result(more: Partial<ManifestResult> = {}): ManifestResult {
  return {
    ...{ documentIndex: 0, apiVersion: 'v1', kind: 'Service', namespace: 'a', name: 'b' },
    ...{ outcome: 'unchanged', live: null, result: null, warnings: [] },
    ...{ conflicts: [], left: [], dropped: [] },
    ...more,
  }
}

const field = (path: string[], managers = ['helm'], isHeld = false) => ({
  path: path.map((step) => `f:${step}`),
  value: 'x',
  managers,
  isHeld,
})

describe('fields that would stay', () => {
  test('are named with their object where there are several, and their owners', () => {
    const left = [field(['metadata', 'labels', 'legacy'], ['kubectl-edit', 'helm'])]
    expect(namesText(leftFields([result({ left })]))).toBe(
      'metadata.labels.legacy (kubectl-edit and helm)',
    )
    expect(namesText(leftFields([result({ left }), result()]))).toBe(
      'Service a/b: metadata.labels.legacy (kubectl-edit and helm)',
    )
    expect(namesText(leftFields([result({ left: [field(['spec', 'x'], [])] })]))).toBe(
      'spec.x (no recorded manager)',
    )
    expect(leftTitle(1, 'your draft')).toBe('1 field that your draft leaves out would stay')
  })

  test.each([
    [['metadata', 'labels', 'team'], true],
    [['metadata', 'labels', 'app.kubernetes.io/name'], true],
    [['spec', 'hostnames'], true],
    [['metadata', 'labels', 'app.kubernetes.io/managed-by'], false],
    [['metadata', 'labels', 'helm.sh/chart'], false],
    [['metadata', 'annotations', 'meta.helm.sh/release-name'], false],
    [['metadata', 'annotations', 'argocd.argoproj.io/tracking-id'], false],
    [['metadata', 'labels', 'kustomize.toolkit.fluxcd.io/name'], false],
    [['metadata', 'annotations', 'deployment.kubernetes.io/revision'], false],
    [['metadata', 'ownerReferences'], false],
  ])('%j is meant unless told: %s', (path, isMeant) => {
    expect(leftFields([result({ left: [field(path)] })])[0]?.isMeant).toBe(isMeant)
  })

  test('that a subresource holds are not meant', () => {
    const left = [field(['spec', 'replicas'], ['scaler'], true)]
    expect(leftFields([result({ left })])[0]?.isMeant).toBe(false)
  })

  test('a removal says what its owners may do then, and what becomes of kubectl’s record', () => {
    const fields = leftFields([result({ left: [field(['spec', 'x'])] })])
    const unrecorded = removalSentences(fields, [result()])
    expect(unrecorded).toEqual([
      'Applying makes mirrorboard the owner of 1 field and removes it: spec.x (helm).',
      'The next apply, sync or upgrade by helm from a file or chart that still has it sets it again: change that too.',
    ])
    const recorded = result({
      live: object('b', { [LAST_APPLIED]: '1' }),
      result: object('b', { [LAST_APPLIED]: '2' }),
    })
    expect(removalSentences(fields, [recorded])[2]).toContain('is updated without it')
  })

  test('are foretold of a restore', () => {
    const fieldsV1 = { 'f:metadata': { 'f:labels': { 'f:legacy': {} } } }
    const owner = { manager: 'kubectl', operation: 'Update', apiVersion: 'v1' } as const
    const managedFields = [{ ...owner, fieldsType: 'FieldsV1', fieldsV1 } as const]
    const { metadata, ...rest } = object('b')
    const live = { ...rest, metadata: { ...metadata, labels: { legacy: 'x' }, managedFields } }
    const names = (text: string) => namesText(staysInRestore(live, text))
    expect(names('metadata: {name: b, annotations: {}}')).toBe('metadata.labels.legacy (kubectl)')
    expect(names('metadata: {name: b, annotations: {}, labels: {legacy: x}}')).toBe('')
    expect(names('')).toBe('')
  })
})

test('what is not applied is named with the reason', () => {
  expect(droppedText([])).toBeUndefined()
  expect(droppedText(['status', 'metadata.uid'])).toBe(
    'status and metadata.uid: the API server writes them.',
  )
  expect(droppedText([`metadata.annotations[${LAST_APPLIED}]`])).toMatch(
    /^metadata.annotations\[kubectl.*\]: it is kubectl’s own record/,
  )
})

describe('what is compared', () => {
  const draft = 'apiVersion: v1\nkind: Service\nmetadata: {name: b}\n'
  const changed = (was: string, is: string) => {
    const one = result({
      live: object('b', { [LAST_APPLIED]: was, x: '1' }),
      result: object('b', { [LAST_APPLIED]: is, x: '1' }),
    })
    return changesOf(versionsOf(one, draftObject(draft, one)), undefined)
  }

  test('has kubectl’s record where it changes, as a change of ours', () => {
    expect(changed('{}', '{}')).toEqual([])
    expect(changed('{}', '[]')).toMatchObject([
      { origin: 'draft', path: ['metadata', 'annotations', LAST_APPLIED], after: '[]' },
    ])
  })

  test('has all that an apply adds to the metadata', () => {
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' }
    const one = result({ live: object('b'), result: object('b') })
    const added = { finalizers: ['x/y'], ownerReferences: [owner] }
    const applied = { ...object('b'), metadata: { ...object('b').metadata, ...added } }
    const answered = { ...one, result: applied }
    const paths = changesOf(versionsOf(answered, draftObject(draft, one)), undefined)
    expect(paths.map(({ path }) => path.join('.'))).toEqual([
      'metadata.finalizers',
      'metadata.ownerReferences',
    ])
  })

  test('is linted as it would be stored; as it was sent where the server refused', () => {
    const text = answersText(
      [result({ result: object('b', { x: '1' }) }), result({ documentIndex: 1 })],
      `${draft}---\nkind: Service\nmetadata: {name: c}\n`,
    )
    expect(text).toMatch(/x: "1"\n---\nkind: Service\nmetadata:\n {2}name: c\n/)
  })
})

test('a setting that is cleared is about its annotation, one that is set about nothing that is left out', () => {
  const route: HTTPRoute = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'r', namespace: 'a', annotations: { budget: '1' } },
    spec: {},
  }
  expect(annotationManifest(route, { budget: null }).part).toEqual([
    ['f:metadata', 'f:annotations', 'f:budget'],
  ])
  expect(annotationManifest(route, { budget: '2' }).part).toEqual([])
})
