/** A kept pair → what lists show of it. */
import { statusLabel } from '@/lib/comparison/diff-exchange'
import type { CountedDifference } from '@/lib/comparison/tally'
import type { PairQuery, PairSummary } from '@/lib/dashboard-api/comparison'
import type { ExamplePair } from './example-pairs'

/** The summary; `differences` are the comparison's, by index. */
export function summariseOf(
  { exchange, endpoint, groups }: ExamplePair,
  differences: readonly CountedDifference[],
): PairSummary {
  const { id, capturedAt, request, primary, mirror } = exchange
  return {
    id,
    capturedAt,
    method: request.method,
    path: request.path,
    endpoint,
    primaryStatus: statusLabel(primary),
    mirrorStatus: statusLabel(mirror),
    primaryMs: primary.totalMs,
    mirrorMs: mirror.totalMs,
    differences: groups.flatMap((index) => {
      const difference = differences[index]
      return difference === undefined
        ? []
        : [{ kind: difference.kind, pattern: difference.pattern }]
    }),
  }
}

/** Whether a pair is what was asked for; what is not asked does not matter. */
export function matchesQuery(pair: PairSummary, query: PairQuery): boolean {
  const { primaryStatus, mirrorStatus, kind, pattern, endpoint } = query
  return (
    (primaryStatus === undefined || pair.primaryStatus === primaryStatus) &&
    (mirrorStatus === undefined || pair.mirrorStatus === mirrorStatus) &&
    (endpoint === undefined || pair.endpoint === endpoint) &&
    (pattern === undefined ||
      pair.differences.some(
        (difference) =>
          difference.pattern === pattern && (kind === undefined || difference.kind === kind),
      ))
  )
}
