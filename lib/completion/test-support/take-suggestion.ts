import type { Suggestion } from '@/lib/completion/suggestion'

/** `name: |` → the text, with the cursor where the bar is. */
export function splitAtCursor(marked: string): { readonly text: string; readonly offset: number } {
  const offset = marked.indexOf('|')
  return { text: marked.slice(0, offset) + marked.slice(offset + 1), offset }
}

/** What a suggestion inserts before anything is typed at its stops. */
export function expandSnippet({ insertText, isSnippet }: Suggestion): string {
  if (!isSnippet) return insertText
  return insertText
    .replaceAll(/\$\{\d+\|([^,|]*)[^|]*\|\}/g, '$1')
    .replaceAll(/\$\{\d+:([^}]*)\}/g, '$1')
    .replaceAll(/\$\d+/g, '')
}
