import { redirectLocation } from '@/lib/routing/redirect-location'
import { isPreflight, preflightLines } from './cors'
import { wireTarget } from './header-edits'
import type { RequestHead } from './request-head'
import type { RuleRuntime } from './rule-runtime'

/** The answer of a rule that reaches no backend: one that cannot be served, a CORS preflight, a redirect; else null. */
export function ruleAnswer(
  { rule, match }: RuleRuntime,
  head: RequestHead,
  arrival: { readonly scheme: 'http' | 'https'; readonly listenerPort: number },
): { readonly status: number; readonly lines: string } | null {
  if (rule.fixedStatus !== undefined) return { status: rule.fixedStatus, lines: '' }
  if (rule.cors !== undefined && isPreflight(head)) {
    return { status: 204, lines: preflightLines(rule.cors, head, head.header('origin')) }
  }
  if (rule.redirect === undefined) return null
  const location = redirectLocation(rule.redirect, match.match, {
    ...arrival,
    host: head.host,
    path: head.path,
    query: head.query(),
  })
  return { status: rule.redirect.statusCode, lines: `Location: ${wireTarget(location)}\r\n` }
}
