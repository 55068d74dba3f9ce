import { expect, test } from 'vitest'
import { costSentence } from './calibrate-dialog'

test('a calibration says what it costs over all the rules it is for', () => {
  expect(costSentence(1_000, 1)).toBe(
    'Costs the primary 1,000 further safe requests within a day, as traffic comes in. Clients wait for none of them.',
  )
  expect(costSentence(1_000, 3)).toContain(
    '3,000 further safe requests within a day, 1,000 of each rule that mirrors, as',
  )
  expect(costSentence(null, 3)).toContain('that many further safe requests within a day, as')
})
