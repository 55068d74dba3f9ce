import { expect, it } from 'vitest'
import { type DescribedMatch, describeMatch } from '@/lib/gateway-api/describe-match'

const value = (name: string, wanted: string, type?: string) => ({
  name,
  value: wanted,
  ...(type === undefined ? {} : { type }),
})

const CASES: readonly (readonly [DescribedMatch, string])[] = [
  [{}, 'path prefix /'],
  [{ path: { value: '/a' }, method: '' }, 'path prefix /a'],
  [{ path: { type: 'Exact', value: '/a' }, method: 'POST' }, 'POST, exact path /a'],
  [{ path: { type: 'RegularExpression', value: '/a.*' } }, 'path expression /a.*'],
  [
    {
      headers: [value('x-env', 'canary'), value('x-id', '^1', 'RegularExpression')],
      queryParams: [value('q', '1', 'Exact')],
    },
    'path prefix /, header x-env: canary, header x-id matching ^1, query parameter q: 1',
  ],
]

it.each(CASES)('%j', (match, words) => expect(describeMatch(match)).toBe(words))
