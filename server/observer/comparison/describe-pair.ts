/** A kept pair → what lists show of it. */
import { statusLabel } from '@/lib/comparison/diff-exchange'
import type { CountedDifference } from '@/lib/comparison/tally'
import type { PairSummary } from '@/lib/dashboard-api/comparison'
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
