/** The annotation `mirrorboard.dev/promotion` ↔ what the first step of a promotion remembers. */
import type { HTTPBackendRef, HTTPRouteFilter, HTTPRouteMatch } from '@/lib/gateway-api/types'
import { isJsonObject } from '@/lib/shared/json-values'

export const PROMOTION_ANNOTATION = 'mirrorboard.dev/promotion'

/**
 * Shares of the requests that the mirror's backend answers, in percent: of copies only, of all, and without the mirror.
 * Where the rule gave it another share to begin with, that is a step as well.
 */
export const STEPS = ['mirror', 1, 10, 50, 100, 'removed'] as const
export type Step = 'mirror' | 'removed' | number

/** A RequestMirror filter and its place in rule.filters. */
export interface RememberedMirror {
  readonly filterIndex: number
  readonly filter: HTTPRouteFilter
}

/** The rule as it was before the first step, as far as steps change it, and what it is found again by. */
export interface Promotion {
  /** Empty where the rule has no name. */
  readonly ruleName: string
  /** Null where an earlier version of the annotation did not remember them; undefined is the API's default. */
  readonly matches: readonly HTTPRouteMatch[] | undefined | null
  /** Every mirror of the rule that copies to the candidate; at least one. */
  readonly mirrors: readonly RememberedMirror[]
  readonly backendRefs: readonly HTTPBackendRef[]
  /** Steps taken against the verdict, with the reason given; the newest last. */
  readonly overrides: readonly { readonly to: Step; readonly reason: string }[]
}

const OVERRIDES_MAX = 10

/** The annotation's text; of the overrides the newest ten are kept. */
export function writePromotion(promotion: Promotion): string {
  return JSON.stringify({ ...promotion, overrides: promotion.overrides.slice(-OVERRIDES_MAX) })
}

/** What the annotation remembers, also as earlier versions wrote it; null where it can't be read. */
export function parsePromotion(text: string): Promotion | null {
  const value = parseJson(text)
  if (!isJsonObject(value)) return null
  const { ruleName = '', matches, backendRefs, overrides = [] } = value
  const { mirrors = [{ filterIndex: value['filterIndex'], filter: value['filter'] }] } = value
  const isRead =
    typeof ruleName === 'string' &&
    (matches === undefined || isListOfObjects(matches)) &&
    isListOfObjects(mirrors) &&
    mirrors.length > 0 &&
    mirrors.every(isRememberedMirror) &&
    isListOfObjects(backendRefs) &&
    isListOfObjects(overrides)
  if (!isRead) return null
  const isEarlier = value['mirrors'] === undefined
  return {
    ruleName,
    matches: isEarlier ? null : (matches as HTTPRouteMatch[] | undefined),
    mirrors: mirrors as unknown as RememberedMirror[],
    backendRefs: backendRefs as unknown as HTTPBackendRef[],
    overrides: overrides as unknown as Promotion['overrides'],
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isListOfObjects(value: unknown): value is object[] {
  return Array.isArray(value) && value.every(isJsonObject)
}

function isRememberedMirror(value: object): boolean {
  const { filterIndex, filter } = value as Partial<RememberedMirror>
  return (
    Number.isInteger(filterIndex) && typeof filter?.requestMirror?.backendRef?.name === 'string'
  )
}

/** `1 %`, or what the ends are called. */
export function stepText(step: Step): string {
  if (step === 'mirror') return 'Mirror only'
  return step === 'removed' ? 'Mirror removed' : `${Math.round(step * 10) / 10} %`
}
