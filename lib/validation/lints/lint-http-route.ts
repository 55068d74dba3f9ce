import type { HTTPRoute } from '@/lib/gateway-api/types'
import type { ClusterFacts } from './cluster-facts'
import { lintAnnotations } from './lint-annotations'
import { lintBackends, lintMirrorIsPrimary } from './lint-backends'
import { lintContext } from './lint-context'
import { lintCopies } from './lint-copies'
import { lintExpressions } from './lint-expressions'
import { lintFeatures } from './lint-features'
import { lintFilters } from './lint-filters'
import type { LintFinding } from './lint-finding'
import { lintHeaders } from './lint-headers'
import { lintUnsafeMethods } from './lint-methods'
import { lintParents } from './lint-parents'
import { lintPrecedence } from './lint-precedence'

/**
 * What admission can't know about a route: references, listeners, precedence among the cluster's routes, and what mirrors do.
 * Each finding says what will happen to traffic, in the words of the gateways that serve the route's parents.
 * Pure; what `cluster` does not know is not judged. Read an untrusted object with `readRoute` first.
 */
export function lintHttpRoute(route: HTTPRoute, cluster: ClusterFacts): readonly LintFinding[] {
  const context = lintContext(route, cluster)
  return [
    ...lintParents(context),
    ...lintBackends(context),
    ...lintMirrorIsPrimary(context),
    ...lintFilters(context),
    ...lintCopies(context),
    ...lintUnsafeMethods(context),
    ...lintExpressions(context),
    ...lintHeaders(context),
    ...lintFeatures(context),
    ...lintPrecedence(context),
    ...lintAnnotations(context),
  ]
}
