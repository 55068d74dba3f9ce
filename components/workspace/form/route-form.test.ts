import { describe, expect, it } from 'vitest'
import {
  addBackend,
  addMirror,
  amountAs,
  type MirrorForm,
  moveBackend,
  moveMirror,
  type RouteForm,
  type RuleForm,
  readForm,
  removeBackend,
  removeMirror,
  setAmount,
  setReference,
  setService,
} from '@/components/language/route-form'
import { parseWhole } from '@/components/ui/number-field'
import type { Service } from '@/lib/gateway-api/types'
import { editManifest } from '@/lib/manifest/edit/edit-manifest'
import { type FieldEdit, pathText } from '@/lib/manifest/edit/field-edit'
import { servicesOf, suggestTarget } from './form-services'
import { keepSame } from './keep-same'

const TEXT = `# the shop
kind: Service
metadata: {name: other}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: shop
spec:
  rules:
  - matches:
    - method: GET
      path: {value: /api}
      headers: [{name: x-env, value: canary}]
    filters:
    - type: RequestMirror
      requestMirror: # first
        backendRef: {name: m1, port: 80}
        percent: 5
    - type: RequestHeaderModifier
      requestHeaderModifier: {remove: [x]}
    - type: RequestMirror
      requestMirror: # second
        backendRef: {name: m2, port: 80}
        fraction: {numerator: 1, denominator: 3}
    backendRefs:
    - name: a
      port: 80
      weight: 3 # most
    - name: b
      port: 80
`

function formOf(text: string): RouteForm {
  const form = readForm(text, 'default')
  if (typeof form === 'string') throw new Error(form)
  return form
}

function only(text: string): RuleForm {
  const [rule] = formOf(text).rules
  if (rule === undefined) throw new Error('no rule')
  return rule
}

function edited(text: string, edits: readonly FieldEdit[]): string {
  const result = editManifest(text, formOf(text).documentIndex, edits)
  if (!result.ok) throw new Error(result.message)
  return result.text
}

function mirrorAt(rule: RuleForm, index: number): MirrorForm {
  const mirror = rule.mirrors[index]
  if (mirror === undefined) throw new Error('no mirror')
  return mirror
}

describe('what the form shows', () => {
  it('reads backends with their shares, mirrors with their amounts, and names what it leaves', () => {
    const { rules, documentIndex, namespace } = formOf(TEXT)
    expect({ documentIndex, namespace, rules: rules.length }).toEqual({
      documentIndex: 1,
      namespace: 'default',
      rules: 1,
    })
    const rule = only(TEXT)
    expect(rule.takes).toBe('GET, path prefix /api, header x-env: canary')
    expect(
      rule.backends.map(({ reference, weight, share }) => [reference.name, weight, share]),
    ).toEqual([
      ['a', 3, 0.75],
      ['b', undefined, 0.25],
    ])
    expect(rule.mirrors.map(({ filterIndex, amount }) => [filterIndex, amount.kind])).toEqual([
      [0, 'percent'],
      [2, 'fraction'],
    ])
    expect(rule.otherFilters).toEqual(['RequestHeaderModifier'])
    expect(pathText(mirrorAt(rule, 1).path)).toBe(
      'spec.rules[0].filters[2].requestMirror.backendRef',
    )
  })

  it('says why it shows nothing', () => {
    expect(readForm('a: "open', 'default')).toMatch(/^Correct line 1 of the manifest/)
    expect(readForm('kind: Service', 'default')).toBe(
      'The manifest holds no HTTPRoute for the form to show.',
    )
    expect(readForm(' '.repeat(200_001), 'default')).toMatch(/up to 200 kB/)
  })
})

describe('what its controls change', () => {
  const rule = only(TEXT)
  const cases: readonly { name: string; edits: readonly FieldEdit[]; from: string; to: string }[] =
    [
      {
        name: 'a weight',
        edits: setReference(rule.backends[0] ?? mirrorAt(rule, 0), 'weight', 9),
        from: 'weight: 3 # most',
        to: 'weight: 9 # most',
      },
      {
        name: 'a namespace between name and port',
        edits: setReference(mirrorAt(rule, 0), 'namespace', 'shops'),
        from: '{name: m1, port',
        to: '{name: m1, namespace: shops, port',
      },
      {
        name: 'a Service and its only port',
        edits: setService(mirrorAt(rule, 0), 'other', [3000]),
        from: '{name: m1, port: 80}',
        to: '{name: other, port: 3000}',
      },
      {
        name: 'a Service of several ports alone',
        edits: setService(mirrorAt(rule, 0), 'other', [3000, 3001]),
        from: '{name: m1, port: 80}',
        to: '{name: other, port: 80}',
      },
      {
        name: 'no port',
        edits: setReference(mirrorAt(rule, 0), 'port', undefined),
        from: '{name: m1, port: 80}',
        to: '{name: m1}',
      },
      {
        name: 'a backend that takes no traffic yet',
        edits: addBackend(rule, { name: 'c', port: 1 }),
        from: '    - name: b\n      port: 80\n',
        to: '    - name: b\n      port: 80\n    - name: c\n      port: 1\n      weight: 0\n',
      },
      {
        name: 'a percent in place of a fraction',
        edits: setAmount(mirrorAt(rule, 1), amountAs('percent', mirrorAt(rule, 1).amount)),
        from: '        fraction: {numerator: 1, denominator: 3}',
        to: '        percent: 33',
      },
      {
        name: 'everything',
        edits: setAmount(mirrorAt(rule, 0), { kind: 'all' }),
        from: '        percent: 5\n',
        to: '',
      },
      {
        name: 'a fraction in place of a percent',
        edits: setAmount(mirrorAt(rule, 0), amountAs('fraction', mirrorAt(rule, 0).amount)),
        from: '        percent: 5',
        to: '        fraction:\n          numerator: 5\n          denominator: 100',
      },
      {
        name: 'no backend',
        edits: removeBackend(rule, 0),
        from: '    - name: a\n      port: 80\n      weight: 3 # most\n',
        to: '',
      },
      {
        name: 'a mirror behind the other filters',
        edits: addMirror(rule, { name: 'm3', port: 80 }),
        from: '        fraction: {numerator: 1, denominator: 3}\n',
        to: `        fraction: {numerator: 1, denominator: 3}
    - type: RequestMirror
      requestMirror:
        backendRef:
          name: m3
          port: 80
        percent: 10
`,
      },
    ]
  for (const { name, edits, from, to } of cases) {
    it(name, () => expect(edited(TEXT, edits)).toBe(TEXT.replace(from, () => to)))
  }

  it('puts a mirror where another one is, and the other filters keep their order', () => {
    const text = edited(TEXT, moveMirror(rule, mirrorAt(rule, 1), mirrorAt(rule, 0)))
    expect(
      only(text).mirrors.map(({ reference, filterIndex }) => [reference.name, filterIndex]),
    ).toEqual([
      ['m2', 0],
      ['m1', 1],
    ])
    expect(text.split('\n').sort()).toEqual(TEXT.split('\n').sort())
  })

  it('moves backends with their comments', () => {
    const text = edited(TEXT, moveBackend(rule, 0, 1))
    expect(text).toContain(
      '    - name: b\n      port: 80\n    - name: a\n      port: 80\n      weight: 3 # most\n',
    )
  })

  it('takes the list away with its last item, and brings it back', () => {
    let text = TEXT
    for (const count of [2, 1]) {
      expect(only(text).backends).toHaveLength(count)
      text = edited(text, removeBackend(only(text), 0))
    }
    expect(text).not.toContain('backendRefs')
    text = edited(text, removeMirror(only(text), mirrorAt(only(text), 0)))
    text = edited(text, removeMirror(only(text), mirrorAt(only(text), 0)))
    expect(text).toContain('    - type: RequestHeaderModifier\n')
    text = edited(text, addBackend(only(text), { name: 'a', port: 80 }))
    expect(text).toContain('    backendRefs:\n    - name: a\n      port: 80\n')
    expect(only(text).backends).toHaveLength(1)
  })
})

it('suggests a Service that the rule does not use yet', () => {
  const service = (name: string): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'n' },
    spec: { ports: [{ port: 8080 }] },
  })
  const services = servicesOf([service('b'), service('a')])
  expect(services.namesIn('n')).toEqual(['a', 'b'])
  expect(suggestTarget(services, 'n', ['a'])).toEqual({ name: 'b', port: 8080 })
  expect(suggestTarget(services, 'other', [])).toEqual({ name: 'service-name', port: 80 })
})

it('takes a number only as a whole one in the bounds', () => {
  const percentOf = (text: string) => parseWhole(text, 0, 100)
  expect(['0', '29', ' 100 '].map(percentOf)).toEqual([0, 29, 100])
  const wrong = ['', ' ', '101', '-1', '1.5', '1e1', 'ten', '99999999999']
  expect(wrong.map(percentOf)).toEqual(wrong.map(() => undefined))
})

it('keeps what an edit leaves as it is, so that only the rest is drawn anew', () => {
  const before = formOf(TEXT)
  const rule = only(TEXT)
  const after = keepSame(before, formOf(edited(TEXT, setReference(mirrorAt(rule, 0), 'port', 81))))
  const [former, next] = [before.rules[0], after.rules[0]]
  expect(next).not.toBe(former)
  expect(next?.mirrors[0]).not.toBe(former?.mirrors[0])
  expect(next?.mirrors[0]?.reference.port).toBe(81)
  expect(next?.mirrors[1]).toBe(former?.mirrors[1])
  expect(next?.backends).toEqual(former?.backends)
  expect(next?.backends[0]).toBe(former?.backends[0])
  expect(keepSame(before, formOf(`# a note\n${TEXT}`)).rules[0]).toBe(former)
  expect(keepSame(null, after)).toBe(after)
})
