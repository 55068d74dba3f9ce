/**
 * What the values of one difference say by themselves: ids, times, counters, measurements and lists in random order differ
 * between any two answers of one backend. Used until, and besides, a calibration that measures it.
 */
import { hashText, maskedCanonical } from '@/lib/comparison/canonical'
import { COMPARISON_LIMITS } from '@/lib/comparison/limits'
import { evidenceAbove } from '@/lib/comparison/sequential-test'
import { commonShape } from '@/lib/comparison/value-shape'

export type ValueModelName =
  | 'id'
  | 'time'
  | 'counter'
  | 'measurement'
  | 'random-order'
  /** Nothing about the values explains why they differ. */
  | 'stable'

/** Sums over the differing values of one difference; all of them plain counts, so that they can be stored. */
export interface ValueStats {
  differing: number
  ids: number
  times: number
  numbers: number
  /** Of the numbers, those where the mirror's is larger. */
  mirrorLarger: number
  /** Successive numbers, and how many of them rose, on both sides at once. */
  steps: number
  rises: number
  lastPrimary: number | null
  lastMirror: number | null
  /** Hashes of different values of the primary; full at `rememberedPerGroupMax`. */
  distinct: number[]
  /** For lists: hash of the items → hash of their order in the primary's answer, and how often it came again. */
  orders: [items: number, order: number][]
  repeats: number
  orderChanges: number
}

/** Statistics of nothing yet. */
export function emptyStats(): ValueStats {
  return {
    differing: 0,
    ids: 0,
    times: 0,
    numbers: 0,
    mirrorLarger: 0,
    steps: 0,
    rises: 0,
    lastPrimary: null,
    lastMirror: null,
    distinct: [],
    orders: [],
    repeats: 0,
    orderChanges: 0,
  }
}

/** Adds one differing pair of values. */
export function addValues(stats: ValueStats, primary: unknown, mirror: unknown): void {
  stats.differing += 1
  if (Array.isArray(primary)) addOrder(stats, primary)
  // A value that only one side has is judged by itself.
  const shape = commonShape(primary ?? mirror, mirror ?? primary)
  if (shape === 'id') stats.ids += 1
  if (shape === 'time') stats.times += 1
  if (typeof primary === 'number' && typeof mirror === 'number') addNumbers(stats, primary, mirror)
}

function addNumbers(stats: ValueStats, primary: number, mirror: number): void {
  stats.numbers += 1
  if (mirror > primary) stats.mirrorLarger += 1
  if (stats.lastPrimary !== null && stats.lastMirror !== null) {
    stats.steps += 1
    if (primary > stats.lastPrimary && mirror > stats.lastMirror) stats.rises += 1
  }
  stats.lastPrimary = primary
  stats.lastMirror = mirror
  if (stats.distinct.length >= COMPARISON_LIMITS.rememberedPerGroupMax) return
  const hash = hashText(String(primary))
  if (!stats.distinct.includes(hash)) stats.distinct.push(hash)
}

function addOrder(stats: ValueStats, items: readonly unknown[]): void {
  if (items.length > COMPARISON_LIMITS.alignedItemsMax) return
  const texts = items.map(maskedCanonical)
  const order = hashText(texts.join('\n'))
  const same = hashText(texts.sort().join('\n'))
  const known = stats.orders.find(([key]) => key === same)
  if (known === undefined) {
    if (stats.orders.length < COMPARISON_LIMITS.rememberedPerGroupMax) {
      stats.orders.push([same, order])
    }
    return
  }
  stats.repeats += 1
  if (known[1] !== order) stats.orderChanges += 1
}

/** Fewer differing values than this explain nothing about numbers or orders. */
const OBSERVED_MIN = 20
/** Of all differing values, those that must have the shape. */
const SHAPED_SHARE_MIN = 0.95
const RISING_SHARE_MIN = 0.9
const ORDER_CHANGES_SHARE_MIN = 0.2

/** The kind of noise the values look like. */
export function modelOf(stats: ValueStats): ValueModelName {
  const { differing, ids, times, steps, rises } = stats
  if (differing === 0) return 'stable'
  if (ids >= SHAPED_SHARE_MIN * differing) return 'id'
  if (times >= SHAPED_SHARE_MIN * differing) return 'time'
  if (stats.orderChanges >= Math.max(ORDER_CHANGES_SHARE_MIN * stats.repeats, 5)) {
    return 'random-order'
  }
  if (stats.numbers < Math.max(SHAPED_SHARE_MIN * differing, OBSERVED_MIN)) return 'stable'
  if (rises >= RISING_SHARE_MIN * steps) return 'counter'
  return isMeasurement(stats) ? 'measurement' : 'stable'
}

/** Evidence that one side has the larger number too often to be chance: one in a thousand, at any time. */
const LOPSIDED = Math.log(1_000)
const lopsided = evidenceAbove(0.5)

/** Numbers that hardly ever repeat, and of which either side has the larger one equally often. */
function isMeasurement({ numbers, mirrorLarger, distinct }: ValueStats): boolean {
  const expected = Math.min(numbers, COMPARISON_LIMITS.rememberedPerGroupMax)
  const larger = Math.max(mirrorLarger, numbers - mirrorLarger)
  return distinct.length >= 0.9 * expected && lopsided(larger, numbers) < LOPSIDED
}
