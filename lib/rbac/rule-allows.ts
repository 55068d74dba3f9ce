/** One rule and one request: as Kubernetes' `rbac/v1` evaluation helpers decide. */
import type { AccessRequest, PolicyRule } from './policy'

/** Whether this rule alone allows the request. */
export function ruleAllows(rule: PolicyRule, request: AccessRequest): boolean {
  if (!holds(rule.verbs, request.verb)) return false
  if (request.is === 'path') return (rule.nonResourceURLs ?? []).some(matchesPath(request.path))
  const names = rule.resourceNames ?? []
  return (
    holds(rule.apiGroups, request.group) &&
    resourceMatches(rule.resources, request.resource, request.subresource) &&
    (names.length === 0 || names.includes(request.name))
  )
}

/** Whether a list of resources holds this one; `*` + `/scale` holds the scale of every resource, `pods` no subresource. */
export function resourceMatches(
  resources: readonly string[] = [],
  resource: string,
  subresource: string,
): boolean {
  const combined = subresource === '' ? resource : `${resource}/${subresource}`
  return resources.some(
    (entry) =>
      entry === '*' || entry === combined || (subresource !== '' && entry === `*/${subresource}`),
  )
}

/** Whether a list of verbs or groups holds this one; `*` holds every one. */
export function holds(list: readonly string[] | undefined, value: string): boolean {
  return list?.some((entry) => entry === '*' || entry === value) ?? false
}

function matchesPath(path: string): (pattern: string) => boolean {
  return (pattern) =>
    pattern === '*' ||
    pattern === path ||
    (pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, '')))
}
