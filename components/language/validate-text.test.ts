import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { echoBackendManifest } from '@/components/backends/echo-template'
import { routeManifest, TEMPLATES } from '@/components/routes/route-templates'
import type { SchemaResponse } from '@/lib/dashboard-api/live'
import { wishesFor, wishKey } from '@/lib/gateway-api/wanted-schemas'
import { type ClusterFacts, UNKNOWN_CLUSTER } from '@/lib/validation/lints/cluster-facts'
import { applyFix } from './apply-fix'
import { toEditorSchema } from './editor-schema'
import { parseOnce } from './parse-once'
import { messageFormOf, type ValidationContext, validateText } from './validate-text'

const CRD = fileURLToPath(
  new URL(
    '../../lib/gateway-api/schema/standard/gateway.networking.k8s.io_httproutes.yaml',
    import.meta.url,
  ),
)

function httpRouteSchema(): SchemaResponse {
  const { spec } = parse(readFileSync(CRD, 'utf8'))
  const version = spec.versions.find(({ name }: { name: string }) => name === 'v1')
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    kubernetesVersion: 'v1.33.4',
    openAPIV3Schema: version.schema.openAPIV3Schema,
  }
}

const schema = httpRouteSchema()
const fields = {
  name: 'http-mirror',
  namespace: 'default',
  gateway: 'infra/eg',
  hostname: '*.example.com',
  backend: 'backend:3000',
  mirror: 'backend-2',
  percent: 29,
}

function validate(text: string, services: ClusterFacts['services'] = null) {
  const context = {
    schemas: [schema],
    unserved: [],
    stored: null,
    facts: { ...UNKNOWN_CLUSTER, services },
  }
  return validateText({ text, defaultNamespace: 'default' }, context)
}

describe('validate text', () => {
  it.each(TEMPLATES.map(({ id }) => id))('finds no fault in the template %s', (id) => {
    const found = validate(routeManifest(id, fields))
    // That a mirror copies writes too is worth saying of every mirror, also of ours.
    const advice = ['mirror.unsafe-methods', 'mirror.share-default', 'mirror.share-all']
    expect(found.filter(({ code }) => !advice.includes(code))).toEqual([])
    expect(found.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it('finds nothing wrong with the echo backend, whose kinds the cluster judges', () => {
    const backend = { name: 'backend-3', namespace: 'default', port: 3000, replicas: 1 }
    expect(validate(echoBackendManifest(backend)).map(({ code }) => code)).not.toContain('cel')
  })

  it('marks a wrong field in the words of the API server, beside a missing Service', () => {
    const text = routeManifest('mirror', fields).replace('PathPrefix', 'Prefix')
    const found = validate(text, {
      'default/backend': {
        isExternalName: false,
        ports: [{ port: 3000, protocol: 'TCP', ready: 1 }],
      },
    })
    expect(found.map(({ code }) => code)).toContain('schema.not-supported')
    expect(found.map(({ code }) => code)).toContain('mirror.backend-not-found')
    const wrong = found.find(({ code }) => code === 'schema.not-supported')
    expect(wrong?.message).toContain('Unsupported value: "Prefix"')
    expect(wrong?.range.startLine).toBe(
      text.split('\n').findIndex((line) => line.includes('Prefix')) + 1,
    )
  })

  it('says what is wrong with text that is not YAML', () => {
    expect(validate('a: [1').map(({ severity }) => severity)).toContain('error')
  })

  it.each([
    ['a:\n\tb: 1\n', 'a:\n  b: 1\n'],
    ['a:\n- *.example.com\n', 'a:\n- "*.example.com"\n'],
    ['a: [*.example.com, b]\n', 'a: ["*.example.com", b]\n'],
    ['a:\n- name:backend\n  port: 1\n', 'a:\n- name: backend\n  port: 1\n'],
    ['a:\n  -name: b\n    port: 1\n', 'a:\n  - name: b\n    port: 1\n'],
    ['a:\u00a0b\n c: 1\n', 'a: b\n c: 1\n'],
  ])('mends the text %j', (text, mended) => {
    const [fix] = validate(text).flatMap((found) => found.fix ?? [])
    expect(fix?.kind === 'edit' && applyFix(text, fix)).toBe(mended)
  })

  const route = (rule: string) => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r}
spec: {rules: [${rule}]}
`
  it.each([
    ['{backendRefs: [{name: b, prot: 80}]}', '{backendRefs: [{name: b, port: 80}]}'],
    ['{matches: [{path: {type: Prefix}}]}', '{matches: [{path: {type: PathPrefix}}]}'],
    ['{filters: [{type: "RequestMiror"}]}', '{filters: [{type: RequestMirror}]}'],
    ['{matchs: []}', '{matches: []}'],
  ])('mends what is nearly a field or a value of it: %s', (typed, meant) => {
    const text = route(typed)
    const fixes = validate(text).flatMap(({ fix }) => (fix?.kind === 'edit' ? [fix] : []))
    expect(fixes.map((fix) => applyFix(text, fix))).toContain(route(meant))
  })

  it.each([
    '{backendRefs: [{name: b, port: 80, prot: 80}]}',
    '{bogus: 1}',
    '{matches: [{path: {type: Bogus}}]}',
  ])('offers no word where none is near, or it is there: %s', (typed) => {
    expect(validate(route(typed)).filter(({ fix }) => fix?.kind === 'edit')).toEqual([])
  })

  it.each(['', ' \n\n', '# an idea\n', '---\n---\n', 'null'])(
    'says of a text without objects what is missing and what to do: %j',
    (text) => {
      expect(validate(text)).toMatchObject([
        { severity: 'error', message: expect.stringMatching(/^The manifest is empty: .* Write /) },
      ])
    },
  )

  it('chooses the wording by the version of the cluster', () => {
    expect(messageFormOf('v1.33.4')).toBe('before-1.34')
    expect(messageFormOf('v1.34.2+k3s1')).toBe('1.34')
    expect(messageFormOf('v1.35.0')).toBe('since-1.35')
    expect(messageFormOf('unknown')).toBe('since-1.35')
  })

  it('gives the editor a schema with closed objects and the kind pinned', () => {
    const editor = toEditorSchema(schema)
    expect(editor.additionalProperties).toBe(false)
    expect(JSON.stringify(editor.properties?.['kind'])).toContain('HTTPRoute')
  })
})

describe('other kinds and versions of the Gateway API', () => {
  const beta = `apiVersion: gateway.networking.k8s.io/v1beta1
kind: HTTPRoute
metadata: {name: r}
spec: {parentRefs: [{name: eg}], rules: [{backendRefs: [{name: b}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: {name: g}
---
kind: Service
apiVersion: v1
`
  const wishes = wishesFor(parseOnce(beta).documents.map(({ object }) => object))
  const check = (context: Partial<ValidationContext>) =>
    validateText(
      { text: beta, defaultNamespace: 'default' },
      { schemas: [schema], unserved: [], stored: null, facts: UNKNOWN_CLUSTER, ...context },
    )
      .filter(({ severity }) => severity !== 'info')
      .map(({ documentIndex, message, severity }) => `${documentIndex} ${severity} ${message}`)

  it('are asked for, each once', () =>
    expect(wishes.map(wishKey)).toEqual(['httproutes v1beta1', 'referencegrants v1']))

  it('are not called unknown before the cluster has answered', () => expect(check({})).toEqual([]))

  it('are checked by their own schemas', () => {
    const schemas = [schema, { ...schema, apiVersion: 'gateway.networking.k8s.io/v1beta1' }]
    expect(check({ schemas })).toEqual([
      '0 error spec.rules[0].backendRefs[0]: Invalid value: "object": Must have port for Service reference',
    ])
  })

  it('are unknown where the cluster serves none', () =>
    expect(check({ unserved: ['httproutes v1beta1'] })).toEqual([
      '0 error no matches for kind "HTTPRoute" in version "gateway.networking.k8s.io/v1beta1": the cluster serves HTTPRoute as gateway.networking.k8s.io/v1',
    ]))
})

describe('an object of a version that is not served', () => {
  const check = (apiVersion: string, kind: string) => {
    const text = `kind: ${kind}\napiVersion: ${apiVersion}\nmetadata:\n  name: a\n`
    const context = { schemas: [schema], stored: null, facts: UNKNOWN_CLUSTER }
    const unserved = ['httproutes v1alpha2', 'gateways v1alpha1']
    const [found] = validateText(
      { text, defaultNamespace: 'default' },
      { ...context, unserved },
    ).filter(({ code }) => code === 'type.unknown-kind')
    if (found === undefined) return null
    const { severity, message, fix } = found
    const fixed = fix?.kind === 'edit' ? applyFix(text, fix).split('\n', 2) : []
    return {
      severity,
      message: message.replace(/^no matches for kind "\w+" in version /, ''),
      fixed,
    }
  }
  const v1 = 'gateway.networking.k8s.io/v1'

  it.each(['networking.x-k8s.io/v1alpha1', 'gateway.networking.k8s.io/v1alpha2', 'v1'])(
    'is an error that names the version which is: %s',
    (apiVersion) =>
      expect(check(apiVersion, 'HTTPRoute')).toEqual({
        severity: 'error',
        message: `"${apiVersion}": the cluster serves HTTPRoute as ${v1}`,
        fixed: ['kind: HTTPRoute', `apiVersion: ${v1}`],
      }),
  )

  it('is told by the product where the cluster has not said what it serves', () =>
    expect(check('networking.x-k8s.io/v1alpha1', 'Gateway')).toEqual({
      severity: 'error',
      message: `"networking.x-k8s.io/v1alpha1": Gateway is ${v1}`,
      fixed: ['kind: Gateway', `apiVersion: ${v1}`],
    }))

  it('may be a kind of somebody else', () =>
    expect(check('networking.istio.io/v1', 'Gateway')?.severity).toBe('warning'))

  it('has its kind corrected where the version is right', () => {
    expect(check(v1, 'HttpRoute')?.fixed).toEqual(['kind: HTTPRoute', `apiVersion: ${v1}`])
    expect(check(v1, 'BackendTLSPolicy')?.fixed).toEqual([])
  })
})

describe('a list of routes', () => {
  it('has each item checked, with its place', () => {
    const item = (path: string) =>
      `- metadata: {name: ${path}}\n  spec:\n    rules:\n    - matches:\n      - path: {value: ${path}}\n`
    const text = `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRouteList\nitems:\n${item('/a')}${item('b')}`
    const found = validate(text).filter(({ code }) => code === 'cel')
    expect(
      found.map(({ documentIndex, fieldPath, range }) => [
        documentIndex,
        fieldPath,
        range.startLine,
      ]),
    ).toEqual([[1, 'spec.rules[0].matches[0].path', 13]])
  })
})
