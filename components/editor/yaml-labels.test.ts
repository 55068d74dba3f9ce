import type { languages } from 'monaco-editor/editor'
import { expect, it } from 'vitest'
import { withNamedSkeletons } from './yaml-labels'

it('names a skeleton by what it writes, and leaves fields as they are', async () => {
  const given = [
    'object',
    '- (array item) object',
    '- (array item) HTTPRouteRule',
    'objects',
    'name',
  ]
  const suggestions = given.map((label) => ({ label, insertText: label }))
  const provider = withNamedSkeletons({
    provideCompletionItems: () => ({ suggestions }) as unknown as languages.CompletionList,
  })
  const none = undefined as never
  const list = await provider.provideCompletionItems(none, none, none, none)
  expect(list?.suggestions.map(({ label }) => label)).toEqual([
    'required fields',
    '- one more item',
    '- one more item',
    'objects',
    'name',
  ])
  expect(list?.suggestions.map(({ insertText }) => insertText)).toEqual(given)
})
