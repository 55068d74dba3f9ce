/**
 * Route table and one request → which rule takes it, and why every other does not. Looks at each candidate on its own,
 * without the index that serves traffic, so that the reasons can be told. For people, not for the hot path.
 */
import type { NamespacedName } from '@/lib/gateway-api/references'
import { compileLinearRegex } from '@/lib/shared/regex/linear-regex'
import type { RouteMatch } from './compile-matcher'
import { askedRequest, namesOptions } from './cors'
import { hostnameCovers } from './hostname'
import { EXPLAINED_CANDIDATES_MAX, HOST_CHARACTERS_MAX } from './limits'
import { headerText, type MatchRequest, queryParameter } from './request-match'
import type { ListenerEntry, MatchEntry, RouteTable, ValueMatch } from './route-table'
import { compareMatches, normalisePrefix } from './sort-matches'

/** What decided against a candidate, in the order the questions are asked. */
export type LossReason =
  | { readonly reason: 'listener'; readonly listener: string }
  | { readonly reason: 'hostname'; readonly hostnames: readonly string[] }
  | { readonly reason: 'path' }
  | { readonly reason: 'method'; readonly method: string }
  | { readonly reason: 'header' | 'query'; readonly name: string; readonly actual: string | null }
  /** It matches, and the winner is for a more specific hostname. */
  | { readonly reason: 'less-specific-hostname' }
  /** It matches, and the winner ranks higher by this step of the specification's ladder. */
  | { readonly reason: 'precedence'; readonly by: PrecedenceStep }

export type PrecedenceStep =
  | 'path type'
  | 'path length'
  | 'method'
  | 'number of headers'
  | 'number of query parameters'
  | 'age or name of the route'
  | 'order in the route'

export interface LostCandidate extends RouteMatch {
  readonly matchIndex: number
  readonly lost: LossReason
}

export interface WinningMatch extends RouteMatch {
  readonly matchIndex: number
  /** The hostname it is found by, of the route and the listener together; `''` is every host. */
  readonly hostname: string
}

export interface MatchExplanation {
  /** Null when the port has no listener for the host; the answer is 404. */
  readonly listener: ListenerEntry | null
  /** Null answers 404. */
  readonly winner: WinningMatch | null
  /** Nearest miss first. */
  readonly lost: readonly LostCandidate[]
  /** The method a CORS preflight asks about, when the winner answers for that; then `lost` is about it too. Else null. */
  readonly preflightOf: string | null
  /** Candidates left out of `lost`, which holds at most `EXPLAINED_CANDIDATES_MAX`. */
  readonly lostMore: number
}

export interface ExplainAddress {
  readonly gateway: NamespacedName
  readonly port: number
}

interface Judged extends RouteMatch {
  readonly matchIndex: number
  readonly ruleIndex: number
  readonly routeOrder: number
  /** The route's hostname that covers the request's host. */
  readonly hostname: string
  readonly failed: LossReason | null
}

/** Explains who takes a request that arrives at a port of a Gateway. Agrees with `compileMatcher` on the winner. */
export function explainMatch(
  table: RouteTable,
  address: ExplainAddress,
  request: MatchRequest,
): MatchExplanation {
  const explained = explain(table, address, request)
  const asked = namesOptions(explained.winner) ? null : askedRequest(request)
  if (asked === null) return explained
  const preflighted = explain(table, address, asked)
  return preflighted.winner?.rule.cors === undefined
    ? explained
    : { ...preflighted, preflightOf: asked.method }
}

function explain(
  table: RouteTable,
  { gateway, port }: ExplainAddress,
  request: MatchRequest,
): MatchExplanation {
  const host = request.host.length > HOST_CHARACTERS_MAX ? '' : request.host
  const entry = table.gateways.find(({ key }) => key === gateway)
  const listeners = entry?.listeners.filter((listener) => listener.port === port) ?? []
  const listener = mostSpecific(listeners, host)
  const judged = listeners.flatMap((own) => judgeListener(table, gateway, own, listener, request))
  const passed = judged.filter(({ failed }) => failed === null).sort(compareJudged)
  const [winner] = passed
  const lost = judged.filter((candidate) => candidate !== winner)
  const explained = lost.map((candidate) => toLost(candidate, winner))
  explained.sort((left, right) => nearness(right.lost) - nearness(left.lost))
  return {
    listener,
    winner: winner === undefined ? null : { ...toMatch(winner), hostname: winner.hostname },
    lost: explained.slice(0, EXPLAINED_CANDIDATES_MAX),
    preflightOf: null,
    lostMore: Math.max(0, explained.length - EXPLAINED_CANDIDATES_MAX),
  }
}

/** Exact names before wildcards, longer before shorter; `''`, every host, last. */
function specificity(hostname: string): number {
  if (hostname === '') return 0
  return hostname.startsWith('*.') ? hostname.length : HOST_CHARACTERS_MAX + hostname.length
}

function mostSpecific(listeners: readonly ListenerEntry[], host: string): ListenerEntry | null {
  const covering = listeners.filter(({ hostname }) => hostnameCovers(hostname, host))
  const sorted = [...covering].sort((a, b) => specificity(b.hostname) - specificity(a.hostname))
  return sorted[0] ?? null
}

function judgeListener(
  table: RouteTable,
  gateway: NamespacedName,
  listener: ListenerEntry,
  serving: ListenerEntry | null,
  request: MatchRequest,
): readonly Judged[] {
  const judged: Judged[] = []
  for (const [routeOrder, route] of table.routes.entries()) {
    const hostnames = route.attachments
      .filter((one) => one.gateway === gateway && one.listener === listener.name)
      .flatMap((attachment) => attachment.hostnames)
    if (hostnames.length === 0) continue
    const place = judgeHost(listener, serving, hostnames, request.host)
    for (const rule of route.rules) {
      for (const [matchIndex, match] of rule.matches.entries()) {
        const failed = place.failed ?? judgeMatch(match, request)
        const { hostname } = place
        const position = { routeOrder, ruleIndex: rule.index, matchIndex, hostname }
        judged.push({ listener, route, rule, match, ...position, failed })
      }
    }
  }
  return judged
}

function judgeHost(
  listener: ListenerEntry,
  serving: ListenerEntry | null,
  hostnames: readonly string[],
  requested: string,
): { readonly hostname: string; readonly failed: LossReason | null } {
  const host = requested.length > HOST_CHARACTERS_MAX ? '' : requested
  const covering = hostnames.filter((hostname) => hostnameCovers(hostname, host))
  const [hostname] = covering.sort((a, b) => specificity(b) - specificity(a))
  if (hostname === undefined) return { hostname: '', failed: { reason: 'hostname', hostnames } }
  if (listener === serving) return { hostname, failed: null }
  return { hostname, failed: { reason: 'listener', listener: listener.name } }
}

/** The first condition a request does not meet; null when it meets all. */
function judgeMatch(match: MatchEntry, request: MatchRequest): LossReason | null {
  if (!matchesPath(match.path, request.path)) return { reason: 'path' }
  if (match.method !== '' && match.method !== request.method) {
    return { reason: 'method', method: match.method }
  }
  for (const header of match.headers) {
    const actual = request.header(header.name) ?? null
    const text = actual === null ? null : headerText(actual)
    if (!matchesValue(header, text)) return { reason: 'header', name: header.name, actual }
  }
  for (const parameter of match.queryParams) {
    const actual = queryParameter(request.query(), parameter.name) ?? null
    if (!matchesValue(parameter, actual)) return { reason: 'query', name: parameter.name, actual }
  }
  return null
}

function matchesPath({ type, value }: MatchEntry['path'], path: string): boolean {
  if (type === 'Exact') return path === value
  if (type === 'RegularExpression') return matchesPattern(value, path)
  const prefix = normalisePrefix(value)
  // The root takes every request, also `OPTIONS *`.
  return prefix === '' || path === prefix || path.startsWith(`${prefix}/`)
}

function matchesValue({ type, value }: ValueMatch, actual: string | null): boolean {
  if (actual === null) return false
  return type === 'Exact' ? actual === value : matchesPattern(value, actual)
}

function matchesPattern(pattern: string, text: string): boolean {
  const regex = compileLinearRegex(pattern)
  return !('error' in regex) && regex.matches(text)
}

function compareJudged(left: Judged, right: Judged): number {
  return specificity(right.hostname) - specificity(left.hostname) || compareMatches(left, right)
}

function toMatch({ listener, route, rule, match, matchIndex }: Judged) {
  return { listener, route, rule, match, matchIndex }
}

function toLost(candidate: Judged, winner: Judged | undefined): LostCandidate {
  // A candidate that passed lost to someone, so a winner there is.
  const lost = candidate.failed ?? lossAgainst(candidate, winner ?? candidate)
  return { ...toMatch(candidate), lost }
}

function lossAgainst(candidate: Judged, winner: Judged): LossReason {
  if (specificity(candidate.hostname) < specificity(winner.hostname)) {
    return { reason: 'less-specific-hostname' }
  }
  return { reason: 'precedence', by: decidingStep(candidate, winner) }
}

/** The first step of the ladder on which two matches differ. */
function decidingStep(candidate: Judged, winner: Judged): PrecedenceStep {
  const { match: left } = candidate
  const { match: right } = winner
  if (left.path.type !== right.path.type) return 'path type'
  if (pathLength(left) !== pathLength(right)) return 'path length'
  if ((left.method === '') !== (right.method === '')) return 'method'
  if (left.headers.length !== right.headers.length) return 'number of headers'
  if (left.queryParams.length !== right.queryParams.length) return 'number of query parameters'
  if (candidate.routeOrder !== winner.routeOrder) return 'age or name of the route'
  return 'order in the route'
}

function pathLength({ path: { type, value } }: MatchEntry): number {
  return type === 'PathPrefix' ? normalisePrefix(value).length : value.length
}

const NEARNESS: Readonly<Record<LossReason['reason'], number>> = {
  precedence: 7,
  'less-specific-hostname': 6,
  query: 5,
  header: 4,
  method: 3,
  path: 2,
  listener: 1,
  hostname: 0,
}

function nearness({ reason }: LossReason): number {
  return NEARNESS[reason]
}
