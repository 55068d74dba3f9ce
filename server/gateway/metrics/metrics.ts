/** What one worker counts: plain numbers while serving, text only when scraped. */
import {
  type CAPTURE_GIVE_UP_REASONS,
  GATEWAY_METRICS,
  type MIRROR_DROP_REASONS,
  type MIRROR_FAIL_REASONS,
  type MIRROR_SKIP_REASONS,
  RESPONSE_OUTCOMES,
  type RETRY_REFUSALS,
} from '@/lib/series/gateway-metrics'
import { Histogram } from './histogram'
import {
  escapeLabel,
  histogramSamples,
  type LiveLabels,
  type MetricsSnapshot,
  mirrorLabels,
  type Sample,
} from './metrics-snapshot'

export type ResponseOutcome = (typeof RESPONSE_OUTCOMES)[number]
/** Why a retry that the rule allows was not made. */
export type RetryRefusal = (typeof RETRY_REFUSALS)[number]
export type MirrorSkipReason = (typeof MIRROR_SKIP_REASONS)[number]
export type MirrorDropReason = (typeof MIRROR_DROP_REASONS)[number]
export type MirrorFailReason = (typeof MIRROR_FAIL_REASONS)[number]

type CaptureGiveUpReason = (typeof CAPTURE_GIVE_UP_REASONS)[number]

/** Three digits of status below one of outcome: one small integer per series, no string per request. */
const CODE_SPACE = 1000

/** Requests of one rule that went to one backend; the backend is `''` when none was chosen. */
export class BackendMetrics {
  /** Of bodies. */
  requestBytes = 0
  responseBytes = 0
  inFlight = 0
  private readonly ended = new Map<number, number>()
  private readonly duration = new Histogram()

  /** Counts the end of a request that `RuleMetrics.begin` counted; `code` is 0 when no response was sent. */
  end(outcome: ResponseOutcome, code: number, seconds: number): void {
    this.inFlight--
    const key = (OUTCOME_INDEX.get(outcome) ?? 0) * CODE_SPACE + code
    this.ended.set(key, (this.ended.get(key) ?? 0) + 1)
    this.duration.observe(seconds)
  }

  fold(other: BackendMetrics): void {
    for (const [key, count] of other.ended) this.ended.set(key, (this.ended.get(key) ?? 0) + count)
    this.duration.add(other.duration)
    this.requestBytes += other.requestBytes
    this.responseBytes += other.responseBytes
  }

  samples(backend: string): Sample[] {
    const label = `,backend="${escapeLabel(backend)}"`
    const samples = [...this.ended].map(([key, count]): Sample => {
      const outcome = RESPONSE_OUTCOMES[Math.floor(key / CODE_SPACE)]
      const code = codeLabel(key % CODE_SPACE)
      return [GATEWAY_METRICS.responses, `${label},code="${code}",outcome="${outcome}"`, count]
    })
    return [
      [GATEWAY_METRICS.requestsInFlight, label, this.inFlight],
      [GATEWAY_METRICS.requestBytes, label, this.requestBytes],
      [GATEWAY_METRICS.responseBytes, label, this.responseBytes],
      ...samples,
      ...histogramSamples(GATEWAY_METRICS.requestDuration, label, this.duration),
    ]
  }
}

function codeLabel(code: number): string {
  return code === 0 ? '' : String(code)
}

const OUTCOME_INDEX = new Map(RESPONSE_OUTCOMES.map((outcome, index) => [outcome, index]))

/** Where the end of a copy is counted. */
export interface CopyMetrics {
  requestBytes: number
  responseBytes: number
  countMirrored(): void
  countAnswered(code: number, seconds: number): void
  /** `code` is 0 when no response head had arrived. */
  countFailed(reason: MirrorFailReason, code: number, seconds: number): void
}

/** The series of one mirror filter and target. */
export class MirrorMetrics implements CopyMetrics {
  readonly duration = new Histogram()
  requestBytes = 0
  responseBytes = 0
  private readonly label: string
  private offered = 0
  private mirrored = 0
  private notSampled = 0
  private inFlight = 0
  private readonly declined = new Map<string, number>()
  private readonly ended = new Map<string, Map<number, number>>()

  constructor(filterIndex: number, target: string) {
    this.label = mirrorLabels(filterIndex, target)
  }

  /** Copies sent and not yet ended. */
  get outstanding(): number {
    return this.inFlight
  }

  countNotSampled(): void {
    this.offered++
    this.notSampled++
  }

  countSkipped(reason: MirrorSkipReason): void {
    this.countDeclined('skipped', reason)
  }

  countDropped(reason: MirrorDropReason): void {
    this.countDeclined('dropped', reason)
  }

  countMirrored(): void {
    this.offered++
    this.mirrored++
    this.inFlight++
  }

  countAnswered(code: number, seconds: number): void {
    this.countEnded('', code, seconds)
  }

  /** `code` is 0 when no response head had arrived. */
  countFailed(reason: MirrorFailReason, code: number, seconds: number): void {
    this.countEnded(reason, code, seconds)
  }

  samples(): Sample[] {
    const { label } = this
    const samples: Sample[] = [
      [GATEWAY_METRICS.mirrorOffered, label, this.offered],
      [GATEWAY_METRICS.mirrorRequests, `${label},outcome="mirrored",reason=""`, this.mirrored],
      [GATEWAY_METRICS.mirrorRequests, `${label},outcome="not_sampled",reason=""`, this.notSampled],
    ]
    for (const [labels, count] of this.declined) {
      samples.push([GATEWAY_METRICS.mirrorRequests, `${label},${labels}`, count])
    }
    samples.push(
      [GATEWAY_METRICS.mirrorInFlight, label, this.inFlight],
      [GATEWAY_METRICS.mirrorRequestBytes, label, this.requestBytes],
      [GATEWAY_METRICS.mirrorResponseBytes, label, this.responseBytes],
    )
    for (const [reason, codes] of this.ended) {
      const outcome = reason === '' ? 'answered' : 'failed'
      for (const [code, count] of codes) {
        const labels = `${label},outcome="${outcome}",reason="${reason}",code="${codeLabel(code)}"`
        samples.push([GATEWAY_METRICS.mirrorResponses, labels, count])
      }
    }
    return [...samples, ...histogramSamples(GATEWAY_METRICS.mirrorDuration, label, this.duration)]
  }

  private countDeclined(outcome: 'skipped' | 'dropped', reason: string): void {
    this.offered++
    const labels = DECLINED_LABELS[outcome][reason] ?? ''
    this.declined.set(labels, (this.declined.get(labels) ?? 0) + 1)
  }

  private countEnded(reason: '' | MirrorFailReason, code: number, seconds: number): void {
    this.inFlight--
    let codes = this.ended.get(reason)
    if (codes === undefined) {
      codes = new Map()
      this.ended.set(reason, codes)
    }
    codes.set(code, (codes.get(code) ?? 0) + 1)
    this.duration.observe(seconds)
  }
}

const DECLINED_LABELS: Record<'skipped' | 'dropped', Readonly<Record<string, string>>> = {
  skipped: declinedLabels('skipped', [
    'upgrade',
    'loop',
    'no_endpoints',
    'client_aborted',
    'backing_off',
    'budget_rate',
    'budget_in_flight',
    'budget_expired',
    'budget_invalid',
  ]),
  dropped: declinedLabels('dropped', ['in_flight_limit', 'body_limit', 'buffer_limit']),
}

function declinedLabels(
  outcome: string,
  reasons: readonly (MirrorSkipReason | MirrorDropReason)[],
): Record<string, string> {
  return Object.fromEntries(
    reasons.map((reason) => [reason, `outcome="${outcome}",reason="${reason}"`]),
  )
}

/** What became of the requests that were sent to the primary a second time. */
export class CalibrationMetrics implements CopyMetrics {
  /** Not told apart from the primary's: a calibration is counted by its requests. */
  requestBytes = 0
  responseBytes = 0
  private readonly ended = new Map<string, number>()

  /** A calibration is counted when it ends. */
  countMirrored(): void {}

  countAnswered(): void {
    this.count('')
  }

  countFailed(reason: MirrorFailReason): void {
    this.count(reason)
  }

  samples(): Sample[] {
    return [...this.ended].map(([reason, count]): Sample => {
      const labels = `,outcome="${reason === '' ? 'answered' : 'failed'}",reason="${reason}"`
      return [GATEWAY_METRICS.calibrationRequests, labels, count]
    })
  }

  private count(reason: '' | MirrorFailReason): void {
    this.ended.set(reason, (this.ended.get(reason) ?? 0) + 1)
  }
}

/** The series of one rule on one listener. Outlives route tables; in-flight requests keep their own when it is removed. */
export class RuleMetrics {
  readonly labels: string
  private requests = 0
  private retries = 0
  private readonly retriesRefused = new Map<RetryRefusal, number>()
  private readonly backends = new Map<string, BackendMetrics>()
  private readonly mirrors = new Map<string, MirrorMetrics>()
  readonly calibration = new CalibrationMetrics()
  private readonly captures = new Map<'' | CaptureGiveUpReason, number>()

  constructor(labels: string) {
    this.labels = labels
  }

  /** Counts a request, of which `begin` must follow in the same turn. */
  countRequest(): void {
    this.requests++
  }

  countRetry(): void {
    this.retries++
  }

  countRetryRefused(reason: RetryRefusal): void {
    this.retriesRefused.set(reason, (this.retriesRefused.get(reason) ?? 0) + 1)
  }

  /** The backend is chosen: returns where the rest of the request is counted, its end by `end`. */
  begin(backend: string): BackendMetrics {
    let metrics = this.backends.get(backend)
    if (metrics === undefined) {
      metrics = new BackendMetrics()
      this.backends.set(backend, metrics)
    }
    metrics.inFlight++
    return metrics
  }

  /** Counts a capture that is ready, or with a reason one that was given up. */
  countCapture(reason: '' | CaptureGiveUpReason): void {
    this.captures.set(reason, (this.captures.get(reason) ?? 0) + 1)
  }

  mirror(filterIndex: number, target: string): MirrorMetrics {
    const key = `${filterIndex} ${target}`
    const known = this.mirrors.get(key)
    if (known !== undefined) return known
    const created = new MirrorMetrics(filterIndex, target)
    this.mirrors.set(key, created)
    return created
  }

  /** Drops mirrors that are gone. */
  retainMirrors(mirrors: readonly { filterIndex: number; cluster: string }[]): void {
    const keys = new Set(mirrors.map((mirror) => `${mirror.filterIndex} ${mirror.cluster}`))
    for (const key of this.mirrors.keys()) if (!keys.has(key)) this.mirrors.delete(key)
  }

  /** Folds backends that are gone once there are more than `backendsMax`. */
  retainBackends(backends: ReadonlySet<string>, backendsMax: number): void {
    if (this.backends.size <= backendsMax) return
    const rest = this.backends.get('') ?? new BackendMetrics()
    for (const [backend, metrics] of this.backends) {
      // What is in flight will still be counted there.
      if (backend === '' || backends.has(backend) || metrics.inFlight > 0) continue
      rest.fold(metrics)
      this.backends.delete(backend)
    }
    this.backends.set('', rest)
  }

  samples(): Sample[] {
    return [
      [GATEWAY_METRICS.requests, '', this.requests],
      ...(this.retries === 0 ? [] : [[GATEWAY_METRICS.retries, '', this.retries] satisfies Sample]),
      ...[...this.retriesRefused].map(([reason, count]): Sample => {
        return [GATEWAY_METRICS.retriesRefused, `,reason="${reason}"`, count]
      }),
      ...[...this.backends].flatMap(([backend, metrics]) => metrics.samples(backend)),
      ...[...this.mirrors.values()].flatMap((mirror) => mirror.samples()),
      ...[...this.captures].map(([reason, count]): Sample => {
        const labels = `,outcome="${reason === '' ? 'captured' : 'given_up'}",reason="${reason}"`
        return [GATEWAY_METRICS.captures, labels, count]
      }),
      ...this.calibration.samples(),
    ]
  }
}

/** Why a request met no rule. */
export type UnmatchedReason =
  | 'no_route'
  | 'no_listener'
  | 'misdirected'
  | 'tls_handshake_failed'
  | 'http2_flood'
  | 'bad_request'
  | 'head_too_large'
  | 'target_too_long'
  | 'timeout'

/** All series of one worker. */
export class MetricsRegistry {
  private readonly rules = new Map<string, RuleMetrics>()
  private readonly unmatched = new Map<string, Map<UnmatchedReason, number>>()

  rule(labels: string): RuleMetrics {
    const known = this.rules.get(labels)
    if (known !== undefined) return known
    const created = new RuleMetrics(labels)
    this.rules.set(labels, created)
    return created
  }

  /** `listener` is `''` when the request could not be attributed to one. */
  countUnmatched(gateway: string, listener: string, reason: UnmatchedReason): void {
    const labels = listenerLabels(gateway, listener)
    const reasons = this.unmatched.get(labels) ?? new Map<UnmatchedReason, number>()
    this.unmatched.set(labels, reasons)
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  }

  /**
   * Forgets every series whose rule, mirror or listener is gone. At once, not when the rule is next used: workers used
   * at different times would make their sum fall in steps, which a reader takes for restarts.
   */
  retain(live: LiveLabels): void {
    for (const [labels, metrics] of this.rules) {
      const rule = live.get(labels)
      if (rule) metrics.retainMirrors(rule.mirrors)
      else this.rules.delete(labels)
    }
    for (const labels of this.unmatched.keys()) if (!live.has(labels)) this.unmatched.delete(labels)
  }

  snapshot(): MetricsSnapshot {
    const rules = [...this.rules.values()].map((rule) => ({
      labels: rule.labels,
      samples: rule.samples(),
    }))
    const unmatched = [...this.unmatched].map(([labels, reasons]) => ({
      labels,
      samples: [...reasons].map(([reason, count]): Sample => {
        return [GATEWAY_METRICS.unmatched, `,reason="${reason}"`, count]
      }),
    }))
    return [...rules, ...unmatched]
  }
}

/** The labels of a listener in exposition form, values escaped, without braces. */
export function listenerLabels(gateway: string, listener: string): string {
  return `gateway="${escapeLabel(gateway)}",listener="${escapeLabel(listener)}"`
}
