/** Pairs kept as examples of one comparison: the newest, and a fair sample of every kind, so that rare kinds stay. */
import { hashText } from '@/lib/comparison/canonical'
import type { CapturedExchange } from '@/lib/comparison/exchange'
import { statusLabels } from '@/lib/comparison/status-label'
import type { ComparisonStoreLimits } from './limits'

export interface ExamplePair {
  readonly exchange: CapturedExchange
  readonly endpoint: string
  /** Indexes of the differences it shows. */
  readonly groups: readonly number[]
  /** Why it, or a part of it, was not compared; '' when all of it was. */
  readonly leftOut: string
  readonly bytes: number
}

interface Sample {
  /** Pairs of this kind so far. */
  count: number
  readonly ids: string[]
}

/** Everything but the pairs, as JSON. */
export interface ExampleState {
  readonly recent: readonly string[]
  readonly samples: readonly (readonly [kind: string, sample: Sample])[]
}

/** Kinds sampled; further ones have no sample of their own. */
const KINDS_MAX = 2_000

/** The examples of one comparison. */
export class ExamplePairs {
  private readonly pairs = new Map<string, ExamplePair>()
  private readonly recent: string[]
  private readonly samples: Map<string, Sample>
  private readonly limits: ComparisonStoreLimits
  /** Pairs added and removed since the last save. */
  private readonly changed = new Map<string, ExamplePair | null>()
  bytes = 0

  constructor(
    limits: ComparisonStoreLimits,
    restored?: ExampleState,
    pairs: readonly ExamplePair[] = [],
  ) {
    this.limits = limits
    this.recent = [...(restored?.recent ?? [])]
    this.samples = new Map(restored?.samples ?? [])
    for (const pair of pairs) this.put(pair)
    this.changed.clear()
  }

  add(pair: ExamplePair, bytesMax: number): void {
    const { id } = pair.exchange
    if (this.pairs.has(id) || pair.bytes > bytesMax) return
    this.put(pair)
    this.recent.push(id)
    const kinds = pair.groups.map(String)
    if (pair.leftOut !== '') kinds.push(`left out: ${pair.leftOut}`)
    for (const kind of [...kinds, statusLabels(pair.exchange).join(' ')]) {
      this.sample(kind, id)
    }
    while (this.recent.length > this.limits.recentPairsMax) this.release(this.recent.shift())
    while (this.bytes > bytesMax) this.forgetOldest()
  }

  /** Algorithm R by J. S. Vitter (1985), with the id's hash for chance: every pair of a kind stays equally likely. */
  private sample(kind: string, id: string): void {
    const sample = this.samples.get(kind) ?? { count: 0, ids: [] }
    if (!this.samples.has(kind)) {
      if (this.samples.size >= KINDS_MAX) return
      this.samples.set(kind, sample)
    }
    sample.count += 1
    const { pairsPerKindMax } = this.limits
    const place =
      sample.ids.length < pairsPerKindMax
        ? sample.ids.length
        : Math.floor((hashText(`${kind} ${id}`) / 2 ** 32) * sample.count)
    if (place >= pairsPerKindMax) return
    const replaced = sample.ids[place]
    sample.ids[place] = id
    this.release(replaced)
  }

  private put(pair: ExamplePair): void {
    this.pairs.set(pair.exchange.id, pair)
    this.changed.set(pair.exchange.id, pair)
    this.bytes += pair.bytes
  }

  /** Forgets a pair that nothing keeps any more. */
  private release(id: string | undefined): void {
    if (id === undefined || this.recent.includes(id)) return
    for (const { ids } of this.samples.values()) if (ids.includes(id)) return
    this.remove(id)
  }

  private forgetOldest(): void {
    const oldest = this.recent.shift() ?? this.pairs.keys().next().value
    if (oldest === undefined) return
    for (const { ids } of this.samples.values()) {
      const place = ids.indexOf(oldest)
      if (place >= 0) ids.splice(place, 1)
    }
    this.remove(oldest)
  }

  private remove(id: string): void {
    this.bytes -= this.pairs.get(id)?.bytes ?? 0
    this.pairs.delete(id)
    this.changed.set(id, null)
  }

  get(id: string): ExamplePair | undefined {
    return this.pairs.get(id)
  }

  /** Newest first. */
  list(): readonly ExamplePair[] {
    return [...this.pairs.values()].sort(
      (left, right) => right.exchange.capturedAt - left.exchange.capturedAt,
    )
  }

  state(): ExampleState {
    return { recent: this.recent, samples: [...this.samples] }
  }

  /** What changed since this was last asked: a pair, or null for one that is forgotten. */
  takeChanges(): ReadonlyMap<string, ExamplePair | null> {
    const changes = new Map(this.changed)
    this.changed.clear()
    return changes
  }
}
