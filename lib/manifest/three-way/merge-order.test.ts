import { describe, expect, test } from 'vitest'
import { mergeObjects } from '@/lib/manifest/three-way/merge-objects'
import type { JsonValue } from '@/lib/shared/json'

/** Items by name, `b` or `b=2` with a value. */
function items(text: string): JsonValue[] {
  const words = text.split(' ').filter((word) => word !== '')
  return words.map((word) => {
    const [name = '', value] = word.split('=')
    return value === undefined ? { name } : { name, value }
  })
}

function order(base: string, draft: string, live: string): string {
  const sides = {
    base: { list: items(base) },
    draft: { list: items(draft) },
    live: { list: items(live) },
  }
  const { list } = mergeObjects(sides).object
  if (!Array.isArray(list)) throw new Error('no list')
  const texts = list.map((item) => {
    const { name, value } = Object(item)
    return value === undefined ? name : `${name}=${value}`
  })
  return texts.join(' ')
}

describe('an item that the other side added', () => {
  test.each([
    ['first, before all', 'a b', 'a=1 b', 'x a b', 'x a=1 b'],
    ['between two', 'a b c', 'a=1 b c', 'a x b c', 'a=1 x b c'],
    ['behind the one it follows', 'a b c', 'a b c=1', 'a b x c', 'a b x c=1'],
    ['last', 'a b', 'a=1 b', 'a b x', 'a=1 b x'],
    ['two in a row, in their order', 'a b', 'a=1 b', 'a x y b', 'a=1 x y b'],
    ['two apart', 'a b c', 'a=1 b c', 'x a b y c', 'x a=1 b y c'],
    ['behind the item the draft moved', 'a b', 'b=1 a', 'a x b', 'b=1 a x'],
    ['beside one that the draft added at the same place', 'a b', 'a d b', 'a x b', 'a x d b'],
    ['where the draft removed the one it follows', 'a b c', 'a c', 'a b x c', 'a x c'],
    ['to an empty list, as the draft did', '', 'd', 'x', 'x d'],
  ])('%s', (_, base, draft, live, expected) => {
    expect(order(base, draft, live)).toBe(expected)
  })

  test('that the draft added just so is there once', () => {
    expect(order('a', 'a=1 n', 'a n')).toBe('a=1 n')
  })
})
