import { expect, it } from 'vitest'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import { changedPart } from './changed-part'

it('covers the lines that differ and no others', () => {
  expect(changedPart('a\nb\nc\n', 'a\nx\nc\n')).toEqual({ start: 2, end: 4, text: 'x\n' })
  expect(changedPart('a\nb\n', 'a\nb\nc\n')).toEqual({ start: 4, end: 4, text: 'c\n' })
  expect(changedPart('a\r\nb\r\n', 'a\r\n')).toEqual({ start: 3, end: 6, text: '' })
})

it('makes one text of the other', () => {
  const random = seededRandom(7)
  const text = () =>
    Array.from({ length: Math.floor(random() * 8) }, () =>
      random() < 0.4 ? '\n' : 'ab'[Math.floor(random() * 2)],
    ).join('')
  for (let round = 0; round < 5_000; round += 1) {
    const [former, next] = [text(), text()]
    const { start, end, text: part } = changedPart(former, next)
    expect([former, former.slice(0, start) + part + former.slice(end)]).toEqual([former, next])
  }
})
