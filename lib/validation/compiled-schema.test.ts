import { expect, test } from 'vitest'
import { compileSchema, schemaApiVersion } from './compiled-schema'

test('the core group is not part of an apiVersion', () => {
  expect(schemaApiVersion({ group: '', version: 'v1' })).toBe('v1')
  expect(schemaApiVersion({ group: 'apps', version: 'v1' })).toBe('apps/v1')
})

test('a kind is namespaced, and status a subresource where the schema declares it, unless said otherwise', () => {
  const options = { group: '', version: 'v1', kind: 'A', messageForm: 'since-1.35' } as const
  const withStatus = { type: 'object', properties: { status: { type: 'object' } } }
  const of = (schema: Parameters<typeof compileSchema>[0], more = {}) => {
    const { namespaced, statusSubresource } = compileSchema(schema, { ...options, ...more })
    return [namespaced, statusSubresource]
  }
  expect(of(withStatus)).toEqual([true, true])
  expect(of({ type: 'object', properties: {} })).toEqual([true, false])
  expect(of({ type: 'object' })).toEqual([true, false])
  expect(of(withStatus, { statusSubresource: false })).toEqual([true, false])
  expect(of({ type: 'object' }, { statusSubresource: true })).toEqual([true, true])
  expect(of(withStatus, { scope: 'Cluster' })).toEqual([false, true])
  expect(of(withStatus, { scope: 'Namespaced' })).toEqual([true, true])
})
