import { describe, expect, it } from 'vitest'
import type { ManagedFieldsEntry } from '@/lib/gateway-api/types'
import { authorOfChange } from '@/lib/revisions/author-of-change'
import { summariseChange } from '@/lib/revisions/summarise-change'

describe('a change in words', () => {
  it.each([
    [{ a: 1 }, { a: 2 }, ['a: 1 → 2']],
    [{ a: { b: 'x' } }, { a: {} }, ['a.b removed, was x']],
    [{}, { spec: { rules: [] } }, ['spec added: {rules: []}']],
    [{ l: [1, 2, 3] }, { l: [0, 1, 2, 3] }, ['l[0] added: 0']],
    [{ l: [1, 2, 3] }, { l: [1, 3] }, ['l[1] removed, was 2']],
    [{ l: [{ w: 1 }, { w: 2 }] }, { l: [{ w: 1 }, { w: 5 }] }, ['l[1].w: 2 → 5']],
    [{ 'a.b/c': 1 }, { 'a.b/c': 2 }, ['[a.b/c]: 1 → 2']],
    [{ t: 'x'.repeat(100) }, { t: 'y' }, [`t: ${'x'.repeat(60)}… → y`]],
    [{ a: 1 }, { a: 1 }, []],
  ])('%j → %j', (before, after, lines) => {
    expect(summariseChange(before, after)).toEqual({ lines, more: 0 })
  })

  it('is cut short, and says by how much', () => {
    const many = (value: number) =>
      Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`f${index}`, value]))
    const { lines, more } = summariseChange(many(1), many(2))
    expect([lines.length, more]).toEqual([6, 14])
  })
})

describe('the author of a change', () => {
  const entry = (manager: string, time: string, more: Partial<ManagedFieldsEntry> = {}) => ({
    manager,
    operation: 'Update' as const,
    apiVersion: 'v1',
    time,
    fieldsType: 'FieldsV1' as const,
    fieldsV1: {},
    ...more,
  })
  const old = entry('kubectl', '2026-01-01T00:00:00Z')

  it('is whose entry is new, even when another is as new', () => {
    const mine = entry('mirrorboard', '2026-01-01T00:00:00Z', { operation: 'Apply' })
    expect(authorOfChange([old], [old, mine])).toEqual({
      manager: 'mirrorboard',
      operation: 'Apply',
      at: Date.parse('2026-01-01T00:00:00Z'),
    })
  })

  it('is never who wrote the status, and no one when nobody is named', () => {
    const status = entry('controller', '2026-02-01T00:00:00Z', { subresource: 'status' })
    expect(authorOfChange(null, [old, status])?.manager).toBe('kubectl')
    expect(authorOfChange(null, [status])).toBeNull()
  })
})
