import type { MatchEntry } from './route-table'

/** One `matches` entry with where it stands, enough to order it among all others. */
export interface RankedMatch {
  readonly match: MatchEntry
  /** Position of the route among all, oldest first, then by `namespace/name`. */
  readonly routeOrder: number
  readonly ruleIndex: number
  readonly matchIndex: number
}

const PATH_TYPE_ORDER = { Exact: 0, RegularExpression: 1, PathPrefix: 2 } as const

/**
 * Negative when `left` takes a request that both match. The specification's ladder: exact path, longest prefix, method,
 * most headers, most query parameters, oldest route, `namespace/name`, first in the route.
 * Where a regular expression stands is left to implementations: here between Exact and PathPrefix, longest pattern first.
 * Which hostname is more specific is decided before, by `HostnameMap`.
 * https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule (matches)
 */
export function compareMatches(left: RankedMatch, right: RankedMatch): number {
  return (
    PATH_TYPE_ORDER[left.match.path.type] - PATH_TYPE_ORDER[right.match.path.type] ||
    pathLength(right.match) - pathLength(left.match) ||
    Number(right.match.method !== '') - Number(left.match.method !== '') ||
    right.match.headers.length - left.match.headers.length ||
    right.match.queryParams.length - left.match.queryParams.length ||
    left.routeOrder - right.routeOrder ||
    left.ruleIndex - right.ruleIndex ||
    left.matchIndex - right.matchIndex
  )
}

/** Exact paths that both match a request are equal; a prefix's trailing slash does not count. */
function pathLength(match: MatchEntry): number {
  if (match.path.type === 'PathPrefix') return normalisePrefix(match.path.value).length
  return match.path.value.length
}

/** A prefix without its trailing slash: `/foo/` matches what `/foo` does. The root becomes empty. */
export function normalisePrefix(value: string): string {
  return value.endsWith('/') ? value.slice(0, -1) : value
}
