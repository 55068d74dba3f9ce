/**
 * How many of `trials` random requests a mirror that copies the share `probability` of them would copy: the band that
 * holds with at least 99 %. Exact while the distribution is short enough to add up, else by the normal approximation
 * with continuity correction. Our gateway samples more evenly than at random, so it stays well inside; Envoy samples at
 * random. https://en.wikipedia.org/wiki/Binomial_distribution
 */
export interface CountBand {
  readonly low: number
  readonly high: number
}

/** Beyond this variance the normal approximation is closer than it can be seen. */
const EXACT_VARIANCE_MAX = 400
const TAIL = 0.005
/** The normal distribution's 99.5 % quantile. */
const Z = 2.5758293035489

/** Returns the band, both ends included; trials are whole and not negative, probability from 0 to 1. */
export function binomialBand(trials: number, probability: number): CountBand {
  const variance = trials * probability * (1 - probability)
  if (variance === 0) {
    const count = Math.round(trials * probability)
    return { low: count, high: count }
  }
  if (variance > EXACT_VARIANCE_MAX) {
    const reach = Z * Math.sqrt(variance) + 0.5
    return {
      low: Math.max(0, Math.floor(trials * probability - reach)),
      high: Math.min(trials, Math.ceil(trials * probability + reach)),
    }
  }
  return {
    low: tail(trials, probability),
    high: trials - tail(trials, 1 - probability),
  }
}

/** The least count whose lower tail, itself included, exceeds half a percent. */
function tail(trials: number, probability: number): number {
  // The mean minus ten deviations has no weight a double would notice.
  const deviation = Math.sqrt(trials * probability * (1 - probability))
  const first = Math.max(0, Math.floor(trials * probability - 10 * deviation - 10))
  const logOdds = Math.log(probability) - Math.log1p(-probability)
  let logWeight = logBinomial(trials, first) + first * logOdds + trials * Math.log1p(-probability)
  let sum = 0
  for (let count = first; count <= trials; count += 1) {
    sum += Math.exp(logWeight)
    if (sum > TAIL) return count
    logWeight += Math.log(trials - count) - Math.log(count + 1) + logOdds
  }
  return trials
}

/** The logarithm of the number of ways to choose `chosen` of `trials`. */
function logBinomial(trials: number, chosen: number): number {
  return logFactorial(trials) - logFactorial(chosen) - logFactorial(trials - chosen)
}

/** Exact for small numbers, else Stirling's series, off by less than 1e-10 from 20 on. */
function logFactorial(number: number): number {
  if (number < 20) {
    let sum = 0
    for (let factor = 2; factor <= number; factor += 1) sum += Math.log(factor)
    return sum
  }
  const correction = 1 / (12 * number) - 1 / (360 * number ** 3) + 1 / (1260 * number ** 5)
  return number * Math.log(number) - number + 0.5 * Math.log(2 * Math.PI * number) + correction
}
