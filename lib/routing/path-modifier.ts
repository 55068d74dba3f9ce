import type { MatchEntry, PathModifier } from './route-table'
import { normalisePrefix } from './sort-matches'

/**
 * The path after a modifier; the query is the caller's. ReplacePrefixMatch replaces what the rule's PathPrefix matched,
 * `match.path.value`; with another kind of match it leaves the path alone (the CRD refuses the combination).
 * https://gateway-api.sigs.k8s.io/reference/spec/#httppathmodifier
 */
export function applyPathModifier(path: string, modifier: PathModifier, match: MatchEntry): string {
  if (modifier.type === 'ReplaceFullPath') return modifier.value === '' ? '/' : modifier.value
  if (match.path.type !== 'PathPrefix') return path
  const rest = path.slice(normalisePrefix(match.path.value).length)
  const replacement = normalisePrefix(modifier.value)
  const joined = `${replacement}${rest}`
  if (joined === '') return '/'
  return joined.startsWith('/') ? joined : `/${joined}`
}
