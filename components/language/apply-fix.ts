import { rewriteManifest } from '@/lib/manifest/edit/edit-manifest'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import type { EditFix, SplitRuleFix } from '@/lib/validation/diagnostic'
import { splitRuleOf } from '@/lib/validation/lints/lint-methods'

/** The text with a fix made in it; as it was where the text can't be changed so any more. */
export function applyFix(text: string, fix: EditFix | SplitRuleFix): string {
  return fix.kind === 'edit' ? applyEdit(text, fix) : splitRule(text, fix)
}

function splitRule(text: string, { documentIndex, fieldPath }: SplitRuleFix): string {
  const { documents } = parseManifest(text)
  const document = documents.find(({ index }) => index === documentIndex)
  const target = document && splitRuleOf(document.object, fieldPath)
  if (!target) return text
  const result = rewriteManifest(text, documentIndex, target)
  return result.ok ? result.text : text
}

function applyEdit(text: string, { range, text: replacement }: EditFix): string {
  const start = offsetAt(text, range.startLine, range.startColumn)
  const end = offsetAt(text, range.endLine, range.endColumn)
  return text.slice(0, start) + replacement + text.slice(end)
}

function offsetAt(text: string, line: number, column: number): number {
  let start = 0
  for (let passed = 1; passed < line; passed++) {
    const next = text.indexOf('\n', start)
    if (next === -1) return text.length
    start = next + 1
  }
  return Math.min(text.length, start + column - 1)
}
