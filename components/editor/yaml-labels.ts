/** What monaco-yaml calls a skeleton of required fields says nothing: it is renamed on its way to the list. Pure. */
import type { languages } from 'monaco-editor/editor'

const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^object$/, 'required fields'],
  [/^- \(array item\).*$/, '- one more item'],
]

type Provider = languages.CompletionItemProvider

/** The provider with its skeletons named by what they write. */
export function withNamedSkeletons(provider: Provider): Provider {
  return {
    ...provider,
    async provideCompletionItems(...question) {
      const list = await provider.provideCompletionItems(...question)
      return list && { ...list, suggestions: list.suggestions.map(named) }
    },
  }
}

function named(item: languages.CompletionItem): languages.CompletionItem {
  const label = typeof item.label === 'string' ? item.label : item.label.label
  const name = NAMES.find(([known]) => known.test(label))?.[1]
  // Behind the fields themselves, which come in the order of their names.
  return name === undefined ? item : { ...item, label: name, sortText: `}${name}` }
}
