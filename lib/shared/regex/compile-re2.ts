import { RE2JS } from '@bufbuild/re2'
import { regexTokens } from './regex-tokens'

/** Returns a pattern compiled with the syntax and meaning of RE2, as Go has it, or the reason why it is none. */
export function compileRe2(pattern: string): RE2JS | { readonly error: string } {
  // A brace that begins no repetition is a literal, after which the package takes no quantifier unless it is escaped.
  const tokens = regexTokens(pattern).map((token) => (token === '{' ? '\\{' : token))
  try {
    return RE2JS.compile(tokens.join(''))
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}
