import type {
  HTTPBackendRef,
  HTTPHeaderMatch,
  HTTPRoute,
  HTTPRouteMatch,
  HTTPRouteRule,
} from '@/lib/gateway-api/types'
import { compileLinearRegex } from '@/lib/shared/regex/linear-regex'
import { resolveBackendRef } from './backend-ref'
import { type BuiltFilters, buildFilters, mirrorFraction } from './build-filters'
import type { ClusterIndex } from './cluster-index'
import type { Problem } from './condition'
import { parseDuration } from './duration'
import type {
  BackendEntry,
  ClusterEntry,
  MatchEntry,
  MirrorPolicy,
  RuleEntry,
  ValueMatch,
} from './route-table'

/** The rules of a route in the table's form, with what is wrong with them. */
export interface BuiltRules {
  readonly rules: readonly RuleEntry[]
  /** Rules left out of the table: no traffic can be served as they say. */
  readonly dropped: readonly Problem[]
  /** References that lead nowhere; their rules are served as far as they can be. */
  readonly unresolved: readonly Problem[]
  /** Largest number of RequestMirror filters in one rule. */
  readonly mirrorsInOneRule: number
}

interface Context {
  readonly index: ClusterIndex
  readonly route: HTTPRoute
  readonly clusters: Map<string, ClusterEntry>
  readonly unresolved: Problem[]
}

/** Translates the rules; upstreams they refer to are added to `clusters`. */
export function buildRules(
  index: ClusterIndex,
  route: HTTPRoute,
  clusters: Map<string, ClusterEntry>,
): BuiltRules {
  const context: Context = { index, route, clusters, unresolved: [] }
  const rules: RuleEntry[] = []
  const dropped: Problem[] = []
  let mirrorsInOneRule = 0
  for (const [ruleIndex, rule] of (route.spec.rules ?? [{}]).entries()) {
    const built = buildRule(context, rule, ruleIndex)
    if ('reason' in built) dropped.push(built)
    else rules.push(built)
    const mirrors = (rule.filters ?? []).filter((filter) => filter.type === 'RequestMirror').length
    mirrorsInOneRule = Math.max(mirrorsInOneRule, mirrors)
  }
  return { rules, dropped, unresolved: context.unresolved, mirrorsInOneRule }
}

function buildRule(context: Context, rule: HTTPRouteRule, index: number): RuleEntry | Problem {
  const place = `spec.rules[${index}]`
  const matches = buildMatches(rule.matches, place)
  if ('reason' in matches) return matches
  const filters = buildFilters(rule.filters ?? [], place)
  if ('reason' in filters) return filters
  const incompatible = findIncompatible(filters, rule, place)
  if (incompatible !== null) return incompatible
  const backends = buildBackends(context, rule.backendRefs ?? [], place)
  if ('reason' in backends) return backends
  const times = buildTimes(rule, place)
  if ('reason' in times) return times
  const mirrors = buildMirrors(context, filters, place)
  const fixedStatus = findFixedStatus(context, filters, backends, place)
  return {
    index,
    name: rule.name ?? '',
    matches,
    ...(fixedStatus === undefined ? {} : { fixedStatus }),
    ...(filters.redirect === undefined ? {} : { redirect: filters.redirect }),
    ...(filters.rewrite === undefined ? {} : { rewrite: filters.rewrite }),
    ...(filters.requestHeaders === undefined ? {} : { requestHeaders: filters.requestHeaders }),
    ...(filters.responseHeaders === undefined ? {} : { responseHeaders: filters.responseHeaders }),
    ...(filters.cors === undefined ? {} : { cors: filters.cors }),
    mirrors,
    backends,
    ...times,
  }
}

/** A redirect is the whole answer: nothing is forwarded, so nothing else may be asked of the request. */
function findIncompatible(
  filters: BuiltFilters,
  rule: HTTPRouteRule,
  place: string,
): Problem | null {
  if (filters.redirect === undefined) return null
  const others = [
    ...(filters.rewrite === undefined ? [] : ['URLRewrite']),
    ...(filters.mirrors.length === 0 ? [] : ['RequestMirror']),
    ...((rule.backendRefs ?? []).length === 0 ? [] : ['backendRefs']),
  ]
  if (others.length === 0) return null
  const message = `${place} combines RequestRedirect with ${others.join(' and ')}.`
  return { reason: 'IncompatibleFilters', message }
}

/** 500 where the specification asks for an error instead of forwarding; undefined where the rule can be served. */
function findFixedStatus(
  context: Context,
  filters: BuiltFilters,
  backends: readonly BackendEntry[],
  place: string,
): number | undefined {
  for (const { group, kind, name } of filters.extensions) {
    const message = `${place} refers to filter ${kind}.${group} "${name}", which is not supported.`
    context.unresolved.push({ reason: 'InvalidKind', message })
  }
  if (filters.extensions.length > 0) return 500
  if (filters.redirect !== undefined) return undefined
  return backends.some((backend) => backend.weight > 0) ? undefined : 500
}

function buildMirrors(context: Context, filters: BuiltFilters, place: string): MirrorPolicy[] {
  const mirrors: MirrorPolicy[] = []
  for (const { filterIndex, filter } of filters.mirrors) {
    const resolved = resolveBackendRef(context.index, context.route, filter.backendRef)
    if ('problem' in resolved) {
      const { reason, message } = resolved.problem
      context.unresolved.push({
        reason,
        message: `${place}.filters[${filterIndex}]: ${message} Requests are served without this mirror.`,
      })
      continue
    }
    context.clusters.set(resolved.cluster, resolved.entry)
    mirrors.push({ filterIndex, cluster: resolved.cluster, fraction: mirrorFraction(filter) })
  }
  return mirrors
}

function buildBackends(
  context: Context,
  references: readonly HTTPBackendRef[],
  place: string,
): BackendEntry[] | Problem {
  const backends: BackendEntry[] = []
  for (const [index, reference] of references.entries()) {
    const at = `${place}.backendRefs[${index}]`
    const filters = buildFilters(reference.filters ?? [], at)
    if ('reason' in filters) return filters
    const { redirect, cors, mirrors, extensions, ...modifiers } = filters
    if (
      redirect !== undefined ||
      cors !== undefined ||
      mirrors.length > 0 ||
      extensions.length > 0
    ) {
      const message = `${at}.filters may only modify headers or rewrite the URL.`
      return { reason: 'UnsupportedValue', message }
    }
    const resolved = resolveBackendRef(context.index, context.route, reference)
    const invalid = 'problem' in resolved
    if (invalid) {
      const { reason, message } = resolved.problem
      context.unresolved.push({ reason, message: `${at}: ${message}` })
    } else {
      context.clusters.set(resolved.cluster, resolved.entry)
    }
    const weight = reference.weight ?? 1
    backends.push({ weight, cluster: resolved.cluster, invalid, ...modifiers })
  }
  return backends
}

function buildTimes(
  rule: HTTPRouteRule,
  place: string,
): Pick<RuleEntry, 'timeouts' | 'retry'> | Problem {
  const unsupported = (field: string): Problem => ({
    reason: 'UnsupportedValue',
    message: `${place}.${field} is not a duration.`,
  })
  const requestMs = parseDuration(rule.timeouts?.request ?? '0s')
  if (requestMs === null) return unsupported('timeouts.request')
  const backendRequestMs = parseDuration(rule.timeouts?.backendRequest ?? '0s')
  if (backendRequestMs === null) return unsupported('timeouts.backendRequest')
  const timeouts = { requestMs, backendRequestMs }
  if (rule.retry === undefined) return { timeouts }
  const { codes = [], attempts = 1, backoff } = rule.retry
  const backoffMs = parseDuration(backoff ?? '0s')
  if (backoffMs === null) return unsupported('retry.backoff')
  return { timeouts, retry: { codes, attempts, backoffMs } }
}

function buildMatches(
  matches: readonly HTTPRouteMatch[] | undefined,
  place: string,
): MatchEntry[] | Problem {
  const entries: MatchEntry[] = []
  const given = matches === undefined || matches.length === 0 ? [{}] : matches
  for (const [index, match] of given.entries()) {
    const entry = buildMatch(match)
    const problem = findBadExpression(entry, `${place}.matches[${index}]`)
    if (problem !== null) return problem
    entries.push(entry)
  }
  return entries
}

function buildMatch(match: HTTPRouteMatch): MatchEntry {
  return {
    path: { type: match.path?.type ?? 'PathPrefix', value: match.path?.value ?? '/' },
    method: (match.method ?? '').toUpperCase(),
    headers: buildValues(match.headers, (name) => name.toLowerCase()),
    queryParams: buildValues(match.queryParams, (name) => name),
  }
}

/** Of entries with the same name only the first counts, as the specification says. */
function buildValues(
  matches: readonly HTTPHeaderMatch[] | undefined,
  normalise: (name: string) => string,
): ValueMatch[] {
  const values = new Map<string, ValueMatch>()
  for (const { name, type = 'Exact', value } of matches ?? []) {
    const key = normalise(name)
    if (!values.has(key)) values.set(key, { name: key, type, value })
  }
  return [...values.values()]
}

const MATCH_TYPES: readonly string[] = ['Exact', 'PathPrefix', 'RegularExpression']

function findBadExpression(match: MatchEntry, place: string): Problem | null {
  const values = [match.path, ...match.headers, ...match.queryParams]
  for (const { type, value } of values) {
    if (!MATCH_TYPES.includes(type)) {
      const message = `${place} has match type ${type}, which is not supported.`
      return { reason: 'UnsupportedValue', message }
    }
    if (type !== 'RegularExpression') continue
    const regex = compileLinearRegex(value)
    if ('error' in regex) {
      const message = `${place}: "${value}" cannot be used: ${regex.error}.`
      return { reason: 'UnsupportedValue', message }
    }
  }
  return null
}
