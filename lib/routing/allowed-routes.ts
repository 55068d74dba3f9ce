import type { LabelSelector, Listener } from '@/lib/gateway-api/types'
import type { ClusterIndex } from './cluster-index'

/**
 * Whether a listener takes routes of a namespace; `Same`, the Gateway's own, when nothing is said.
 * https://gateway-api.sigs.k8s.io/reference/spec/#routenamespaces
 */
export function allowsNamespace(
  index: ClusterIndex,
  listener: Listener,
  gatewayNamespace: string,
  routeNamespace: string,
): boolean {
  const { from = 'Same', selector } = listener.allowedRoutes?.namespaces ?? {}
  if (from === 'All') return true
  if (from === 'Same') return gatewayNamespace === routeNamespace
  if (from === 'None') return false
  return selectorMatches(selector, index.namespaces.get(routeNamespace)?.metadata.labels ?? {})
}

/**
 * Whether labels meet a selector; all requirements are ANDed. A missing selector matches nothing, an empty one everything.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements
 */
export function selectorMatches(
  selector: LabelSelector | undefined,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (selector === undefined) return false
  const exact = Object.entries(selector.matchLabels ?? {})
  if (!exact.every(([key, value]) => labels[key] === value)) return false
  const requirements = selector.matchExpressions ?? []
  return requirements.every((requirement) => meetsRequirement(requirement, labels))
}

function meetsRequirement(
  { key, operator, values = [] }: NonNullable<LabelSelector['matchExpressions']>[number],
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = labels[key]
  switch (operator) {
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
  }
}
