/** Metrics text → this → increases by route. Knows each series of the scrape before, and nothing of time. */
import { counterIncrease, isCounterValue } from '@/lib/series/counter-increase'
import { EXPOSITION_LIMITS, parseSeriesKey, scanExposition } from '@/lib/series/parse-exposition'
import { classifySample, isKeptMetric } from './classify-sample'
import type { ObserverLimits } from './limits'
import type { RouteHistory } from './route-history'
import type { ClassifiedSample } from './slots'

/** A series that is followed. */
export interface Followed {
  readonly key: string
  readonly route: RouteHistory
  readonly slot: number
  readonly isGauge: boolean
  readonly isLiveOnly: boolean
  readonly group: Group
  /** Upper bound of a histogram's bucket; null for other series. */
  readonly upperBound: number | null
  /** Its value at the scrape before; null when it was not there. */
  previous: number | null
  current: number
  /** Number of the scrape that last had it, and its place among the series of that scrape. */
  seen: number
  place: number
}

/** Series that restart together. */
interface Group {
  readonly key: string
  readonly members: Set<Followed>
  /** The members that are buckets, each histogram's together and by bound. Null: to be sorted again. */
  buckets: readonly Followed[] | null
  /** Slot that takes the copies in flight at a restart; null for a group without mirror. */
  lostSlot: number | null
}

const START_TIME = 'process_start_time_seconds'

export interface SeriesCounters {
  /** Series of routes beyond a limit. */
  refused: number
  /** Samples with a value no counter has. */
  invalid: number
}

/** The series of one metrics URL. */
export class ScrapeSeries {
  readonly followed = new Map<string, Followed>()
  startTime: number | null = null
  private readonly groups = new Map<string, Group>()
  private readonly limits: ObserverLimits
  private readonly routeFor: (key: string) => RouteHistory | null
  private readonly counters: SeriesCounters
  private scrape = 0
  /** Scrapes list their series in the same order, so the one after the last is probably the next. */
  private order: Followed[] = []
  private newOrder: Followed[] = []
  private next = 0
  private nextStartTime: number | null = null

  /** `routeFor` returns the history of a route, making it where there is room; `counters` outlive this source. */
  constructor(
    limits: ObserverLimits,
    routeFor: (key: string) => RouteHistory | null,
    counters: SeriesCounters,
  ) {
    this.limits = limits
    this.counters = counters
    this.routeFor = routeFor
  }

  /**
   * Reads a scrape. Nothing counts before `commit`. Returns a sentence when the text cannot be trusted as a whole:
   * a series that seems to be missing would count from zero when it is back.
   */
  read(text: string): string | null {
    this.scrape += 1
    this.nextStartTime = null
    this.order = this.newOrder
    this.newOrder = []
    this.next = 0
    // A number cut short would read as a reset.
    if (text !== '' && !text.endsWith('\n')) return 'The metrics end in the middle of a line.'
    const limits = { ...EXPOSITION_LIMITS, linesMax: this.limits.scrapeLinesMax, errorsMax: 1 }
    const result = scanExposition(text, limits, {
      sample: (key, value) => this.readSample(key, value),
      expectedKey: () => this.order[this.next]?.key ?? null,
    })
    const [error] = result.errors
    if (error !== undefined) return `Line ${error.line} of the metrics: ${error.message}`
    return result.truncated ? `The metrics have more than ${limits.linesMax} lines.` : null
  }

  private readSample(key: string, value: number): string | null {
    const expected = this.order[this.next]
    const known = expected?.key === key ? this.followedStill(expected) : this.followed.get(key)
    if (known === undefined) return this.readNew(key, value)
    this.next = known.place + 1
    this.see(known, value)
    return null
  }

  /** The order still names series that have been removed since. */
  private followedStill(series: Followed): Followed | undefined {
    return series.group.members.has(series) ? series : this.followed.get(series.key)
  }

  private see(series: Followed, value: number): void {
    if (isCounterValue(value)) series.current = value
    else {
      // It keeps its former value: a bad sample is no increase and no reset.
      this.counters.invalid += 1
      series.current = series.previous ?? 0
    }
    series.seen = this.scrape
    series.place = this.newOrder.length
    this.newOrder.push(series)
  }

  private readNew(key: string, value: number): string | null {
    const open = key.indexOf('{')
    const name = open === -1 ? key : key.slice(0, open)
    if (name === START_TIME) this.nextStartTime = value
    if (!isKeptMetric(name)) return null
    const ownKey = ownCopy(key)
    const identity = parseSeriesKey(ownKey, EXPOSITION_LIMITS.labelsMax)
    if (typeof identity === 'string') return identity
    const sample = classifySample(identity.name, identity.labels)
    const series = sample === null ? null : this.follow(ownKey, sample)
    if (series !== null) this.see(series, value)
    return null
  }

  /** Follows a series again as an earlier run knew it. */
  restore(key: string, previous: number): void {
    const identity = parseSeriesKey(key, EXPOSITION_LIMITS.labelsMax)
    if (typeof identity === 'string') return
    const sample = classifySample(identity.name, identity.labels)
    const series = sample === null ? null : this.follow(key, sample)
    if (series !== null) series.previous = previous
  }

  /** Starts to follow a series; null, and counted, at a limit. */
  private follow(key: string, sample: ClassifiedSample): Followed | null {
    const route = this.followed.size < this.limits.seriesMax ? this.routeFor(sample.route) : null
    const slot = route?.slotIndex(sample.slot, this.limits.slotsPerRouteMax) ?? null
    if (route === null || slot === null) {
      this.counters.refused += 1
      return null
    }
    const { kind } = sample.slot
    const group = this.groupFor(sample)
    if (kind === 'mirrorInFlight') {
      const lost = { ...sample.slot, kind: 'mirrorLost' as const }
      group.lostSlot = route.slotIndex(lost, this.limits.slotsPerRouteMax * 2)
    }
    const series: Followed = {
      key,
      route,
      slot,
      group,
      isGauge: sample.isGauge,
      isLiveOnly: kind === 'requestsInFlight',
      upperBound: kind === 'duration' || kind === 'mirrorDuration' ? sample.slot.upperBound : null,
      previous: null,
      current: 0,
      seen: 0,
      place: 0,
    }
    this.followed.set(key, series)
    group.members.add(series)
    group.buckets = null
    route.dialects.add(sample.dialect)
    route.seriesCount += 1
    route.isShapeDirty = true
    return series
  }

  private groupFor(sample: ClassifiedSample): Group {
    const known = this.groups.get(sample.group)
    if (known !== undefined) return known
    const group: Group = { key: sample.group, members: new Set(), buckets: null, lostSlot: null }
    this.groups.set(sample.group, group)
    return group
  }

  /**
   * Adds what the scrape read last counted to the routes' open steps. With `isBaseline`, for the first scrape of all,
   * nothing is added: when it was counted is not known.
   */
  commit(isBaseline: boolean): void {
    const hasRestarted =
      this.startTime !== null &&
      this.nextStartTime !== null &&
      this.startTime !== this.nextStartTime
    this.startTime = this.nextStartTime
    for (const group of this.groups.values()) {
      this.removeUnseen(group)
      if (group.members.size === 0) this.groups.delete(group.key)
      else this.commitGroup(group, hasRestarted, isBaseline)
    }
  }

  private removeUnseen(group: Group): void {
    // Where the counters stay, a gauge that left says zero: its gateway has counted how those copies ended.
    const isGone = ![...group.members].some(({ isGauge, seen }) => !isGauge && seen === this.scrape)
    for (const series of group.members) {
      if (series.seen === this.scrape) continue
      if (series.isGauge && !series.isLiveOnly) {
        if (isGone) this.addLost(series)
        series.route.add(series.slot, -(series.previous ?? 0))
      }
      group.members.delete(series)
      group.buckets = null
      this.followed.delete(series.key)
      series.route.seriesCount -= 1
      series.route.isShapeDirty = true
    }
  }

  private addLost(series: Followed): void {
    const { lostSlot } = series.group
    if (lostSlot !== null) series.route.add(lostSlot, series.previous ?? 0)
  }

  private commitGroup(group: Group, hasRestarted: boolean, isBaseline: boolean): void {
    const isReset = hasRestarted || hasShrunk(group)
    for (const series of group.members) {
      const { route, slot, current } = series
      if (series.upperBound !== null) continue
      route.live[slot] = (route.live[slot] ?? 0) + current
      if (isBaseline || series.isLiveOnly) series.previous = current
      else if (series.isGauge) this.commitGauge(series, isReset)
      else {
        route.add(slot, counterIncrease(series.previous, current, isReset))
        series.previous = current
      }
    }
    group.buckets ??= sortBuckets(group)
    commitBuckets(group.buckets, isReset, isBaseline)
  }

  private commitGauge(series: Followed, isReset: boolean): void {
    if (isReset) this.addLost(series)
    series.route.add(series.slot, series.current - (series.previous ?? 0))
    series.previous = series.current
  }
}

function hasShrunk(group: Group): boolean {
  for (const { isGauge, previous, current } of group.members) {
    if (!isGauge && previous !== null && current < previous) return true
  }
  return false
}

/** A bucket counts everything up to its bound; what is kept is what lies between two bounds. */
function commitBuckets(buckets: readonly Followed[], isReset: boolean, isBaseline: boolean): void {
  let below: Followed | null = null
  let increaseBelow = 0
  for (const series of buckets) {
    const increase = counterIncrease(series.previous, series.current, isReset)
    const isFirst = below === null || histogramOf(below) !== histogramOf(series)
    const own = isFirst ? increase : Math.max(0, increase - increaseBelow)
    if (!isBaseline) series.route.add(series.slot, own)
    series.previous = series.current
    below = series
    increaseBelow = increase
  }
}

function sortBuckets(group: Group): readonly Followed[] {
  return [...group.members]
    .filter((series) => series.upperBound !== null)
    .sort((a, b) => {
      const [first, second] = [histogramOf(a), histogramOf(b)]
      if (first !== second) return first < second ? -1 : 1
      return (a.upperBound ?? 0) - (b.upperBound ?? 0)
    })
}

function histogramOf(series: Followed): string {
  const slot = series.route.slots[series.slot]
  return slot === undefined ? '' : `${slot.kind} ${slot.subject}`
}

/** A slice of the scrape's text would keep all of it in memory. */
function ownCopy(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8')
}
