/** A route and what a promotion remembers of its rule → the rule it is about now. */
import { backendKey } from '@/lib/gateway-api/references'
import type {
  BackendObjectReference,
  HTTPHeaderMatch,
  HTTPRoute,
  HTTPRouteMatch,
  HTTPRouteRule,
} from '@/lib/gateway-api/types'
import type { Promotion } from './promotion'

/** The backend that is promoted: the target of the remembered mirrors. */
export function candidateOf({ mirrors }: Promotion): BackendObjectReference {
  return mirrors[0]?.filter.requestMirror?.backendRef ?? { name: '' }
}

/**
 * Indexes of the rules a promotion may be about: one where it is clear. By name, where the rule of that name still has to
 * do with the candidate; else by what it matches and the mirror. Positions say nothing: rules are inserted and moved.
 */
export function findRules(route: HTTPRoute, promotion: Promotion): readonly number[] {
  const namespace = route.metadata.namespace ?? ''
  const target = backendKey(candidateOf(promotion), namespace)
  const candidates = (route.spec.rules ?? []).flatMap((rule, index) =>
    namesBackend(rule, target, namespace) ? [{ rule, index }] : [],
  )
  const { ruleName, matches } = promotion
  const named = candidates.filter(({ rule }) => ruleName !== '' && rule.name === ruleName)
  const wanted = matches === null ? null : matchesKey(matches)
  const found =
    named.length > 0
      ? named
      : candidates.filter(({ rule }) => wanted === null || matchesKey(rule.matches) === wanted)
  return found.map(({ index }) => index)
}

/** Whether the rule mirrors to the backend or sends it requests. */
function namesBackend(rule: HTTPRouteRule, target: string, namespace: string): boolean {
  const mirrors = (rule.filters ?? []).flatMap(
    ({ requestMirror }) => requestMirror?.backendRef ?? [],
  )
  return [...mirrors, ...(rule.backendRefs ?? [])].some(
    (reference) => backendKey(reference, namespace) === target,
  )
}

/** One text for all spellings of the same matches; their order does not matter, as any of them suffices. */
function matchesKey(matches: readonly HTTPRouteMatch[] | undefined): string {
  const list = matches === undefined || matches.length === 0 ? [{}] : matches
  return JSON.stringify(list.map(matchKey).sort())
}

/** Defaults as the API's. https://gateway-api.sigs.k8s.io/reference/spec/#httproutematch */
function matchKey({ path = {}, method = '', headers = [], queryParams = [] }: HTTPRouteMatch) {
  const { type = 'PathPrefix', value = '/' } = path
  const values = (list: readonly HTTPHeaderMatch[], toName: (name: string) => string) =>
    list.map((one) => [toName(one.name), one.type ?? 'Exact', one.value].join(' ')).sort()
  const names = values(headers, (name) => name.toLowerCase())
  const parameters = values(queryParams, (name) => name)
  return JSON.stringify([type, value, method, names, parameters])
}
