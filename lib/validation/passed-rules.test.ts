import { describe, expect, it } from 'vitest'
import type { JsonObject } from '@/lib/shared/json'
import { admitObject } from '@/lib/validation/admit-object'
import { compileSchema } from '@/lib/validation/compiled-schema'

function schemaWith(rule: string, extra: JsonObject = {}) {
  const item = {
    type: 'object',
    properties: { size: { type: 'integer' }, ...extra },
    'x-kubernetes-validations': [{ rule, message: `must hold: ${rule}` }],
  }
  const schema = { type: 'object', properties: { spec: { type: 'object', properties: { item } } } }
  return compileSchema(schema, {
    group: 'example.com',
    version: 'v1',
    kind: 'Box',
    messageForm: 'before-1.34',
  })
}

const box = (item: JsonObject, name = 'box'): JsonObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Box',
  metadata: { name, namespace: 'default' },
  spec: { item },
})

const messagesOf = (schema: ReturnType<typeof schemaWith>, object: JsonObject, old?: JsonObject) =>
  admitObject(
    schema,
    object,
    old === undefined ? { operation: 'create' } : { operation: 'update', old },
  ).ruleErrors.map((error) => error.message)

describe('a value that was seen before', () => {
  it('passes again and fails again', () => {
    const schema = schemaWith('self.size < 10')
    for (let round = 0; round < 3; round += 1) {
      expect(messagesOf(schema, box({ size: 1 }, `box-${round}`))).toEqual([])
      expect(messagesOf(schema, box({ size: 10 }, `box-${round}`))).toHaveLength(1)
    }
  })

  it('is judged by the rules of its own schema', () => {
    expect(messagesOf(schemaWith('self.size < 10'), box({ size: 7 }))).toEqual([])
    expect(messagesOf(schemaWith('self.size < 5'), box({ size: 7 }))).toHaveLength(1)
  })

  it('is judged anew by a rule that looks at the old value', () => {
    const schema = schemaWith('self.size >= oldSelf.size')
    const grown = box({ size: 7 })
    expect(messagesOf(schema, grown, box({ size: 6 }))).toEqual([])
    expect(messagesOf(schema, grown, box({ size: 8 }))).toHaveLength(1)
  })

  it('still fails a create after an update was let through because nothing changed', () => {
    const schema = schemaWith('self.size < 3')
    const tolerated = box({ size: 4 })
    expect(messagesOf(schema, tolerated, tolerated)).toEqual([])
    expect(messagesOf(schema, tolerated)).toHaveLength(1)
  })

  it('is told from one whose number is too large to print', () => {
    const ratio = { ratio: { type: 'number', nullable: true } }
    const schema = schemaWith('!has(self.ratio) || self.ratio < 2.0', ratio)
    expect(messagesOf(schema, box({ ratio: null }))).toEqual([])
    expect(messagesOf(schema, box({ ratio: Number.POSITIVE_INFINITY }))).toHaveLength(1)
  })
})
