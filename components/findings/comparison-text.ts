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
    const [first = '', ...more] = bad.map(({ name }) => BAD_TEXT[name])
    return `${[first, ...more.map(continued)].join(', and ')}.`
  }
  const pairs = plural(snapshot.pairs, 'pair')
  if (assessment.decision === 'promote') {
    return `${pairs} show no difference, failure or delay beyond the limits.`
  }
  if (assessment.unmeasured > 0) {
    return `${pairs} alone can’t decide: the primary’s own variation is not measured.`
  }
  return `${pairs} are not enough to decide. ${explainNeed(assessment)}`
}

/** As a sentence goes on. */
function continued(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
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

const PLACES_NAMED_MAX = 3

/** What only repeats could tell: a sentence without its end, which may offer them; `''` when there is nothing. */
export function unmeasuredText({ groups }: Assessment, { calibrationPairs }: ComparisonSnapshot) {
  const places = groups.filter(({ evidence }) => evidence === 'unmeasured').map(placeText)
  if (places.length === 0) return ''
  const named = places.slice(0, PLACES_NAMED_MAX)
  const more = places.length - named.length
  const list = more > 0 ? [...named, `${formatCount(more)} more`] : named
  const last = list.pop() ?? ''
  const all = list.length === 0 ? last : `${list.join(', ')} and ${last}`
  const why =
    calibrationPairs === 0
      ? 'not yet checked against the primary’s own variation'
      : 'in no repeat so far (only GET, HEAD and OPTIONS are repeated)'
  return `The values of ${all} hardly ever come twice, and are ${why}`
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
  if (header === null) return group.pattern
  return `${group.pattern.startsWith('trailer') ? 'trailer' : 'header'} ${header}`
}

const MODEL_TEXT: Record<AssessedGroup['model'], string> = {
  time: 'each value is the time of its own answer, and both sides tell the same time',
  counter: 'its values are a counter that goes on by itself on both sides',
  'random-order': 'the primary itself gives the same items in changing order',
  instance: 'its values are names of Pods',
  'recent-time': 'its values are times of the last day, but not of their own answers',
  unrepeated: 'hardly any value comes twice on either side, and both write them alike',
  'other-clock':
    'the primary’s values are the time of its answer, and the mirror’s are another time, or written in another form',
  garbled: 'the primary gives back what the request says, and the mirror something else',
  derived: 'the mirror’s values are the primary’s, changed, or those of another answer',
  'other-shape': 'both sides write their values differently',
  'repeats-apart': 'one side gives the same values again, and the other does not',
  stable: 'nothing in its values explains it',
}

/** What the state rests on, with its n. */
export function evidenceText(group: AssessedGroup): string {
  const { calibrationSeen, calibrationDiffering } = group
  const repeats = `${formatCount(calibrationDiffering)} of ${plural(calibrationSeen, 'repeat')} to the primary differ here`
  if (group.evidence === 'rule') return 'Ignored by this route’s settings.'
  if (group.evidence === 'spelling') {
    return 'The same value, written in another way: only its spelling differs.'
  }
  if (group.evidence === 'gateway') {
    return `Noise of the gateway: ${formatCount(group.differing)} answers give back a request header that it sends to one side only, or with another value.`
  }
  if (group.evidence === 'calibration') return calibrationText(group, repeats)
  if (group.evidence === 'symmetry') {
    const opposite = `the opposite was seen ${plural(group.reverse ?? 0, 'time')}`
    return group.state === 'noise'
      ? `Noise by its balance: ${opposite}, so neither side stands out.`
      : `Noise would show in both directions alike; ${opposite}.`
  }
  if (group.evidence === 'unmeasured') {
    const values = plural(group.modelOf, 'differing value')
    return `Not yet checked against the primary’s own variation: ${MODEL_TEXT[group.model]} (${values}). Repeats of GET, HEAD and OPTIONS requests show whether they are made for each answer.`
  }
  if (group.evidence === 'model') return modelText(group, repeats)
  return undecidedText(group, repeats)
}

function calibrationText(group: AssessedGroup, repeats: string): string {
  if (group.state === 'difference') {
    return `${repeats}: noise is below ${formatPercent(group.noiseUpper ?? 0)}.`
  }
  return group.model === 'unrepeated'
    ? `Noise: ${repeats}, so its values are made for each answer.`
    : `Noise: ${repeats}, and pairs no more often.`
}

/** Values outweigh repeats; where there are some, that is said. */
function modelText(group: AssessedGroup, repeats: string): string {
  const apart = group.model === 'other-shape' && group.apart ? `: ${group.apart}` : ''
  const why = `${MODEL_TEXT[group.model]}${apart} (${plural(group.modelOf, 'differing value')})`
  const isMeasured = group.calibrationSeen > 0
  if (group.state === 'noise') {
    const besides = isMeasured ? ` ${repeats}, which does not change that.` : ''
    return `Noise by its values: ${why}.${besides}`
  }
  return isMeasured
    ? `Not noise by its values: ${why}. ${repeats}, which explains that it varies, and not this.`
    : `Noise was not measured; ${why}.`
}

function undecidedText(group: AssessedGroup, repeats: string): string {
  if (group.calibrationSeen === 0) return 'Too few so far to be told from an odd answer.'
  const { repeatsNeeded } = group
  const more =
    repeatsNeeded === null
      ? 'and it is too rare yet to tell it from noise'
      : `too few to tell: about ${formatCount(repeatsNeeded)} repeats would`
  return `${repeats}, ${more}.`
}
