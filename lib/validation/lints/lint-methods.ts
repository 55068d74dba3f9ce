import type { HTTPRouteMatch, HTTPRouteRule } from '@/lib/gateway-api/types'
import { mirrorFraction } from '@/lib/routing/build-filters'
import { normalisePrefix } from '@/lib/routing/sort-matches'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { type LintContext, mirrorsOfRule } from './lint-context'
import { type LintFinding, type LintFix, SPEC } from './lint-finding'
import { takesMoreByMethod } from './lint-precedence'

/** https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1 names the safe ones. */
const UNSAFE_METHODS: readonly string[] = ['POST', 'PUT', 'PATCH', 'DELETE']
const SPLIT_METHODS = ['GET', 'HEAD'] as const
/** Matches one rule may hold, by the CRD. */
const MATCHES_MAX = 64

/** Mirrors that copy requests which change something. */
export function lintUnsafeMethods(context: LintContext): readonly LintFinding[] {
  const { route } = context
  const rules = route.spec.rules ?? []
  return rules.flatMap((rule, ruleIndex) => {
    const at = `spec.rules[${ruleIndex}]`
    const unsafe = unsafeMethods(rule)
    const mirrors = mirrorsOfRule(route, ruleIndex).filter(
      ({ mirror }) => mirrorFraction(mirror) > 0,
    )
    const [first] = mirrors
    if (unsafe.length === 0 || first === undefined) return []
    const methods = new Intl.ListFormat('en').format(unsafe)
    const message = `${methods} requests are mirrored too: where primary and mirror share a database or a queue, every change happens twice.`
    const hasAnyMethod =
      rule.matches === undefined || rule.matches.some(({ method }) => method === undefined)
    const movesRequests =
      sharesPath(rules, ruleIndex) || takesMoreByMethod(context, ruleIndex, SPLIT_METHODS)
    const fix: LintFix | undefined =
      hasAnyMethod && !movesRequests
        ? { kind: 'split-by-method', title: 'Mirror GET and HEAD only', fieldPath: at }
        : undefined
    const code = 'mirror.unsafe-methods' as const
    const place = { fieldPath: `${first.path}.requestMirror`, specUrl: SPEC.mirror }
    return [
      {
        severity: 'warning' as const,
        code,
        message,
        ...place,
        ...(fix === undefined ? {} : { fix }),
      },
    ]
  })
}

function unsafeMethods({ matches = [] }: HTTPRouteRule): readonly string[] {
  const methods = matches.map(({ method }) => method)
  if (matches.length === 0 || methods.includes(undefined)) return UNSAFE_METHODS
  return UNSAFE_METHODS.filter((method) => methods.includes(method))
}

/** Whether a rule of the same route has a match on the same path: giving this rule a method could then take its requests. */
function sharesPath(rules: readonly HTTPRouteRule[], ruleIndex: number): boolean {
  const own = new Set(pathsOf(rules[ruleIndex] ?? {}))
  return rules.some((rule, index) => index !== ruleIndex && pathsOf(rule).some((p) => own.has(p)))
}

function pathsOf({ matches = [] }: HTTPRouteRule): readonly string[] {
  const given: readonly HTTPRouteMatch[] = matches.length === 0 ? [{}] : matches
  return given.map(({ path: { type = 'PathPrefix', value = '/' } = {} }) => {
    return `${type} ${type === 'PathPrefix' ? normalisePrefix(value) : value}`
  })
}

/**
 * The rule with its mirrors for GET and HEAD only, and behind it the rule as it was, for every other method, without
 * them. Fields this product does not know stay. Null when there is nothing to split, or too much.
 */
function splitByMethod(rule: JsonObject): readonly JsonObject[] | null {
  const given = objectsIn(rule['matches'])
  const matches = given.length === 0 ? [{}] : given
  const isSafe = ({ method }: JsonObject) =>
    method !== undefined && !UNSAFE_METHODS.includes(String(method))
  const safe = matches.flatMap((match) => {
    if (isSafe(match)) return [match]
    return match['method'] === undefined
      ? SPLIT_METHODS.map((method) => ({ ...match, method }))
      : []
  })
  const rest = matches.filter((match) => !isSafe(match))
  if (safe.length === 0 || rest.length === 0 || safe.length > MATCHES_MAX) return null
  // Two rules of one name would not be admitted.
  const { filters, name: _name, ...unnamed } = rule
  const kept = objectsIn(filters).filter(({ type }) => type !== 'RequestMirror')
  return [
    { ...rule, matches: safe },
    { ...unnamed, matches: rest, ...(kept.length === 0 ? {} : { filters: kept }) },
  ]
}

function objectsIn(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

/** The route with the rule at a field path split by method; null where there is nothing to split. */
export function splitRuleOf(route: JsonObject, fieldPath: string): JsonObject | null {
  const index = Number(/^spec\.rules\[(\d+)\]$/.exec(fieldPath)?.[1])
  const { spec } = route
  const rules = isJsonObject(spec) ? spec['rules'] : undefined
  if (!isJsonObject(spec) || !Array.isArray(rules)) return null
  const rule = rules[index]
  const split = isJsonObject(rule) ? splitByMethod(rule) : null
  if (split === null) return null
  return { ...route, spec: { ...spec, rules: rules.toSpliced(index, 1, ...split) } }
}
