/** Scrapes by tick → this → history of every route, within a budget. */
import { Coverage, type CoverageState } from '@/lib/series/coverage'
import { TIERS } from '@/lib/series/tiers'
import type { ObserverLimits } from './limits'
import type { MetricsText } from './metrics-reader'
import { GAP_LOG, LOGS, RouteHistory } from './route-history'
import { ScrapeSeries, type SeriesCounters } from './scrape-series'
import type { Dialect } from './slots'

export interface SeriesStoreState {
  readonly tick: number
  readonly coverage: CoverageState
  readonly closed: readonly number[]
  readonly droppedBefore: readonly number[]
  /** By source. */
  readonly startTimes: Readonly<Record<string, number | null>>
}

/** A chunk that was dropped from memory, to be dropped from disk. */
export interface DroppedChunk {
  readonly route: string
  readonly log: number
  readonly firstStep: number
}

/** Dropped chunks remembered for the disk; beyond, they stay there until the next start finds them too old. */
const DROPPED_MAX = 200_000
/** How often the whole history is looked at for what is too old, in ticks; at once when it is over its budget. */
const SWEEP_TICKS = 30
/** The kept span shrinks and grows by these factors while the history is over or well under its budget. */
const SHRINK = 0.9
const GROW = 1.1
const GROW_BELOW = 0.7
/** The least share of each span that is kept, but for `KEPT_TICKS_MIN`. */
const KEPT_SHARE_MIN = 0.001

/** Kept of a log whatever the budget is, in ticks: what the next wider step is summed from. */
const KEPT_TICKS_MIN = LOGS.map((_, log) => (log === 0 ? TIERS[1] : TIERS[2]).width)

/** The history of every route, kept within the bounds of `ObserverLimits`. */
export class SeriesStore {
  readonly routes = new Map<string, RouteHistory>()
  /** By the name of the process they are from. */
  readonly sources = new Map<string, ScrapeSeries>()
  readonly counters: SeriesCounters = { refused: 0, invalid: 0 }
  readonly coverage: Coverage
  /** Per log, the newest step that is complete. Unused for the first and the gap log. */
  readonly closed: number[]
  /** Per log, ticks up to this one may have been dropped. */
  readonly droppedBefore: number[]
  dropped: DroppedChunk[] = []
  /** Share of each span that the budget leaves. */
  keptShare = 1
  chunksDroppedEarly = 0
  private readonly limits: ObserverLimits
  /** Per log, routes with steps that are not yet in the next wider log. */
  private readonly open: readonly [Set<RouteHistory>, Set<RouteHistory>] = [new Set(), new Set()]
  private sweptAt: number

  constructor(tick: number, limits: ObserverLimits, state?: SeriesStoreState) {
    this.limits = limits
    this.coverage = new Coverage(tick, state?.coverage)
    this.closed = LOGS.map(({ width }, index) => state?.closed[index] ?? Math.floor(tick / width))
    this.droppedBefore = LOGS.map((_, index) => state?.droppedBefore[index] ?? 0)
    for (const [id, startTime] of Object.entries(state?.startTimes ?? {})) {
      this.sourceFor(id).startTime = startTime
    }
    this.sweptAt = tick
  }

  private sourceFor(id: string): ScrapeSeries {
    const known = this.sources.get(id)
    if (known !== undefined) return known
    const source = new ScrapeSeries(this.limits, (key) => this.routeFor(key), this.counters)
    this.sources.set(id, source)
    return source
  }

  private routeFor(key: string): RouteHistory | null {
    const known = this.routes.get(key)
    if (known !== undefined) return known
    if (this.routes.size >= this.limits.routesMax) return null
    const route = new RouteHistory(key)
    this.routes.set(key, route)
    return route
  }

  /** Puts back a route of an earlier run. */
  restore(route: RouteHistory): void {
    this.routes.set(route.key, route)
    for (const log of [0, 1] as const) {
      if ((route.logs[log]?.lastStep ?? 0) > this.closedIn(log)) this.open[log].add(route)
    }
  }

  /** The last step of a log that is in the next wider one. */
  private closedIn(log: 0 | 1): number {
    const [wide, fine] = [LOGS[log + 1], LOGS[log]]
    return ((this.closed[log + 1] ?? 0) * (wide?.width ?? 1)) / (fine?.width ?? 1)
  }

  /** A tick whose scrape failed. */
  miss(tick: number): void {
    this.coverage.miss(tick)
    this.sweepSometimes(tick)
  }

  /**
   * A tick with the text of every source. Returns a sentence, and leaves the history as it is, when one cannot be
   * trusted. When a source that is new began to count is not known, so its first text counts nothing; one that is gone
   * takes its series along.
   */
  record(tick: number, texts: readonly MetricsText[]): string | null {
    const isNew = new Set(texts.map(({ id }) => id).filter((id) => !this.sources.has(id)))
    const problem = this.read(texts)
    if (problem !== null) {
      for (const id of isNew) this.sources.delete(id)
      this.miss(tick)
      return problem
    }
    const reach = this.coverage.scraped(tick)
    for (const route of this.routes.values()) route.live.fill(0)
    const ids = new Set(texts.map(({ id }) => id))
    for (const [id, source] of this.sources) {
      if (ids.has(id)) source.commit(reach === 'first' || isNew.has(id))
      else this.removeSource(id, source)
    }
    for (const route of this.routes.values()) {
      if (reach === 'gap') route.flush(GAP_LOG, tick)
      else if (route.flush(0, tick)) this.open[0].add(route)
    }
    this.closeSteps(tick)
    this.sweepSometimes(tick)
    return null
  }

  private read(texts: readonly MetricsText[]): string | null {
    for (const { id, text } of texts) {
      const problem = this.sourceFor(id).read(text)
      if (problem !== null) return problem
    }
    return null
  }

  private removeSource(id: string, source: ScrapeSeries): void {
    source.read('')
    source.commit(false)
    this.sources.delete(id)
  }

  /** Ends the wider steps that are over: their counts are the sums of the narrower ones. */
  private closeSteps(tick: number): void {
    this.closeStepsOf(0, 1, tick)
    this.closeStepsOf(1, 2, tick)
  }

  private closeStepsOf(log: 0 | 1, to: 1 | 2, tick: number): void {
    const { width } = TIERS[to]
    const last = Math.floor(tick / width)
    const before = this.closed[to] ?? 0
    if (last <= before) return
    const ratio = width / TIERS[log].width
    for (const route of this.open[log]) {
      if (route.fold(log, to, before * ratio + 1, last * ratio) && to === 1) this.open[1].add(route)
      if ((route.logs[log]?.lastStep ?? 0) <= last * ratio) this.open[log].delete(route)
    }
    // Only the first and the last of them can be known: more than one at once is a long gap.
    this.coverage.close(to, before + 1)
    if (last > before + 1) this.coverage.close(to, last)
    this.closed[to] = last
  }

  private sweepSometimes(tick: number): void {
    const isFull = this.historyBytes > this.limits.historyBytesMax
    if (tick - this.sweptAt < SWEEP_TICKS && !isFull) return
    this.sweptAt = tick
    this.sweep(tick)
  }

  /** Drops what is too old, and more while the history is over its budget; forgets routes without anything left. */
  sweep(tick: number): void {
    let size = this.dropOld(tick)
    if (size < this.limits.historyBytesMax * GROW_BELOW) {
      this.keptShare = Math.min(1, this.keptShare * GROW)
    }
    while (size > this.limits.historyBytesMax && this.keptShare > KEPT_SHARE_MIN) {
      this.keptShare = Math.max(KEPT_SHARE_MIN, this.keptShare * SHRINK)
      size = this.dropOld(tick)
    }
  }

  private dropOld(tick: number): number {
    const shares = LOGS.map(({ ticksKept, width }, log) => {
      const ticks = Math.max(ticksKept * this.keptShare, KEPT_TICKS_MIN[log] ?? 0)
      const oldest = Math.floor(tick - ticks)
      this.droppedBefore[log] = Math.max(this.droppedBefore[log] ?? 0, oldest)
      return { oldestStep: Math.ceil(oldest / width), isEarly: this.keptShare < 1 }
    })
    let size = 0
    for (const route of this.routes.values()) {
      for (const [log, { oldestStep, isEarly }] of shares.entries()) {
        const dropped = route.logs[log]?.dropBefore(oldestStep) ?? []
        if (isEarly) this.chunksDroppedEarly += dropped.length
        for (const { firstStep } of dropped) this.remember({ route: route.key, log, firstStep })
      }
      if (route.seriesCount === 0 && route.isEmpty) this.forget(route)
      size += route.size
    }
    return size
  }

  private remember(chunk: DroppedChunk): void {
    if (this.dropped.length < DROPPED_MAX) this.dropped.push(chunk)
  }

  private forget(route: RouteHistory): void {
    this.routes.delete(route.key)
    this.open[0].delete(route)
    this.open[1].delete(route)
  }

  /** Whose metrics have been read. */
  dialects(): ReadonlySet<Dialect> {
    return new Set([...this.routes.values()].flatMap(({ dialects }) => [...dialects]))
  }

  get historyBytes(): number {
    let size = 0
    for (const route of this.routes.values()) size += route.size
    return size
  }

  get seriesCount(): number {
    let count = 0
    for (const source of this.sources.values()) count += source.followed.size
    return count
  }

  state(tick: number): SeriesStoreState {
    return {
      tick,
      coverage: this.coverage.state(),
      closed: [...this.closed],
      droppedBefore: [...this.droppedBefore],
      startTimes: Object.fromEntries(
        [...this.sources].map(([id, { startTime }]) => [id, startTime] as const),
      ),
    }
  }
}
