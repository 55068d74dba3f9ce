import type { HTTPRoute, HTTPRouteFilter, HTTPRouteRule } from '@/lib/gateway-api/types'
import type { LintContext } from './lint-context'
import { type LintFinding, SPEC } from './lint-finding'

interface UsedFeature {
  readonly feature: string
  readonly fieldPath: string
}

/** Fields whose support the class of a Gateway does not claim. One finding for each feature, at its first use. */
export function lintFeatures({ route, parents }: LintContext): readonly LintFinding[] {
  const used = new Map<string, string>()
  for (const { feature, fieldPath } of usedFeatures(route)) {
    if (!used.has(feature)) used.set(feature, fieldPath)
  }
  const findings: LintFinding[] = []
  for (const [feature, fieldPath] of used) {
    // A class that lists nothing has not said what it can do.
    const lacking = parents.find(
      ({ supportedFeatures }) => supportedFeatures.length > 0 && !lists(supportedFeatures, feature),
    )
    if (lacking === undefined) continue
    const message = `GatewayClass "${lacking.className}" does not list ${feature} among its features: its gateway may ignore this field or refuse the rule.`
    const code = 'feature.not-listed' as const
    findings.push({ severity: 'warning', code, message, fieldPath, specUrl: SPEC.feature })
  }
  return findings
}

/** Names that features had before v1.7, which older controllers list. */
const FORMER_NAMES: Readonly<Record<string, string>> = { HTTPRouteRetryCodes: 'HTTPRouteRetry' }

function lists(features: readonly string[], feature: string): boolean {
  return features.includes(feature) || features.includes(FORMER_NAMES[feature] ?? feature)
}

/** Names as in https://pkg.go.dev/sigs.k8s.io/gateway-api/pkg/features; core features are not asked for. */
function usedFeatures(route: HTTPRoute): readonly UsedFeature[] {
  const parents = (route.spec.parentRefs ?? []).flatMap(({ port }, index) =>
    used(port, 'HTTPRouteParentRefPort', `spec.parentRefs[${index}].port`),
  )
  const rules = (route.spec.rules ?? []).flatMap((rule, index) =>
    ruleFeatures(rule, `spec.rules[${index}]`),
  )
  return [...parents, ...rules]
}

function used(value: unknown, feature: string, fieldPath: string): readonly UsedFeature[] {
  return value === undefined ? [] : [{ feature, fieldPath }]
}

function ruleFeatures(rule: HTTPRouteRule, path: string): readonly UsedFeature[] {
  const { matches = [], filters = [], backendRefs = [], timeouts = {} } = rule
  return [
    ...used(rule.name, 'HTTPRouteNamedRouteRule', `${path}.name`),
    ...matches.flatMap(({ method, queryParams }, index) => [
      ...used(method, 'HTTPRouteMethodMatching', `${path}.matches[${index}].method`),
      ...used(queryParams, 'HTTPRouteQueryParamMatching', `${path}.matches[${index}].queryParams`),
    ]),
    ...filters.flatMap((filter, index) => filterFeatures(filter, `${path}.filters[${index}]`)),
    ...backendRefs.flatMap((reference, backend) =>
      (reference.filters ?? []).flatMap((filter, index) =>
        used(
          filter.requestHeaderModifier,
          'HTTPRouteBackendRequestHeaderModification',
          `${path}.backendRefs[${backend}].filters[${index}]`,
        ),
      ),
    ),
    ...used(timeouts.request, 'HTTPRouteRequestTimeout', `${path}.timeouts.request`),
    ...used(timeouts.backendRequest, 'HTTPRouteBackendTimeout', `${path}.timeouts.backendRequest`),
    ...used(rule.retry, 'HTTPRouteRetryCodes', `${path}.retry`),
  ]
}

const STATUS_FEATURES: Readonly<Record<number, string>> = {
  303: 'HTTPRoute303RedirectStatusCode',
  307: 'HTTPRoute307RedirectStatusCode',
  308: 'HTTPRoute308RedirectStatusCode',
}

function filterFeatures(filter: HTTPRouteFilter, path: string): readonly UsedFeature[] {
  const { requestMirror, requestRedirect = {}, urlRewrite = {} } = filter
  const status = STATUS_FEATURES[requestRedirect.statusCode ?? 0]
  const share = requestMirror?.percent ?? requestMirror?.fraction
  const redirect = `${path}.requestRedirect`
  return [
    ...used(requestMirror, 'HTTPRouteRequestMirror', path),
    ...used(share, 'HTTPRouteRequestPercentageMirror', `${path}.requestMirror`),
    ...used(filter.responseHeaderModifier, 'HTTPRouteResponseHeaderModification', path),
    ...used(filter.cors, 'HTTPRouteCORS', path),
    ...used(urlRewrite.hostname, 'HTTPRouteHostRewrite', `${path}.urlRewrite.hostname`),
    ...used(urlRewrite.path, 'HTTPRoutePathRewrite', `${path}.urlRewrite.path`),
    ...used(requestRedirect.scheme, 'HTTPRouteSchemeRedirect', `${redirect}.scheme`),
    ...used(requestRedirect.port, 'HTTPRoutePortRedirect', `${redirect}.port`),
    ...used(requestRedirect.path, 'HTTPRoutePathRedirect', `${redirect}.path`),
    ...(status === undefined ? [] : [{ feature: status, fieldPath: `${redirect}.statusCode` }]),
  ]
}
