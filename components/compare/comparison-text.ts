/** An assessment in words. Pure. */
import { formatCount, plural } from '@/components/format/numbers'
import type { Assessment, Criterion } from '@/lib/comparison/assess'
import { type AssessedGroup, headerOf, statusesOf } from '@/lib/comparison/assess-groups'
import type { ComparisonSnapshot } from '@/lib/comparison/snapshot'

const digits = (count: number) => new Intl.NumberFormat('en', { maximumFractionDigits: count })
const TWO = digits(2)
const ONE = digits(1)

/** A share as a percentage: `0.04 %`, `2.1 %`, `< 0.01 %`. */
export function formatPercent(share: number): string {
  const percent = share * 100
  if (percent > 0 && percent < 0.01) return '< 0.01 %'
  return `${percent < 1 ? TWO.format(percent) : ONE.format(percent)} %`
}

export const DECISION_TEXT = {
  promote: 'Promote',
  'keep-watching': 'Keep watching',
  'do-not-promote': 'Do not promote',
} as const

/** One sentence below the decision. */
export function explainDecision(assessment: Assessment, snapshot: ComparisonSnapshot): string {
  const bad = assessment.criteria.filter(({ state }) => state === 'bad')
  if (bad.length > 0) {
    return `${bad.map(({ name }) => BAD_TEXT[name]).join(', and ')}.`
  }
  const pairs = plural(snapshot.pairs, 'pair')
  if (assessment.decision === 'promote') {
    return `${pairs} show no difference, failure or delay beyond the limits.`
  }
  return `${pairs} are not enough to decide. ${explainNeed(assessment)}`
}

const BAD_TEXT: Record<Criterion['name'], string> = {
  mismatch: 'More answers differ than the limit allows',
  errors: 'The mirror fails requests that the primary answers',
  latency: 'The mirror is slower than the limit allows',
  coverage: 'Too few paths were compared',
}

function explainNeed({ pairsNeeded, criteria, groups }: Assessment): string {
  const isUndecided = groups.some(({ state }) => state === 'undecided')
  if (pairsNeeded === null) {
    return isUndecided
      ? 'Differences below are not told from noise yet: calibrate, or ignore what may differ.'
      : 'At the present rates, which are close to a limit, more pairs alone will not decide soon.'
  }
  if (pairsNeeded > 0)
    return `About ${formatCount(pairsNeeded)} more are needed at the present rates.`
  const isUncovered = criteria.some(({ name, state }) => name === 'coverage' && state === 'open')
  return isUncovered ? 'Paths that the route has been asked for were not compared yet.' : ''
}

export const CRITERION_TEXT: Record<Criterion['name'], string> = {
  mismatch: 'Answers that differ, net of noise',
  errors: 'Requests only the mirror failed',
  latency: 'Pairs with a slower mirror',
  coverage: 'Path patterns compared',
}

/** `1.8 % of 2,000 pairs; between 1.1 % and 2.9 %`. */
export function measuredText(criterion: Criterion): string {
  const { name, seen, of, rate, lower, upper } = criterion
  if (name === 'coverage') return `${formatCount(seen)} of ${formatCount(of)}`
  const pairs = plural(of, name === 'errors' ? 'request' : 'pair')
  const doubt =
    criterion.possible > seen
      ? `, ${formatPercent(criterion.possible / of)} with what is not told from noise yet`
      : ''
  return `${formatPercent(rate)} of ${pairs}${doubt}; between ${formatPercent(lower)} and ${formatPercent(upper)}`
}

/** `at most 1 %`. */
export function limitText({ name, limit }: Criterion, toleranceMs: number): string {
  if (name === 'coverage') return `at least ${formatPercent(limit)}`
  if (name === 'latency') return `at most half slower by over ${toleranceMs} ms`
  return `at most ${formatPercent(limit)}`
}

const KIND_TEXT: Record<AssessedGroup['kind'], string> = {
  missing: 'missing',
  added: 'added',
  changed: 'changed',
  type: 'other type',
  reordered: 're-ordered',
  spelling: 'other spelling',
  status: 'status',
  body: 'other kind of body',
  echo: 'gateway’s header given back',
}

export function kindText(kind: AssessedGroup['kind']): string {
  return KIND_TEXT[kind]
}

/** The place as a person names it: `$.items[*].price`, `header x-cache`, `200 → 503`. */
export function placeText(group: Pick<AssessedGroup, 'kind' | 'pattern'>): string {
  const statuses = statusesOf(group)
  if (statuses !== null) return `${statuses[0]} → ${statuses[1]}`
  const header = headerOf(group.pattern)
  return header === null ? group.pattern : `header ${header}`
}

const MODEL_TEXT: Record<AssessedGroup['model'], string> = {
  id: 'its values look like generated ids',
  time: 'its values are times',
  counter: 'its values are a counter that rises on both sides',
  measurement: 'its values are numbers that vary freely, neither side’s being larger',
  'random-order': 'the primary itself gives the same items in changing order',
  stable: 'nothing in its values explains it',
}

/** What the state rests on, with its n. */
export function evidenceText(group: AssessedGroup): string {
  const { calibrationSeen, calibrationDiffering, noiseUpper } = group
  const repeats = `${formatCount(calibrationDiffering)} of ${plural(calibrationSeen, 'repeat')} to the primary differ here`
  if (group.evidence === 'rule') return 'Ignored by this route’s settings.'
  if (group.evidence === 'spelling') {
    return 'The same value, written in another way: only its spelling differs.'
  }
  if (group.evidence === 'gateway') {
    return `Noise of the gateway: ${formatCount(group.differing)} answers give back a request header that it sends to one side only, or with another value.`
  }
  if (group.evidence === 'calibration') {
    return group.state === 'noise'
      ? `Noise: ${repeats}, and pairs no more often.`
      : `${repeats}: noise is below ${formatPercent(noiseUpper ?? 0)}.`
  }
  if (group.evidence === 'symmetry') {
    const opposite = `the opposite was seen ${plural(group.reverse ?? 0, 'time')}`
    return group.state === 'noise'
      ? `Noise by its balance: ${opposite}, so neither side stands out.`
      : `Noise would show in both directions alike; ${opposite}.`
  }
  if (group.evidence === 'model') {
    const values = plural(group.modelOf, 'differing value')
    return group.state === 'noise'
      ? `Noise by its looks: ${MODEL_TEXT[group.model]} (${values}). A calibration would measure it.`
      : `Noise was not measured; ${MODEL_TEXT[group.model]} (${values}).`
  }
  return undecidedText(group, repeats)
}

function undecidedText(group: AssessedGroup, repeats: string): string {
  if (group.calibrationSeen === 0) return 'Too rare to be told from an odd answer.'
  const { repeatsNeeded } = group
  const more =
    repeatsNeeded === null
      ? 'and it is too rare yet to tell it from noise'
      : `too few to tell: about ${formatCount(repeatsNeeded)} repeats would`
  return `${repeats}, ${more}.`
}
