/**
 * Whether rules that somebody has cover rules that they want to hand out: nobody may write a Role, or bind one, that
 * grants more than they have. As Kubernetes' `validation.Covers` decides.
 */
import type { PolicyRule } from './policy'
import { holds, resourceMatches } from './rule-allows'

/** The parts of `wanted` that no rule of `owned` allows, each broken down to one verb, resource and name. */
export function uncovered(
  owned: readonly PolicyRule[],
  wanted: readonly PolicyRule[],
): readonly PolicyRule[] {
  return wanted
    .flatMap(breakdown)
    .filter((single) => !owned.some((rule) => coversSingle(rule, single)))
}

/** Rules of one verb and one group, resource and name, or path. */
function breakdown(rule: PolicyRule): readonly PolicyRule[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule
  const paths = nonResourceURLs.flatMap((path) =>
    verbs.map((verb) => ({ verbs: [verb], nonResourceURLs: [path] })),
  )
  const names = resourceNames.length === 0 ? [undefined] : resourceNames
  return [
    ...paths,
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb) =>
          names.map((name) => ({
            verbs: [verb],
            apiGroups: [group],
            resources: [resource],
            ...(name !== undefined && { resourceNames: [name] }),
          })),
        ),
      ),
    ),
  ]
}

function coversSingle(owner: PolicyRule, single: PolicyRule): boolean {
  const [verb = ''] = single.verbs
  if (!holds(owner.verbs, verb)) return false
  const [path] = single.nonResourceURLs ?? []
  if (path !== undefined) return (owner.nonResourceURLs ?? []).some((own) => coversPath(own, path))
  const [group = ''] = single.apiGroups ?? []
  const [entry = ''] = single.resources ?? []
  const [resource = '', subresource = ''] = entry.split('/')
  const names = owner.resourceNames ?? []
  const [name] = single.resourceNames ?? []
  return (
    holds(owner.apiGroups, group) &&
    (owner.resources?.includes(entry) || resourceMatches(owner.resources, resource, subresource)) &&
    (names.length === 0 || (name !== undefined && names.includes(name)))
  )
}

function coversPath(own: string, path: string): boolean {
  if (own === '*' || own === path) return true
  return own.endsWith('*') && path.startsWith(own.slice(0, -1))
}
