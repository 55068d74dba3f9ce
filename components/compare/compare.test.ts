import { expect, test } from 'vitest'
import { costSentence } from './calibrate-dialog'

test('a calibration says what it costs over all the rules it is for', () => {
  expect(costSentence(1_000, 1)).toBe(
    'Sends 1,000 more safe requests to the primary within a day, as traffic comes in. Clients never wait for them.',
  )
  expect(costSentence(1_000, 3)).toContain(
    '3,000 more safe requests to the primary within a day, 1,000 for each rule that mirrors, as',
  )
  expect(costSentence(null, 3)).toContain(
    'that many more safe requests to the primary within a day, as',
  )
})
