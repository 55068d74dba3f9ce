import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { JsonObject } from '@/lib/shared/json'
import { toJsonSchema, unwrapParagraphs } from '@/lib/validation/to-json-schema'

const OPTIONS = { group: 'example.dev', version: 'v1', kind: 'Thing' }

/** The converted schema of `spec`. */
function convert(spec: JsonObject) {
  const schema = toJsonSchema({ type: 'object', properties: { spec } }, OPTIONS)
  return (schema['properties'] as JsonObject)['spec']
}

describe('toJsonSchema', () => {
  it('pins the type and gives metadata a schema of its own', () => {
    const schema = toJsonSchema(
      { type: 'object', required: ['spec'], properties: { spec: {} } },
      OPTIONS,
    )
    expect(schema['required']).toEqual(['apiVersion', 'kind', 'metadata', 'spec'])
    expect(schema['properties']).toMatchObject({
      apiVersion: { const: 'example.dev/v1' },
      kind: { const: 'Thing' },
      metadata: { additionalProperties: false, properties: { namespace: {}, labels: {} } },
    })
    const cluster = toJsonSchema({}, { ...OPTIONS, scope: 'Cluster' })
    expect(JSON.stringify(cluster)).not.toContain('"namespace"')
  })

  const cases: readonly { name: string; spec: JsonObject; expected: JsonObject }[] = [
    {
      name: 'refuses unknown keys',
      spec: { type: 'object', properties: { a: { type: 'string' } } },
      expected: {
        type: 'object',
        properties: { a: { type: 'string' } },
        additionalProperties: false,
      },
    },
    {
      name: 'allows them where they are preserved',
      spec: { type: 'object', properties: {}, 'x-kubernetes-preserve-unknown-fields': true },
      expected: { type: 'object', properties: {} },
    },
    {
      name: 'keeps maps open',
      spec: { type: 'object', additionalProperties: { type: 'string' } },
      expected: { type: 'object', additionalProperties: { type: 'string' } },
    },
    {
      name: 'makes nullable a type',
      spec: { type: 'string', nullable: true },
      expected: { type: ['string', 'null'] },
    },
    {
      name: 'makes int-or-string two types',
      spec: { 'x-kubernetes-int-or-string': true },
      expected: { type: ['integer', 'string'] },
    },
    {
      name: 'turns exclusive flags into bounds and drops number formats',
      spec: { type: 'integer', format: 'int32', minimum: 0, exclusiveMinimum: true, maximum: 9 },
      expected: { type: 'integer', exclusiveMinimum: 0, maximum: 9 },
    },
    {
      name: 'drops rules',
      spec: { type: 'string', 'x-kubernetes-validations': [{ rule: 'true' }] },
      expected: { type: 'string' },
    },
    {
      name: 'shows tags in descriptions as text',
      spec: { description: 'a <b>\nc' },
      expected: { description: 'a <b> c', markdownDescription: 'a &lt;b> c' },
    },
  ]
  for (const { name, spec, expected } of cases) {
    it(name, () => expect(convert(spec)).toEqual(expected))
  }

  it('converts the HTTPRoute of the project without leftovers', () => {
    const path = new URL(
      '../gateway-api/schema/standard/gateway.networking.k8s.io_httproutes.yaml',
      import.meta.url,
    )
    const crd = parse(readFileSync(path, 'utf8'))
    const text = JSON.stringify(toJsonSchema(crd.spec.versions[0].schema.openAPIV3Schema, OPTIONS))
    expect(text).not.toMatch(/x-kubernetes|int32|<gateway:/)
    expect(text.length).toBeLessThan(300_000)
  })
})

describe('unwrapParagraphs', () => {
  it('joins wrapped lines and keeps paragraphs, lists and code apart', () => {
    const wrapped =
      'One sentence\nthat was wrapped.\n\n* first\n  continued\n* second\n\n```\na:\n  b: 1\n```\nAfter.'
    expect(unwrapParagraphs(wrapped)).toBe(
      'One sentence that was wrapped.\n\n* first\n  continued\n* second\n\n```\na:\n  b: 1\n```\nAfter.',
    )
  })
})
