import { expect, it } from 'vitest'
import { headerText } from './request-match'

const asBytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

it.each([
  ['ASCII', 'text/html', 'text/html'],
  ['UTF-8, as the data plane reads it', asBytes('é 日 😀'), 'é 日 😀'],
  ['bytes that are no UTF-8', 'caf\u00e9', 'café'],
  ['a surrogate as UTF-8, which is none', '\u00ed\u00a0\u0080', '\u00ed\u00a0\u0080'],
  ['text as it is typed', 'é日', 'é日'],
])('reads a header of %s', (_what, received, text) => {
  expect(headerText(received)).toBe(text)
})
