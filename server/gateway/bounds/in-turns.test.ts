import { expect, it } from 'vitest'
import { inTurns } from './in-turns'

it('calls a step until it returns false, and lets others in between', async () => {
  const events: string[] = []
  let left = 40
  await new Promise<void>((resolve) => {
    const other = () => {
      events.push('other')
      if (left > 0) setImmediate(other)
      else resolve()
    }
    setImmediate(other)
    inTurns(() => {
      events.push('step')
      return --left > 0
    })
  })
  expect(events.filter((event) => event === 'step')).toHaveLength(40)
  const longest = events
    .join(' ')
    .split('other')
    .map((run) => run.trim().split(' ').length)
  expect(Math.max(...longest)).toBeLessThan(40)
  expect(events.filter((event) => event === 'other').length).toBeGreaterThan(1)
})
