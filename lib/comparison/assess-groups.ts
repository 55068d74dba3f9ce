/** One difference's counts → this → whether it is noise, a difference, or not decided yet. */
import {
  type Evidence,
  type GroupState,
  NOISE_FLOOR,
  skewOf,
  stateOf,
} from '@/lib/comparison/evidence-order'
import { COMPARISON_LIMITS } from '@/lib/comparison/limits'
import { coversText, type PathStep, stepText } from '@/lib/comparison/path-pattern'
import {
  evidenceAbove,
  evidenceBelow,
  lowerBound,
  projectNeeded,
  upperBound,
} from '@/lib/comparison/sequential-test'
import type { DifferenceGroup } from '@/lib/comparison/snapshot'
import type { JudgeRules } from '@/lib/comparison/thresholds'

export interface AssessedGroup extends DifferenceGroup {
  /** Its place in the snapshot's list. */
  readonly index: number
  readonly state: GroupState
  /** What the state rests on. */
  readonly evidence: Evidence
  /** Pairs that show the opposite: missing for added, 503 → 200 for 200 → 503; null where there is none. */
  readonly reverse: number | null
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

/** Judges every difference; the level is shared by all differences there can be, so that none is wrong by chance. */
export function assessGroups(
  groups: readonly DifferenceGroup[],
  rules: JudgeRules,
): readonly AssessedGroup[] {
  const level = rules.thresholds.level / COMPARISON_LIMITS.groupsMax
  const counts = new Map(groups.map((group) => [`${group.kind} ${group.pattern}`, group.differing]))
  return groups.map((group, index) => {
    const opposite = oppositeOf(group)
    const reverse = opposite === null ? null : (counts.get(opposite) ?? 0)
    return assessGroup(group, index, reverse, level, rules)
  })
}

/** The name of the difference that shows the same the other way round. */
function oppositeOf({ kind, pattern }: DifferenceGroup): string | null {
  if (kind === 'missing') return `added ${pattern}`
  if (kind === 'added') return `missing ${pattern}`
  const statuses = statusesOf({ kind, pattern })
  if (statuses === null) return null
  return `status ${statusPattern(statuses[1], statuses[0])}`
}

function assessGroup(
  group: DifferenceGroup,
  index: number,
  reverse: number | null,
  level: number,
  rules: JudgeRules,
): AssessedGroup {
  const { seen, differing, calibrationSeen, calibrationDiffering } = group
  const hasNoise = calibrationSeen > 0
  const rate = share(differing, seen)
  const noiseRate = hasNoise ? share(calibrationDiffering, calibrationSeen) : null
  const lower = lowerBound(differing, seen, level / TESTS)
  const noiseUpper = hasNoise
    ? upperBound(calibrationDiffering, calibrationSeen, level / TESTS)
    : null
  const skew = skewOf(differing, reverse, level / TESTS)
  const [state, evidence] = stateOf(group, {
    isIgnored: isIgnored(group, rules),
    lower,
    noiseUpper,
    skew,
  })
  return {
    ...group,
    index,
    state,
    evidence,
    reverse,
    rate,
    lower,
    upper: upperBound(differing, seen, level / TESTS),
    noiseRate,
    noiseUpper,
    repeatsNeeded: state === 'undecided' ? repeatsNeeded(group, lower, level / TESTS) : null,
    surprise: seen * divergence(rate, Math.max(noiseRate ?? 0, NOISE_FLOOR)),
  }
}

function share(part: number, of: number): number {
  return of === 0 ? 0 : part / of
}

/** The bounds of pairs and of repeats, and the two sides of the skew: each has its part of the level. */
const TESTS = 4

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

/** `['200', '503']` of a difference in status; null for any other. */
export function statusesOf({
  kind,
  pattern,
}: Pick<DifferenceGroup, 'kind' | 'pattern'>): readonly [string, string] | null {
  if (kind !== 'status') return null
  const steps = [...pattern.matchAll(STATUS_STEP)]
  const [primary, mirror] = steps.map(([, quoted, plain]) => quoted ?? plain ?? '')
  return primary === undefined || mirror === undefined ? null : [primary, mirror]
}

const STATUS_STEP = /\["((?:[^"\\]|\\.)*)"\]|\.([A-Za-z_][\w-]*)/g

function statusPattern(primary: string, mirror: string): string {
  return `status${stepText(primary)}${stepText(mirror)}`
}

/** The field's name where the pattern is a header's or a trailer's place, else null. */
export function headerOf(pattern: string): string | null {
  if (!/^(?:header|trailer)/.test(pattern)) return null
  const quoted = /^(?:header|trailer)\[(".*")\]$/.exec(pattern)?.[1]
  if (quoted !== undefined) return String(JSON.parse(quoted))
  return /^(?:header|trailer)\.(.+)$/.exec(pattern)?.[1] ?? null
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
