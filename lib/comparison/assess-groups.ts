/** One difference's counts → this → whether it is noise, a difference, or not decided yet. */
import { COMPARISON_LIMITS } from '@/lib/comparison/limits'
import { coversText, type PathStep } from '@/lib/comparison/path-pattern'
import {
  evidenceAbove,
  evidenceBelow,
  lowerBound,
  projectNeeded,
  upperBound,
} from '@/lib/comparison/sequential-test'
import type { DifferenceGroup } from '@/lib/comparison/snapshot'
import type { JudgeRules } from '@/lib/comparison/thresholds'

export type GroupState = 'difference' | 'undecided' | 'noise' | 'ignored'

export interface AssessedGroup extends DifferenceGroup {
  /** Its place in the snapshot's list. */
  readonly index: number
  readonly state: GroupState
  /** What the state rests on. */
  readonly evidence: 'calibration' | 'model' | 'rule' | 'none'
  /** Share of the pairs that have the place, with the confidence sequence's ends. */
  readonly rate: number
  readonly lower: number
  readonly upper: number
  /** Share of calibration pairs; null when no calibration pair had the place. */
  readonly noiseRate: number | null
  readonly noiseUpper: number | null
  /** Calibration pairs that would decide it at the present rates; null when unknown or decided. */
  readonly repeatsNeeded: number | null
  /** Nats by which the pairs speak against noise: how often times how surprising. */
  readonly surprise: number
}

/**
 * Below this rate a difference is too rare to be told from a single odd answer, where no calibration says better; it is
 * also the noise that a place without measured noise is given the benefit of.
 */
export const NOISE_FLOOR = 0.001

/** Judges every difference; the level is shared by all differences there can be, so that none is wrong by chance. */
export function assessGroups(
  groups: readonly DifferenceGroup[],
  rules: JudgeRules,
): readonly AssessedGroup[] {
  const level = rules.thresholds.level / COMPARISON_LIMITS.groupsMax
  return groups.map((group, index) => assessGroup(group, index, level, rules))
}

function assessGroup(
  group: DifferenceGroup,
  index: number,
  level: number,
  rules: JudgeRules,
): AssessedGroup {
  const { seen, differing, calibrationSeen, calibrationDiffering } = group
  const hasNoise = calibrationSeen > 0
  const rate = share(differing, seen)
  const noiseRate = hasNoise ? share(calibrationDiffering, calibrationSeen) : null
  const lower = lowerBound(differing, seen, level / 2)
  const noiseUpper = hasNoise ? upperBound(calibrationDiffering, calibrationSeen, level / 2) : null
  const [state, evidence] = isIgnored(group, rules)
    ? (['ignored', 'rule'] as const)
    : stateOf(group, lower, noiseUpper)
  return {
    ...group,
    index,
    state,
    evidence,
    rate,
    lower,
    upper: upperBound(differing, seen, level / 2),
    noiseRate,
    noiseUpper,
    repeatsNeeded: state === 'undecided' ? repeatsNeeded(group, lower, level / 2) : null,
    surprise: seen * divergence(rate, Math.max(noiseRate ?? 0, NOISE_FLOOR)),
  }
}

function share(part: number, of: number): number {
  return of === 0 ? 0 : part / of
}

/** Measured noise decides where there is any; the values' looks only where there is none. */
function stateOf(
  group: DifferenceGroup,
  lower: number,
  noiseUpper: number | null,
): readonly [GroupState, AssessedGroup['evidence']] {
  if (noiseUpper === null) {
    if (group.model !== 'stable') return ['noise', 'model']
    return lower > NOISE_FLOOR ? ['difference', 'model'] : ['undecided', 'none']
  }
  if (lower > noiseUpper) return ['difference', 'calibration']
  if (isWithinNoise(group)) return ['noise', 'calibration']
  return ['undecided', 'none']
}

/** Chance that decides between noise and "not known yet"; neither is ever reported as a difference. */
const DOUBT_LEVEL = 0.05

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

/** Calibration pairs with the place, at its present noise rate, until the noise is known to be rarer than the difference. */
function repeatsNeeded(group: DifferenceGroup, lower: number, level: number): number | null {
  const { calibrationSeen, calibrationDiffering } = group
  if (lower <= NOISE_FLOOR) return null
  const evidence = evidenceBelow(lower)
  return projectNeeded(
    share(calibrationDiffering, calibrationSeen),
    calibrationSeen,
    (seen, of) => evidence(seen, of) >= -Math.log(level),
  )
}

/** Kullback-Leibler divergence of two Bernoulli rates, zero where the first is not the larger. */
function divergence(rate: number, noise: number): number {
  if (rate <= noise) return 0
  const hits = rate * Math.log(rate / noise)
  return rate >= 1 ? hits : hits + (1 - rate) * Math.log((1 - rate) / (1 - noise))
}

function isIgnored({ pattern }: DifferenceGroup, rules: JudgeRules): boolean {
  const header = headerOf(pattern)
  if (header !== null) return rules.ignoreHeaders.includes(header)
  return rules.ignorePaths.some((path: readonly PathStep[]) => coversText(path, pattern))
}

/** The header's name where the pattern is a header's place, else null. */
export function headerOf(pattern: string): string | null {
  if (!pattern.startsWith('header')) return null
  const quoted = /^header\[(".*")\]$/.exec(pattern)?.[1]
  if (quoted !== undefined) return String(JSON.parse(quoted))
  return /^header\.(.+)$/.exec(pattern)?.[1] ?? null
}

/** Pairs until a rate's confidence sequence is above (below) `limit`, if it goes on as so far. */
export function pairsUntil(
  where: 'above' | 'below',
  limit: number,
  observed: { readonly seen: number; readonly of: number; readonly level: number },
): number | null {
  const { seen, of, level } = observed
  const rate = share(seen, of)
  if (where === 'above' ? rate <= limit : rate >= limit) return null
  const evidence = where === 'above' ? evidenceAbove(limit) : evidenceBelow(limit)
  return projectNeeded(rate, of, (x, n) => evidence(x, n) >= -Math.log(level))
}
