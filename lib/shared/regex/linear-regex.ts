import { compileCost } from './compile-cost'
import { compileRe2 } from './compile-re2'
import {
  REGEX_COMPILE_COST_MAX,
  REGEX_INPUT_CHARACTERS_MAX,
  REGEX_INSTRUCTIONS_MAX,
  REGEX_PATTERN_CHARACTERS_MAX,
} from './limits'
import { StateWalker } from './state-walker'

/** A regular expression whose matching time grows with text length times program size and never faster. */
export interface LinearRegex {
  /** True when the whole text matches. Text over `REGEX_INPUT_CHARACTERS_MAX` never does. */
  matches(text: string): boolean
}

/**
 * Returns the compiled expression, or one sentence saying why it cannot be used. Syntax and meaning are RE2's, of
 * `@bufbuild/re2`; the program it compiles is walked by `StateWalker`, since its own automaton takes memory without a bound
 * of ours and, where it gives up, time quadratic in the program. https://github.com/google/re2/wiki/Syntax
 */
export function compileLinearRegex(pattern: string): LinearRegex | { readonly error: string } {
  if (pattern.length > REGEX_PATTERN_CHARACTERS_MAX) {
    return { error: `the expression is longer than ${REGEX_PATTERN_CHARACTERS_MAX} characters` }
  }
  if (compileCost(pattern) > REGEX_COMPILE_COST_MAX) return TOO_LARGE
  const parsed = compileRe2(pattern)
  if ('error' in parsed) return parsed
  const { prog, prefix, prefixComplete } = parsed.re2()
  if (prog.numInst() > REGEX_INSTRUCTIONS_MAX) return TOO_LARGE
  const walker = prefixComplete ? null : new StateWalker(prog)
  return {
    matches(text) {
      if (walker === null) return text === prefix
      if (text.length > REGEX_INPUT_CHARACTERS_MAX || !text.startsWith(prefix)) return false
      return walker.matches(text)
    },
  }
}

const TOO_LARGE = { error: `the expression needs more than ${REGEX_INSTRUCTIONS_MAX} steps` }
