import { describe, expect, it } from 'vitest'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import { checkBackends } from './reference-checks'

const ROUTE = `kind: HTTPRoute
metadata:
  name: r
spec:
  rules:
  - filters:
    - type: RequestMirror
      requestMirror:
        backendRef:
          name: backend-2
          port: 3000
    backendRefs:
    - name: backend
      port: 3000
    - name: backend-3
      port: 8080
`

function check(text: string, services: Record<string, number[]> | null) {
  const [document] = parseManifest(text).documents
  if (document === undefined) throw new Error('the text holds no document')
  const located = {
    documentIndex: document.index,
    object: document.object,
    rangeOf: (path: string) => document.rangeOf(path),
  }
  return checkBackends(located, { services, mirrors: null }, 'default')
}

describe('reference checks', () => {
  it('finds nothing while the Services are unknown', () => {
    expect(check(ROUTE, null)).toEqual([])
  })

  it('says where a Service is missing, what happens to traffic, and how to create it', () => {
    const found = check(ROUTE, { 'default/backend': [3000], 'default/backend-2': [3000] })
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({
      severity: 'warning',
      code: 'backend.not-found',
      message:
        'Service "default/backend-3" does not exist: its share of the requests is answered with status 500.',
      fieldPath: 'spec.rules[0].backendRefs[1].name',
      fix: { kind: 'create-backend', namespace: 'default', name: 'backend-3', port: 8080 },
    })
    expect(found[0]?.range.startLine).toBe(15)
  })

  it('tells a missing mirror from a missing backend', () => {
    const found = check(ROUTE, { 'default/backend': [3000], 'default/backend-3': [8080] })
    expect(found.map(({ code }) => code)).toEqual(['mirror.backend-not-found'])
    expect(found[0]?.message).toContain('the primary goes on')
  })

  it('names the ports a Service offers when the port is wrong', () => {
    const services = {
      'default/backend': [80, 443],
      'default/backend-2': [3000],
      'default/backend-3': [8080],
    }
    const found = check(ROUTE, services)
    expect(found.map(({ code, message }) => [code, message])).toEqual([
      [
        'backend.port-not-found',
        'Service "default/backend" has no port 3000; it offers 80 and 443.',
      ],
    ])
  })

  it('looks in the namespace a reference names', () => {
    const text = ROUTE.replace('name: backend-2', 'name: backend-2\n          namespace: other')
    const services = {
      'default/backend': [3000],
      'default/backend-3': [8080],
      'other/backend-2': [3000],
    }
    expect(check(text, services)).toEqual([])
  })

  it('leaves other kinds and malformed references to the schema', () => {
    expect(check(ROUTE.replace('HTTPRoute', 'Service'), {})).toEqual([])
    const text = ROUTE.replaceAll(/name: backend.*/g, 'name: 7')
    expect(check(text, {})).toEqual([])
  })
})
