/** What is said of a GRPCRoute: that its mirrors failed in older releases of Envoy Gateway. */
import { byVersionText, has, SINCE_GRPC_MIRRORS } from './by-version'
import type { ClusterFacts } from './cluster-facts'
import { lintContext, mirrorsOfRule } from './lint-context'
import { type LintFinding, SPEC } from './lint-finding'
import { readRoute } from './read-route'

const EFFECT = {
  now: 'mirrors to it',
  before:
    'does not find the Service of a mirror, though it exists, and serves the rule with errors',
  since: SINCE_GRPC_MIRRORS,
}

/** Findings about an object as a person wrote it; none for one that is no GRPCRoute. */
export function lintGrpcRoute(
  object: Readonly<Record<string, unknown>>,
  defaultNamespace: string,
  facts: ClusterFacts,
): readonly LintFinding[] {
  if (object['kind'] !== 'GRPCRoute') return []
  // Parents and mirrors of both kinds of route have the same fields.
  const route = readRoute({ ...object, kind: 'HTTPRoute' }, defaultNamespace)
  if (route === null) return []
  const { implementations, envoyGatewayVersion: version } = lintContext(route, facts)
  const isMended = version !== null && has(version, SINCE_GRPC_MIRRORS)
  if (!implementations.has('envoy') || isMended) return []
  return (route.spec.rules ?? []).flatMap((_, index) =>
    mirrorsOfRule(route, index).map(({ path }) => ({
      severity: version === null ? 'info' : 'warning',
      code: 'mirror.grpc-service-not-found',
      message: `Envoy Gateway${byVersionText(EFFECT, version)}.`,
      fieldPath: `${path}.requestMirror.backendRef.name`,
      specUrl: SPEC.mirror,
    })),
  )
}
