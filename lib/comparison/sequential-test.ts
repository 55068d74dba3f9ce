/**
 * Evidence on a rate that may be looked at after every observation.
 *
 * For 0/1 observations whose chance, given the past, is at most q, exp(δ·x − n·ln(1 + q(e^δ − 1))) with δ > 0 is a
 * non-negative supermartingale that starts at 1; so is any average over δ, and by Ville's inequality (1939) the chance that
 * it ever reaches 1/α is at most α, however often it is looked at and whenever one stops. The same with δ < 0 against
 * chances of at least q. These are the sub-Bernoulli confidence sequences by a discrete mixture of S. R. Howard,
 * A. Ramdas, J. McAuliffe, J. Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences", Annals of
 * Statistics 49(2), 2021. All depend on x and n alone, so that anyone can check them.
 */

const TILTS = Array.from({ length: 13 }, (_, index) => 0.025 * 1.65 ** index)
/** Half of the weight against high rates is on δ = −∞, the best bet while nothing has been seen. */
const NOTHING_SEEN_WEIGHT = 0.5

interface Bet {
  readonly logWeight: number
  readonly tilt: number
  /** ln(1 + q(e^δ − 1)). */
  readonly cost: number
}

/** Evidence against "the chance is at most (at least) `rate`", as the logarithm of an e-value, by x of n. */
export type LogEvidence = (seen: number, of: number) => number

/** Evidence that the chance is above `rate`. */
export function evidenceAbove(rate: number): LogEvidence {
  const logWeight = -Math.log(TILTS.length)
  const bets = TILTS.map((tilt) => ({ logWeight, tilt, cost: costOf(rate, tilt) }))
  return (seen, of) => logSum(bets, seen, of)
}

/** Evidence that the chance is below `rate`. */
export function evidenceBelow(rate: number): LogEvidence {
  const logWeight = Math.log((1 - NOTHING_SEEN_WEIGHT) / TILTS.length)
  const bets = TILTS.map((tilt) => ({ logWeight, tilt: -tilt, cost: costOf(rate, -tilt) }))
  const logMiss = Math.log1p(-rate)
  return (seen, of) => {
    const tilted = logSum(bets, seen, of)
    if (seen > 0) return tilted
    return logAdd(tilted, Math.log(NOTHING_SEEN_WEIGHT) - of * logMiss)
  }
}

function costOf(rate: number, tilt: number): number {
  return Math.log1p(rate * Math.expm1(tilt))
}

function logSum(bets: readonly Bet[], seen: number, of: number): number {
  let highest = Number.NEGATIVE_INFINITY
  for (const { logWeight, tilt, cost } of bets) {
    highest = Math.max(highest, logWeight + tilt * seen - cost * of)
  }
  let sum = 0
  for (const { logWeight, tilt, cost } of bets) {
    const relative = logWeight + tilt * seen - cost * of - highest
    if (relative > -40) sum += Math.exp(relative)
  }
  return highest + Math.log(sum)
}

function logAdd(left: number, right: number): number {
  const highest = Math.max(left, right)
  return highest + Math.log(Math.exp(left - highest) + Math.exp(right - highest))
}

const BISECTIONS = 40

/** The end of the confidence sequence from below: the chance is above it, wrongly so at any time with probability ≤ `level`. */
export function lowerBound(seen: number, of: number, level: number): number {
  if (seen === 0 || of === 0) return 0
  return bisect((rate) => evidenceAbove(rate)(seen, of) >= -Math.log(level), 0, seen / of)
}

/** The end from above: the chance is below it, wrongly so at any time with probability ≤ `level`. */
export function upperBound(seen: number, of: number, level: number): number {
  if (of === 0 || seen >= of) return 1
  const isAbove = (rate: number) => evidenceBelow(rate)(seen, of) < -Math.log(level)
  return bisect(isAbove, seen / of, 1)
}

/** The place between `from` and `to` where `holds` stops holding. */
function bisect(holds: (rate: number) => boolean, from: number, to: number): number {
  let low = from
  let high = to
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (low + high) / 2
    if (holds(middle)) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Further observations are not projected beyond this. */
const PROJECTED_MAX = 10_000_000

/**
 * How many observations there must be in all until `isReached(x, n)`, if they go on as so far; at least `of`. Null when
 * that is not within ten million.
 */
export function projectNeeded(
  rate: number,
  of: number,
  isReached: (seen: number, of: number) => boolean,
): number | null {
  const at = (count: number) => isReached(Math.round(rate * count), count)
  let high = Math.max(of, 1)
  while (!at(high)) {
    high *= 2
    if (high > PROJECTED_MAX) return null
  }
  let low = Math.max(of, Math.floor(high / 2))
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (at(middle)) high = middle
    else low = middle
  }
  return high
}
