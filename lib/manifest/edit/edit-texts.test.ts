import { describe, expect, it } from 'vitest'
import { editManifest } from '@/lib/manifest/edit/edit-manifest'
import type { FieldEdit } from '@/lib/manifest/edit/field-edit'

const ROUTE = `# Owned by team red
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop, namespace: 'shops'}   # flow on purpose
spec:
  rules:
    # the API
    - matches:
        - path: { type: PathPrefix, value: "/api" }
      backendRefs:
        - name: api       # stable
          port: 8080
          weight: 90
        # being tried out
        - {name: api-next, port: 8080, weight: 10}
          # since Monday

      x-unknown: kept
    - filters:
        - type: RequestMirror
          requestMirror: {backendRef: {name: audit, port: 80}, percent: 5}  # cheap
`

interface Case {
  readonly name: string
  readonly edit: FieldEdit
  /** Lines as they are, then as they become; the rest of the text must stay. */
  readonly from: string
  readonly to: string
}

const MIRROR = { type: 'RequestMirror', requestMirror: { backendRef: { name: 'b', port: 80 } } }

const CASES: readonly Case[] = [
  {
    name: 'a number, its comment kept',
    edit: { op: 'set', path: ['spec', 'rules', 0, 'backendRefs', 0, 'weight'], value: 80 },
    from: '          weight: 90\n',
    to: '          weight: 80\n',
  },
  {
    name: 'a name before its comment',
    edit: { op: 'set', path: ['spec', 'rules', 0, 'backendRefs', 0, 'name'], value: 'api-2' },
    from: 'name: api       # stable',
    to: 'name: api-2       # stable',
  },
  {
    name: 'a quoted text keeps its quotes',
    edit: { op: 'set', path: ['metadata', 'namespace'], value: 'other' },
    from: "namespace: 'shops'}",
    to: "namespace: 'other'}",
  },
  {
    name: 'a text that is a word of YAML gets quotes',
    edit: { op: 'set', path: ['spec', 'rules', 0, 'backendRefs', 0, 'name'], value: 'on' },
    from: 'name: api       #',
    to: 'name: "on"       #',
  },
  {
    name: 'a field inside braces',
    edit: {
      op: 'set',
      path: ['spec', 'rules', 1, 'filters', 0, 'requestMirror', 'percent'],
      value: 50,
    },
    from: 'percent: 5}',
    to: 'percent: 50}',
  },
  {
    name: 'a field taken out of braces',
    edit: { op: 'remove', path: ['spec', 'rules', 1, 'filters', 0, 'requestMirror', 'percent'] },
    from: ', percent: 5}',
    to: '}',
  },
  {
    name: 'a new field inside braces',
    edit: {
      op: 'set',
      path: ['spec', 'rules', 0, 'backendRefs', 1, 'namespace'],
      value: 'other',
      before: ['port'],
    },
    from: '{name: api-next, port: 8080',
    to: '{name: api-next, namespace: other, port: 8080',
  },
  {
    name: 'a new list before another field, laid out as the others are',
    edit: {
      op: 'insert',
      path: ['spec', 'rules', 0, 'filters'],
      index: 0,
      value: MIRROR,
      before: ['backendRefs'],
    },
    from: '      backendRefs:\n        - name: api ',
    to: `      filters:
        - type: RequestMirror
          requestMirror:
            backendRef:
              name: b
              port: 80
      backendRefs:
        - name: api `,
  },
  {
    name: 'an item behind the last one and its comments',
    edit: {
      op: 'insert',
      path: ['spec', 'rules', 0, 'backendRefs'],
      index: 2,
      value: { name: 'c', port: 1 },
    },
    from: '          # since Monday\n',
    to: '          # since Monday\n        - name: c\n          port: 1\n',
  },
  {
    name: 'items change places with their comments',
    edit: { op: 'move', path: ['spec', 'rules', 0, 'backendRefs'], from: 1, to: 0 },
    from: `        - name: api       # stable
          port: 8080
          weight: 90
        # being tried out
        - {name: api-next, port: 8080, weight: 10}
          # since Monday
`,
    to: `        # being tried out
        - {name: api-next, port: 8080, weight: 10}
          # since Monday
        - name: api       # stable
          port: 8080
          weight: 90
`,
  },
  {
    name: 'an item goes with its comments',
    edit: { op: 'remove', path: ['spec', 'rules', 0, 'backendRefs', 1] },
    from: `        # being tried out
        - {name: api-next, port: 8080, weight: 10}
          # since Monday
`,
    to: '',
  },
  {
    name: 'the first field behind a dash',
    edit: { op: 'remove', path: ['spec', 'rules', 0, 'matches'] },
    from: '    - matches:\n        - path: { type: PathPrefix, value: "/api" }\n      backendRefs:',
    to: '    - backendRefs:',
  },
  {
    name: 'a field before the first one behind a dash',
    edit: {
      op: 'set',
      path: ['spec', 'rules', 1, 'name'],
      value: 'audit',
      before: ['matches', 'filters'],
    },
    from: '    - filters:',
    to: '    - name: audit\n      filters:',
  },
  {
    name: 'the last item leaves an empty list',
    edit: { op: 'remove', path: ['spec', 'rules', 1, 'filters', 0] },
    from: `filters:
        - type: RequestMirror
          requestMirror: {backendRef: {name: audit, port: 80}, percent: 5}  # cheap`,
    to: 'filters: []',
  },
  {
    name: 'maps on the way to a new field',
    edit: { op: 'set', path: ['metadata', 'annotations', 'a.b/c'], value: '{"percent":1}' },
    from: "namespace: 'shops'}",
    to: `namespace: 'shops', annotations: {a.b/c: '{"percent":1}'}}`,
  },
]

describe('an edit changes only its lines', () => {
  for (const lineBreak of ['\n', '\r\n']) {
    const inBreaks = (text: string) => text.replaceAll('\n', lineBreak)
    for (const { name, edit, from, to } of CASES) {
      it(`${name}${lineBreak === '\n' ? '' : ' (CRLF)'}`, () => {
        expect(ROUTE.split(from)).toHaveLength(2)
        expect(editManifest(inBreaks(ROUTE), 0, [edit])).toEqual({
          ok: true,
          text: inBreaks(ROUTE.replace(from, () => to)),
        })
      })
    }
  }
})

describe('an edit that can not be made without loss is refused with the reason', () => {
  const refused: readonly { name: string; text: string; edit: FieldEdit; message: RegExp }[] = [
    {
      name: 'a value that others repeat',
      text: 'a: &x {port: 1}\nb: *x\n',
      edit: { op: 'set', path: ['a', 'port'], value: 2 },
      message: /a\.port is written in a way that can't be changed from here/,
    },
    {
      name: 'a value behind an alias',
      text: 'a: &x {port: 1}\nb: *x\n',
      edit: { op: 'set', path: ['b', 'port'], value: 2 },
      message: /b\.port is written/,
    },
    {
      name: 'a field of a merged map',
      text: 'a: &x {port: 1}\nb:\n  <<: *x\n',
      edit: { op: 'remove', path: ['b', 'port'] },
      message: /b\.port is written/,
    },
    {
      name: 'a text that is no YAML',
      text: 'a: 1\nb: "open\n',
      edit: { op: 'set', path: ['a'], value: 2 },
      message: /^Line \d must be corrected first: /,
    },
    {
      name: 'a document that is gone',
      text: '# nothing\n',
      edit: { op: 'set', path: ['a'], value: 2 },
      message: /no document 1 any more/,
    },
    {
      name: 'an item that is gone',
      text: 'a: [1]\n',
      edit: { op: 'remove', path: ['a', 1] },
      message: /There is no a\.1 to change any more/,
    },
  ]
  for (const { name, text, edit, message } of refused) {
    it(name, () => {
      expect(editManifest(text, 0, [edit])).toEqual({
        ok: false,
        message: expect.stringMatching(message),
      })
    })
  }

  it('overrides a field that a merged map brings', () => {
    const text = 'a: &x {port: 1}\nb:\n  <<: *x # base\n'
    expect(editManifest(text, 0, [{ op: 'set', path: ['b', 'port'], value: 2 }])).toEqual({
      ok: true,
      text: 'a: &x {port: 1}\nb:\n  <<: *x # base\n  port: 2\n',
    })
  })
})
