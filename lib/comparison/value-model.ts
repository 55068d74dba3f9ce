/** Counts of differing values → this → what kind of values they are, told from the values alone. */
import { evidenceAbove, lowerBound } from '@/lib/comparison/sequential-test'
import type { ValueStats } from '@/lib/comparison/value-stats'

export type ValueModelName =
  /** Each the time of its own answer, in the same form, and the same time on both sides. */
  | 'time'
  /** Numbers that rise, or go on by little, on both sides. */
  | 'counter'
  /** The primary itself gives the same items in changing order. */
  | 'random-order'
  /** Names of Pods. */
  | 'instance'
  /** Times of about the answer that are not its own: of a cache, say. */
  | 'recent-time'
  /** Hardly any value comes twice on either side, and both sides write them alike: ids and measurements, or anything unique to a request. */
  | 'unrepeated'
  /** The primary's is the time of its own answer, and the mirror's is another time, or written otherwise. */
  | 'other-clock'
  /** The primary gives back what the request says, and the mirror something else. */
  | 'garbled'
  /** The mirror's values are made of the primary's: by the same sum or factor, nearly the same text, or another answer's. */
  | 'derived'
  /** One side's values have lengths or characters that the other's never have. */
  | 'other-shape'
  /** One side's values come again, and the other's do not. */
  | 'repeats-apart'
  /** Nothing about the values explains why they differ. */
  | 'stable'

/** Fewer values say nothing of a course of numbers. */
const OBSERVED_MIN = 20
const STEPS_MIN = 5
const MOST = 0.9
/** What is true of all values but for one in a thousand is true of them. */
const STRAYS_MAX = 0.001
const STRAYS_LEVEL = 1e-4
/** Values that came before, of all: of what is drawn from fewer than some hundreds, more do. */
const REPEATS_MAX = 0.1
const ORDER_CHANGES_SHARE_MIN = 0.2

/** Evidence that something comes more often than its like by no chance: one in a hundred thousand, at any time. */
const LOPSIDED = Math.log(100_000)
const lopsided = evidenceAbove(0.5)

/** The kind; `equal` counts pairs of the same endpoints whose values at the place are equal. */
export function modelOf(stats: ValueStats, equal: number): ValueModelName {
  const { differing } = stats
  if (differing === 0) return 'stable'
  if (stats.orderChanges >= Math.max(ORDER_CHANGES_SHARE_MIN * stats.orderRepeats, 5)) {
    return 'random-order'
  }
  if (stats.echoes >= differing / 2) return 'garbled'
  if (isPure(stats, stats.instances)) return 'instance'
  const ofTime = timeModel(stats)
  if (ofTime !== null) return ofTime
  if (!isPure(stats, stats.words)) return 'stable'
  if (isCounter(stats)) return 'counter'
  if (isDerived(stats)) return 'derived'
  if (stats.marks.apart !== '') return 'other-shape'
  if (areRepeatsApart(stats)) return 'repeats-apart'
  return differing >= MOST * (differing + equal) && isUnrepeated(stats) ? 'unrepeated' : 'stable'
}

/** Whether it is so of all values but for strays; a share of strays that a change may have made is no chance. */
function isPure({ differing }: ValueStats, count: number): boolean {
  if (count < differing / 2) return false
  return lowerBound(differing - count, differing, STRAYS_LEVEL) <= STRAYS_MAX
}

function timeModel(stats: ValueStats): ValueModelName | null {
  const { differing, clocks, followable, followed, marks } = stats
  const isClock =
    clocks >= MOST * differing || (followable >= OBSERVED_MIN && followed >= MOST * followable)
  if (isClock) {
    return isPure(stats, stats.agreeing) && marks.apart === '' ? 'time' : 'other-clock'
  }
  if (stats.times < MOST * differing || marks.apart !== '') return null
  // A copy that is always as late, or early, is no chance: another zone, another lifetime.
  const isShifted = differing > STEPS_MIN && stats.sameShifts >= MOST * (differing - 1)
  if (isShifted && stats.agreeing === 0) return 'other-clock'
  return stats.recentTimes >= MOST * differing ? 'recent-time' : null
}

function isCounter(stats: ValueStats): boolean {
  const { steps, near, differing } = stats
  if (!isPure(stats, stats.numbers) || differing < OBSERVED_MIN) return false
  // Times that are no clock's rise as well.
  if (stats.times > 0) return false
  const isRising =
    isRisingOf(stats) && stats.primaryRises >= STEPS_MIN && stats.mirrorRises >= STEPS_MIN
  return isRising || (near >= MOST * steps && isUnrepeated(stats))
}

/** Also where a number stays for a while. */
function isRisingOf({ falls, steps }: ValueStats): boolean {
  return falls <= (1 - MOST) * steps
}

function isDerived(stats: ValueStats): boolean {
  const { steps, near, sameGaps, sameRatios, textSteps, textRises, alike, numbers } = stats
  // Two counters may be by the same sum apart as well.
  const mayCount = (isRisingOf(stats) || near >= MOST * steps) && steps < OBSERVED_MIN
  const isSteady = Math.max(sameGaps, sameRatios) >= MOST * steps
  if (steps >= STEPS_MIN && isSteady && !mayCount) return true
  // Ids that begin with the time are alike for being of one time.
  const isRising = textRises >= MOST * textSteps
  if (textSteps >= STEPS_MIN && !isRising && alike >= MOST * textSteps) return true
  return numbers === 0 && stats.times === 0 && isUnrepeated(stats) && isCrossed(stats)
}

/** Values drawn from not too many come again on one side as often as on the other. */
function isCrossed({ crossed, primary, mirror }: ValueStats): boolean {
  return lopsided(crossed, crossed + Math.max(primary.repeats, mirror.repeats)) >= LOPSIDED
}

function areRepeatsApart({ primary, mirror }: ValueStats): boolean {
  const more = Math.max(primary.repeats, mirror.repeats)
  return lopsided(more, primary.repeats + mirror.repeats) >= LOPSIDED
}

function isUnrepeated({ differing, primary, mirror }: ValueStats): boolean {
  return Math.max(primary.repeats, mirror.repeats) <= REPEATS_MAX * differing
}
