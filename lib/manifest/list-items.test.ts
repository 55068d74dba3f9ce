import { describe, expect, it } from 'vitest'
import { editManifest } from '@/lib/manifest/edit/edit-manifest'
import { DOCUMENTS_MAX } from '@/lib/manifest/limits'
import { parseManifest } from '@/lib/manifest/parse-manifest'

const LIST = `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Namespace
  metadata: {name: a}
# The route.
- apiVersion: gateway.networking.k8s.io/v1
  kind: HTTPRoute
  metadata:
    name: r # its name
  spec:
    hostnames: [a.example]
`

const ROUTES = `---
kind: ConfigMap
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRouteList
metadata: {resourceVersion: "7"}
items:
- metadata: {name: a}
- metadata: {name: b}
  apiVersion: gateway.networking.k8s.io/v1beta1
  kind: HTTPRoute
---
kind: Secret
`

describe('a list of objects', () => {
  it('is read as its items, each with its place', () => {
    const { documents, problems } = parseManifest(LIST)
    expect(problems).toEqual([])
    expect(documents.map(({ index, object }) => [index, object['kind']])).toEqual([
      [0, 'Namespace'],
      [1, 'HTTPRoute'],
    ])
    const [, route] = documents
    expect(route?.rangeOf('metadata.name')).toMatchObject({ startLine: 11, startColumn: 11 })
    expect(route?.rangeOf('spec.rules[0]', 'key')).toMatchObject({ startLine: 12, endColumn: 7 })
    expect(route?.rangeOf('')).toMatchObject({ startLine: 8, startColumn: 3 })
    expect([route?.sourceOf('spec.hostnames'), route?.has('spec')]).toEqual(['[a.example]', true])
  })

  it('gives its kind and version to items that say neither, and counts them as documents', () => {
    const { documents } = parseManifest(ROUTES)
    expect(
      documents.map(({ index, object }) => [index, object['kind'], object['apiVersion']]),
    ).toEqual([
      [0, 'ConfigMap', undefined],
      [1, 'HTTPRoute', 'gateway.networking.k8s.io/v1'],
      [2, 'HTTPRoute', 'gateway.networking.k8s.io/v1beta1'],
      [3, 'Secret', undefined],
    ])
  })

  it('is edited in one item alone', () => {
    const edits = [
      { op: 'set', path: ['metadata', 'labels', 'team'], value: 'yes' },
      { op: 'insert', path: ['spec', 'hostnames'], index: 1, value: 'b.example' },
    ] as const
    const result = editManifest(LIST, 1, edits)
    expect(result.ok && result.text).toBe(
      LIST.replace(
        '    name: r # its name\n',
        '    name: r # its name\n    labels:\n      team: "yes"\n',
      ).replace('[a.example]', '[a.example, b.example]'),
    )
  })

  it('may be empty', () => {
    expect(parseManifest('kind: List\nitems: []\n')).toEqual({ documents: [], problems: [] })
  })

  it.each([
    ['kind: List\n', 'the items of a List must be a list of objects'],
    ['kind: List\nitems: {a: b}\n', 'the items of a List must be a list of objects'],
    ['kind: PodList\nitems: text\n', 'the items of a PodList must be a list of objects'],
    ['kind: List\nitems:\n- {}\n- 7\n', 'item 1 of the List is no object'],
  ])('is refused as a whole: %j', (text, message) => {
    const { documents, problems } = parseManifest(text)
    expect(documents).toEqual([])
    expect(problems.map((problem) => problem.message).join()).toContain(message)
  })

  it('leaves other objects alone', () => {
    for (const text of ['kind: AllowList\nspec: {}\n', 'kind: HTTPRoute\nitems: [1]\n']) {
      expect(parseManifest(text).documents).toHaveLength(1)
    }
  })

  it('is read up to the limit of documents', () => {
    const items = '- {kind: A}\n'.repeat(DOCUMENTS_MAX + 5)
    const { documents, problems } = parseManifest(
      `kind: Namespace\n---\nkind: List\nitems:\n${items}`,
    )
    expect(documents).toHaveLength(DOCUMENTS_MAX)
    expect(problems.map(({ code, range }) => [code, range.startLine])).toEqual([
      ['manifest.too-many', 4 + DOCUMENTS_MAX],
    ])
  })
})
