import { expect, it } from 'vitest'
import { errorsNote, errorsSentence, mirrorErrors } from './mirror-errors'

it.each<[totalsByCode: Record<string, number>, note: string, sentence: string]>([
  [{}, 'no answer yet', 'No status of an answer is known.'],
  [{ '': 4 }, 'no answer yet', 'No status of an answer is known.'],
  [{ 200: 80, 404: 20 }, '0 % of the answers 5xx', 'None of the answered are 5xx.'],
  [
    { 200: 950, 500: 20, 503: 30 },
    '5 % of the answers 5xx',
    '50 of the answered are 5xx (5 %): 503 30, 500 20.',
  ],
  // A source that knows classes alone.
  [{ '2xx': 9, '5xx': 1 }, '10 % of the answers 5xx', '1 of the answered are 5xx (10 %): 5xx 1.'],
])('of the codes %j a mirror fails as told', (totalsByCode, note, sentence) => {
  expect(errorsNote(mirrorErrors([{ totalsByCode }]))).toBe(note)
  expect(errorsSentence({ totalsByCode })).toBe(sentence)
})

it('is the share of all mirrors together', () => {
  expect(mirrorErrors([{ totalsByCode: { 200: 9 } }, { totalsByCode: { 500: 1 } }])).toEqual({
    answers: 10,
    errors: 1,
  })
})
