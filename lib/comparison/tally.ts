/** Captured exchanges → this → counts. Bounded; deterministic for a given sequence of exchanges. */

import { diffExchange } from '@/lib/comparison/diff-exchange'
import type { DiffRules, DiffSink, FoundDifference } from '@/lib/comparison/diff-json'
import {
  countDifference,
  type DifferenceCounts,
  emptyDifference,
} from '@/lib/comparison/difference-counts'
import { EndpointTree } from '@/lib/comparison/endpoint-tree'
import type { CapturedExchange } from '@/lib/comparison/exchange'
import {
  count,
  DIFFERENCE_EDGES_MS,
  emptyCounts,
  LATENCY_EDGES_MS,
} from '@/lib/comparison/latency-counts'
import { COMPARISON_LIMITS, CUT_SHORT } from '@/lib/comparison/limits'
import { PatternTree } from '@/lib/comparison/path-pattern'
import { requestText } from '@/lib/comparison/request-text'
import type { ComparisonKey, ValueSample } from '@/lib/comparison/snapshot'
import { statusLabels } from '@/lib/comparison/status-label'
import { modelOf, type ValueModelName } from '@/lib/comparison/value-model'

/** Everything a tally knows, as JSON. */
export interface TallyState {
  readonly key: ComparisonKey
  readonly ruleName: string
  readonly primaryBackends: string[]
  mirrorBackend: string
  firstAt: number
  lastAt: number
  pairs: number
  cutShort: number
  readonly notComparable: Record<string, number>
  readonly bodiesNotCompared: Record<string, number>
  readonly nodes: readonly (readonly [parent: number, step: string])[]
  /** By place, the pairs that have it. */
  readonly seen: number[]
  readonly groups: DifferenceCounts[]
  /** Pairs by the indexes of the differences they show, joined by commas. */
  readonly signatures: [groups: string, pairs: number][]
  readonly statuses: [label: string, pairs: number][]
  readonly latency: Record<'difference' | 'primary' | 'mirror', number[]>
  readonly endpoints: [endpoint: string, counts: [pairs: number, differing: number]][]
}

/** What adding a pair came to. */
export interface AddedPair {
  /** Whether it was compared; otherwise it says nothing of the mirror. */
  readonly isCompared: boolean
  /** Indexes of the differences it shows. */
  readonly groups: readonly number[]
  readonly endpoint: string
  /** Why it, or its bodies, or a part of them, was not compared; '' when all of it was. */
  readonly leftOut: string
}

const BACKENDS_MAX = 16
const REASONS_MAX = 32
const OTHER = 'other'
/** Pairs whose set of differences is one too many to be kept apart. */
export const UNKNOWN_SIGNATURE = '*'

/** What was counted at one kind of difference and one place. */
export interface CountedDifference {
  readonly kind: FoundDifference['kind']
  readonly pattern: string
  /** The place whose occurrences `seen` counts. */
  readonly place: string
  readonly seen: number
  readonly differing: number
  readonly model: ValueModelName
  readonly modelOf: number
  /** How one side's values are written otherwise than the other's; '' where they are not. */
  readonly apart: string
  readonly firstAt: number
  readonly lastAt: number
  readonly endpoints: readonly string[]
  readonly samples: readonly ValueSample[]
}

/** The counts of one mirror filter, or of one rule's calibration pairs. */
export class ComparisonTally {
  readonly key: ComparisonKey
  private readonly state: TallyState
  private readonly tree: PatternTree
  private readonly endpointTree: EndpointTree
  private readonly groupIndex = new Map<string, number>()
  private readonly signatures: Map<string, number>
  private readonly statuses: Map<string, number>
  private readonly endpoints: Map<string, [number, number]>
  /** The pair being added; a place or a difference counts once for it. */
  private sequence = 0
  private readonly seenIn: number[] = []
  private signatureChars: number
  private placesByText: Map<string, number> | null = null
  private readonly differedIn: number[] = []

  /** `endpoints` names the paths; one for all comparisons of a rule, so that they agree. */
  constructor(
    key: ComparisonKey,
    ruleName: string,
    restored?: TallyState,
    endpoints = new EndpointTree(),
  ) {
    this.key = key
    this.state = restored ?? emptyState(key, ruleName)
    this.tree = PatternTree.restore(this.state.nodes)
    this.signatures = new Map(this.state.signatures)
    this.signatureChars = [...this.signatures.keys()].join('').length
    this.statuses = new Map(this.state.statuses)
    this.endpoints = new Map(this.state.endpoints)
    this.endpointTree = endpoints
    for (const name of this.endpoints.keys()) endpoints.learnName(name)
    for (const [index, group] of this.state.groups.entries()) {
      this.groupIndex.set(groupKey(group.kind, group.node), index)
    }
  }

  /** Compares one exchange by the rules and counts what came of it. */
  add(exchange: CapturedExchange, rules: DiffRules): AddedPair {
    const { state } = this
    const { method, path } = exchange.request
    const endpoint = this.endpointTree.endpointOf(method, path)
    state.firstAt = state.firstAt === 0 ? exchange.capturedAt : state.firstAt
    state.lastAt = Math.max(state.lastAt, exchange.capturedAt)
    const reason = reasonNotComparable(exchange)
    if (reason !== '') {
      bump(state.notComparable, reason)
      return { isCompared: false, groups: [], endpoint, leftOut: reason }
    }
    this.sequence += 1
    const groups: number[] = []
    const sink = this.sink(exchange, endpoint, groups)
    const { bodyReason, isCutShort } = diffExchange(exchange, this.tree, rules, sink)
    if (isCutShort) state.cutShort += 1
    if (bodyReason !== '') bump(state.bodiesNotCompared, bodyReason)
    if (groups.length > 0) this.sign(groups.sort((a, b) => a - b))
    this.countEqual(endpoint)
    this.countPair(exchange, endpoint, groups.length > 0)
    this.countLatency(exchange)
    const leftOut = bodyReason === '' && isCutShort ? CUT_SHORT : bodyReason
    return { isCompared: true, groups, endpoint, leftOut }
  }

  /** Of the places that have differed at this endpoint, those that the pair has and that are alike in it. */
  private countEqual(endpoint: string): void {
    for (const [index, group] of this.state.groups.entries()) {
      const isAlike =
        this.seenIn[group.node] === this.sequence && this.differedIn[index] !== this.sequence
      if (isAlike && group.endpoints.includes(endpoint)) group.equal += 1
    }
  }

  private sink(exchange: CapturedExchange, endpoint: string, groups: number[]): DiffSink {
    const { seen, groups: counted } = this.state
    let request: string | null = null
    const said = () => {
      request ??= requestText(exchange.request)
      return request
    }
    return {
      seen: ({ id }) => {
        if (this.seenIn[id] === this.sequence) return
        this.seenIn[id] = this.sequence
        seen[id] = (seen[id] ?? 0) + 1
      },
      differ: (found) => {
        const index = this.groupOf(found, exchange.capturedAt)
        const group = counted[index]
        if (group === undefined || this.differedIn[index] === this.sequence) return
        this.differedIn[index] = this.sequence
        groups.push(index)
        countDifference(group, found, exchange, { endpoint, request: said() })
      },
    }
  }

  /** The difference's index; beyond `groupsMax` that of the last, which holds all further ones. */
  private groupOf({ kind, node }: FoundDifference, at: number): number {
    const key = groupKey(kind, node.id)
    const known = this.groupIndex.get(key)
    if (known !== undefined) return known
    const { groups } = this.state
    const isLast = groups.length >= COMPARISON_LIMITS.groupsMax - 1
    const place = isLast ? this.tree.root('…') : node
    const index = isLast ? COMPARISON_LIMITS.groupsMax - 1 : groups.length
    groups[index] ??= emptyDifference(kind, place, at)
    // What is beyond the bound is not remembered by name, or names would have no bound.
    if (!isLast) this.groupIndex.set(key, index)
    return index
  }

  private sign(groups: readonly number[]): void {
    const exact = groups.join(',')
    const { signaturesMax, signatureCharsMax } = COMPARISON_LIMITS
    const isFull = this.signatures.size >= signaturesMax || this.signatureChars >= signatureCharsMax
    const key = this.signatures.has(exact) || !isFull ? exact : UNKNOWN_SIGNATURE
    const before = this.signatures.get(key)
    if (before === undefined) this.signatureChars += key.length
    this.signatures.set(key, (before ?? 0) + 1)
  }

  private countPair(exchange: CapturedExchange, endpoint: string, isDiffering: boolean): void {
    const { state } = this
    const { primary, mirror } = exchange
    state.pairs += 1
    state.mirrorBackend = mirror.backend
    const { primaryBackends } = state
    if (!primaryBackends.includes(primary.backend) && primaryBackends.length < BACKENDS_MAX) {
      primaryBackends.push(primary.backend)
    }
    const counts = this.endpoints.get(endpoint) ?? [0, 0]
    counts[0] += 1
    if (isDiffering) counts[1] += 1
    this.endpoints.set(endpoint, counts)
    const cell = statusLabels(exchange).join('\t')
    const isRoom = this.statuses.has(cell) || this.statuses.size < COMPARISON_LIMITS.statusPairsMax
    const label = isRoom ? cell : `${OTHER}\t${OTHER}`
    this.statuses.set(label, (this.statuses.get(label) ?? 0) + 1)
  }

  private countLatency({ primary, mirror }: CapturedExchange): void {
    if (primary.outcome !== 'answered' || mirror.outcome !== 'answered') return
    const { latency } = this.state
    count(latency.difference, DIFFERENCE_EDGES_MS, mirror.totalMs - primary.totalMs)
    count(latency.primary, LATENCY_EDGES_MS, primary.totalMs)
    count(latency.mirror, LATENCY_EDGES_MS, mirror.totalMs)
  }

  /** The endpoints pairs have asked, for telling which of the route's are missing elsewhere. */
  endpointNames(): readonly string[] {
    return [...this.endpoints.keys()]
  }

  /** The plain counts; shares its lists with the tally. */
  counts(): Readonly<TallyState> {
    return this.stored()
  }

  /** Every difference with its counts, by its index. */
  differences(): readonly CountedDifference[] {
    const { nodes } = this.tree
    return this.state.groups.map((group) => ({
      kind: group.kind,
      pattern: nodes[group.node]?.text ?? '…',
      place: nodes[group.of]?.text ?? '…',
      seen: Math.max(this.state.seen[group.of] ?? 0, group.differing),
      differing: group.differing,
      model: modelOf(group.stats, group.equal),
      apart: group.stats.marks.apart,
      modelOf: group.stats.differing,
      firstAt: group.firstAt,
      lastAt: group.lastAt,
      endpoints: [...group.endpoints],
      samples: [...group.samples],
    }))
  }

  /** How many pairs have the place of this text. */
  seenAt(place: string): number {
    if (this.placesByText?.size !== this.tree.nodes.length) {
      this.placesByText = new Map(this.tree.nodes.map(({ text, id }) => [text, id]))
    }
    return this.state.seen[this.placesByText.get(place) ?? -1] ?? 0
  }

  /** What the constructor takes to go on from here. The value shares its lists with the tally: store it at once. */
  stored(): TallyState {
    return {
      ...this.state,
      nodes: this.tree.stored(),
      signatures: [...this.signatures],
      statuses: [...this.statuses],
      endpoints: [...this.endpoints],
    }
  }
}

function emptyState(key: ComparisonKey, ruleName: string): TallyState {
  return {
    key,
    ruleName,
    primaryBackends: [],
    mirrorBackend: '',
    firstAt: 0,
    lastAt: 0,
    pairs: 0,
    cutShort: 0,
    notComparable: {},
    bodiesNotCompared: {},
    nodes: [],
    seen: [],
    groups: [],
    signatures: [],
    statuses: [],
    latency: {
      difference: emptyCounts(DIFFERENCE_EDGES_MS),
      primary: emptyCounts(LATENCY_EDGES_MS),
      mirror: emptyCounts(LATENCY_EDGES_MS),
    },
    endpoints: [],
  }
}

/**
 * A copy that went to the backend that answered the primary says how much that backend differs from itself, not how the
 * mirror does; a primary without an answer has nothing to compare with.
 */
function reasonNotComparable({ kind, primary, mirror }: CapturedExchange): string {
  if (primary.outcome === 'failed') return 'primary_failed'
  return kind === 'mirror' && primary.backend === mirror.backend ? 'same_backend' : ''
}

function groupKey(kind: string, node: number): string {
  return `${kind} ${node}`
}

function bump(counts: Record<string, number>, reason: string): void {
  const isRoom = Object.hasOwn(counts, reason) || Object.keys(counts).length < REASONS_MAX
  const name = isRoom ? reason : OTHER
  counts[name] = (counts[name] ?? 0) + 1
}
