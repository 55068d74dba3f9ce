import type { RouteMatch } from './compile-matcher'
import { isPreflight, preflightLines } from './cors'
import { wireTarget } from './header-edits'
import { redirectLocation } from './redirect-location'
import type { MatchRequest } from './request-match'

/** An answer that reaches no backend; `lines` are its header lines besides those of every answer, each ended by CRLF. */
export interface RuleAnswer {
  readonly status: number
  readonly lines: string
}

/** How a request came in. */
export interface Arrival {
  readonly scheme: 'http' | 'https'
  /** Port of the listener, as its Gateway says. */
  readonly listenerPort: number
}

/** What a rule answers itself: one that cannot be served, a CORS preflight, a redirect. Null when it forwards. */
export function ruleAnswer(
  { rule, match }: Pick<RouteMatch, 'rule' | 'match'>,
  request: MatchRequest,
  arrival: Arrival,
): RuleAnswer | null {
  if (rule.fixedStatus !== undefined) return { status: rule.fixedStatus, lines: '' }
  if (rule.cors !== undefined && isPreflight(request)) {
    return { status: 204, lines: preflightLines(rule.cors, request, request.header('origin')) }
  }
  if (rule.redirect === undefined) return null
  const location = redirectLocation(rule.redirect, match, {
    ...arrival,
    host: request.host,
    path: request.path,
    query: request.query(),
  })
  return { status: rule.redirect.statusCode, lines: `Location: ${wireTarget(location)}\r\n` }
}
