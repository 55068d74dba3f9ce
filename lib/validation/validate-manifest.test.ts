import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { compileSchema } from '@/lib/validation/compiled-schema'
import { capabilitiesOf } from '@/lib/validation/several-mirrors'
import { schemasByKey, validateManifest } from '@/lib/validation/validate-manifest'

const crd = parse(
  readFileSync(
    new URL(
      '../gateway-api/schema/standard/gateway.networking.k8s.io_httproutes.yaml',
      import.meta.url,
    ),
    'utf8',
  ),
)
const route = compileSchema(crd.spec.versions[0].schema.openAPIV3Schema, {
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  kind: 'HTTPRoute',
  messageForm: 'since-1.35',
})
const schemas = schemasByKey([route])

const HEAD = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: http-mirror
`

/** Findings as `line code message`. */
function findings(text: string, more: Partial<Parameters<typeof validateManifest>[1]> = {}) {
  return validateManifest(text, { schemas, ...more }).diagnostics.map(
    ({ range, code, message }) => `${range.startLine} ${code} ${message}`,
  )
}

describe('validateManifest', () => {
  it('finds nothing in a good route, and shows what would be stored', () => {
    const { documents, diagnostics } = validateManifest(`${HEAD}spec: {}\n`, { schemas })
    expect(diagnostics).toEqual([])
    expect(documents[0]?.admitted?.['spec']).toEqual({
      rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }] }],
    })
    expect(documents[0]?.admitted?.['metadata']).toEqual({
      name: 'http-mirror',
      namespace: 'default',
    })
  })

  const cases: readonly { name: string; text: string; expected: string[] }[] = [
    {
      name: 'an unknown field at its key',
      text: `${HEAD}spec:\n  rules:\n  - matchs: []\n`,
      expected: ['7 schema.unknown-field unknown field "spec.rules[0].matchs"'],
    },
    {
      name: 'an unknown field of metadata',
      text: `${HEAD}  nmae: x\nspec: {}\n`,
      expected: ['5 schema.unknown-field unknown field "metadata.nmae"'],
    },
    {
      name: 'a missing field at its parent, with the note that rules waited',
      text: `${HEAD}spec:\n  parentRefs:\n  - namespace: infra\n`,
      expected: [
        '7 schema.required spec.parentRefs[0].name: Required value',
        '1 cel.not-checked Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
      ],
    },
    {
      name: 'a rule at the list it is on',
      text: `${HEAD}spec:\n  rules:\n  - filters:\n    - type: URLRewrite\n      urlRewrite: {}\n    - type: URLRewrite\n      urlRewrite: {}\n`,
      expected: [
        '7 cel spec.rules[0].filters: Invalid value: URLRewrite filter cannot be repeated',
      ],
    },
    {
      name: 'a number out of bounds at its value',
      text: `${HEAD}spec:\n  rules:\n  - backendRefs:\n    - name: a\n      port: 70000\n`,
      expected: [
        '9 schema.invalid spec.rules[0].backendRefs[0].port: Invalid value: 70000: spec.rules[0].backendRefs[0].port in body should be less than or equal to 65535',
      ],
    },
    {
      name: 'a label value of the wrong type',
      text: `${HEAD}  labels:\n    a: 1\nspec: {}\n`,
      expected: [
        '5 metadata.decode json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string',
      ],
    },
    {
      name: 'a duplicate key',
      text: `${HEAD}spec: {}\nspec: {}\n`,
      expected: ['6 yaml.duplicate-key duplicate field "spec"'],
    },
    { name: 'a missing kind', text: 'apiVersion: v1\n', expected: ['1 type.missing kind not set'] },
    {
      name: 'a kind nobody knows',
      text: 'apiVersion: v1\nkind: Servce\n',
      expected: ['2 type.unknown-kind no matches for kind "Servce" in version "v1"'],
    },
    {
      name: 'an error in the second document',
      text: `${HEAD}spec: {}\n---\n${HEAD}spec:\n  x: 1\n`,
      expected: ['12 schema.unknown-field unknown field "spec.x"'],
    },
  ]
  for (const { name, text, expected } of cases) {
    it(`marks ${name}`, () => {
      expect(findings(text)).toEqual(expected)
    })
  }

  it('is sure of an unknown kind only when it knows every kind', () => {
    const text = 'apiVersion: v1\nkind: Servce\n'
    const severity = (knowsEveryKind: boolean) =>
      validateManifest(text, { schemas, knowsEveryKind }).diagnostics[0]?.severity
    expect([severity(false), severity(true)]).toEqual(['warning', 'error'])
  })

  it('refuses several mirrors as the cluster would, and only when the cluster is known', () => {
    const mirror = (name: string) =>
      `    - type: RequestMirror\n      requestMirror:\n        backendRef: {name: ${name}, port: 80}\n`
    const text = `${HEAD}spec:\n  parentRefs:\n  - name: eg\n  rules:\n  - filters:\n${mirror('a')}${mirror('b')}`
    expect(findings(text)).toEqual([])
    expect(findings(text, { cluster: capabilitiesOf([], []) })).toEqual([
      '9 mirror.several-in-one-rule spec.rules[0].filters: Invalid value: "RequestMirror": cannot be used multiple times in the same rule',
    ])
  })

  describe('of a stored object', () => {
    const spec = (hostname: string, path = '/a') => `spec:
  hostnames: ["${hostname}"]
  rules: [{matches: [{path: {value: ${path}}}]}]
`
    const stored = {
      ...parse(`${HEAD}  namespace: default\n${spec('UPPER.example', '/a//b')}`),
      apiVersion: 'gateway.networking.k8s.io/v1beta1',
    }
    stored.metadata = { ...stored.metadata, uid: 'u', creationTimestamp: '2025-01-01T00:00:00Z' }
    const HOST = "in body should match '^"
    const PATH = "must not contain '//'"
    const of = (text: string, known = stored) =>
      findings(text, { stored: known }).filter((one) => one.includes(HOST) || one.includes(PATH))

    it('tolerates what was wrong before and is as it was, as the API server does', () => {
      expect(of(`${HEAD}  labels: {a: b}\n${spec('UPPER.example', '/a//b')}`)).toEqual([])
      expect(of(`${HEAD}${spec('UPPER.example')}`)).toEqual([])
    })

    it('refuses what is wrong in another way', () => {
      expect(of(`${HEAD}${spec('OTHER.example', '/a//b')}`)).toHaveLength(1)
      expect(of(`${HEAD}${spec('UPPER.example', '/c//d')}`)).toHaveLength(1)
    })

    it('is judged as a new one under another name', () => {
      const renamed = HEAD.replace('http-mirror', 'other')
      expect(of(`${renamed}${spec('UPPER.example', '/a//b')}`)).toHaveLength(2)
      const elsewhere = { ...stored, metadata: { ...stored.metadata, namespace: 'elsewhere' } }
      expect(of(`${HEAD}${spec('UPPER.example', '/a//b')}`, elsewhere)).toHaveLength(2)
    })

    it('finds nothing wrong with the object as it is read', () => {
      const text = `${HEAD}  namespace: default\n${spec('a.example')}`
      const read = { ...parse(text), status: { parents: [] } }
      read.metadata = { ...read.metadata, uid: 'u', resourceVersion: '7', generation: 3 }
      expect(findings(text, { stored: read })).toEqual([])
    })
  })

  it('sums up problems past the limit', () => {
    const fields = Array.from({ length: 600 }, (_, index) => `  x${index}: 1\n`).join('')
    const found = findings(`${HEAD}spec:\n${fields}`)
    expect(found).toHaveLength(501)
    expect(found.at(-1)).toContain('100 more problems are not shown')
  })
})
