/** Captured exchanges → this → counts and examples of every comparison. */

import type { DiffRules } from '@/lib/comparison/diff-json'
import type { CapturedExchange, ListAndNumberRules, RequestPaths } from '@/lib/comparison/exchange'
import { RequestCounts } from '@/lib/comparison/request-counts'
import { diffRules } from '@/lib/comparison/settings'
import type { ComparisonKey, ComparisonSnapshot, RequestsSnapshot } from '@/lib/comparison/snapshot'
import { takeSnapshot } from '@/lib/comparison/take-snapshot'
import { ComparisonTally, type TallyState } from '@/lib/comparison/tally'
import { withoutBodies } from '@/lib/comparison/without-bodies'
import {
  type ComparedPair,
  type ComparisonListItem,
  fitsFilter,
  type PairList,
  type PairQuery,
} from '@/lib/dashboard-api/comparison'
import { summariseOf } from './describe-pair'
import { type ExamplePair, ExamplePairs, type ExampleState } from './example-pairs'
import type { ComparisonStoreLimits } from './limits'

export interface Comparison {
  readonly tally: ComparisonTally
  readonly examples: ExamplePairs
  isDirty: boolean
}

export interface StoredComparison {
  readonly tally: TallyState
  readonly examples: ExampleState
}

/** Calibration is of a rule's backends, whatever generation the route has and whichever mirror it is asked for. */
const CALIBRATION = { generation: 0, filterIndex: -1 } as const
const RULES_REMEMBERED_MAX = 100

/** Every comparison by route, generation, rule and filter; bounded. */
export class ComparisonStore {
  readonly comparisons = new Map<string, Comparison>()
  /** Forgotten since the last save. */
  removed: string[] = []
  /** What each rule is asked for; the least recently asked is the first. */
  readonly requests = new Map<string, RequestCounts>()
  /** Rules asked for something, or forgotten, since the last save. */
  readonly changedRequests = new Set<string>()
  private readonly limits: ComparisonStoreLimits
  private readonly rules = new Map<string, DiffRules>()

  constructor(limits: ComparisonStoreLimits) {
    this.limits = limits
  }

  /** Compares and counts one exchange; never throws, whatever a gateway captured. */
  add(exchange: CapturedExchange): void {
    const key = keyOfExchange(exchange)
    const name = comparisonName(key)
    const comparison = this.comparisons.get(name) ?? this.begin(key, exchange.ruleName)
    // The least recently added to is the first of the map.
    this.comparisons.delete(name)
    this.comparisons.set(name, comparison)
    this.forgetBeyondLimits(key)
    const { groups, endpoint, leftOut } = comparison.tally.add(exchange, this.rulesOf(exchange))
    comparison.isDirty = true
    const { exampleBytesMax, totalExampleBytesMax } = this.limits
    const share = Math.min(exampleBytesMax, totalExampleBytesMax / this.comparisons.size)
    const whole = JSON.stringify(exchange).length
    const kept = whole > share ? withoutBodies(exchange, 'not_kept') : exchange
    const bytes = kept === exchange ? whole : JSON.stringify(kept).length
    comparison.examples.add({ exchange: kept, endpoint, groups, leftOut, bytes }, share)
  }

  /** Adds what a gateway counted of a rule's requests. */
  addRequests(paths: RequestPaths): void {
    const name = ruleName(paths)
    const counts = this.requestsOf(paths)
    counts.add(paths)
    this.requests.delete(name)
    this.requests.set(name, counts)
    this.changedRequests.add(name)
  }

  private requestsOf(key: Pick<ComparisonKey, 'route' | 'rule'>): RequestCounts {
    const known = this.requests.get(ruleName(key))
    if (known !== undefined) return known
    const created = new RequestCounts()
    this.requests.set(ruleName(key), created)
    for (const oldest of this.requests.keys()) {
      if (this.requests.size <= this.limits.comparisonsMax) break
      this.forgetRequests(oldest)
    }
    return created
  }

  private forgetRequests(name: string): void {
    this.requests.delete(name)
    this.changedRequests.add(name)
  }

  private begin(key: ComparisonKey, ruleName: string): Comparison {
    const { endpoints } = this.requestsOf(key)
    const tally = new ComparisonTally(key, ruleName, undefined, endpoints)
    return { tally, examples: new ExamplePairs(this.limits), isDirty: true }
  }

  /** Parsed once for each distinct rules; what a route no longer says is forgotten with the rest at the bound. */
  private rulesOf({ rules = {} }: { readonly rules?: ListAndNumberRules }): DiffRules {
    const text = JSON.stringify(rules)
    const known = this.rules.get(text)
    if (known !== undefined) return known
    if (this.rules.size >= RULES_REMEMBERED_MAX) this.rules.clear()
    const parsed = diffRules(rules)
    this.rules.set(text, parsed)
    return parsed
  }

  private forgetBeyondLimits(key: ComparisonKey): void {
    const generations = [...this.comparisons.values()]
      .map(({ tally }) => tally.key)
      .filter((other) => isSameFilter(other, key))
      .sort((left, right) => right.generation - left.generation)
    for (const old of generations.slice(this.limits.generationsMax)) {
      this.remove(comparisonName(old))
    }
    while (this.comparisons.size > this.limits.comparisonsMax) {
      const [oldest] = this.comparisons.keys()
      if (oldest !== undefined) this.remove(oldest)
    }
  }

  private remove(name: string): void {
    if (this.comparisons.delete(name)) this.removed.push(name)
  }

  /** Forgets what was counted of a route, calibration included. */
  reset(route: string): void {
    for (const [name, { tally }] of this.comparisons)
      if (tally.key.route === route) this.remove(name)
    for (const name of [...this.requests.keys()])
      if (name.startsWith(`${route} `)) this.forgetRequests(name)
  }

  /** Puts back what an earlier run counted of a rule's requests; before the rule's comparisons. */
  restoreRequests(name: string, stored: RequestsSnapshot): void {
    this.requests.set(name, new RequestCounts(stored))
  }

  /** Puts back what an earlier run stored. */
  restore(stored: StoredComparison, pairs: readonly ExamplePair[]): void {
    const { key, ruleName } = stored.tally
    const { endpoints } = this.requestsOf(key)
    const tally = new ComparisonTally(key, ruleName, stored.tally, endpoints)
    const examples = new ExamplePairs(this.limits, stored.examples, pairs)
    this.comparisons.set(comparisonName(key), { tally, examples, isDirty: false })
  }

  /** The comparisons of a route, newest pair first; without calibration. */
  list(route: string): readonly ComparisonListItem[] {
    return this.ofRoute(route)
      .filter(isOfMirror)
      .map(toListItem)
      .sort((left, right) => right.generation - left.generation || right.lastAt - left.lastAt)
  }

  /** Of every route, the comparisons of the newest generation that was compared. */
  newest(): readonly ComparisonListItem[] {
    const ofMirrors = [...this.comparisons.values()].filter(isOfMirror)
    const newest = new Map<string, number>()
    for (const { tally } of ofMirrors) {
      const { route, generation } = tally.key
      newest.set(route, Math.max(newest.get(route) ?? 0, generation))
    }
    return ofMirrors
      .filter(({ tally }) => tally.key.generation === newest.get(tally.key.route))
      .map(toListItem)
  }

  snapshot(key: ComparisonKey): ComparisonSnapshot | null {
    const comparison = this.comparisons.get(comparisonName(key))
    if (comparison === undefined) return null
    const calibration = this.comparisons.get(comparisonName({ ...key, ...CALIBRATION }))
    const known = this.ofRoute(key.route)
      .filter(({ tally }) => tally.key.rule === key.rule)
      .flatMap(({ tally }) => tally.endpointNames())
    const requests = this.requests.get(ruleName(key))?.snapshot()
    return takeSnapshot(comparison.tally, calibration?.tally ?? null, known, requests)
  }

  /** The examples that fit the query, newest first; null when there is no such comparison. */
  pairs(query: PairQuery): PairList | null {
    const comparison = this.comparisons.get(comparisonName(query))
    if (comparison === undefined) return null
    const differences = comparison.tally.differences()
    const fitting = comparison.examples
      .list()
      .map((pair) => summariseOf(pair, differences))
      .filter((summary) => fitsFilter(summary, query))
    return {
      pairs: fitting.slice(0, this.limits.pairsListedMax),
      kept: fitting.length,
    }
  }

  pair(key: ComparisonKey, id: string): ComparedPair | null {
    const comparison = this.comparisons.get(comparisonName(key))
    const pair = comparison?.examples.get(id)
    if (comparison === undefined || pair === undefined) return null
    return {
      summary: summariseOf(pair, comparison.tally.differences()),
      exchange: pair.exchange,
    }
  }

  private ofRoute(route: string): readonly Comparison[] {
    return [...this.comparisons.values()].filter(({ tally }) => tally.key.route === route)
  }
}

/** Of a mirror, and no calibration. */
function isOfMirror({ tally }: Comparison): boolean {
  return tally.key.filterIndex >= 0
}

function toListItem({ tally }: Comparison): ComparisonListItem {
  const { ruleName, pairs, primaryBackends, mirrorBackend, firstAt, lastAt } = tally.counts()
  return { ...tally.key, ruleName, pairs, primaryBackends, mirrorBackend, firstAt, lastAt }
}

/** A rule's name in the store and on disk. */
function ruleName({ route, rule }: Pick<ComparisonKey, 'route' | 'rule'>): string {
  return `${route} ${rule}`
}

function keyOfExchange({
  route,
  generation,
  rule,
  filterIndex,
  kind,
}: CapturedExchange): ComparisonKey {
  return { route, rule, generation, filterIndex, ...(kind === 'calibration' ? CALIBRATION : {}) }
}

function isSameFilter(left: ComparisonKey, right: ComparisonKey): boolean {
  return (
    left.route === right.route && left.rule === right.rule && left.filterIndex === right.filterIndex
  )
}

/** The comparison's name in the store and on disk. */
export function comparisonName({ route, generation, rule, filterIndex }: ComparisonKey): string {
  return `${route} ${generation} ${rule} ${filterIndex}`
}
