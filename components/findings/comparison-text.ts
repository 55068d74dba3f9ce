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
    const [first = '', ...more] = bad.map(({ name }, index) => BAD_TEXT[name][index === 0 ? 0 : 1])
    return `${sentenceOf([first, ...more])}.`
  }
  const pairs = plural(snapshot.pairs, 'pair')
  if (assessment.decision === 'promote') {
    return `${pairs} show no difference, failure or delay beyond the limits.`
  }
  if (assessment.unmeasured > 0) {
    return `${pairs} alone are not enough: the primary’s own variation has not been measured.`
  }
  return `${pairs} are not enough to decide. ${explainNeed(assessment)}`
}

/** Clauses as one sentence: `a`, `a, and b`, `a, b, and c`. */
function sentenceOf(clauses: readonly string[]): string {
  if (clauses.length < 2) return clauses.join('')
  return `${clauses.slice(0, -1).join(', ')}, and ${clauses.at(-1)}`
}

/** As the sentence begins, and as it goes on. */
const BAD_TEXT: Record<Criterion['name'], readonly [first: string, further: string]> = {
  mismatch: ['The mirror’s answers differ too often', 'its answers differ too often'],
  errors: [
    'The mirror fails requests the primary answers',
    'it fails requests the primary answers',
  ],
  latency: ['The mirror is slower than the limit allows', 'it is slower'],
  coverage: ['Too few paths were compared', 'too few paths were compared'],
}

function explainNeed({ pairsNeeded, criteria, groups }: Assessment): string {
  const isUndecided = groups.some(({ state }) => state === 'undecided')
  if (pairsNeeded === null) {
    return isUndecided
      ? 'The differences below are not yet checked against the primary’s own variation: measure noise, or ignore what may differ.'
      : 'The present rates are so close to a limit that more pairs alone will not decide soon.'
  }
  if (pairsNeeded > 0)
    return `About ${formatCount(pairsNeeded)} more are needed at the present rates.`
  const isUncovered = criteria.some(({ name, state }) => name === 'coverage' && state === 'open')
  return isUncovered ? 'Some paths that got requests were not compared yet.' : ''
}

const PLACES_NAMED_MAX = 3

/** What only repeats can show: a sentence without its end, which may offer them; `''` when there is nothing. */
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
  return `The values of ${all} hardly ever occur twice, and are ${why}`
}

export const CRITERION_TEXT: Record<Criterion['name'], string> = {
  mismatch: 'Answers that really differ (ids and timestamps left out)',
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
      ? `, ${formatPercent(criterion.possible / of)} with differences not yet checked against noise`
      : ''
  return `${formatPercent(rate)} of ${pairs}${doubt}; between ${formatPercent(lower)} and ${formatPercent(upper)}`
}

/** `at most 1 %`. */
export function limitText({ name, limit }: Criterion, toleranceMs: number): string {
  if (name === 'coverage') return `at least ${formatPercent(limit)}`
  if (name === 'latency') return `at most half of them, by over ${toleranceMs} ms`
  return `at most ${formatPercent(limit)}`
}

const KIND_TEXT: Record<AssessedGroup['kind'], string> = {
  missing: 'missing',
  added: 'added',
  changed: 'changed',
  type: 'type changed',
  reordered: 're-ordered',
  spelling: 'spelled differently',
  status: 'status',
  body: 'another kind of body',
  echo: 'echoes a header of the gateway',
}

export function kindText(kind: AssessedGroup['kind']): string {
  return KIND_TEXT[kind]
}

/** As `kindText`; a change of JSON type names both types of its first sample: `type changed: number → string`. */
export function changeText({ kind, samples }: Pick<AssessedGroup, 'kind' | 'samples'>): string {
  const [sample] = samples
  if (kind !== 'type' || sample === undefined) return kindText(kind)
  return `${kindText(kind)}: ${jsonTypeOf(sample.primary)} → ${jsonTypeOf(sample.mirror)}`
}

/** By its first character, as a sample may be cut. */
function jsonTypeOf(json: string): string {
  const types: Readonly<Record<string, string>> = {
    '"': 'string',
    '{': 'object',
    '[': 'array',
    t: 'boolean',
    f: 'boolean',
    n: 'null',
  }
  return types[json.charAt(0)] ?? 'number'
}

/** `in every answer that has `price` (904 of 904)`, `in 20 of 904 answers that have `price``. */
export function shareText(
  group: Pick<AssessedGroup, 'kind' | 'pattern' | 'seen' | 'differing'>,
): string {
  const { seen, differing } = group
  const counts = `${formatCount(differing)} of ${formatCount(seen)}`
  const statuses = statusesOf(group)
  if (statuses !== null) return `in ${counts} requests the primary answered with ${statuses[0]}`
  const name = headerOf(group.pattern) ?? lastNameOf(group.pattern)
  const has = name === '' ? '' : ` that has \`${name}\``
  const have = name === '' ? '' : ` that have \`${name}\``
  return differing === seen && seen > 0
    ? `in every answer${has} (${counts})`
    : `in ${counts} answers${have}`
}

/** `price` of `$.items[*].price`; the pattern itself where no name ends it. */
function lastNameOf(pattern: string): string {
  if (!pattern.startsWith('$') || pattern === '$') return ''
  return /\.([A-Za-z_][\w-]*)$/.exec(pattern)?.[1] ?? pattern
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
  time: 'each value is the time of its own answer, and the clocks of both sides agree',
  counter: 'its values are a counter that rises by itself on both sides',
  'random-order': 'the primary itself gives the same items in changing order',
  instance: 'its values are names of Pods',
  'recent-time': 'its values are times of the last day, but not of their own answers',
  unrepeated: 'hardly any value occurs twice on either side, and both use the same format',
  'other-clock':
    'the primary’s values are the time of its answer, and the mirror’s are another time, or written in another form',
  garbled: 'the primary echoes a value of the request, and the mirror returns another',
  derived: 'the mirror’s values are the primary’s, changed, or those of another answer',
  'other-shape': 'the two sides use different formats',
  'repeats-apart': 'values repeat on one side, and not on the other',
  stable: 'its values look like no id, time or counter',
}

/** What the state rests on, with its n. */
export function evidenceText(group: AssessedGroup): string {
  const { calibrationSeen, calibrationDiffering } = group
  const repeats = `${formatCount(calibrationDiffering)} of ${plural(calibrationSeen, 'repeat')} to the primary differ here`
  if (group.evidence === 'rule') return 'Ignored by this route’s settings.'
  if (group.evidence === 'spelling') {
    return 'The same value, spelled differently.'
  }
  if (group.evidence === 'gateway') {
    return `Noise of the gateway: ${formatCount(group.differing)} answers echo a request header that the gateway sends to one side only, or with another value.`
  }
  if (group.evidence === 'calibration') return calibrationText(group, repeats)
  if (group.evidence === 'symmetry') {
    const opposite = `the opposite was seen ${plural(group.reverse ?? 0, 'time')}`
    return group.state === 'noise'
      ? `Noise, as it differs both ways alike: ${opposite}.`
      : `${group.reverse ? 'Nearly always' : 'Always'} this way round, so not chance (${opposite}).`
  }
  if (group.evidence === 'unmeasured') {
    const values = plural(group.modelOf, 'differing value')
    return `Not yet checked against the primary’s own variation: ${MODEL_TEXT[group.model]} (${values}). Repeated GET, HEAD and OPTIONS requests show whether each answer gets a new value.`
  }
  if (group.evidence === 'model') return modelText(group, repeats)
  return undecidedText(group, repeats)
}

function calibrationText(group: AssessedGroup, repeats: string): string {
  if (group.state === 'difference') {
    return `${repeats}: noise is below ${formatPercent(group.noiseUpper ?? 0)}.`
  }
  return group.model === 'unrepeated'
    ? `Noise: ${repeats}, so each answer gets a new value.`
    : `Noise: ${repeats}, and mirrored pairs differ no more often.`
}

/** Values outweigh repeats; where there are some, that is said. */
function modelText(group: AssessedGroup, repeats: string): string {
  const apart = group.model === 'other-shape' && group.apart ? `: ${group.apart}` : ''
  const why = `${MODEL_TEXT[group.model]}${apart} (${plural(group.modelOf, 'differing value')})`
  const isMeasured = group.calibrationSeen > 0
  if (group.state === 'noise') {
    const besides = isMeasured ? ` ${repeats}, which does not change that.` : ''
    return `Noise, judged by its values: ${why}.${besides}`
  }
  return isMeasured
    ? `Not noise, judged by its values: ${why}. ${repeats}, so it varies anyway, but not in this way.`
    : `Not yet checked against the primary’s own variation; ${why}.`
}

function undecidedText(group: AssessedGroup, repeats: string): string {
  if (group.calibrationSeen === 0) return 'Too rare to decide: it may be a single odd answer.'
  const { repeatsNeeded } = group
  const more =
    repeatsNeeded === null
      ? 'and it is still too rare to distinguish from noise'
      : `too few to decide: about ${formatCount(repeatsNeeded)} repeats would be enough`
  return `${repeats}, ${more}.`
}
