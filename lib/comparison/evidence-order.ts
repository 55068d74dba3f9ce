/**
 * What one kind of evidence may do to another, strongest first. The first that says something decides.
 *
 * 1. The route's settings: what people said does not count.
 * 2. What is known to be no difference of the mirror's: a header of the gateway given back, the same value spelled otherwise.
 * 3. Values that speak against noise: they are the request's or the primary's own, changed; they have another form; the
 *    mirror's clock is wrong; one side's come again and the other's never do. A repeat measures how often the primary differs
 *    from itself, and nothing of how, so that it can't take this back.
 * 4. Values that explain themselves: the time of their own answer, a counter, an order that the primary itself changes,
 *    names of Pods. A repeat can't take this back either: it comes sooner after the first answer than the mirror's, so that
 *    both of its times are equal more often, and the primary's Pods and counters are not the mirror's.
 * 5. Repeats that differ where values never come twice, on either side: how often two such are equal is a matter of how soon
 *    one is made after the other, so that a copy's may differ more often.
 * 6. Repeats, where pairs surely differ more often than they do.
 * 7. The balance: noise differs in both directions alike.
 * 8. Repeats that differ as often as pairs do, or are too few to tell.
 * 9. Without repeats: values that never come twice are not told from noise: whether an id was made for the answer or belongs
 *    to what was asked, only a repeat can show.
 * 10. Without repeats: both directions alike.
 * 11. What is left differs for no reason but the mirror, once it is no single odd answer.
 */
import { lowerBound, upperBound } from '@/lib/comparison/sequential-test'
import type { DifferenceGroup } from '@/lib/comparison/snapshot'
import type { ValueModelName } from '@/lib/comparison/value-model'

/** `spelling`: the same value, written otherwise; no harm. */
export type GroupState = 'difference' | 'undecided' | 'spelling' | 'noise' | 'ignored'

/** What a state rests on. */
export type Evidence =
  | 'rule'
  | 'gateway'
  | 'spelling'
  /** The values, by their model. */
  | 'model'
  | 'calibration'
  | 'symmetry'
  /** Only repeats could tell, and there are none. */
  | 'unmeasured'
  | 'none'

/**
 * Below this rate a difference is too rare to be told from a single odd answer, where no calibration says better; it is
 * also the noise that a place without measured noise is given the benefit of.
 */
export const NOISE_FLOOR = 0.001

/** Chance that decides between noise and "not known yet"; neither is ever reported as a difference. */
const DOUBT_LEVEL = 0.05

const AGAINST_NOISE: ReadonlySet<ValueModelName> = new Set([
  'other-clock',
  'garbled',
  'derived',
  'other-shape',
  'repeats-apart',
])
const EXPLAINED: ReadonlySet<ValueModelName> = new Set([
  'time',
  'counter',
  'random-order',
  'instance',
])
const UNTOLD: ReadonlySet<ValueModelName> = new Set(['unrepeated', 'recent-time'])

/** What was estimated of one difference. */
export interface Estimates {
  readonly isIgnored: boolean
  /** The lower end of its rate in pairs, the upper end in repeats; null when no repeat had the place. */
  readonly lower: number
  readonly noiseUpper: number | null
  readonly skew: Skew
}

/** The state, and what it rests on. */
export function stateOf(
  group: DifferenceGroup,
  { isIgnored, lower, noiseUpper, skew }: Estimates,
): readonly [GroupState, Evidence] {
  if (isIgnored) return ['ignored', 'rule']
  if (group.kind === 'echo') return ['noise', 'gateway']
  if (group.kind === 'spelling') return ['spelling', 'spelling']
  return byValues(group, lower) ?? byMeasure(group, { lower, noiseUpper, skew })
}

type Told = readonly [GroupState, Evidence]

/** Steps 3 to 5. */
function byValues(group: DifferenceGroup, lower: number): Told | null {
  const model = modelFor(group)
  if (AGAINST_NOISE.has(model) && lower > NOISE_FLOOR) return ['difference', 'model']
  if (EXPLAINED.has(model)) return ['noise', 'model']
  return UNTOLD.has(model) && variesByItself(group) ? ['noise', 'calibration'] : null
}

/** Steps 6 to 11. */
function byMeasure(
  group: DifferenceGroup,
  { lower, noiseUpper, skew }: Omit<Estimates, 'isIgnored'>,
): Told {
  if (noiseUpper !== null && lower > noiseUpper) return ['difference', 'calibration']
  if (skew === 'lopsided') return ['difference', 'symmetry']
  if (noiseUpper !== null) {
    return isWithinNoise(group) ? ['noise', 'calibration'] : ['undecided', 'none']
  }
  if (UNTOLD.has(modelFor(group))) return ['undecided', 'unmeasured']
  if (skew === 'even') return ['noise', 'symmetry']
  if (skew === 'open') return ['undecided', 'none']
  return lower > NOISE_FLOOR ? ['difference', 'model'] : ['undecided', 'none']
}

/** Whether something is there at all, no look at the value explains; nor why it is of another type. */
function modelFor({ kind, model }: DifferenceGroup): ValueModelName {
  if (kind === 'changed' || kind === 'reordered') return model
  return (kind === 'missing' || kind === 'added') && UNTOLD.has(model) ? model : 'stable'
}

/** Of repeats, those that differ, surely: what belongs to what was asked never does. */
const VARYING_MIN = 0.1

function variesByItself({ calibrationSeen, calibrationDiffering }: DifferenceGroup): boolean {
  return lowerBound(calibrationDiffering, calibrationSeen, DOUBT_LEVEL) > VARYING_MIN
}

/** The path differs between answers of one backend, and nothing suggests that it does so more often in pairs. */
function isWithinNoise(group: DifferenceGroup): boolean {
  const { seen, differing, calibrationSeen, calibrationDiffering } = group
  if (differing === 0) return true
  if (calibrationDiffering === 0) return false
  return (
    lowerBound(differing, seen, DOUBT_LEVEL) <=
    upperBound(calibrationDiffering, calibrationSeen, DOUBT_LEVEL)
  )
}

/**
 * `lopsided`: far more often this way than the other way round. `even`: both ways alike; `open`: both ways, and too few. Answers of equal backends may be
 * exchanged, so that what differs by noise does so in both directions equally often (McNemar, Psychometrika 12, 1947; here
 * with a confidence sequence).
 */
export type Skew = 'lopsided' | 'even' | 'open' | 'unknown'

/** Fewer of both kinds say nothing of their balance. */
const BALANCED_MIN = 20

/** The balance of a difference and its opposite; `reverse` is null where there is no opposite. */
export function skewOf(differing: number, reverse: number | null, level: number): Skew {
  if (reverse === null) return 'unknown'
  const both = differing + reverse
  if (lowerBound(differing, both, level) > 0.5) return 'lopsided'
  if (lowerBound(differing, both, DOUBT_LEVEL) > 0.5) return 'unknown'
  return both >= BALANCED_MIN ? 'even' : reverse > 0 ? 'open' : 'unknown'
}
