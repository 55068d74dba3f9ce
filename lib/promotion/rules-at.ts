/** A ladder and a step → what the review applies: the rules, and the annotation that remembers the way back. */
import type { HTTPRoute, HTTPRouteFilter, HTTPRouteRule } from '@/lib/gateway-api/types'
import { type Backends, backendsAt, candidateAlone } from './backends-at'
import { backendsOf, type Ladder } from './ladder'
import { mirrorsTo } from './mirrors-to'
import { type Promotion, type Step, writePromotion } from './promotion'

/** The route's rules with the ladder on a step; whatever else is in them stays as it is. */
export function rulesAt(route: HTTPRoute, ladder: Ladder, step: Step): HTTPRouteRule[] {
  return (route.spec.rules ?? []).map((existing, index) =>
    index === ladder.rule ? ruleAt(route, existing, ladder, step) : existing,
  )
}

function ruleAt(
  route: HTTPRoute,
  rule: HTTPRouteRule,
  { promotion, rule: index }: Ladder,
  step: Step,
): HTTPRouteRule {
  const backends = backendsOf(route, index, promotion)
  const percent = step === 'mirror' ? 0 : step === 'removed' ? 100 : step
  const refs = step === 'removed' ? candidateAlone(backends) : backendsAt(backends, percent)
  const { filters: _, ...withoutFilters } = rule
  const filters = filtersAt(rule, promotion, step, backends)
  return filters.length === 0
    ? { ...withoutFilters, backendRefs: [...refs] }
    : { ...rule, filters: [...filters], backendRefs: [...refs] }
}

function filtersAt(
  rule: HTTPRouteRule,
  { mirrors }: Promotion,
  step: Step,
  { target, namespace }: Backends,
): readonly HTTPRouteFilter[] {
  const filters = rule.filters ?? []
  const present = mirrorsTo(rule, target, namespace).map(({ filterIndex }) => filterIndex)
  if (step === 'removed') return filters.filter((_, index) => !present.includes(index))
  if (present.length > 0) return filters
  return mirrors.reduce(
    (list, { filterIndex, filter }) => list.toSpliced(filterIndex, 0, filter),
    filters,
  )
}

/** The annotation that belongs to a step; null where there is nothing left to remember. */
export function annotationAt(ladder: Ladder, step: Step, reason: string): string | null {
  const { promotion } = ladder
  const overrides =
    reason === '' ? promotion.overrides : [...promotion.overrides, { to: step, reason }]
  return (step === 'mirror' ? 0 : step) === ladder.origin
    ? null
    : writePromotion({ ...promotion, overrides })
}
