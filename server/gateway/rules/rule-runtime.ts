/** Route table → this → what requests need of their rule, continued from table to table. */
import { Redactor, type SecretHash } from '@/lib/comparison/redaction/redactor'
import { type BackendSplit, createBackendSplit } from '@/lib/routing/backend-split'
import type { RouteMatch } from '@/lib/routing/compile-matcher'
import { type ForwardEdits, forwardEdits } from '@/lib/routing/forward-request'
import { safeModifier } from '@/lib/routing/header-edits'
import {
  createMirrorSampler,
  isSampled,
  MIRROR_SAMPLER_START,
  type MirrorSampler,
} from '@/lib/routing/mirror-sampler'
import type {
  BackendEntry,
  ClusterEntry,
  HeaderModifier,
  MirrorPolicy,
  RouteEntry,
  RouteTable,
  RuleEntry,
} from '@/lib/routing/route-table'
import type { GatewayLimits } from '../bounds/limits'
import type { Calibrations } from '../capture/calibration-run'
import type { CaptureRuntime } from '../capture/capture-runtime'
import { PathCounts } from '../capture/request-paths'
import { type RouteSettings, routeSettings } from '../capture/route-settings'
import { ruleLabels, TableLabels } from '../metrics/live-labels'
import type { CopyMetrics, MetricsRegistry, MirrorMetrics, RuleMetrics } from '../metrics/metrics'
import type { Endpoint } from '../upstream/endpoint'
import type { UpstreamPool } from '../upstream/upstream-pool'
import { BudgetRuntime, RetryBudget, shareOf, type WorkerShare } from './budget-runtime'

/** A backend Service's ready endpoints, taken in turn. */
export class ClusterRuntime {
  readonly retryBudget: RetryBudget
  private readonly endpoints: readonly Endpoint[]
  private turn = 0

  /** `retriesMax`: requests that may be retried at once. */
  constructor(endpoints: readonly Endpoint[], retriesMax: number) {
    this.endpoints = endpoints
    this.retryBudget = new RetryBudget(retriesMax)
  }

  get size(): number {
    return this.endpoints.length
  }

  /** The next endpoint in turn that is not known to refuse; undefined when there is none. */
  nextUsable(pool: UpstreamPool): Endpoint | undefined {
    for (let attempt = 0; attempt < this.endpoints.length; attempt++) {
      const endpoint = this.next()
      if (endpoint !== undefined && pool.mayTry(endpoint)) return endpoint
    }
    return undefined
  }

  /** The next endpoint in turn; undefined when none is ready. */
  next(): Endpoint | undefined {
    this.turn = this.turn + 1 < this.endpoints.length ? this.turn + 1 : 0
    return this.endpoints[this.turn]
  }
}

export interface BackendRuntime {
  /** Cluster key: the `backend` label. */
  readonly name: string
  readonly isInvalid: boolean
  readonly cluster: ClusterRuntime
  /** The same endpoints by connections of their own: what is sent twice must not take the primary's. */
  readonly again: ClusterRuntime
  readonly edits: ForwardEdits
  readonly responseHeaders: HeaderModifier | undefined
}

/** Where a copy goes and where it is counted: a mirror, or the primary's own backend once more. */
export interface CopyTarget {
  /** Index in rule.filters; -1 for a calibration. */
  readonly filterIndex: number
  /** Cluster key, `namespace/service:port`. */
  readonly target: string
  readonly metrics: CopyMetrics
}

export interface MirrorRuntime extends CopyTarget {
  readonly policy: MirrorPolicy
  readonly budget: BudgetRuntime | undefined
  readonly cluster: ClusterRuntime
  readonly metrics: MirrorMetrics
}

/** What a request needs of the rule that took it, prepared once per table. */
export interface RuleRuntime {
  readonly match: RouteMatch
  readonly rule: RuleEntry
  readonly metrics: RuleMetrics
  readonly sampler: MirrorSampler
  readonly edits: ForwardEdits
  readonly responseHeaders: HeaderModifier | undefined
  readonly mirrors: readonly MirrorRuntime[]
  /** Undefined when nothing of the rule is captured. */
  readonly capture: CaptureRuntime | undefined
  /** The backend of the next request; undefined when none has a weight. */
  nextBackend(): BackendRuntime | undefined
}

interface ClusterRuntimes {
  /** What they were made of: kept from table to table while it stays the same object. */
  readonly entry: ClusterEntry
  readonly primary: ClusterRuntime
  readonly mirror: ClusterRuntime
}

/** What continues across tables, so that a window of requests stays evenly sampled and split over a reload. */
interface RuleSequences {
  readonly sampler: MirrorSampler
  split: BackendSplit
  backends: readonly BackendEntry[]
  /** The backends' identity: the split starts over only when it changes. */
  splitKey: string
  /** Which of the mirrored requests are captured. */
  readonly captures: MirrorSampler
  /** By filter index, for the budget that `budgetKey` tells. */
  budgets: Map<number, BudgetRuntime>
  budgetKey: string
}

export interface RuntimeParts {
  readonly limits: GatewayLimits
  readonly metrics: MetricsRegistry
  readonly primaries: UpstreamPool
  readonly mirrors: UpstreamPool
  /** The index shifts this worker's sequences against the others'. */
  readonly share: WorkerShare
  readonly hash: SecretHash
  readonly calibrations: Calibrations
  readonly now: () => number
}

/** Makes rule runtimes for one table after another; lazily, so that a large table costs nothing until used. */
export class RuleRuntimes {
  private readonly parts: RuntimeParts
  private readonly labels = new TableLabels()
  private readonly sequences = new Map<string, RuleSequences>()
  private runtimes = new Map<RouteMatch, RuleRuntime>()
  private clusters = new Map<string, ClusterRuntimes>()
  private readonly noCluster: Pick<ClusterRuntimes, 'primary' | 'mirror'>

  constructor(parts: RuntimeParts) {
    this.parts = parts
    const none = new ClusterRuntime([], 0)
    this.noCluster = { primary: none, mirror: none }
  }

  /** Takes a new table over: series and sequences of what is gone are forgotten, connections to it closed. */
  replaceTable(table: RouteTable): void {
    const { metrics, primaries, mirrors, calibrations } = this.parts
    calibrations.forgetIdle()
    const live = this.labels.of(table)
    metrics.retain(live)
    for (const labels of this.sequences.keys()) {
      if (!live.has(labels)) this.sequences.delete(labels)
    }
    this.runtimes = new Map()
    const before = this.clusters
    this.clusters = new Map()
    const addresses = new Set<string>()
    for (const [key, entry] of Object.entries(table.clusters)) {
      for (const { address, port } of entry.endpoints)
        addresses.add(`${address} ${port} ${entry.protocol}`)
      const known = before.get(key)
      this.clusters.set(key, known?.entry === entry ? known : this.clusterRuntimes(entry))
    }
    const isLive = ({ address, port, protocol }: Endpoint) =>
      addresses.has(`${address} ${port} ${protocol}`)
    primaries.retain(isLive)
    mirrors.retain(isLive)
  }

  private clusterRuntimes(entry: ClusterEntry): ClusterRuntimes {
    const { primaries, mirrors, limits, share } = this.parts
    const retriesMax = Math.max(1, shareOf(limits.retriesInFlightMax, share))
    const runtime = (pool: UpstreamPool) =>
      new ClusterRuntime(
        entry.endpoints.map(({ address, port }) => pool.endpoint(address, port, entry.protocol)),
        retriesMax,
      )
    return { entry, primary: runtime(primaries), mirror: runtime(mirrors) }
  }

  of(match: RouteMatch, gateway: string): RuleRuntime {
    const known = this.runtimes.get(match)
    if (known !== undefined) return known
    const created = this.create(match, gateway)
    this.runtimes.set(match, created)
    return created
  }

  private create(match: RouteMatch, gateway: string): RuleRuntime {
    const { rule, listener, route } = match
    const labels = ruleLabels(gateway, listener.name, route, rule.index)
    const metrics = this.parts.metrics.rule(labels)
    const backendNames = new Set(rule.backends.map((backend) => backend.cluster))
    metrics.retainBackends(backendNames, this.parts.limits.backendSeriesPerRuleMax)
    const sequences = this.sequencesOf(labels, rule)
    const settings = routeSettings(route)
    const backends = new Map(
      sequences.backends.map((known, index) => {
        const backend = rule.backends[index] ?? known
        return [known, this.backendRuntime(backend, match)]
      }),
    )
    return {
      match,
      rule,
      metrics,
      sampler: sequences.sampler,
      edits: forwardEdits(match.match, rule),
      responseHeaders: safeModifier(rule.responseHeaders),
      mirrors: rule.mirrors.map((policy) => ({
        policy,
        filterIndex: policy.filterIndex,
        target: policy.cluster,
        budget: this.budgetOf(sequences, settings, policy.filterIndex),
        cluster: this.cluster(policy.cluster).mirror,
        metrics: metrics.mirror(policy.filterIndex, policy.cluster),
      })),
      capture: this.captureOf(sequences, settings, route, rule),
      nextBackend() {
        const backend = sequences.split.next()
        return backend === null ? undefined : backends.get(backend)
      },
    }
  }

  private captureOf(
    sequences: RuleSequences,
    { comparison, calibration, redaction }: RouteSettings,
    route: RouteEntry,
    { index, mirrors }: RuleEntry,
  ): CaptureRuntime | undefined {
    // Without a mirror there is nothing whose noise is to be known.
    const isCalibrated = calibration !== undefined && mirrors.length > 0
    if (comparison === undefined && !isCalibrated) return undefined
    const fraction = comparison?.fraction ?? 0
    const rules = route.rules.filter((one) => one.mirrors.length > 0).length
    const redactor = new Redactor(redaction, this.parts.hash)
    return {
      isNext: () => isSampled(sequences.captures.next(), fraction),
      redactor,
      rules: comparison?.rules ?? {},
      calibration: isCalibrated
        ? this.parts.calibrations.of(route.key, index, rules, calibration)
        : undefined,
      paths: new PathCounts(
        { route: route.key, rule: index },
        redactor,
        this.parts.limits.requestPathsPerRuleMax,
      ),
    }
  }

  private budgetOf(
    sequences: RuleSequences,
    { budget, budgetKey }: RouteSettings,
    filterIndex: number,
  ): BudgetRuntime | undefined {
    if (sequences.budgetKey !== budgetKey) {
      sequences.budgets = new Map()
      sequences.budgetKey = budgetKey
    }
    if (budget === undefined) return undefined
    const known = sequences.budgets.get(filterIndex)
    if (known !== undefined) return known
    const created = new BudgetRuntime(budget, this.parts.share, this.parts.now)
    sequences.budgets.set(filterIndex, created)
    return created
  }

  private backendRuntime(backend: BackendEntry, match: RouteMatch): BackendRuntime {
    return {
      name: backend.cluster,
      isInvalid: backend.invalid,
      cluster: this.cluster(backend.cluster).primary,
      again: this.cluster(backend.cluster).mirror,
      edits: forwardEdits(match.match, backend),
      responseHeaders: safeModifier(backend.responseHeaders),
    }
  }

  private sequencesOf(labels: string, rule: RuleEntry): RuleSequences {
    const splitKey = JSON.stringify(rule.backends.map(({ weight, cluster }) => [weight, cluster]))
    const known = this.sequences.get(labels)
    if (known?.splitKey === splitKey) return known
    const shift = this.parts.share.index * 0.381_966
    const split = createBackendSplit(rule.backends, shift % 1)
    if (known !== undefined) {
      known.split = split
      known.backends = rule.backends
      known.splitKey = splitKey
      return known
    }
    const sampler = createMirrorSampler((MIRROR_SAMPLER_START + shift) % 1)
    const created: RuleSequences = {
      sampler,
      split,
      backends: rule.backends,
      splitKey,
      captures: createMirrorSampler((MIRROR_SAMPLER_START + shift) % 1),
      budgets: new Map(),
      budgetKey: '',
    }
    this.sequences.set(labels, created)
    return created
  }

  private cluster(key: string): Pick<ClusterRuntimes, 'primary' | 'mirror'> {
    return this.clusters.get(key) ?? this.noCluster
  }
}
