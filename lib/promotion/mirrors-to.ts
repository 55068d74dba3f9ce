import { backendKey } from '@/lib/gateway-api/references'
import type { BackendObjectReference, HTTPRouteRule } from '@/lib/gateway-api/types'
import type { RememberedMirror } from './promotion'

/** The RequestMirror filters of a rule, with their places; those of its backendRefs are no mirrors of the rule. */
export function mirrorsOfRule({ filters = [] }: HTTPRouteRule): readonly RememberedMirror[] {
  return filters.flatMap((filter, filterIndex) =>
    filter.requestMirror === undefined ? [] : [{ filterIndex, filter }],
  )
}

/** Those of them that copy to a backend. */
export function mirrorsTo(
  rule: HTTPRouteRule,
  target: BackendObjectReference,
  namespace: string,
): readonly RememberedMirror[] {
  const key = backendKey(target, namespace)
  return mirrorsOfRule(rule).filter(
    ({ filter }) => backendKey(filter.requestMirror?.backendRef ?? { name: '' }, namespace) === key,
  )
}
