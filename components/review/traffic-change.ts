/** Two versions of a route → what changes for the requests it takes. Pure; next step: traffic-change-text.ts. */

import type { Points, RouteSeries } from '@/lib/dashboard-api/series'
import { backendKey, backendName, parentKey } from '@/lib/gateway-api/references'
import { backendShares } from '@/lib/gateway-api/route-summary'
import type { HTTPRoute, HTTPRouteFilter, HTTPRouteRule } from '@/lib/gateway-api/types'
import { alignItems } from '@/lib/manifest/align-items'
import { mirrorFraction } from '@/lib/routing/build-filters'
import { isEqual } from '@/lib/routing/is-equal'
import type { JsonValue } from '@/lib/shared/json'

export interface TargetShare {
  readonly kind: 'backend' | 'copy'
  /** `name:port`, with the namespace in front when it is not the route's own. */
  readonly target: string
  /** 0 to 1 of the rule's requests; null where the rule does not name the target. */
  readonly before: number | null
  readonly after: number | null
}

export interface RuleChange {
  /** Undefined on the side where there is no such rule. */
  readonly before: HTTPRouteRule | undefined
  readonly after: HTTPRouteRule | undefined
  /** Whether there are further rules on the side. */
  readonly isOneOfSeveral: { readonly before: boolean; readonly after: boolean }
  /** Index in the later version; of a rule that is removed, in the former one. */
  readonly index: number
  readonly targets: readonly TargetShare[]
  readonly hasOtherMatches: boolean
  /** What else of the rule changes: names of filters, `timeouts`, `retry`, … */
  readonly others: readonly string[]
  /** Requests a second now; null where that is not known. */
  readonly rate: number | null
}

export interface TrafficChange {
  readonly rules: readonly RuleChange[]
  /** Rules that stay as they are. */
  readonly unchangedRules: number
  readonly hostnames: {
    readonly kept: readonly string[]
    readonly added: readonly string[]
    readonly removed: readonly string[]
  }
  readonly hasOtherParents: boolean
  /** Methods whose requests are copied after the change; `null` is every method. */
  readonly copiedMethods: readonly string[] | null
}

const NO_RULES: readonly HTTPRouteRule[] = []

/** Compares the route as it is, or null, with the route as it will be. `series` tells the rates, where it is known. */
export function trafficChange(
  before: HTTPRoute | null,
  after: HTTPRoute,
  series: RouteSeries | undefined,
): TrafficChange {
  const former = before?.spec.rules ?? NO_RULES
  const later = after.spec.rules ?? NO_RULES
  const namespace = after.metadata.namespace ?? ''
  const pairs = alignItems(former as unknown as JsonValue[], later as unknown as JsonValue[])
  const rules = pairs.flatMap(([left, right]): RuleChange[] => {
    const sides = { before: former[left ?? -1], after: later[right ?? -1] }
    if (isSameRule(sides, namespace)) return []
    const rate = left === null ? null : rateOfRule(series, left)
    const isOneOfSeveral = { before: former.length > 1, after: later.length > 1 }
    const index = right ?? left ?? 0
    return [{ ...sides, ...ruleChange(sides, namespace), isOneOfSeveral, index, rate }]
  })
  const [hosts, nextHosts] = [hostsOf(before), hostsOf(after)]
  return {
    rules,
    unchangedRules: pairs.length - rules.length,
    hostnames: {
      kept: nextHosts.filter((host) => hosts.includes(host)),
      added: nextHosts.filter((host) => !hosts.includes(host)),
      removed: hosts.filter((host) => !nextHosts.includes(host)),
    },
    hasOtherParents: !isEqual(parentsOf(before), parentsOf(after)),
    copiedMethods: copiedMethods(later),
  }
}

function parentsOf(route: HTTPRoute | null): readonly string[] {
  return (route?.spec.parentRefs ?? []).map((parent) =>
    parentKey(parent, route?.metadata.namespace ?? ''),
  )
}

/** Equal but for how references are spelled. */
function isSameRule({ before, after }: RuleSides, namespace: string): boolean {
  if (before === undefined || after === undefined) return before === after
  const plain = ({ backendRefs = [], filters = [], ...rest }: HTTPRouteRule) => ({
    ...rest,
    backendRefs: backendRefs.map((ref) => [
      backendKey(ref, namespace),
      ref.weight ?? 1,
      ref.filters ?? [],
    ]),
    filters: filters.map(({ requestMirror, ...filter }) => {
      if (requestMirror === undefined) return filter
      const backendRef = backendKey(requestMirror.backendRef, namespace)
      return { ...filter, requestMirror: { ...requestMirror, backendRef } }
    }),
  })
  return isEqual(plain(before), plain(after))
}

/** A route without hostnames serves those of its listeners: `any host`. */
function hostsOf(route: HTTPRoute | null): readonly string[] {
  if (route === null) return []
  const { hostnames = [] } = route.spec
  return hostnames.length === 0 ? ['any host'] : hostnames
}

type RuleSides = Pick<RuleChange, 'before' | 'after'>

function ruleChange({ before, after }: RuleSides, namespace: string) {
  return {
    targets: targetShares({ before, after }, namespace),
    hasOtherMatches: !isEqual(before?.matches, after?.matches),
    others: before === undefined || after === undefined ? [] : otherChanges(before, after),
  }
}

function targetShares({ before, after }: RuleSides, namespace: string): readonly TargetShare[] {
  const shares = (rule: HTTPRouteRule | undefined) => ({
    backend: sharesByBackend(rule, namespace),
    copy: copyShares(rule, namespace),
  })
  const [former, later] = [shares(before), shares(after)]
  return (['backend', 'copy'] as const).flatMap((kind) =>
    [...new Set([...later[kind].keys(), ...former[kind].keys()])].map((target) => ({
      kind,
      target,
      before: former[kind].get(target) ?? null,
      after: later[kind].get(target) ?? null,
    })),
  )
}

function sharesByBackend(rule: HTTPRouteRule | undefined, namespace: string) {
  const refs = rule?.backendRefs ?? []
  const shares = backendShares(refs)
  return summed(refs.map((ref, index) => [backendName(ref, namespace), shares[index] ?? 0]))
}

function copyShares(rule: HTTPRouteRule | undefined, namespace: string) {
  return summed(
    mirrorsOf(rule).map((mirror) => [
      backendName(mirror.backendRef, namespace),
      mirrorFraction(mirror),
    ]),
  )
}

/** A target named twice gets the sum of both. */
function summed(shares: readonly (readonly [string, number])[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const [target, share] of shares) sums.set(target, (sums.get(target) ?? 0) + share)
  return sums
}

function mirrorsOf(rule: HTTPRouteRule | undefined) {
  return (rule?.filters ?? []).flatMap(({ type, requestMirror }) =>
    type === 'RequestMirror' && requestMirror !== undefined ? [requestMirror] : [],
  )
}

/** Parts of a rule that the shares and the matches do not tell of. */
function otherChanges(before: HTTPRouteRule, after: HTTPRouteRule): readonly string[] {
  const others = (filters: readonly HTTPRouteFilter[] = []) =>
    filters.filter(({ type }) => type !== 'RequestMirror')
  const types = [...others(before.filters), ...others(after.filters)].map(({ type }) => type)
  const refFilters = ({ backendRefs = [] }: HTTPRouteRule) =>
    backendRefs.flatMap(({ name, filters }) => (filters === undefined ? [] : [{ name, filters }]))
  return [
    ...(isEqual(others(before.filters), others(after.filters)) ? [] : new Set(types)),
    ...(isEqual(refFilters(before), refFilters(after)) ? [] : ['filters of backendRefs']),
    ...(isEqual(before.timeouts, after.timeouts) ? [] : ['timeouts']),
    ...(isEqual(before.retry, after.retry) ? [] : ['retry']),
  ]
}

function copiedMethods(rules: readonly HTTPRouteRule[]): readonly string[] | null {
  const methods = rules
    .filter((rule) => mirrorsOf(rule).some((mirror) => mirrorFraction(mirror) > 0))
    .flatMap(({ matches = [{}] }) => matches.map(({ method }) => method))
  const named = methods.flatMap((method) => (method === undefined ? [] : [method]))
  return named.length === methods.length ? [...new Set(named)] : null
}

/** Requests a second of a rule over the window of the series; null where none of its steps is known. */
export function rateOfRule(series: RouteSeries | undefined, ruleIndex: number): number | null {
  if (series === undefined || series.blindSpots.route !== undefined) return null
  const rule = series.rules.find(({ rule: index }) => index === String(ruleIndex))
  const rate = meanRate(series.primary.requests, series.stepSeconds)
  // A rule nobody has asked has no series of its own; that the route is measured makes it a zero.
  return rule === undefined ? rate && 0 : meanRate(rule.requests, series.stepSeconds)
}

function meanRate(points: Points, stepSeconds: number): number | null {
  const known = points.filter((count) => count !== null)
  if (known.length === 0 || stepSeconds <= 0) return null
  return known.reduce((sum, count) => sum + count, 0) / (known.length * stepSeconds)
}
