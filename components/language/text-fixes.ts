/** What is wrong with the text itself → what can be done about it by one edit. Pure. */
import type { Diagnostic, EditFix } from '@/lib/validation/diagnostic'

/** The diagnostic with its fix, where there is one. */
export function withTextFix(diagnostic: Diagnostic, text: string): Diagnostic {
  const { code, range } = diagnostic
  if (diagnostic.fix !== undefined || !code.startsWith('yaml.')) return diagnostic
  if (range.startLine !== range.endLine) return diagnostic
  const line = text.split('\n', range.startLine).at(-1) ?? ''
  const marked = line.slice(range.startColumn - 1, range.endColumn - 1)
  const fix = textFix(code, marked)
  return fix === null ? diagnostic : { ...diagnostic, fix: { kind: 'edit', range, ...fix } }
}

function textFix(code: string, marked: string): Pick<EditFix, 'title' | 'text'> | null {
  if (code === 'yaml.tab') {
    return { title: 'Use spaces', text: marked.replaceAll('\t', '  ') }
  }
  if (code === 'yaml.missing-space') return { title: 'Add the space', text: `${marked} ` }
  if (code === 'yaml.no-break-space') return { title: 'Use a plain space', text: ' ' }
  // A wildcard hostname is the one text that people take for plain and YAML takes for an alias.
  const isWildcard = code === 'yaml.unknown-anchor' && /^\*\.[^\s"\\]+$/.test(marked)
  return isWildcard ? { title: 'Put it in quotes', text: `"${marked}"` } : null
}
