import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readGateway, readReferenceGrant, readRoute, readService } from './read-route'

interface SchemaNode {
  readonly type?: string
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: SchemaNode
  readonly items?: SchemaNode
  readonly enum?: readonly unknown[]
  readonly 'x-kubernetes-int-or-string'?: boolean
}

/** A value that has every field of a schema. */
function fullValue(schema: SchemaNode, name = ''): unknown {
  // A word of a fixed set that the definition does not list.
  if (name === 'operator') return 'In'
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema['x-kubernetes-int-or-string'] === true) return 'five'
  switch (schema.type) {
    case 'array':
      return [fullValue(schema.items ?? {}), fullValue(schema.items ?? {})]
    case 'boolean':
      return true
    case 'integer':
    case 'number':
      return 7
    case 'object': {
      const { properties = {}, additionalProperties } = schema
      const fields = Object.entries(properties).map(([key, field]) => [key, fullValue(field, key)])
      const more = additionalProperties && { key: fullValue(additionalProperties) }
      return { ...Object.fromEntries(fields), ...more }
    }
    default:
      return 'text'
  }
}

function countFields(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((sum: number, field) => sum + countFields(field), 1)
}

/** One object of every version in a definition, with every field that its schema has. */
function fullObjects(file: string): readonly { name: string; object: Record<string, unknown> }[] {
  const path = fileURLToPath(new URL(`../../gateway-api/schema/${file}.yaml`, import.meta.url))
  const { spec } = parse(readFileSync(path, 'utf8'))
  return spec.versions.map((version: { name: string; schema: { openAPIV3Schema: SchemaNode } }) => {
    const value = fullValue(version.schema.openAPIV3Schema) as Record<string, unknown>
    const metadata = { name: 'full', namespace: 'n', labels: { a: 'b' }, annotations: { c: 'd' } }
    const apiVersion = `${spec.group}/${version.name}`
    const object = { ...value, apiVersion, kind: spec.names.kind, metadata }
    return { name: `${file} ${version.name}`, object }
  })
}

const group = 'gateway.networking.k8s.io'

describe('reading an object as a person wrote it', () => {
  it.each([
    ...fullObjects(`standard/${group}_httproutes`),
    ...fullObjects(`experimental/${group}_httproutes`),
  ])('keeps every field of an HTTPRoute: $name', ({ object }) => {
    expect(countFields(object)).toBeGreaterThan(200)
    expect(readRoute(object, 'default')).toEqual(object)
  })

  it.each([
    ...fullObjects(`standard/${group}_gateways`),
    ...fullObjects(`experimental/${group}_gateways`),
  ])('keeps every field of a Gateway: $name', ({ object }) => {
    expect(countFields(object)).toBeGreaterThan(60)
    expect(readGateway(object, 'default')).toEqual(object)
  })

  it.each(fullObjects(`standard/${group}_referencegrants`))(
    'keeps every field of a ReferenceGrant: $name',
    ({ object }) => expect(readReferenceGrant(object, 'default')).toEqual(object),
  )

  it('keeps a field that nobody knows yet, wherever it is', () => {
    const object = {
      apiVersion: `${group}/v9`,
      kind: 'HTTPRoute',
      metadata: { name: 'r', namespace: 'n', later: { than: ['now'] } },
      spec: {
        later: 1,
        rules: [{ later: true, filters: [{ type: 'Later', later: { a: [null] } }] }],
      },
    }
    expect(readRoute(object, 'default')).toEqual(object)
  })

  const spec = (value: unknown) => readRoute({ kind: 'HTTPRoute', spec: value }, 'default')?.spec

  it('leaves out what has the wrong type, and keeps places in lists', () => {
    expect(spec({ parentRefs: 'eg', hostnames: ['a', 7, 'b'], rules: [null, 3, {}] })).toEqual({
      hostnames: ['a', '', 'b'],
      rules: [{}, {}, {}],
    })
    const rule = (fields: object) => spec({ rules: [fields] })?.rules?.[0]
    expect(
      rule({ name: 7, matches: [{ path: { type: 'Prefix', value: '/a' }, method: 1 }] }),
    ).toEqual({ matches: [{ path: { value: '/a' } }] })
    expect(rule({ retry: { codes: [500, 'x'], attempts: '3' }, timeouts: [] })).toEqual({
      retry: { codes: [500, 0] },
    })
  })

  it('reads what is required where it is missing, and drops what nothing can stand in for', () => {
    const filters = [
      { type: 'RequestMirror', requestMirror: { percent: 5, fraction: { denominator: 9 } } },
      { requestMirror: 'b' },
      { type: 'URLRewrite', urlRewrite: { path: { type: 'Other', replaceFullPath: '/' } } },
      { type: 'CORS', cors: { allowMethods: ['GET', 3], maxAge: '5' } },
    ]
    expect(spec({ rules: [{ filters }] })?.rules?.[0]?.filters).toEqual([
      { type: 'RequestMirror', requestMirror: { backendRef: { name: '' }, percent: 5 } },
      { type: '' },
      { type: 'URLRewrite', urlRewrite: {} },
      { type: 'CORS', cors: { allowMethods: ['GET', ''] } },
    ])
  })

  it('takes any object and any text for a name', () => {
    for (const object of [null, 7, [], {}, { kind: 'Service' }]) {
      expect(readRoute(object, 'default')).toBeNull()
    }
    expect(readRoute({ kind: 'HTTPRoute', metadata: [], spec: null }, 'default')).toEqual({
      apiVersion: '',
      kind: 'HTTPRoute',
      metadata: { name: '', namespace: 'default' },
      spec: {},
    })
    const named = JSON.parse(
      '{"kind":"HTTPRoute","spec":{"__proto__":{"rules":[{}]},"toString":1}}',
    )
    const read = readRoute(named, 'default')?.spec
    expect(read?.rules).toBeUndefined()
    expect(Object.keys(read ?? {})).toEqual(['__proto__', 'toString'])
  })

  it('reads the ports of a Service', () => {
    const object = {
      kind: 'Service',
      metadata: { name: 's' },
      spec: { ports: [{ port: 80 }, 'x'] },
    }
    expect(readService(object, 'default')).toEqual({
      key: 'default/s',
      service: {
        isExternalName: false,
        ports: [
          { port: 80, protocol: 'TCP', ready: null },
          { port: 0, protocol: 'TCP', ready: null },
        ],
      },
    })
  })
})
