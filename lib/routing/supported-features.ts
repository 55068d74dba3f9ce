/** Envoy Gateway's name, under which its own quickstart manifests work in the sandbox. */
export const ENVOY_CONTROLLER_NAME = 'gateway.envoyproxy.io/gatewayclass-controller'
/** Our own name. */
export const CONTROLLER_NAME = 'mirrorboard.dev/gateway-controller'

/** Listed in a GatewayClass's status.supportedFeatures when its gateways take several mirrors in one rule. */
export const MULTIPLE_MIRRORS_FEATURE = 'HTTPRouteRequestMultipleMirrors'

/** Whether a class with these features takes several mirrors in one rule. */
export function takesSeveralMirrors(supportedFeatures: readonly unknown[]): boolean {
  return supportedFeatures.includes(MULTIPLE_MIRRORS_FEATURE)
}

/** Conformance features the gateway implements, under their upstream names. */
const FEATURES = [
  'Gateway',
  'GatewayAddressEmpty',
  'GatewayHTTPListenerIsolation',
  'GatewayHTTPSListenerDetectMisdirectedRequests',
  'GatewayPort8080',
  'GatewayRouteHostnameIntersectionPrecedence',
  'HTTPRoute',
  'HTTPRoute303RedirectStatusCode',
  'HTTPRoute307RedirectStatusCode',
  'HTTPRoute308RedirectStatusCode',
  'HTTPRouteBackendProtocolH2C',
  'HTTPRouteBackendProtocolWebSocket',
  'HTTPRouteBackendRequestHeaderModification',
  'HTTPRouteBackendTimeout',
  'HTTPRouteBackendURLRewrite',
  'HTTPRouteCORS',
  'HTTPRouteDestinationPortMatching',
  'HTTPRouteHostRewrite',
  'HTTPRouteMethodMatching',
  'HTTPRouteNamedRouteRule',
  'HTTPRouteParentRefPort',
  'HTTPRoutePathRedirect',
  'HTTPRoutePathRewrite',
  'HTTPRoutePortRedirect',
  'HTTPRouteQueryParamMatching',
  'HTTPRouteRequestMirror',
  'HTTPRouteRequestPercentageMirror',
  'HTTPRouteRequestTimeout',
  'HTTPRouteResponseHeaderModification',
  'HTTPRouteRetryCodes',
  'HTTPRouteRetryConnectionError',
  'HTTPRouteSchemeRedirect',
  'ReferenceGrant',
] as const

/**
 * `status.supportedFeatures` of a class, sorted. Several mirrors in one rule are not offered to classes that speak for
 * Envoy Gateway, whose documentation refuses them; every other class of ours has them.
 * https://gateway-api.sigs.k8s.io/reference/spec/#supportedfeature
 */
export function supportedFeatures(controllerName: string): readonly string[] {
  if (controllerName === ENVOY_CONTROLLER_NAME) return FEATURES
  return [...FEATURES, MULTIPLE_MIRRORS_FEATURE].sort()
}
