/**
 * Counters at the times of a grid → this → counts per step, by the rules of a scrape: a counter that shrank was reset,
 * a series that appears while its process was known counts from zero, and what passed while a process was not seen
 * belongs to no step. Exact where Prometheus' own increase() extrapolates.
 */
import { counterIncrease, isCounterValue } from '@/lib/series/counter-increase'
import { classifySample } from '../classify-sample'
import type { SlotCounts } from '../slot-counts'
import type { ClassifiedSample, Dialect, Labels, Slot } from '../slots'
import type { Grid, MatrixSeries } from './prometheus-client'

export interface CountedMatrix {
  readonly counts: readonly SlotCounts[]
  /** Per step of the grid. */
  readonly known: readonly boolean[]
  readonly dialects: ReadonlySet<Dialect>
}

/** One process: whether it was seen at each time of the grid. */
export type Presence = ReadonlyMap<string, readonly boolean[]>

/** Names the process a series was scraped from. */
export function targetOf(labels: Labels): string {
  const { job = '', instance = '', pod = '', namespace = '' } = labels
  return [job, instance, namespace, pod].join('\n')
}

/** Values by grid time; null where there is none that a counter may have. */
export function onGrid({ values }: MatrixSeries, grid: Grid): (number | null)[] {
  const line = new Array<number | null>(grid.points + 1).fill(null)
  for (const [time, text] of values) {
    const index = Math.round((time - grid.start) / grid.stepSeconds)
    const value = Number(text)
    if (index in line && isCounterValue(value)) line[index] = value
  }
  return line
}

interface Line {
  readonly sample: ClassifiedSample
  readonly values: readonly (number | null)[]
  readonly seen: readonly boolean[]
  /** Increases by step, 0 at the grid's first time. */
  readonly steps: Float64Array
  /** What grew while the process was not seen. */
  unplaced: number
  /** Copies in flight whose end no one counted. */
  lost: number
}

/** Returns the counts of all series that are about a route. */
export function countMatrix(
  series: readonly MatrixSeries[],
  presence: Presence,
  grid: Grid,
): CountedMatrix {
  const groups = new Map<string, Line[]>()
  const dialects = new Set<Dialect>()
  for (const one of series) {
    const sample = classifySample(one.labels['__name__'] ?? '', one.labels)
    if (sample === null) continue
    dialects.add(sample.dialect)
    const target = targetOf(one.labels)
    const values = onGrid(one, grid)
    const line: Line = {
      sample,
      values,
      seen: presence.get(target) ?? values.map((value) => value !== null),
      steps: new Float64Array(grid.points + 1),
      unplaced: 0,
      lost: 0,
    }
    const key = `${target}\n${sample.group}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [line])
    else group.push(line)
  }
  const slots = new SlotSums(grid.points)
  for (const group of groups.values()) {
    countGroup(group)
    separateBuckets(group)
    for (const line of group) slots.add(line)
  }
  return { counts: slots.counts, known: knownSteps(presence, grid.points), dialects }
}

/** Increases of the series that restart together. */
function countGroup(group: readonly Line[]): void {
  const resets = resetsOf(group)
  for (const line of group) {
    if (line.sample.isGauge) countGauge(line, resets)
    else countCounter(line, resets)
  }
}

function countCounter(line: Line, resets: ReadonlySet<number>): void {
  let previous: number | null = null
  for (const [index, isSeen] of line.seen.entries()) {
    if (!isSeen) continue
    const value = line.values[index] ?? null
    const wasSeen = index > 0 && (line.seen[index - 1] ?? false)
    // A series that is missing while its process is there counts from zero when it is back.
    if (value !== null && (previous !== null || wasSeen)) {
      place(line, index, wasSeen, counterIncrease(previous, value, resets.has(index)))
    }
    previous = value
  }
}

/** A gauge's changes; what was in flight at a restart, or when the process went, ended unseen. */
function countGauge(line: Line, resets: ReadonlySet<number>): void {
  let previous: number | null = null
  for (const [index, isSeen] of line.seen.entries()) {
    if (!isSeen) continue
    const value = line.values[index] ?? 0
    const wasSeen = index > 0 && (line.seen[index - 1] ?? false)
    if (previous !== null) {
      place(line, index, wasSeen, value - previous)
      if (resets.has(index)) line.lost += previous
    }
    previous = value
  }
  if (line.seen.at(-1) === true) return
  line.unplaced -= previous ?? 0
  line.lost += previous ?? 0
}

function place(line: Line, index: number, wasSeen: boolean, increase: number): void {
  if (wasSeen) line.steps[index] = increase
  else line.unplaced += increase
}

/** Times at which one of the counters had shrunk: then all of them restarted. */
function resetsOf(group: readonly Line[]): ReadonlySet<number> {
  const resets = new Set<number>()
  for (const { sample, values, seen } of group) {
    if (sample.isGauge) continue
    let previous: number | null = null
    for (const [index, value] of values.entries()) {
      if (value === null || !seen[index]) continue
      if (previous !== null && value < previous) resets.add(index)
      previous = value
    }
  }
  return resets
}

/** A bucket counts everything up to its bound; what is kept is what lies between two bounds. */
function separateBuckets(group: readonly Line[]): void {
  const histograms = new Map<string, Line[]>()
  for (const line of group) {
    const { kind, subject } = line.sample.slot
    if (kind !== 'duration' && kind !== 'mirrorDuration') continue
    const key = `${kind} ${subject}`
    histograms.set(key, [...(histograms.get(key) ?? []), line])
  }
  for (const buckets of histograms.values()) {
    buckets.sort((a, b) => b.sample.slot.upperBound - a.sample.slot.upperBound)
    for (const [index, bucket] of buckets.entries()) {
      const below = buckets[index + 1]
      if (below === undefined) continue
      for (const [step, count] of bucket.steps.entries()) {
        bucket.steps[step] = Math.max(0, count - (below.steps[step] ?? 0))
      }
      bucket.unplaced = Math.max(0, bucket.unplaced - below.unplaced)
    }
  }
}

/** A step is known when every process that was there before and after it was seen at both its ends. */
function knownSteps(presence: Presence, points: number): boolean[] {
  const known: boolean[] = []
  for (let index = 1; index <= points; index += 1) {
    let isKnown = false
    let hasHole = false
    for (const seen of presence.values()) {
      if (index <= seen.indexOf(true) || index > seen.lastIndexOf(true)) continue
      const isSeen = (seen[index - 1] ?? false) && (seen[index] ?? false)
      isKnown ||= isSeen
      hasHole ||= !isSeen
    }
    known.push(isKnown && !hasHole)
  }
  return known
}

interface Sum extends SlotCounts {
  live: number
}

class SlotSums {
  readonly counts: Sum[] = []
  private readonly bySlot = new Map<string, Sum>()
  private readonly points: number

  constructor(points: number) {
    this.points = points
  }

  add({ sample, values, seen, steps, unplaced, lost }: Line): void {
    const sum = this.sumFor(sample.slot)
    if (lost > 0) this.sumFor({ ...sample.slot, kind: 'mirrorLost' }).total += lost
    for (let step = 0; step < this.points; step += 1) {
      const count = steps[step + 1] ?? 0
      sum.steps[step] = (sum.steps[step] ?? 0) + count
      sum.total += count
    }
    sum.total += unplaced
    const isSeen = seen.at(-1) ?? false
    const live = isSeen ? (values.at(-1) ?? 0) : 0
    sum.live += live
    sum.atEnd += live
  }

  private sumFor(slot: Slot): Sum {
    const key = Object.values(slot).join('\n')
    const known = this.bySlot.get(key)
    if (known !== undefined) return known
    const steps = new Float64Array(this.points)
    const sum: Sum = { slot, steps, fine: null, total: 0, live: 0, atEnd: 0 }
    this.bySlot.set(key, sum)
    this.counts.push(sum)
    return sum
  }
}
