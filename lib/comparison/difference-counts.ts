/** What is counted of one difference of a tally. */
import type { FoundDifference } from '@/lib/comparison/diff-json'
import type { CapturedExchange } from '@/lib/comparison/exchange'
import { COMPARISON_LIMITS } from '@/lib/comparison/limits'
import type { PatternNode } from '@/lib/comparison/path-pattern'
import { addValues, emptyStats, type ValueStats } from '@/lib/comparison/value-stats'
import { writeJson } from '@/lib/comparison/write-json'

/** One kind of difference at one place. */
export interface DifferenceCounts {
  readonly kind: FoundDifference['kind']
  /** Ids of the place, and of the place whose occurrences are what the differing pairs are a share of. */
  readonly node: number
  readonly of: number
  differing: number
  stats: ValueStats
  /** Pairs of its endpoints that have the place and are alike there. */
  equal: number
  firstAt: number
  lastAt: number
  endpoints: string[]
  samples: { pair: string; primary: string; mirror: string }[]
}

/** Counts of nothing yet. */
export function emptyDifference(
  kind: FoundDifference['kind'],
  place: PatternNode,
  at: number,
): DifferenceCounts {
  return {
    kind,
    node: place.id,
    of: placeOf(kind, place),
    differing: 0,
    stats: emptyStats(),
    equal: 0,
    firstAt: at,
    lastAt: at,
    endpoints: [],
    samples: [],
  }
}

const OF_PARENT: ReadonlySet<FoundDifference['kind']> = new Set([
  'status',
  'missing',
  'added',
  'echo',
])

/**
 * What the differing pairs are a share of. Whether something is there, and which status came, is a question to every pair
 * that has the place around it; whether a value changed, only to those that have the value.
 */
function placeOf(kind: FoundDifference['kind'], node: PatternNode): number {
  const isOfParent = OF_PARENT.has(kind)
  return isOfParent ? (node.parent?.id ?? node.id) : node.id
}

/** Counts a pair that shows it; `request` is what the request says. */
export function countDifference(
  group: DifferenceCounts,
  { primary, mirror }: FoundDifference,
  exchange: CapturedExchange,
  { endpoint, request }: { readonly endpoint: string; readonly request: string },
): void {
  const { endpointsPerGroupMax, samplesPerGroupMax } = COMPARISON_LIMITS
  group.differing += 1
  const withinMs = Math.max(exchange.primary.totalMs, exchange.mirror.totalMs)
  addValues(group.stats, { primary, mirror, at: exchange.capturedAt, withinMs, request })
  group.lastAt = Math.max(group.lastAt, exchange.capturedAt)
  if (group.endpoints.length < endpointsPerGroupMax && !group.endpoints.includes(endpoint)) {
    group.endpoints.push(endpoint)
  }
  if (group.samples.length < samplesPerGroupMax) {
    group.samples.push({
      pair: exchange.id,
      primary: sampleText(primary),
      mirror: sampleText(mirror),
    })
  }
}

function sampleText(value: unknown): string {
  if (value === undefined) return ''
  const text = writeJson(value)
  const { sampleLengthMax } = COMPARISON_LIMITS
  return text.length > sampleLengthMax ? `${text.slice(0, sampleLengthMax)}…` : text
}
