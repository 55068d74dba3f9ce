import { expect, test } from 'vitest'
import { TOKENS_MAX } from '../api/limits'
import { parseTokenFile } from './token-file'

test('a line is a token, whose it is, and of which groups', () => {
  const text = '# people\n\nt-1,ann,7,"devs,ops"\r\nt-2,bob,,devs\n "t,3" , eve , 9\n'
  const known = 'system:authenticated'
  expect(parseTokenFile(text)).toEqual({
    ok: true,
    tokens: [
      { token: 't-1', user: { username: 'ann', uid: '7', groups: ['devs', 'ops', known] } },
      { token: 't-2', user: { username: 'bob', groups: ['devs', known] } },
      { token: 't,3', user: { username: 'eve', uid: '9', groups: [known] } },
    ],
  })
})

const many = Array.from({ length: TOKENS_MAX + 1 }, (_, i) => `t${i},u,${i}`).join('\n')

test.each([
  ['secret', /^line 1 lacks a token, a user or a uid; a line is token,user,uid,"group1,group2"\.$/],
  ['secret,ann', /^line 1 lacks/],
  ['t,ann,1\nsecret,,2', /^line 2 lacks/],
  ['secret,ann,1,"devs', /^line 1 has a quote that does not end/],
  ['secret,ann,1\nsecret,bob,2', /^line 2 repeats the token of an earlier line\.$/],
  [many, new RegExp(`^line ${TOKENS_MAX + 1} is one too many: ${TOKENS_MAX} tokens may be\\.$`)],
])('what cannot be read is named by its line, without the token', (text, message) => {
  const read = parseTokenFile(text)
  expect(read.ok ? '' : read.message).toMatch(message)
  expect(read.ok ? '' : read.message).not.toContain('secret')
})
