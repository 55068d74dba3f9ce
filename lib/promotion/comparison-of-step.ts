/** A ladder and the comparisons of its route → the one whose verdict gates the next step. */
import type { ComparisonListItem } from '@/lib/dashboard-api/comparison'
import { clusterName } from '@/lib/gateway-api/references'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { candidateOf } from './find-rule'
import type { Ladder } from './ladder'

/**
 * Pairs of an earlier step say nothing of this one, so only those of the route's own generation count. With all of the
 * traffic on the candidate there is no other answer to compare with: then the newest step before is what counts, where it
 * is clear that it compared this rule, as indexes of another generation may be those of other rules. Null where none does.
 */
export function comparisonOfStep(
  route: HTTPRoute,
  ladder: Ladder,
  comparisons: readonly ComparisonListItem[],
): ComparisonListItem | null {
  const counted = comparisons.filter(({ pairs }) => pairs > 0)
  const here = counted.find(
    ({ generation, rule, filterIndex }) =>
      generation === route.metadata.generation &&
      rule === ladder.rule &&
      filterIndex === ladder.filterIndex,
  )
  if (here !== undefined || ladder.share < 100) return here ?? null
  const earlier = counted.filter(
    ({ ruleName, mirrorBackend }) =>
      ruleName === ladder.promotion.ruleName && mirrorBackend === clusterOf(route, ladder),
  )
  const newest = Math.max(...earlier.map(({ generation }) => generation))
  const last = earlier.filter(({ generation }) => generation === newest)
  return new Set(last.map(({ rule }) => rule)).size === 1 ? (last[0] ?? null) : null
}

/** The ladder of the mirror that a comparison is of; null where that is not clear, as the route has changed since. */
export function ladderOfComparison(
  route: HTTPRoute,
  ladders: readonly Ladder[],
  { generation, rule, ruleName, mirrorBackend }: ComparedMirror,
): Ladder | null {
  const isNow = generation === route.metadata.generation
  const [found, ...more] = ladders.filter(
    (ladder) =>
      clusterOf(route, ladder) === mirrorBackend &&
      (isNow ? ladder.rule === rule : ladder.promotion.ruleName === ruleName),
  )
  return more.length === 0 ? (found ?? null) : null
}

type ComparedMirror = Pick<ComparisonListItem, 'generation' | 'rule' | 'ruleName' | 'mirrorBackend'>

/** The candidate as the gateway names what answered. */
function clusterOf(route: HTTPRoute, { promotion }: Ladder): string {
  return clusterName(candidateOf(promotion), route.metadata.namespace ?? '')
}
