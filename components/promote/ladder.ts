/** The promote ladder: a route and a mirror filter → where it stands, and the rules of the next step. Pure, lossless. */
import type {
  BackendObjectReference,
  HTTPBackendRef,
  HTTPRoute,
  HTTPRouteFilter,
  HTTPRouteRule,
} from '@/lib/gateway-api/types'

export const PROMOTION_ANNOTATION = 'mirrorboard.dev/promotion'

/** Shares of the requests that the mirror's backend answers, in percent. */
export const STEPS = ['mirror', 1, 10, 50, 100, 'removed'] as const
export type Step = (typeof STEPS)[number]

/** What the first step remembers, so that every one can be taken back exactly. */
export interface Promotion {
  readonly rule: number
  readonly filterIndex: number
  readonly filter: HTTPRouteFilter
  readonly backendRefs: readonly HTTPBackendRef[]
  /** Steps taken against the verdict, with the reason given; the newest last. */
  readonly overrides: readonly { readonly to: Step; readonly reason: string }[]
}

export interface Ladder {
  readonly promotion: Promotion
  readonly candidate: string
  /** Percent of the requests that the candidate answers now. */
  readonly share: number
  readonly isMirrored: boolean
  readonly next: Step | null
  readonly previous: Step | null
}

const OVERRIDES_MAX = 10

type Rules = readonly HTTPRouteRule[]

/** Where the promotion of a rule's mirror stands; null where the rule has no such mirror and none was promoted. */
export function ladderOf(route: HTTPRoute, rule: number, filterIndex: number): Ladder | null {
  const here = route.spec.rules?.[rule]
  const filter = here?.filters?.[filterIndex]
  const kept = promotionOf(route)
  const known = kept?.rule === rule && kept.filterIndex === filterIndex ? kept : null
  const mirror = filter?.requestMirror === undefined ? known?.filter : filter
  const target = mirror?.requestMirror?.backendRef
  if (here === undefined || mirror === undefined || target === undefined) return null
  const refs = here.backendRefs ?? []
  const promotion = known ?? {
    rule,
    filterIndex,
    filter: mirror,
    backendRefs: refs.filter((ref) => !isSame(ref, target)),
    overrides: [],
  }
  const share = shareOf(refs, target)
  const isMirrored = (here.filters ?? []).some(
    ({ requestMirror }) => requestMirror !== undefined && isSame(requestMirror.backendRef, target),
  )
  return {
    promotion,
    candidate: nameOf(target),
    share,
    isMirrored,
    next: nextStep(share, isMirrored),
    // Where nobody else is known to have answered, there is nobody to give requests back to.
    previous: promotion.backendRefs.length === 0 ? null : previousStep(share, isMirrored),
  }
}

/** Every mirror of the route, and the one whose promotion removed it, as [rule, filter index]. */
export function promotable(route: HTTPRoute): readonly (readonly [number, number])[] {
  const places = (route.spec.rules ?? []).flatMap(({ filters = [] }, rule) =>
    filters.flatMap(({ requestMirror }, index) =>
      requestMirror === undefined ? [] : [[rule, index] as const],
    ),
  )
  const kept = promotionOf(route)
  if (kept === null) return places
  const isListed = places.some(([rule, index]) => rule === kept.rule && index === kept.filterIndex)
  return isListed ? places : [...places, [kept.rule, kept.filterIndex] as const]
}

/** What the annotation remembers; null where there is none that can be read. */
function promotionOf(route: HTTPRoute): Promotion | null {
  const text = route.metadata.annotations?.[PROMOTION_ANNOTATION]
  if (text === undefined) return null
  try {
    const value: unknown = JSON.parse(text)
    return isPromotion(value) ? value : null
  } catch {
    return null
  }
}

function isPromotion(value: unknown): value is Promotion {
  if (typeof value !== 'object' || value === null) return false
  const { rule, filterIndex, filter, backendRefs, overrides } = value as Partial<Promotion>
  return (
    Number.isInteger(rule) &&
    Number.isInteger(filterIndex) &&
    typeof filter?.requestMirror?.backendRef?.name === 'string' &&
    Array.isArray(backendRefs) &&
    backendRefs.every((ref: unknown) => typeof ref === 'object' && ref !== null) &&
    Array.isArray(overrides)
  )
}

function nextStep(share: number, isMirrored: boolean): Step | null {
  if (!isMirrored) return null
  return share >= 100 ? 'removed' : (PERCENTS.find((percent) => percent > share) ?? 100)
}

function previousStep(share: number, isMirrored: boolean): Step | null {
  // The mirror may have been taken out by hand before the last step: back is where it was then.
  if (!isMirrored) return PERCENTS.findLast((percent) => percent <= share) ?? 'mirror'
  if (share === 0) return null
  return PERCENTS.toReversed().find((percent) => percent < share) ?? 'mirror'
}

const PERCENTS = [1, 10, 50, 100] as const

function nameOf({ namespace, name, port }: BackendObjectReference): string {
  return `${namespace === undefined ? '' : `${namespace}/`}${name}${port === undefined ? '' : `:${port}`}`
}

function isSame(left: BackendObjectReference, right: BackendObjectReference): boolean {
  return (
    left.name === right.name &&
    left.port === right.port &&
    (left.namespace ?? '') === (right.namespace ?? '') &&
    (left.kind ?? 'Service') === (right.kind ?? 'Service')
  )
}

const weightOf = ({ weight = 1 }: HTTPBackendRef) => weight

function shareOf(refs: readonly HTTPBackendRef[], target: BackendObjectReference): number {
  const total = refs.reduce((sum, ref) => sum + weightOf(ref), 0)
  const own = refs.filter((ref) => isSame(ref, target)).reduce((sum, ref) => sum + weightOf(ref), 0)
  return total === 0 ? 0 : (100 * own) / total
}

/** The route's rules with the ladder on a step; whatever else is in them stays as it is. */
export function rulesAt(route: HTTPRoute, ladder: Ladder, step: Step): HTTPRouteRule[] {
  const { rule } = ladder.promotion
  return (route.spec.rules ?? []).map((existing, index) =>
    index === rule ? ruleAt(existing, ladder.promotion, step) : existing,
  )
}

function ruleAt(rule: HTTPRouteRule, promotion: Promotion, step: Step): HTTPRouteRule {
  const { filter, filterIndex, backendRefs } = promotion
  const target = filter.requestMirror?.backendRef
  if (target === undefined) return rule
  const others = (rule.filters ?? []).filter(
    ({ requestMirror }) => requestMirror === undefined || !isSame(requestMirror.backendRef, target),
  )
  const filters = step === 'removed' ? others : others.toSpliced(filterIndex, 0, filter)
  const { filters: _, ...rest } = rule
  return {
    ...rest,
    ...(filters.length === 0 ? {} : { filters }),
    backendRefs: backendsAt(backendRefs, target, step),
  }
}

function backendsAt(
  originals: readonly HTTPBackendRef[],
  target: BackendObjectReference,
  step: Step,
): HTTPBackendRef[] {
  if (step === 'mirror') return [...originals]
  if (step === 'removed') return [{ ...target }]
  const total = originals.reduce((sum, ref) => sum + weightOf(ref), 0)
  const weights = reduce([...originals.map((ref) => weightOf(ref) * (100 - step)), total * step])
  const refs = [...originals, { ...target }]
  return refs.map((ref, index) => ({ ...ref, weight: weights[index] ?? 0 }))
}

/** Gateway API's largest weight. */
const WEIGHT_MAX = 1_000_000

/** The same proportions in the smallest whole numbers; rounded where they would be larger than a weight may be. */
function reduce(weights: readonly number[]): readonly number[] {
  const divisor = weights.reduce(greatestCommonDivisor, 0) || 1
  const least = weights.map((weight) => weight / divisor)
  const largest = Math.max(...least)
  if (largest <= WEIGHT_MAX) return least
  return least.map((weight) => Math.round((weight * WEIGHT_MAX) / largest))
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right)
}

/** The annotation that belongs to a step; null where there is nothing left to remember. */
export function annotationAt(ladder: Ladder, step: Step, reason: string): string | null {
  if (step === 'mirror') return null
  const { promotion } = ladder
  const overrides =
    reason === '' ? promotion.overrides : [...promotion.overrides, { to: step, reason }]
  return JSON.stringify({ ...promotion, overrides: overrides.slice(-OVERRIDES_MAX) })
}

/** The rules with the mirror's backend in the primary's place, as the last step leaves them. */
export function promotedRules(route: HTTPRoute, rule: number, filterIndex: number): Rules {
  const ladder = ladderOf(route, rule, filterIndex)
  return ladder === null ? (route.spec.rules ?? []) : rulesAt(route, ladder, 'removed')
}

/** `1 %`, or what the ends are called. */
export function stepText(step: Step): string {
  if (step === 'mirror') return 'Mirror only'
  return step === 'removed' ? 'Mirror removed' : `${step} %`
}
