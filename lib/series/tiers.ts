/**
 * Time is counted in ticks: tick k is the scrape planned for the k-th interval's end, and stands for the time since
 * tick k-1. A step of `width` ticks has the number of its end: step e covers ticks (e-1)·width+1 to e·width.
 */
export interface Tier {
  /** Ticks in one step. */
  readonly width: number
  /** Steps kept. */
  readonly steps: number
}

/** With a scrape each second: 1 s for 15 min, 10 s for 6 h, 1 min for 7 days. */
export const TIERS: readonly [Tier, Tier, Tier] = [
  { width: 1, steps: 900 },
  { width: 10, steps: 2160 },
  { width: 60, steps: 10_080 },
]

/** The most points a chart draws. */
export const POINTS_MAX = 300

/** Number of the step that covers the tick. */
export function stepOf(tick: number, width: number): number {
  return Math.ceil(tick / width)
}

export interface Resolution {
  /** Index into TIERS. */
  readonly tier: number
  /** Ticks in one drawn step; a multiple of the tier's width. */
  readonly width: number
  readonly points: number
}

/**
 * Returns the finest tier that reaches back `rangeTicks` before a time `age` ticks ago, and how many of its steps are
 * summed into one point so that no more than `pointsMax` are drawn. Summing counts loses none. A range beyond the last
 * tier is cut to it.
 */
export function chooseResolution(
  rangeTicks: number,
  pointsMax: number = POINTS_MAX,
  age = 0,
): Resolution {
  const found = TIERS.findIndex((tier) => tier.width * tier.steps >= rangeTicks + age)
  const index = found === -1 ? TIERS.length - 1 : found
  const tier = TIERS[index] ?? TIERS[0]
  const range = Math.max(1, Math.min(rangeTicks, tier.width * tier.steps))
  const width = Math.ceil(range / pointsMax / tier.width) * tier.width
  return { tier: index, width, points: Math.ceil(range / width) }
}
