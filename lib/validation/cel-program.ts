import { type CelInput, type CelValue, celEnv, isCelError, plan } from '@bufbuild/cel'
import { CEL_FUNCTIONS } from '@/lib/validation/cel-functions'
import { parsedCel } from '@/lib/validation/cel-syntax'
import { CEL_PROGRAMS_MAX } from '@/lib/validation/limits'
import { compileRegularExpression } from '@/lib/validation/regular-expression'

/** The variables of a rule. `oldSelf` is a value, or for optionalOldSelf a list of none or one. */
export interface CelBindings {
  readonly self: CelInput
  readonly oldSelf?: CelInput
}

export type CelOutcome =
  | { readonly is: 'value'; readonly value: CelValue }
  /** The rule failed to evaluate; the reason is in cel-go's words. */
  | { readonly is: 'error'; readonly reason: string }
  /** The text is not CEL. */
  | { readonly is: 'syntax'; readonly reason: string }
  /** The rule needs a function that exists in the API server but not here. */
  | { readonly is: 'unsupported'; readonly reason: string }

type Program = (bindings: CelBindings) => CelOutcome

const environment = celEnv({
  funcs: [...CEL_FUNCTIONS],
  re2: {
    compile(pattern) {
      const expression = compileRegularExpression(pattern)
      if (!expression.ok) throw new Error(expression.reason)
      return expression
    },
  },
})

const programs = new Map<string, Program>()

/** Evaluates a rule; its program is compiled on first use and kept. Never throws. */
export function evaluateCel(text: string, bindings: CelBindings): CelOutcome {
  let program = programs.get(text)
  if (program === undefined) {
    program = compile(text)
    if (programs.size >= CEL_PROGRAMS_MAX) {
      const [oldest] = programs.keys()
      if (oldest !== undefined) programs.delete(oldest)
    }
    programs.set(text, program)
  }
  return program(bindings)
}

function compile(text: string): Program {
  try {
    const evaluate = plan(environment, parsedCel(text))
    return (bindings) => {
      const result = evaluate({ ...bindings })
      if (!isCelError(result)) return { is: 'value', value: result }
      if (result.message.startsWith(UNBOUND)) return { is: 'unsupported', reason: result.message }
      return { is: 'error', reason: toCelGoWords(result.message) }
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return () => ({ is: 'syntax', reason })
  }
}

const UNBOUND = 'unbound function: '

/** The evaluator's words for the errors a rule meets in practice, in cel-go's words. */
function toCelGoWords(given: string): string {
  const message = given.replace(/^Unsupported input Error: (?=invalid data, )/, '')
  const missing = /^field not found: (.*)$/s.exec(message)
  if (missing !== null) return `no such key: ${missing[1]}`
  const index = /^index (-?[0-9]+) out of bounds/.exec(message)
  if (index !== null) return `index out of bounds: ${index[1]}`
  if (message.startsWith('found no matching overload')) return 'no such overload'
  return message
}
