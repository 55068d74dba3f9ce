import { expect, it } from 'vitest'
import { objectJson, StoredObject } from './object-json'

const TEXT =
  '{"apiVersion":"v1", "kind":"ConfigMap","metadata":{"name":"a"},"data":{"__proto__":"b"}}'

it('gives a stored object back with its own text, frozen', () => {
  const stored = new StoredObject(TEXT)
  const { object } = stored
  expect(stored.object).toBe(object)
  expect(objectJson(object)).toBe(TEXT)
  expect(Object.isFrozen(object.metadata)).toBe(true)
  expect(Object.keys(object['data'] ?? {})).toEqual(['__proto__'])
})

it('writes out what was never stored', () => {
  expect(objectJson({ ...new StoredObject(TEXT).object, data: {} })).toBe(
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{}}',
  )
})
