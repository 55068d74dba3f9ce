/** A snapshot → this → what may be concluded from it: differences by rank, and the verdict. Source: sequential-test.ts. */
import {
  type AssessedGroup,
  assessGroups,
  pairsUntil,
  statusesOf,
} from '@/lib/comparison/assess-groups'
import {
  countAbove,
  DIFFERENCE_EDGES_MS,
  edgeAtLeast,
  total,
} from '@/lib/comparison/latency-counts'
import { lowerBound, upperBound } from '@/lib/comparison/sequential-test'
import type { ComparisonSnapshot } from '@/lib/comparison/snapshot'
import { isMirrorFailure, isServerError } from '@/lib/comparison/status-label'
import type { JudgeRules, Thresholds } from '@/lib/comparison/thresholds'

export type Decision = 'promote' | 'keep-watching' | 'do-not-promote'

/** One question of the verdict. Rates are shares from 0 to 1. */
export interface Criterion {
  readonly name: 'mismatch' | 'errors' | 'latency' | 'coverage'
  /** `good` lets the mirror be promoted, `bad` forbids it, `open` needs more pairs. */
  readonly state: 'good' | 'bad' | 'open'
  readonly seen: number
  /** With what is not told from noise yet; at least `seen`. */
  readonly possible: number
  readonly of: number
  readonly rate: number
  /** Ends of the confidence sequence, net of noise; equal to the rate where nothing is estimated. */
  readonly lower: number
  readonly upper: number
  readonly limit: number
  /** Pairs in all until it is decided at the present rate; null when that is not in sight, or it is decided. */
  readonly pairsNeeded: number | null
}

export interface Assessment {
  readonly decision: Decision
  readonly criteria: readonly Criterion[]
  /** Further pairs until every open question would be decided; null when that is not in sight. */
  readonly pairsNeeded: number | null
  /** By rank: differences, then what is not decided, other spellings, noise, and what is ignored. */
  readonly groups: readonly AssessedGroup[]
  readonly endpoints: EndpointCoverage
  /** Places that only repeats could tell from noise, and that no repeat has had. */
  readonly unmeasured: number
  /** The edge at which slower pairs are counted. */
  readonly latencyToleranceMs: number
}

export interface EndpointCoverage {
  readonly seen: number
  readonly unseen: readonly string[]
  /** Requests counted by their endpoint, captured or not; 0 where nobody counts them. */
  readonly requests: number
  /**
   * Share of requests that go to endpoints no pair has asked yet: of those counted; where none are, the endpoints that
   * one pair asked, of all pairs. I. J. Good, "The
   * population frequencies of species and the estimation of population parameters", Biometrika 40, 1953.
   */
  readonly unseenShare: number
}

/** Judges a snapshot; the same snapshot and rules give the same answer anywhere. */
export function assess(snapshot: ComparisonSnapshot, rules: JudgeRules): Assessment {
  const groups = assessGroups(snapshot.groups, rules)
  const { thresholds } = rules
  const toleranceMs = edgeAtLeast(DIFFERENCE_EDGES_MS, thresholds.latencyToleranceMs)
  const endpoints = coverageOf(snapshot)
  const criteria = [
    mismatch(snapshot, groups, thresholds),
    errors(snapshot, groups, thresholds),
    latency(snapshot, toleranceMs, thresholds.level),
    coverage(endpoints, thresholds.minEndpointCoverage),
  ]
  return {
    decision: decide(criteria),
    criteria,
    pairsNeeded: morePairs(criteria, snapshot.pairs),
    groups: rank(groups),
    endpoints,
    unmeasured: groups.filter(({ evidence }) => evidence === 'unmeasured').length,
    latencyToleranceMs: toleranceMs,
  }
}

/** Three questions can forbid, so each may be wrong a third as often; to promote, all must agree, so none has to share. */
const FORBIDDING = 3

function decide(criteria: readonly Criterion[]): Decision {
  if (criteria.some(({ state }) => state === 'bad')) return 'do-not-promote'
  return criteria.every(({ state }) => state === 'good') ? 'promote' : 'keep-watching'
}

function morePairs(criteria: readonly Criterion[], pairs: number): number | null {
  const open = criteria.filter(({ state, name }) => state === 'open' && name !== 'coverage')
  const needed = open.map(({ pairsNeeded }) => pairsNeeded)
  if (needed.some((count) => count === null)) return null
  return Math.max(0, ...needed.map((count) => (count ?? 0) - pairs))
}

const STATE_RANKS = { difference: 0, undecided: 1, spelling: 2, noise: 3, ignored: 4 } as const

function rank(groups: readonly AssessedGroup[]): readonly AssessedGroup[] {
  return groups.toSorted(
    (left, right) =>
      STATE_RANKS[left.state] - STATE_RANKS[right.state] || right.surprise - left.surprise,
  )
}

interface RateInput {
  readonly name: Criterion['name']
  /** Pairs that surely count, and those that may. */
  readonly certain: number
  readonly possible: number
  readonly of: number
  /** Noise that is part of the certain ones: an upper end, and a lower one. */
  readonly noiseUpper: number
  readonly noiseLower: number
  readonly limit: number
  readonly level: number
}

/** Forbids on what is certain, allows on what is possible. */
function judgeRate(input: RateInput): Criterion {
  const { name, certain, possible, of, noiseUpper, noiseLower, limit, level } = input
  const lower = Math.max(0, lowerBound(certain, of, level / FORBIDDING) - noiseUpper)
  const upper = Math.max(0, upperBound(possible, of, level) - noiseLower)
  const state = lower > limit ? 'bad' : upper < limit ? 'good' : 'open'
  const below = pairsUntil('below', limit + noiseLower, { seen: possible, of, level })
  const above = pairsUntil('above', limit + noiseUpper, {
    seen: certain,
    of,
    level: level / FORBIDDING,
  })
  return {
    name,
    state,
    seen: certain,
    possible,
    of,
    rate: of === 0 ? 0 : Math.max(0, certain / of - noiseLower),
    lower,
    upper,
    limit,
    pairsNeeded: state === 'open' ? (below ?? above) : null,
  }
}

function mismatch(
  snapshot: ComparisonSnapshot,
  groups: readonly AssessedGroup[],
  { maxMismatchRate, level }: Thresholds,
): Criterion {
  const of = snapshot.pairs
  const repeats = snapshot.calibrationPairs
  const [certain, repeated] = pairsShowing(snapshot, groups, ['difference'])
  const [possible] = pairsShowing(snapshot, groups, ['difference', 'undecided'])
  return judgeRate({
    name: 'mismatch',
    certain,
    possible,
    of,
    noiseUpper: repeated === 0 ? 0 : upperBound(repeated, repeats, level / FORBIDDING),
    noiseLower: repeated === 0 ? 0 : lowerBound(repeated, repeats, level),
    limit: maxMismatchRate,
    level,
  })
}

/** Pairs, and calibration pairs, that show a difference in one of the states. */
function pairsShowing(
  { signatures }: ComparisonSnapshot,
  groups: readonly AssessedGroup[],
  states: readonly AssessedGroup['state'][],
): readonly [pairs: number, calibrationPairs: number] {
  const isCounted = groups.map(({ state }) => states.includes(state))
  let pairs = 0
  let repeats = 0
  for (const signature of signatures) {
    const isUnknown = signature.groups.length === 0 && states.includes('undecided')
    if (!isUnknown && !signature.groups.some((index) => isCounted[index])) continue
    pairs += signature.pairs
    repeats += signature.calibrationPairs
  }
  return [pairs, repeats]
}

/** What the mirror failed of what the primary did not; a change of status that calibration shows too is noise. */
function errors(
  snapshot: ComparisonSnapshot,
  groups: readonly AssessedGroup[],
  { maxErrorRate, level }: Thresholds,
): Criterion {
  const of = snapshot.statuses
    .filter(({ primary }) => !isServerError(primary))
    .reduce((sum, { pairs }) => sum + pairs, 0)
  const regressions = groups.filter(isRegression)
  const sum = (...states: AssessedGroup['state'][]) =>
    regressions
      .filter(({ state }) => states.includes(state))
      .reduce((count, { differing }) => count + differing, 0)
  return judgeRate({
    name: 'errors',
    certain: sum('difference'),
    possible: sum('difference', 'undecided'),
    of,
    noiseUpper: 0,
    noiseLower: 0,
    limit: maxErrorRate,
    level,
  })
}

function isRegression(group: AssessedGroup): boolean {
  const statuses = statusesOf(group)
  return statuses !== null && isMirrorFailure(...statuses)
}

/**
 * Whether the mirror's median pair is slower than the tolerance: a sign test, since half of the pairs being slower by more
 * than it is what "the median is at the tolerance" means, whatever the distribution of times.
 */
function latency(
  { latency: { difference } }: ComparisonSnapshot,
  toleranceMs: number,
  level: number,
): Criterion {
  const slower = countAbove(difference, DIFFERENCE_EDGES_MS, toleranceMs)
  return judgeRate({
    name: 'latency',
    certain: slower,
    possible: slower,
    of: total(difference),
    noiseUpper: 0,
    noiseLower: 0,
    limit: 0.5,
    level,
  })
}

function coverageOf(snapshot: ComparisonSnapshot): EndpointCoverage {
  const { endpoints, unseenEndpoints, pairs, requests } = snapshot
  const unseenNames = new Set(unseenEndpoints)
  const counted = requests.endpoints.reduce((sum, one) => sum + one.requests, 0)
  const unseen = requests.endpoints
    .filter(({ endpoint }) => unseenNames.has(endpoint))
    .reduce((sum, one) => sum + one.requests, 0)
  const once = endpoints.filter((endpoint) => endpoint.pairs === 1).length
  return {
    seen: endpoints.length,
    unseen: unseenEndpoints,
    requests: counted,
    unseenShare: counted === 0 ? (pairs === 0 ? 1 : once / pairs) : unseen / counted,
  }
}

function coverage({ seen, unseen }: EndpointCoverage, limit: number): Criterion {
  const of = seen + unseen.length
  const rate = of === 0 ? 0 : seen / of
  const state = of > 0 && rate >= limit ? 'good' : 'open'
  return {
    name: 'coverage',
    state,
    seen,
    possible: seen,
    of,
    rate,
    lower: rate,
    upper: rate,
    limit,
    pairsNeeded: null,
  }
}
