/** Gateway API's largest weight. https://gateway-api.sigs.k8s.io/reference/spec/#httpbackendref */
const WEIGHT_MAX = 1_000_000
/** Of a share that is no whole percent, this many parts of one are kept. */
const PARTS_OF_PERCENT = 1_000

type Weights = readonly number[]

/**
 * Weights with which the second list gets a share of all, in percent, and each list keeps its own proportions: the smallest
 * whole numbers, rounded where they would be larger than a weight may be, and then above 0 where they were.
 */
export function inProportion(others: Weights, own: Weights, percent: number): [Weights, Weights] {
  const scale = Number.isInteger(percent) ? 1 : PARTS_OF_PERCENT
  const share = Math.round(percent * scale)
  const [left, right] = [reduce(others), reduce(own)]
  const [leftTotal, rightTotal] = [sum(left) || 1, sum(right)]
  const weights = withinLimit(
    reduce([
      ...left.map((weight) => weight * (100 * scale - share) * rightTotal),
      ...right.map((weight) => weight * share * leftTotal),
    ]),
  )
  return [weights.slice(0, left.length), weights.slice(left.length)]
}

function sum(weights: Weights): number {
  return weights.reduce((total, weight) => total + weight, 0)
}

/** The same proportions in the smallest whole numbers. */
function reduce(weights: Weights): Weights {
  const divisor = weights.reduce(greatestCommonDivisor, 0) || 1
  return weights.map((weight) => weight / divisor)
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right)
}

function withinLimit(weights: Weights): Weights {
  const largest = Math.max(...weights)
  if (largest <= WEIGHT_MAX) return weights
  return weights.map((weight) =>
    weight === 0 ? 0 : Math.max(1, Math.round((weight * WEIGHT_MAX) / largest)),
  )
}
