import type { HTTPHeaderFilter } from '@/lib/gateway-api/types'
import type { LintContext } from './lint-context'
import { type LintFinding, SPEC } from './lint-finding'

interface Named {
  readonly name: string
}

/** Names that differ only by case: admission takes them for different headers, and HTTP for the same one. */
export function lintHeaders({ route }: LintContext): readonly LintFinding[] {
  return (route.spec.rules ?? []).flatMap((rule, ruleIndex) => {
    const path = `spec.rules[${ruleIndex}]`
    const matches = (rule.matches ?? []).flatMap(({ headers = [] }, index) =>
      repeated(headers).map(({ name, index: header, first }) =>
        finding(
          `${path}.matches[${index}].headers[${header}].name`,
          `"${name}" and "${first}" are the same header: only the condition on "${first}" decides, and this one is ignored.`,
        ),
      ),
    )
    const filters = [
      ...(rule.filters ?? []).map((filter, index) => ({
        filter,
        at: `${path}.filters[${index}]`,
      })),
      ...(rule.backendRefs ?? []).flatMap(({ filters: own = [] }, backend) =>
        own.map((filter, index) => ({
          filter,
          at: `${path}.backendRefs[${backend}].filters[${index}]`,
        })),
      ),
    ]
    const modifiers = filters.flatMap(({ filter, at }) => [
      ...lintModifier(filter.requestHeaderModifier, `${at}.requestHeaderModifier`),
      ...lintModifier(filter.responseHeaderModifier, `${at}.responseHeaderModifier`),
    ])
    return [...matches, ...modifiers]
  })
}

function lintModifier(modifier: HTTPHeaderFilter | undefined, path: string): LintFinding[] {
  const set = repeated(modifier?.set ?? []).map(({ name, index, first }) =>
    finding(
      `${path}.set[${index}].name`,
      `"${name}" and "${first}" are the same header: it is set twice, and which value is left depends on the gateway.`,
    ),
  )
  const add = repeated(modifier?.add ?? []).map(({ name, index, first }) =>
    finding(
      `${path}.add[${index}].name`,
      `"${name}" and "${first}" are the same header: two values are added to it.`,
    ),
  )
  return [...set, ...add]
}

/** Entries whose name was there before in another case. */
function repeated(entries: readonly Named[]) {
  const seen = new Map<string, string>()
  return entries.flatMap(({ name }, index) => {
    const key = name.toLowerCase()
    const first = seen.get(key)
    if (first === undefined) seen.set(key, name)
    return first === undefined || first === name ? [] : [{ name, index, first }]
  })
}

function finding(fieldPath: string, message: string): LintFinding {
  const code = 'header.repeated-by-case' as const
  return { severity: 'warning', code, message, fieldPath, specUrl: SPEC.header }
}
