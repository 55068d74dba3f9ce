import { compileRe2 } from '@/lib/shared/regex/compile-re2'
import {
  REGULAR_EXPRESSIONS_MAX,
  REMEMBERED_TEXT_CHARACTERS_MAX,
  REMEMBERED_TEXTS_MAX,
} from '@/lib/validation/limits'

/** A compiled pattern, or the reason it cannot be one. */
export type RegularExpression =
  | { readonly ok: true; test(text: string): boolean }
  | { readonly ok: false; readonly reason: string }

const compiled = new Map<string, RegularExpression>()

/**
 * The pattern under Go's syntax and meaning (RE2), which takes time linear in the text:
 * a pattern from somebody's CRD cannot hang the editor or the server.
 * Source: https://github.com/google/re2/wiki/Syntax.
 */
export function compileRegularExpression(pattern: string): RegularExpression {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  const expression = compile(pattern)
  if (compiled.size >= REGULAR_EXPRESSIONS_MAX) {
    const [oldest] = compiled.keys()
    if (oldest !== undefined) compiled.delete(oldest)
  }
  compiled.set(pattern, expression)
  return expression
}

function compile(pattern: string): RegularExpression {
  const matcher = compileRe2(pattern)
  if ('error' in matcher) return { ok: false, reason: matcher.error }
  return { ok: true, test: remembering((text) => matcher.test(text)) }
}

/** The same texts come again and again: groups, kinds, header names. */
function remembering(test: (text: string) => boolean): (text: string) => boolean {
  const verdicts = new Map<string, boolean>()
  return (text) => {
    if (text.length > REMEMBERED_TEXT_CHARACTERS_MAX) return test(text)
    const known = verdicts.get(text)
    if (known !== undefined) return known
    const verdict = test(text)
    if (verdicts.size >= REMEMBERED_TEXTS_MAX) verdicts.clear()
    verdicts.set(text, verdict)
    return verdict
  }
}
