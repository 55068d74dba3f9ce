import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '@/lib/validation/diagnostic'
import { type ClusterFacts, UNKNOWN_CLUSTER } from '@/lib/validation/lints/cluster-facts'
import { applyFix } from './apply-fix'
import { validateText } from './validate-text'

const ROUTE = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: r
spec:
  rules:
  - matches:
    - path:
        type: PathPrefix
        value: /
    filters:
    - type: RequestMirror
      requestMirror:
        percent: 10
        backendRef:
          name: backend-2
          port: 3000
    backendRefs:
    - name: backend
      port: 3000
    - name: backend-3
      port: 8080
`

function service(...ports: number[]) {
  return {
    isExternalName: false,
    ports: ports.map((port) => ({ port, protocol: 'TCP', ready: 1 })),
  }
}

const SERVICES = {
  'default/backend': service(3000),
  'default/backend-2': service(3000),
  'default/backend-3': service(8080),
}

function check(text: string, facts: Partial<ClusterFacts>): readonly Diagnostic[] {
  const context = {
    schemas: [],
    unserved: [],
    stored: null,
    facts: { ...UNKNOWN_CLUSTER, ...facts },
  }
  return validateText({ text, defaultNamespace: 'default' }, context)
}

function withCode(found: readonly Diagnostic[], code: string): Diagnostic {
  const diagnostic = found.find((candidate) => candidate.code === code)
  if (diagnostic === undefined) throw new Error(`no ${code} among ${JSON.stringify(found)}`)
  return diagnostic
}

function fixed(text: string, { fix }: Diagnostic): string {
  if (fix === undefined || fix.kind === 'create-backend') throw new Error('not a fix of the text')
  return applyFix(text, fix)
}

describe('lintDocument', () => {
  it('says nothing of Services that are not known yet', () => {
    const codes = check(ROUTE, {}).map(({ code }) => code)
    expect(codes.filter((code) => code.endsWith('not-found'))).toEqual([])
  })

  it('marks a missing Service at its name and offers to create it', () => {
    const { 'default/backend-3': _, ...services } = SERVICES
    const found = withCode(check(ROUTE, { services }), 'backend.not-found')
    expect(found.range.startLine).toBe(21)
    expect(found.fix).toEqual({
      kind: 'create-backend',
      namespace: 'default',
      name: 'backend-3',
      port: 8080,
    })
  })

  it('corrects a port to the only one a Service has, and changes nothing else', () => {
    const services = { ...SERVICES, 'default/backend-3': service(80) }
    const found = withCode(check(ROUTE, { services }), 'backend.port-not-found')
    expect(fixed(ROUTE, found)).toBe(ROUTE.replace('8080', '80'))
  })

  it('adds a missing ReferenceGrant as a document of its own, which then counts', () => {
    const text = ROUTE.replace('name: backend-2', 'name: backend-2\n          namespace: other')
    const facts = {
      services: { ...SERVICES, 'other/backend-2': service(3000) },
      referenceGrants: [],
    }
    const found = withCode(check(text, facts), 'mirror.reference-not-permitted')
    const after = fixed(text, found)
    expect(after.startsWith(`${text}---\n`)).toBe(true)
    expect(after).toContain('kind: ReferenceGrant')
    expect(check(after, facts).map(({ code }) => code)).not.toContain(
      'mirror.reference-not-permitted',
    )
  })

  it('counts a Service that stands beside the route', () => {
    const { 'default/backend-3': _, ...services } = SERVICES
    const beside = `${ROUTE}---
apiVersion: v1
kind: Service
metadata:
  name: backend-3
spec:
  ports:
  - port: 8080
`
    const codes = check(beside, { services }).map(({ code }) => code)
    expect(codes).not.toContain('backend.not-found')
    const wrong = check(beside.replace('  - port: 8080', '  - port: 81'), { services })
    expect(wrong.map(({ code }) => code)).toContain('backend.port-not-found')
  })

  it('splits a rule by method so that only GET and HEAD are mirrored', () => {
    const found = withCode(check(ROUTE, { services: SERVICES }), 'mirror.unsafe-methods')
    const after = fixed(ROUTE, found)
    const codes = check(after, { services: SERVICES }).map(({ code }) => code)
    expect(codes).not.toContain('mirror.unsafe-methods')
    expect(codes.filter((code) => code.startsWith('yaml') || code.startsWith('rule'))).toEqual([])
    expect(after.match(/method: (GET|HEAD)/g)).toEqual(['method: GET', 'method: HEAD'])
    expect(after.match(/RequestMirror/g)).toHaveLength(1)
    expect(after.match(/name: backend-3/g)).toHaveLength(2)
  })

  it('keeps comments, quotes and what is unknown when a rule is split', () => {
    const text = `# top\n${ROUTE.replace('percent: 10', 'percent: 10 # a start').replace('name: backend\n', 'name: "backend" # main\n')}  extra: 1\n`
    const found = withCode(check(text, { services: SERVICES }), 'mirror.unsafe-methods')
    const after = fixed(text, found)
    for (const kept of ['# top\n', 'percent: 10 # a start', 'name: "backend" # main', 'extra: 1']) {
      expect(after).toContain(kept)
    }
  })

  it('does not offer to split a rule with what is repeated elsewhere', () => {
    const text = ROUTE.replace('requestMirror:', 'requestMirror: &mirror')
    const found = withCode(check(text, { services: SERVICES }), 'mirror.unsafe-methods')
    expect(found.fix).toBeUndefined()
  })

  it('takes any text without throwing', () => {
    const odd = [
      'kind: HTTPRoute',
      'kind: HTTPRoute\nspec: 7',
      'kind: HTTPRoute\nspec: {rules: [null, 3, {filters: {}, backendRefs: [[], null, {name: 7}]}]}',
      'kind: HTTPRoute\nspec: {parentRefs: x, hostnames: [1], rules: [{matches: [{path: 1, headers: x}]}]}',
      'kind: ReferenceGrant\nspec: {from: [1], to: {}}',
      '__proto__: {kind: HTTPRoute}',
    ]
    const facts = { services: SERVICES, gateways: [], gatewayClasses: [], namespaces: [] }
    for (const text of odd) {
      for (const { range } of check(text, { ...facts, httpRoutes: [], referenceGrants: [] })) {
        expect(range.startLine).toBeGreaterThan(0)
      }
    }
  })
})
