/** Differing values of one place → this → plain counts, from which `value-model.ts` says what kind of values they are. */
import { hashText, maskedCanonical } from '@/lib/comparison/canonical'
import { type ClockReading, readClock } from '@/lib/comparison/clock-reading'
import { numberText, numberValue } from '@/lib/comparison/json-number'
import { COMPARISON_LIMITS } from '@/lib/comparison/limits'
import { saysValue } from '@/lib/comparison/request-text'
import { addMarks, emptyMarks, type ValueMarks } from '@/lib/comparison/value-marks'
import { isInstanceName } from '@/lib/comparison/value-shape'

/** What one side's values were. */
interface SideStats {
  /** Hashes of its first different values; full at `rememberedPerGroupMax`. */
  distinct: number[]
  /** Values that were one of these, or the one before. */
  repeats: number
  lastHash: number
  /** Its last numbers, newest last. */
  recent: number[]
}

/** Sums over the differing values of one difference; all of them plain counts, so that they can be stored. */
export interface ValueStats {
  differing: number
  primary: SideStats
  mirror: SideStats
  /** Pairs whose values are one word each, a number or a time: what a generated id may be. */
  words: number
  /** Pairs of two names of instances. */
  instances: number
  /** Pairs in which the request says what the primary answers, and not what the mirror does. */
  echoes: number
  /** Values of the mirror that another pair's primary had given. */
  crossed: number
  marks: ValueMarks
  /** Both are times, in one form; the primary's is that of its own answer, or keeps its distance from it; the mirror's is the same. */
  times: number
  clocks: number
  followable: number
  followed: number
  agreeing: number
  recentTimes: number
  /** The first time, and the last distance of both sides'; in milliseconds. */
  anchor: [time: number, at: number] | null
  lastShift: number | null
  sameShifts: number
  /** Successive pairs of numbers: those where a side fell, where each rose, or both are near one of the few before. */
  numbers: number
  steps: number
  falls: number
  primaryRises: number
  mirrorRises: number
  near: number
  /** Successive pairs whose mirror is by the same sum, or the same factor, apart from the primary. */
  sameGaps: number
  sameRatios: number
  lastPair: [primary: number, mirror: number] | null
  /** Successive pairs of texts: those that rose on both sides, and whose mirror's is nearly its own primary's, and not the one's before. */
  textSteps: number
  textRises: number
  alike: number
  lastTexts: [primary: string, mirror: string] | null
  /** For lists: hash of the items → hash of their order in the primary's answer, and how often it came again. */
  orders: [items: number, order: number][]
  orderRepeats: number
  orderChanges: number
}

/** Statistics of nothing yet. */
export function emptyStats(): ValueStats {
  const side = (): SideStats => ({ distinct: [], repeats: 0, lastHash: -1, recent: [] })
  return {
    differing: 0,
    primary: side(),
    mirror: side(),
    words: 0,
    instances: 0,
    echoes: 0,
    crossed: 0,
    marks: emptyMarks(),
    times: 0,
    clocks: 0,
    followable: 0,
    followed: 0,
    agreeing: 0,
    recentTimes: 0,
    anchor: null,
    lastShift: null,
    sameShifts: 0,
    numbers: 0,
    steps: 0,
    falls: 0,
    primaryRises: 0,
    mirrorRises: 0,
    near: 0,
    sameGaps: 0,
    sameRatios: 0,
    lastPair: null,
    textSteps: 0,
    textRises: 0,
    alike: 0,
    lastTexts: null,
    orders: [],
    orderRepeats: 0,
    orderChanges: 0,
  }
}

/** Two values that differ, with when they were given. */
export interface DifferingValues {
  readonly primary: unknown
  readonly mirror: unknown
  /** Epoch milliseconds when the request came, and milliseconds until the later of the answers was there. */
  readonly at: number
  readonly withinMs: number
  /** What the request says. */
  readonly request: string
}

/** Adds one differing pair of values. */
export function addValues(stats: ValueStats, values: DifferingValues): void {
  stats.differing += 1
  if (Array.isArray(values.primary)) addOrder(stats, values.primary)
  // A value that only one side has is judged by itself.
  const primary = values.primary ?? values.mirror
  const mirror = values.mirror ?? values.primary
  const left = scalarText(primary)
  const right = scalarText(mirror)
  if (left !== null && right !== null)
    addScalars(stats, { ...values, primary, mirror }, left, right)
}

function addScalars(stats: ValueStats, values: DifferingValues, left: string, right: string): void {
  const { primary, mirror, request, at } = values
  const times = [readClock(primary, at), readClock(mirror, at)] as const
  addTimes(stats, times, values)
  addRepeats(stats, hashText(left), hashText(right))
  if (saysValue(request, left) && !saysValue(request, right)) stats.echoes += 1
  if (isInstanceName(left) && isInstanceName(right)) stats.instances += 1
  const areTimes = times[0] !== null && times[1] !== null
  const word = areTimes ? ([left, right] as const) : words(left, right)
  if (word === null) return
  stats.words += 1
  const numbers = [numberValue(primary), numberValue(mirror)] as const
  if (isPlain(numbers[0]) && isPlain(numbers[1])) {
    addNumbers(stats, numbers[0], numbers[1])
    addMarks(stats.marks, numberShape(left), numberShape(right))
  } else {
    addTexts(stats, ...word)
    addMarks(stats.marks, ...word)
  }
}

function scalarText(value: unknown): string | null {
  return typeof value === 'string' ? value : numberText(value)
}

/** Whether a double tells it from its neighbours; a longer number is a text of digits. */
function isPlain(number: number | null): number is number {
  return number !== null && Math.abs(number) <= Number.MAX_SAFE_INTEGER
}

const DIGITS_OF_IDS_MIN = 9

/** How a number is written, but for the digits of measurements and counters, which may be more at one time than another. */
function numberShape(text: string): string {
  const [whole = '', fraction] = text.replace('-', '').split('.')
  const length = whole.length >= DIGITS_OF_IDS_MIN ? whole.replace(/\d/g, '9') : ''
  const kept = fraction === undefined ? '' : fraction.length > 3 ? '.long' : '.short'
  return `${text.startsWith('-') ? '-' : ''}${length}${kept}`
}

/** Of a text that is looked at, and of its words that differ. */
const TEXT_LENGTH_MAX = 16 * 1024
const WORD_LENGTH_MAX = 256
const SEVERAL = /[\s;,]/
const REDACTED = /\[redacted ([0-9a-f]+)\]/g

/** Both as one word; of several words, those that differ, where each has a digit. Null where they are more than an id. */
function words(left: string, right: string): readonly [string, string] | null {
  const longest = Math.max(left.length, right.length)
  if (longest > TEXT_LENGTH_MAX) return null
  if (!SEVERAL.test(left) && !SEVERAL.test(right)) {
    return longest > WORD_LENGTH_MAX ? null : [left, right]
  }
  const [lefts, rights] = [left, right].map((text) =>
    text.replace(REDACTED, 'redacted-$1').split(/[\s;,]+/),
  ) as [string[], string[]]
  if (lefts.length === 1 && rights.length === 1) return [lefts.join(), rights.join()]
  if (lefts.length !== rights.length) return null
  const differing = lefts.flatMap((word, index) => (word === rights[index] ? [] : [index]))
  const isGenerated = (index: number) => [lefts, rights].every((of) => /\d/.test(of[index] ?? ''))
  if (!differing.every(isGenerated)) return null
  const joined = (of: readonly string[]) => differing.map((index) => of[index]).join(' ')
  const both = [joined(lefts), joined(rights)] as const
  return Math.max(...both.map((text) => text.length)) > WORD_LENGTH_MAX ? null : both
}

function addRepeats(stats: ValueStats, primary: number, mirror: number): void {
  if (stats.primary.distinct.includes(mirror)) stats.crossed += 1
  addSide(stats.primary, primary)
  addSide(stats.mirror, mirror)
}

function addSide(side: SideStats, hash: number): void {
  const isKnown = side.lastHash === hash || side.distinct.includes(hash)
  side.lastHash = hash
  if (isKnown) side.repeats += 1
  else if (side.distinct.length < COMPARISON_LIMITS.rememberedPerGroupMax) side.distinct.push(hash)
}

/** A clock is read at any time between request and answer, and clocks of two hosts are a little apart. */
const CLOCK_REACH_MS = 2_000
const OWN_ANSWER_MS = 5_000
/** What lies less behind says not whether a time goes on with the clock. */
const FOLLOWED_AFTER_MS = 10_000
const DAY_MS = 86_400_000

function addTimes(
  stats: ValueStats,
  [primary, mirror]: readonly [ClockReading | null, ClockReading | null],
  { at, withinMs }: DifferingValues,
): void {
  if (primary === null) return
  const reach = CLOCK_REACH_MS + withinMs
  const since = primary.ms - at
  if (Math.abs(since) <= OWN_ANSWER_MS + withinMs) stats.clocks += 1
  stats.anchor ??= [primary.ms, at]
  const passed = at - stats.anchor[1]
  if (Math.abs(passed) >= FOLLOWED_AFTER_MS) {
    stats.followable += 1
    const moved = primary.ms - stats.anchor[0]
    if (Math.abs(moved - passed) <= reach + OWN_ANSWER_MS) stats.followed += 1
  }
  if (mirror === null || mirror.format !== primary.format) return
  stats.times += 1
  const shift = mirror.ms - primary.ms
  if (Math.abs(shift) <= reach) stats.agreeing += 1
  if (Math.max(Math.abs(since), Math.abs(mirror.ms - at)) < DAY_MS) stats.recentTimes += 1
  if (stats.lastShift !== null && Math.abs(shift - stats.lastShift) <= reach) stats.sameShifts += 1
  stats.lastShift = shift
}

const RECENT_MAX = 4
/** A counter goes on by little from one answer to the next, also where several of them take turns. */
const NEAR_MAX = 50

function addNumbers(stats: ValueStats, primary: number, mirror: number): void {
  stats.numbers += 1
  if (stats.lastPair !== null) addStep(stats, stats.lastPair, [primary, mirror])
  stats.lastPair = [primary, mirror]
  for (const [side, value] of [
    [stats.primary, primary],
    [stats.mirror, mirror],
  ] as const) {
    side.recent = [...side.recent.slice(1 - RECENT_MAX), value]
  }
}

type Numbers = readonly [primary: number, mirror: number]

function addStep(stats: ValueStats, before: Numbers, [primary, mirror]: Numbers): void {
  stats.steps += 1
  if (primary < before[0] || mirror < before[1]) stats.falls += 1
  if (primary > before[0]) stats.primaryRises += 1
  if (mirror > before[1]) stats.mirrorRises += 1
  if (isNear(stats.primary.recent, primary) && isNear(stats.mirror.recent, mirror)) stats.near += 1
  if (primary === before[0]) return
  if (isSteady(mirror - primary, before[1] - before[0])) stats.sameGaps += 1
  if (isSteady(mirror / primary, before[1] / before[0])) stats.sameRatios += 1
}

function isNear(recent: readonly number[], value: number): boolean {
  return Number.isInteger(value) && recent.some((one) => Math.abs(value - one) <= NEAR_MAX)
}

function isSteady(now: number, before: number): boolean {
  return Math.abs(now - before) <= 1e-6 * Math.abs(before)
}

/** Of a text's length, what its own primary's must be more alike than the one's before; and characters that may differ. */
const ALIKE_SHARE = 0.25
const CHANGED_MAX = 2

function addTexts(stats: ValueStats, primary: string, mirror: string): void {
  const { lastTexts } = stats
  stats.lastTexts = [primary, mirror]
  if (lastTexts === null) return
  stats.textSteps += 1
  if (primary > lastTexts[0] && mirror > lastTexts[1]) stats.textRises += 1
  const own = likeness(primary, mirror)
  // What is random is more than that, also after what the request has said.
  if (Math.max(primary.length, mirror.length) - own > CHANGED_MAX) return
  if (own - likeness(lastTexts[0], mirror) >= ALIKE_SHARE * mirror.length) stats.alike += 1
}

/** Characters that both begin and end with. */
function likeness(left: string, right: string): number {
  const shortest = Math.min(left.length, right.length)
  let start = 0
  while (start < shortest && left[start] === right[start]) start += 1
  let end = 0
  while (end < shortest - start && left.at(-1 - end) === right.at(-1 - end)) end += 1
  return start + end
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
  stats.orderRepeats += 1
  if (known[1] !== order) stats.orderChanges += 1
}
