/** What changes for requests, in sentences. Pure. */
import { formatClock, formatFraction, formatRate, plural } from '@/components/format/numbers'
import { sortProblems } from '@/components/language/problems'
import type { RouteSeries } from '@/lib/dashboard-api/series'
import type { HTTPRoute, HTTPRouteMatch, HTTPRouteRule } from '@/lib/gateway-api/types'
import type { Diagnostic } from '@/lib/validation/diagnostic'
import type { RuleChange, TargetShare, TrafficChange } from './traffic-change'

const MATCHES_MAX = 2
const HOSTS_MAX = 2

/** `GET /api`, `all requests`, `GET exactly /x or POST /y`; `all other requests` beside other rules. */
function requestsOf({ matches = [{}] }: HTTPRouteRule, hasOthers = false): string {
  const shown = matches.slice(0, MATCHES_MAX).map((match) => matchText(match, hasOthers))
  const more = matches.length - shown.length
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(' or ')
}

const PATH_WORDS: Readonly<Record<string, string>> = {
  Exact: 'exactly ',
  RegularExpression: 'matching ',
}

function matchText(match: HTTPRouteMatch, hasOthers: boolean): string {
  const { method, path, headers = [], queryParams = [] } = match
  const { type = 'PathPrefix', value = '/' } = path ?? {}
  const isAll = type === 'PathPrefix' && value === '/'
  const words = ['all', ...(hasOthers ? ['other'] : []), ...(method ? [method] : []), 'requests']
  const named = isAll ? words.join(' ') : (method ?? 'requests to')
  const conditions = [
    ...(headers.length === 0 ? [] : [plural(headers.length, 'header')]),
    ...(queryParams.length === 0 ? [] : [plural(queryParams.length, 'query parameter')]),
  ]
  const base = isAll ? named : `${named} ${PATH_WORDS[type] ?? ''}${value}`
  return conditions.length === 0 ? base : `${base} with ${conditions.join(' and ')}`
}

/** `shop.example.com`, `a, b and 3 more`. */
export function hostsText(hosts: readonly string[]): string {
  const shown = hosts.slice(0, HOSTS_MAX)
  const more = hosts.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : new Intl.ListFormat('en').format(shown)
}

/** The route's hosts after the change. */
function hostsAfter({ hostnames }: TrafficChange): string {
  return hostsText([...hostnames.kept, ...hostnames.added])
}

/** ` (≈ 8.2 of 41 requests/s)`; nothing where the rate is not known, and at no traffic in words. */
function rateNote(rate: number | null, share: number): string {
  if (rate === null) return ''
  if (rate === 0) return ' (no request now)'
  const part = formatRate(rate * share)
  return share === 1 ? ` (≈ ${part} requests/s)` : ` (≈ ${part} of ${formatRate(rate)} requests/s)`
}

/** One sentence for each thing that happens to requests; empty when none goes another way. */
export function trafficSentences(change: TrafficChange): readonly string[] {
  const hosts = hostsAfter(change)
  const { added, removed, kept } = change.hostnames
  const isNew = kept.length === 0 && removed.length === 0
  return [
    ...(added.length === 0 || isNew
      ? []
      : [`Requests for ${hostsText(added)} will be routed here.`]),
    ...(removed.length === 0
      ? []
      : [`Requests for ${hostsText(removed)} will no longer be routed here.`]),
    ...(change.hasOtherParents && !isNew
      ? ['Other Gateways or listeners will serve the route.']
      : []),
    ...change.rules.flatMap((rule) => ruleSentences(rule, hosts)),
  ]
}

function ruleSentences(change: RuleChange, hosts: string): readonly string[] {
  const { before, after, index, rate, isOneOfSeveral } = change
  if (after === undefined) {
    const what = `${requestsOf(before ?? {}, isOneOfSeveral.before)}${rateNote(rate, 1)}`
    return [`Rule ${index} is removed: ${what} go to other rules, or are answered with 404.`]
  }
  const requests = `${requestsOf(after, isOneOfSeveral.after)} of ${hosts}`
  if (before === undefined) {
    const targets = change.targets.map(newTarget)
    return [
      `New rule ${index} takes ${requests}${targets.length === 0 ? '' : `: ${targets.join(', ')}`}.`,
    ]
  }
  return [
    ...(change.hasOtherMatches
      ? [
          `Rule ${index} takes ${requestsOf(after, isOneOfSeveral.after)} instead of ${requestsOf(before, isOneOfSeveral.before)}.`,
        ]
      : []),
    ...change.targets.flatMap((target) => targetSentence(target, requests, rate)),
    ...(change.others.length === 0
      ? []
      : [`For ${requests}, ${new Intl.ListFormat('en').format(change.others)} change.`]),
  ]
}

function newTarget({ kind, target, after }: TargetShare): string {
  const share = after === 1 ? 'all' : formatFraction(after ?? 0)
  return `${share} ${kind === 'backend' ? 'go' : 'mirrored'} to ${target}`
}

function targetSentence(
  { kind, target, before, after }: TargetShare,
  requests: string,
  rate: number | null,
): readonly string[] {
  const [former, later] = [before ?? 0, after ?? 0]
  if (former === later) return []
  const action = kind === 'backend' ? 'go' : 'be mirrored'
  const was = former === 0 ? '' : `, before ${formatFraction(former)}`
  if (later === 0) return [capital(`${requests} will no longer ${action} to ${target}${was}.`)]
  const share = later === 1 ? requests : `${formatFraction(later)} of ${requests}`
  const also = kind === 'copy' && former === 0 ? 'also ' : ''
  return [capital(`${share}${rateNote(rate, later)} will ${also}${action} to ${target}${was}.`)]
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}

/** `GET and HEAD`, `every method, also POST, PUT, PATCH and DELETE`, `none`. */
export function copiedMethodsText({ copiedMethods }: TrafficChange): string {
  if (copiedMethods === null) return 'every method, also POST, PUT, PATCH and DELETE'
  return copiedMethods.length === 0 ? 'none' : new Intl.ListFormat('en').format(copiedMethods)
}

/** Families of findings about where requests go and what becomes of them; the others are about the text. */
const TRAFFIC_CODES =
  /^(?:annotation|backend|feature|filter|header|hostname|match|mirror|parent|rule)\./

/** Errors and warnings that touch traffic, errors first. */
export function trafficFindings(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return sortProblems(
    diagnostics.filter(({ severity, code }) => severity !== 'info' && TRAFFIC_CODES.test(code)),
  )
}

/** Where the rates come from, or why there are none. */
export function rateSource(
  before: HTTPRoute | null,
  series: RouteSeries | undefined,
  connection: string,
): string {
  if (before === null) return 'Requests/s are not known: the route is new and has no metrics yet.'
  if (series === undefined) {
    return connection === 'disconnected'
      ? 'Requests/s are not known: the observer does not answer.'
      : 'Requests/s are being looked up.'
  }
  const { source, blindSpots } = series
  if (blindSpots.route !== undefined) return `Requests/s are not known: ${blindSpots.route}`
  if (source.lastScrape === null) {
    return `Requests/s are not known: no metrics have been read from the gateway. ${source.message}`.trim()
  }
  const age = source.state === 'ok' ? '' : ' These numbers are out of date.'
  return `Requests/s: mean of the last minute, from the gateway’s metrics until ${formatClock(source.lastScrape)}.${age}`
}
