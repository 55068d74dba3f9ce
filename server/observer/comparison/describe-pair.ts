/** A kept pair → what lists show of it. */
import { statusLabels } from '@/lib/comparison/status-label'
import type { CountedDifference } from '@/lib/comparison/tally'
import type { PairSummary } from '@/lib/dashboard-api/comparison'
import type { ExamplePair } from './example-pairs'

/** The summary; `differences` are the comparison's, by index. */
export function summariseOf(
  { exchange, endpoint, groups, leftOut }: ExamplePair,
  differences: readonly CountedDifference[],
): PairSummary {
  const { id, capturedAt, request, primary, mirror } = exchange
  const [primaryStatus, mirrorStatus] = statusLabels(exchange)
  return {
    id,
    capturedAt,
    method: request.method,
    path: request.path,
    endpoint,
    leftOut,
    primaryStatus,
    mirrorStatus,
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
