import { describe, expect, it } from 'vitest'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import { InFlight, type Listed } from './in-flight'

class Item implements Listed<Item> {
  earlier: Item | null = null
  later: Item | null = null
}

describe('what is in flight', () => {
  it('keeps the order of a Set through any adds and deletes', () => {
    const list = new InFlight<Item>()
    const model = new Set<Item>()
    const all = Array.from({ length: 20 }, () => new Item())
    const random = seededRandom(7)
    for (let step = 0; step < 1_000; step++) {
      const item = all[Math.floor(random() * all.length)]
      if (item === undefined) continue
      if (model.delete(item)) list.delete(item)
      else {
        model.add(item)
        list.add(item)
      }
      expect(list.size).toBe(model.size)
      expect(list.oldest).toBe([...model][0] ?? null)
      expect(list.toArray()).toEqual([...model])
    }
  })

  it('lets go of what was taken out, and is let go by it', () => {
    const list = new InFlight<Item>()
    const items = [new Item(), new Item(), new Item()] as const
    for (const item of items) list.add(item)
    list.delete(items[1])
    list.delete(items[0])
    expect([items[0].earlier, items[0].later, items[1].earlier, items[1].later]).toEqual([
      null,
      null,
      null,
      null,
    ])
    expect(items[2].earlier).toBeNull()
  })

  it('does nothing for what is not in it', () => {
    const list = new InFlight<Item>()
    const [inside, outside] = [new Item(), new Item()]
    list.add(inside)
    expect([outside, inside, inside].map((item) => list.delete(item))).toEqual([false, true, false])
    expect(list.size).toBe(0)
    expect(list.oldest).toBeNull()
  })
})
