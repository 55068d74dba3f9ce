/** Counts by slot → this → the series of a route, whatever source they were read from. */
import type {
  BackendSeries,
  BlindSpots,
  ByteSeries,
  CaptureCounts,
  LatencySeries,
  MirrorSeries,
  Points,
  Quantiles,
  RouteSeries,
  RuleSeries,
  SourceState,
} from '@/lib/dashboard-api/series'
import { histogramQuantile, quantileResolution } from '@/lib/series/histogram-quantile'
import { accountOf } from './mirror-account'
import { hasTraffic, liveOf, ofKind, type SlotCounts, totalOf } from './slot-counts'
import type { Slot, SlotKind } from './slots'

/** The steps that are drawn. */
export interface Drawn {
  readonly stepSeconds: number
  /** Epoch milliseconds at the end of each step. */
  readonly timestamps: readonly number[]
  /** Per step: whether its counts are known. */
  readonly known: readonly boolean[]
}

export interface CountedRoute {
  readonly route: string
  /** Only what this rule counted; null for the whole route. */
  readonly rule: string | null
  readonly drawn: Drawn
  readonly counts: readonly SlotCounts[]
  readonly source: SourceState
  readonly blindSpots: BlindSpots
}

/** Returns the wire's series of a route; one without counts has no traffic. */
export function toRouteSeries(counted: CountedRoute): RouteSeries {
  const { route, rule, drawn, source, blindSpots } = counted
  const counts =
    rule === null ? counted.counts : counted.counts.filter(({ slot }) => slot.rule === rule)
  const requests = ofKind(counts, 'requests')
  const responses = ofKind(counts, 'responses')
  return {
    route,
    stepSeconds: drawn.stepSeconds,
    timestamps: drawn.timestamps,
    primary: {
      requests: pointsOf(drawn, requests),
      responsesByClass: byClass(drawn, responses),
      totalsByCode: totalsByCode(responses),
      latency: latencyOf(drawn, ofKind(counts, 'duration')),
      total: totalOf(requests),
      inFlight: liveOf(ofKind(counts, 'requestsInFlight')),
      bytes: bytesOf(drawn, counts, 'requestBytes', 'responseBytes'),
      peaks: { ...peaksOf(drawn, { requests }), ...peaksOf(drawn, groupByClass(responses)) },
    },
    // All of them, also where one is asked for: it is chosen among them.
    rules: rulesOf(drawn, counted.counts),
    backends: blindSpots.backends === undefined ? backendsOf(drawn, counts) : [],
    mirrors: mirrorsOf(drawn, counts),
    captures: capturesOf(ofKind(counts, 'captures')),
    retries: {
      made: totalOf(ofKind(counts, 'retries')),
      refused: causesOf(ofKind(counts, 'retriesRefused')),
    },
    source,
    blindSpots,
  }
}

function rulesOf(drawn: Drawn, counts: readonly SlotCounts[]): RuleSeries[] {
  const ofRules = counts.filter(({ slot }) => slot.mirror === '')
  return groupBy(ofRules, ({ rule }) => rule)
    .filter(([, slots]) => hasTraffic(slots))
    .map(([rule, slots]) => {
      const requests = ofKind(slots, 'requests')
      return {
        rule,
        requests: pointsOf(drawn, requests),
        total: totalOf(requests),
        totalsByCode: totalsByCode(ofKind(slots, 'responses')),
        quantiles: quantilesOf(ofKind(slots, 'duration'), histogramQuantile),
        ...nowAndBytes(slots),
      }
    })
}

function nowAndBytes(slots: readonly SlotCounts[]): Pick<RuleSeries, 'inFlight' | 'bytes'> {
  return {
    inFlight: liveOf(ofKind(slots, 'requestsInFlight')),
    bytes: {
      request: totalOf(ofKind(slots, 'requestBytes')),
      response: totalOf(ofKind(slots, 'responseBytes')),
    },
  }
}

function bytesOf(
  drawn: Drawn,
  counts: readonly SlotCounts[],
  requestKind: SlotKind,
  responseKind: SlotKind,
): ByteSeries {
  const request = ofKind(counts, requestKind)
  const response = ofKind(counts, responseKind)
  return {
    request: pointsOf(drawn, request),
    response: pointsOf(drawn, response),
    total: { request: totalOf(request), response: totalOf(response) },
  }
}

/** Sums the slots' steps; a step that is not known is null. */
function pointsOf(drawn: Drawn, counts: readonly SlotCounts[]): Points {
  return drawn.known.map((isKnown, point) =>
    isKnown ? counts.reduce((total, { steps }) => total + (steps[point] ?? 0), 0) : null,
  )
}

/** Groups in the order of their names, numbers by value. */
function groupBy(
  counts: readonly SlotCounts[],
  nameOf: (slot: Slot) => string,
): [string, SlotCounts[]][] {
  const groups = new Map<string, SlotCounts[]>()
  for (const count of counts) {
    const name = nameOf(count.slot)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [count])
    else group.push(count)
  }
  return [...groups].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
}

function byClass(drawn: Drawn, responses: readonly SlotCounts[]): Record<string, Points> {
  const groups = Object.entries(groupByClass(responses))
  return Object.fromEntries(groups.map(([name, slots]) => [name, pointsOf(drawn, slots)]))
}

function groupByClass(responses: readonly SlotCounts[]): Record<string, SlotCounts[]> {
  return Object.fromEntries(groupBy(responses, ({ code }) => classOf(code)))
}

/** The busiest part of every step, as a count of the whole step; nothing where steps have no parts. */
function peaksOf(
  drawn: Drawn,
  groups: Readonly<Record<string, readonly SlotCounts[]>>,
): Record<string, Points> {
  const peaks: Record<string, Points> = {}
  for (const [name, counts] of Object.entries(groups)) {
    const fine = counts.flatMap((count) => (count.fine === null ? [] : [count.fine]))
    const parts = (fine[0]?.length ?? 0) / drawn.known.length
    if (parts <= 1) continue
    peaks[name] = drawn.known.map((isKnown, point) => {
      if (!isKnown) return null
      let most = 0
      for (let part = point * parts; part < (point + 1) * parts; part += 1) {
        let sum = 0
        for (const values of fine) sum += values[part] ?? 0
        most = Math.max(most, sum)
      }
      return most * parts
    })
  }
  return peaks
}

function classOf(code: string): string {
  if (code === '') return 'aborted'
  return /^[1-5]/.test(code) ? `${code[0]}xx` : 'other'
}

function totalsByCode(counts: readonly SlotCounts[]): Record<string, number> {
  const groups = groupBy(
    counts.filter(({ slot, total }) => slot.code !== '' && total !== 0),
    ({ code }) => code,
  )
  return Object.fromEntries(groups.map(([code, slots]) => [code, totalOf(slots)]))
}

function latencyOf(drawn: Drawn, buckets: readonly SlotCounts[]): LatencySeries {
  const byBound = sortByBound(buckets)
  // A bound with no count between it and its neighbours still says where a quantile lies.
  const upperBounds = byBound.map(boundOf)
  const at = (quantile: number, counts: readonly number[]) =>
    toMilliseconds(histogramQuantile(quantile, { upperBounds, counts }))
  const series = (quantile: number): Points =>
    drawn.known.map((isKnown, point) =>
      isKnown
        ? at(
            quantile,
            byBound.map((slots) => slots.reduce((n, { steps }) => n + (steps[point] ?? 0), 0)),
          )
        : null,
    )
  return {
    p50: series(0.5),
    p90: series(0.9),
    p99: series(0.99),
    window: quantilesOf(buckets, histogramQuantile),
    resolution: quantilesOf(buckets, quantileResolution),
  }
}

/** What `of` says of each quantile over the whole window, in milliseconds. */
function quantilesOf(buckets: readonly SlotCounts[], of: typeof histogramQuantile): Quantiles {
  const byBound = sortByBound(buckets)
  const histogram = { upperBounds: byBound.map(boundOf), counts: byBound.map(totalOf) }
  const at = (quantile: number) => toMilliseconds(of(quantile, histogram))
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) }
}

function sortByBound(buckets: readonly SlotCounts[]): SlotCounts[][] {
  return groupBy(buckets, ({ upperBound }) => String(upperBound))
    .map(([, slots]) => slots)
    .sort((a, b) => boundOf(a) - boundOf(b))
}

function boundOf(slots: readonly SlotCounts[]): number {
  return slots[0]?.slot.upperBound ?? 0
}

function toMilliseconds(seconds: number | null): number | null {
  // JSON has no infinity: beyond the last bound nothing is said.
  return seconds === null || !Number.isFinite(seconds) ? null : Math.round(seconds * 1e6) / 1e3
}

function backendsOf(drawn: Drawn, counts: readonly SlotCounts[]): BackendSeries[] {
  const ofBackend = counts.filter(({ slot }) => slot.mirror === '' && slot.subject !== '')
  const groups = groupBy(ofBackend, ({ subject }) => subject)
  return groups
    .filter(([, slots]) => hasTraffic(slots))
    .map(([backend, slots]) => {
      const responses = ofKind(slots, 'responses')
      return {
        backend,
        responses: pointsOf(drawn, responses),
        responsesByClass: byClass(drawn, responses),
        total: totalOf(responses),
        totalsByCode: totalsByCode(responses),
        latency: latencyOf(drawn, ofKind(slots, 'duration')),
        ...nowAndBytes(slots),
      }
    })
}

function mirrorsOf(drawn: Drawn, counts: readonly SlotCounts[]): MirrorSeries[] {
  const ofMirrors = counts.filter(({ slot }) => slot.mirror !== '')
  const groups = groupBy(ofMirrors, ({ rule, mirror, subject }) => `${rule} ${mirror} ${subject}`)
  return groups.flatMap(([, slots]) => {
    const [first] = slots
    return first === undefined || !hasTraffic(slots) ? [] : [mirrorOf(drawn, first.slot, slots)]
  })
}

function mirrorOf(drawn: Drawn, slot: Slot, slots: readonly SlotCounts[]): MirrorSeries {
  const ended = ofKind(slots, 'ended')
  const of = (from: readonly SlotCounts[], outcome: string) =>
    from.filter((count) => count.slot.outcome === outcome)
  const answered = of(ended, 'answered')
  return {
    rule: slot.rule,
    mirror: slot.mirror,
    target: slot.subject,
    mirrored: pointsOf(drawn, of(ofKind(slots, 'decided'), 'mirrored')),
    answered: pointsOf(drawn, answered),
    failed: pointsOf(drawn, of(ended, 'failed')),
    responsesByClass: byClass(drawn, answered),
    totalsByCode: totalsByCode(answered),
    latency: latencyOf(drawn, ofKind(slots, 'mirrorDuration')),
    bytes: bytesOf(drawn, slots, 'mirrorRequestBytes', 'mirrorResponseBytes'),
    causes: causesOf(ofKind(slots, 'mirrorCauses')),
    peaks: {
      ...peaksOf(drawn, {
        mirrored: of(ofKind(slots, 'decided'), 'mirrored'),
        answered,
        failed: of(ended, 'failed'),
      }),
      ...peaksOf(drawn, groupByClass(answered)),
    },
    account: accountOf(slots, 'live'),
    windowAccount: accountOf(slots, 'window'),
  }
}

function capturesOf(counts: readonly SlotCounts[]): CaptureCounts {
  const isReady = ({ slot }: SlotCounts) => slot.outcome === 'captured'
  const rest = counts.filter((count) => !isReady(count))
  return { captured: totalOf(counts.filter(isReady)), givenUp: causesOf(rest) }
}

function causesOf(counts: readonly SlotCounts[]): Record<string, number> {
  const causes: Record<string, number> = {}
  for (const { slot, total } of counts) {
    if (total > 0) causes[slot.reason] = (causes[slot.reason] ?? 0) + total
  }
  return causes
}
