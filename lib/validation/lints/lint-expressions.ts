import { compileLinearRegex } from '@/lib/shared/regex/linear-regex'
import type { LintContext } from './lint-context'
import { type LintFinding, SPEC } from './lint-finding'

interface ValueMatch {
  readonly type?: string | undefined
  readonly value?: string | undefined
}

/** Regular expressions that gateways refuse, which admission does not look at: the rule is then left out. */
export function lintExpressions({ route }: LintContext): readonly LintFinding[] {
  return (route.spec.rules ?? []).flatMap((rule, ruleIndex) =>
    (rule.matches ?? []).flatMap(({ path, headers = [], queryParams = [] }, index) => {
      const at = `spec.rules[${ruleIndex}].matches[${index}]`
      return [
        ...lintExpression(path ?? {}, `${at}.path.value`),
        ...headers.flatMap((header, place) =>
          lintExpression(header, `${at}.headers[${place}].value`),
        ),
        ...queryParams.flatMap((parameter, place) =>
          lintExpression(parameter, `${at}.queryParams[${place}].value`),
        ),
      ]
    }),
  )
}

function lintExpression({ type, value }: ValueMatch, fieldPath: string): readonly LintFinding[] {
  if (type !== 'RegularExpression' || value === undefined) return []
  const regex = compileLinearRegex(value)
  if (!('error' in regex)) return []
  const code = 'match.expression-invalid' as const
  const message = `This expression can't be used: ${regex.error}. The whole rule is left out, so none of its matches takes a request.`
  return [{ severity: 'warning', code, message, fieldPath, specUrl: SPEC.match }]
}
