/** A route → the promotions of its mirrors: where each stands, and the rules of the next step. Lossless. */
import { backendKey, backendName } from '@/lib/gateway-api/references'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { type Backends, canShare, isEdited, shareOf } from './backends-at'
import { candidateOf, findRules } from './find-rule'
import { mirrorsOfRule, mirrorsTo } from './mirrors-to'
import { PROMOTION_ANNOTATION, type Promotion, parsePromotion, type Step } from './promotion'

export interface Ladder {
  readonly promotion: Promotion
  /** Where the rule and the mirror are now; the mirror where it was, while it is taken out. */
  readonly rule: number
  readonly filterIndex: number
  readonly candidate: string
  /** Percent of the requests that the candidate answers now. */
  readonly share: number
  readonly isMirrored: boolean
  /** The share before the first step. */
  readonly origin: number
  /** Whether a first step was taken, so that the route remembers the way back. */
  readonly isStarted: boolean
  /** Whether backendRefs were changed since then, other than in their weights. */
  readonly isEdited: boolean
  readonly next: Step | null
  readonly previous: Step | null
}

export interface Promotions {
  /** One for each rule and backend it mirrors to, in order of the rules. */
  readonly ladders: readonly Ladder[]
  /** Why the promotion that the route remembers can't go on, nor another begin; null where it can. */
  readonly problem: string | null
}

/** Where every mirror of the route stands, and the one whose promotion took it out. */
export function promotionsOf(route: HTTPRoute): Promotions {
  const text = route.metadata.annotations?.[PROMOTION_ANNOTATION]
  const fresh = freshPromotions(route)
  if (text === undefined) {
    return { ladders: fresh.map((one) => ladderOf(route, ...one, false)), problem: null }
  }
  const kept = parsePromotion(text)
  if (kept === null) return { ladders: [], problem: UNREADABLE }
  const found = findRules(route, kept)
  const [rule] = found
  if (rule === undefined || found.length > 1) {
    return { ladders: [], problem: lostText(kept, route, found) }
  }
  const namespace = route.metadata.namespace ?? ''
  const keyOf = (promotion: Promotion) => backendKey(candidateOf(promotion), namespace)
  const ladders = fresh
    .filter(([at, one]) => at !== rule || keyOf(one) !== keyOf(kept))
    .map((one) => ladderOf(route, ...one, false))
  const all = [...ladders, ladderOf(route, rule, kept, true)]
  return { ladders: all.sort((left, right) => left.rule - right.rule), problem: null }
}

const UNREADABLE = `The annotation ${PROMOTION_ANNOTATION} can't be read, so what the promoted rule was before is not known.`

function lostText(promotion: Promotion, { metadata }: HTTPRoute, found: readonly number[]): string {
  const name = backendName(candidateOf(promotion), metadata.namespace ?? '')
  const { ruleName } = promotion
  const began = `The promotion of ${name} began on ${ruleName === '' ? 'a rule without a name' : `the rule "${ruleName}"`}`
  if (found.length === 0) {
    return `${began}. No rule of the route has that name now, or the same matches and mirror.`
  }
  const places = found.map((index) => `rule ${index}`).join(', ')
  return `${began}. ${found.length} rules fit: ${places}. Which of them it is can't be determined.`
}

/** What a first step on each mirror would remember, with the rule it is in. */
function freshPromotions(route: HTTPRoute): readonly (readonly [number, Promotion])[] {
  const namespace = route.metadata.namespace ?? ''
  return (route.spec.rules ?? []).flatMap((rule, index) => {
    const targets = mirrorsOfRule(rule).map(
      ({ filter }) => filter.requestMirror?.backendRef ?? { name: '' },
    )
    const byKey = new Map(targets.map((target) => [backendKey(target, namespace), target]))
    return [...byKey.values()].map((target) => {
      const { name: ruleName = '', matches, backendRefs = [] } = rule
      const mirrors = mirrorsTo(rule, target, namespace)
      return [index, { ruleName, matches, mirrors, backendRefs, overrides: [] }] as const
    })
  })
}

/** What the steps of a promotion change of its rule. */
export function backendsOf(route: HTTPRoute, rule: number, promotion: Promotion): Backends {
  return {
    originals: promotion.backendRefs,
    current: route.spec.rules?.[rule]?.backendRefs ?? [],
    target: candidateOf(promotion),
    namespace: route.metadata.namespace ?? '',
  }
}

function ladderOf(
  route: HTTPRoute,
  index: number,
  remembered: Promotion,
  isStarted: boolean,
): Ladder {
  const rule = route.spec.rules?.[index] ?? {}
  const backends = backendsOf(route, index, remembered)
  const { current, originals, target, namespace } = backends
  const mirrors = mirrorsTo(rule, target, namespace)
  const [mirror] = mirrors.length > 0 ? mirrors : remembered.mirrors
  const [share, origin] = [shareOf(current, backends), shareOf(originals, backends)]
  const isMirrored = mirrors.length > 0
  const isShared = canShare(backends)
  const { name: ruleName = '', matches } = rule
  return {
    // What was edited since is what the next step finds the rule again by, and the way back restores.
    promotion: { ...remembered, ruleName, matches, ...(isMirrored && { mirrors }) },
    rule: index,
    filterIndex: mirror?.filterIndex ?? 0,
    candidate: backendName(target, namespace),
    share,
    isMirrored,
    origin,
    isStarted,
    isEdited: isEdited(backends),
    next: isShared || share >= 100 ? nextStep(share, isMirrored) : null,
    // Where nobody else is known to have answered, there is nobody to give requests back to.
    previous: isShared ? previousStep(share, isMirrored, origin) : null,
  }
}

const PERCENTS = [1, 10, 50, 100] as const

function nextStep(share: number, isMirrored: boolean): Step | null {
  if (!isMirrored) return null
  return share >= 100 ? 'removed' : (PERCENTS.find((percent) => percent > share) ?? 100)
}

/** What the rule had at first is a step as well, so that there is a way back to just that. */
function previousStep(share: number, isMirrored: boolean, origin: number): Step | null {
  const percents = [...PERCENTS, ...(origin > 0 ? [origin] : [])].sort((a, b) => a - b)
  // The mirror may have been taken out by hand before the last step: back is where it was then.
  if (!isMirrored) return percents.findLast((percent) => percent <= share) ?? 'mirror'
  if (share === 0) return null
  return percents.findLast((percent) => percent < share) ?? 'mirror'
}
