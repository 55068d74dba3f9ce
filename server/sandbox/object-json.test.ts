import { expect, it } from 'vitest'
import type { JsonObject } from '@/lib/shared/json'
import { RECENT_TEXT_CHARACTERS_MAX, RECENT_TEXTS_MAX } from './limits'
import { objectJson, rememberJson } from './object-json'

it('gives back a kept text, and writes an object out again once its text is forgotten', () => {
  const object: JsonObject = { a: 1 }
  rememberJson(object, '{"a": 1}')
  expect(objectJson(object)).toBe('{"a": 1}')
  expect(objectJson({ a: 1 })).toBe('{"a":1}')
  for (let index = 0; index < RECENT_TEXTS_MAX; index += 1) rememberJson({ index }, `${index}`)
  expect(objectJson(object)).toBe('{"a":1}')
})

it('keeps no long text', () => {
  const object: JsonObject = { a: 'x'.repeat(RECENT_TEXT_CHARACTERS_MAX) }
  rememberJson(object, `${JSON.stringify(object)} `)
  expect(objectJson(object)).toBe(JSON.stringify(object))
})
