/** Worker → this → supervisor: what one worker has counted at one instant, and the sum over all. */
import type { RuleEntry } from '@/lib/routing/route-table'
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import { DURATION_BUCKETS_SECONDS, type Histogram } from './histogram'

/** Metric name, labels that follow the group's own (each starting with a comma), value. */
export type Sample = readonly [metric: string, labels: string, value: number]

/** The series of one rule on one listener, or of one listener's unmatched requests; `labels` is what they share. */
export interface SeriesGroup {
  readonly labels: string
  readonly samples: readonly Sample[]
}

export type MetricsSnapshot = readonly SeriesGroup[]

/** A label value in the text format: backslash, quote and line feed escaped. */
export function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

/** The samples of a histogram: cumulative buckets, sum and count. */
export function histogramSamples(name: string, labels: string, histogram: Histogram): Sample[] {
  const samples: Sample[] = []
  let count = 0
  for (const [index, bound] of DURATION_BUCKETS_SECONDS.entries()) {
    count += histogram.counts[index] ?? 0
    samples.push([`${name}_bucket`, `${labels},le="${bound}"`, count])
  }
  count += histogram.counts[DURATION_BUCKETS_SECONDS.length] ?? 0
  samples.push([`${name}_bucket`, `${labels},le="+Inf"`, count])
  samples.push([`${name}_sum`, labels, histogram.sum])
  samples.push([`${name}_count`, labels, count])
  return samples
}

type GroupSums = Map<string, Sample>

/** What may have series: by the labels of a group, its rule; null for a group that is no rule's. */
export type LiveLabels = ReadonlyMap<string, Pick<RuleEntry, 'mirrors' | 'backends'> | null>

/** The labels that all series of one mirror filter and target share, after their rule's. */
export function mirrorLabels(filterIndex: number, target: string): string {
  return `,mirror="${filterIndex}",target="${escapeLabel(target)}"`
}

function forgetMirrors(sums: GroupSums, { mirrors }: Pick<RuleEntry, 'mirrors'>): void {
  const known = mirrors.map(({ filterIndex, cluster }) => mirrorLabels(filterIndex, cluster))
  for (const [key, [, labels]] of sums) {
    const isMirror = labels.startsWith(',mirror="')
    if (isMirror && !known.some((mirror) => labels.startsWith(mirror))) sums.delete(key)
  }
}

/** Sums of snapshots by series. Every identity is linear, so it holds for the sum when it holds for each. */
export class MetricsSum {
  private readonly groups = new Map<string, GroupSums>()

  add(snapshot: MetricsSnapshot): void {
    for (const group of snapshot) {
      const sums = this.groups.get(group.labels) ?? new Map<string, Sample>()
      this.groups.set(group.labels, sums)
      for (const [metric, labels, value] of group.samples) {
        const key = `${metric} ${labels}`
        sums.set(key, [metric, labels, (sums.get(key)?.[2] ?? 0) + value])
      }
    }
  }

  /** Forgets the groups, and the mirrors of a group, that are no longer served. */
  retain(live: LiveLabels): void {
    for (const [labels, sums] of this.groups) {
      const rule = live.get(labels)
      if (rule === undefined) this.groups.delete(labels)
      else if (rule !== null) forgetMirrors(sums, rule)
    }
  }

  toSnapshot(): MetricsSnapshot {
    return [...this.groups].map(([labels, sums]) => ({ labels, samples: [...sums.values()] }))
  }
}

/**
 * The last snapshot of a worker that died, settled: what was in flight then ended there, unanswered,
 * so that its counts stay in the sums and the identities still hold.
 */
export function settleLostWorker(snapshot: MetricsSnapshot): MetricsSnapshot {
  return snapshot.map((group) => ({
    labels: group.labels,
    samples: group.samples.map(([metric, labels, value]): Sample => {
      if (metric === GATEWAY_METRICS.requestsInFlight) {
        return [GATEWAY_METRICS.responses, `${labels},code="",outcome="worker_lost"`, value]
      }
      if (metric === GATEWAY_METRICS.mirrorInFlight) {
        return [
          GATEWAY_METRICS.mirrorResponses,
          `${labels},outcome="failed",reason="shutdown",code=""`,
          value,
        ]
      }
      return [metric, labels, value]
    }),
  }))
}

const FAMILIES: readonly { name: string; type: string; help: string }[] = [
  { name: GATEWAY_METRICS.requests, type: 'counter', help: 'Requests matched to a rule.' },
  { name: GATEWAY_METRICS.responses, type: 'counter', help: 'Requests that ended, by outcome.' },
  { name: GATEWAY_METRICS.requestsInFlight, type: 'gauge', help: 'Requests in flight.' },
  {
    name: GATEWAY_METRICS.requestDuration,
    type: 'histogram',
    help: 'Seconds from the head of a request read to the last byte of its response written.',
  },
  {
    name: GATEWAY_METRICS.retries,
    type: 'counter',
    help: "Attempts beyond a request's first.",
  },
  {
    name: GATEWAY_METRICS.retriesRefused,
    type: 'counter',
    help: 'Retries that a rule allows but that were skipped, by reason.',
  },
  { name: GATEWAY_METRICS.requestBytes, type: 'counter', help: 'Bytes of request bodies.' },
  { name: GATEWAY_METRICS.responseBytes, type: 'counter', help: 'Bytes of response bodies.' },
  { name: GATEWAY_METRICS.unmatched, type: 'counter', help: 'Requests that matched no route.' },
  {
    name: GATEWAY_METRICS.mirrorOffered,
    type: 'counter',
    help: 'Requests a mirror filter applied to.',
  },
  {
    name: GATEWAY_METRICS.mirrorRequests,
    type: 'counter',
    help: 'What was decided for each request offered to a mirror.',
  },
  {
    name: GATEWAY_METRICS.mirrorResponses,
    type: 'counter',
    help: 'How mirrored requests that were sent ended.',
  },
  { name: GATEWAY_METRICS.mirrorInFlight, type: 'gauge', help: 'Mirrored requests in flight.' },
  {
    name: GATEWAY_METRICS.mirrorDuration,
    type: 'histogram',
    help: 'Seconds from the dispatch of a mirrored request to its end.',
  },
  {
    name: GATEWAY_METRICS.mirrorRequestBytes,
    type: 'counter',
    help: 'Bytes of request bodies mirrored.',
  },
  {
    name: GATEWAY_METRICS.mirrorResponseBytes,
    type: 'counter',
    help: 'Bytes of the answers to mirrored requests.',
  },
  {
    name: GATEWAY_METRICS.captures,
    type: 'counter',
    help: 'Pairs of answers captured for comparison, or dropped.',
  },
  {
    name: GATEWAY_METRICS.calibrationRequests,
    type: 'counter',
    help: 'Requests sent to the primary a second time to measure noise.',
  },
  {
    name: GATEWAY_METRICS.routeTableVersion,
    type: 'gauge',
    help: 'Version of the route table that every worker serves.',
  },
]

const HISTOGRAM_SUFFIX = /_(?:bucket|sum|count)$/

/** The text exposition format, version 0.0.4, of a summed snapshot. */
export function renderMetrics(snapshot: MetricsSnapshot, routeTableVersion: number): string {
  const linesOf = new Map<string, string[]>(FAMILIES.map(({ name }) => [name, []]))
  for (const group of snapshot) {
    for (const [metric, labels, value] of group.samples) {
      const lines = linesOf.get(metric) ?? linesOf.get(metric.replace(HISTOGRAM_SUFFIX, ''))
      lines?.push(`${metric}{${group.labels}${labels}} ${value}\n`)
    }
  }
  linesOf
    .get(GATEWAY_METRICS.routeTableVersion)
    ?.push(`${GATEWAY_METRICS.routeTableVersion} ${routeTableVersion}\n`)
  return FAMILIES.map(({ name, type, help }) => {
    const lines = linesOf.get(name) ?? []
    return lines.length === 0
      ? ''
      : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
  }).join('')
}
