import { type ConformanceCase, grant, httpRoute, simpleRoute } from './case'

const V1 = 'infra-backend-v1'
const V2 = 'infra-backend-v2'
const V3 = 'infra-backend-v3'
const PARENT = 'parentRefs: [{name: same-namespace}]'
const WEB = '{name: web-backend, namespace: gateway-conformance-web-backend, port: 8080}'
const FROM_INFRA =
  '{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: gateway-conformance-infra}'

/** Where requests go, and what becomes of them when that is impossible or slow. */
export const BACKEND_CASES: readonly ConformanceCase[] = [
  {
    name: 'HTTPRouteCrossNamespace',
    yaml: httpRoute(
      'route',
      `{parentRefs: [{name: backend-namespaces}], rules: [{backendRefs: [${WEB.replace('namespace: gateway-conformance-web-backend, ', '')}]}]}`,
    )
      .replace(
        'namespace: gateway-conformance-infra, generation',
        'namespace: gateway-conformance-web-backend, generation',
      )
      .replace(
        '{name: backend-namespaces}',
        '{name: backend-namespaces, namespace: gateway-conformance-infra}',
      ),
    requests: [{ gateway: 'backend-namespaces', backend: 'web-backend' }],
  },
  {
    name: 'HTTPRouteInvalidCrossNamespaceParentRef',
    yaml: simpleRoute()
      .replace(
        'namespace: gateway-conformance-infra, generation',
        'namespace: gateway-conformance-web-backend, generation',
      )
      .replace(
        '{name: same-namespace}',
        '{name: same-namespace, namespace: gateway-conformance-infra}',
      ),
    requests: [{ status: 404 }],
    conditions: [{ of: 'httproutes/route', type: 'Accepted', says: 'False NotAllowedByListeners' }],
  },
  {
    name: 'HTTPRouteInvalidNonExistentBackendRef',
    yaml: simpleRoute('', 'nonexistent'),
    requests: [{ status: 500 }],
    conditions: [{ of: 'httproutes/route', type: 'ResolvedRefs', says: 'False BackendNotFound' }],
  },
  {
    name: 'HTTPRouteInvalidBackendRefUnknownKind',
    yaml: simpleRoute().replace(
      '{name: infra-backend-v1',
      '{group: unknown.io, kind: Nope, name: infra-backend-v1',
    ),
    requests: [{ status: 500 }],
    conditions: [{ of: 'httproutes/route', type: 'ResolvedRefs', says: 'False InvalidKind' }],
  },
  {
    name: 'HTTPRouteInvalidCrossNamespaceBackendRef',
    yaml: httpRoute('route', `{${PARENT}, rules: [{backendRefs: [${WEB}]}]}`),
    requests: [{ status: 500 }],
    conditions: [{ of: 'httproutes/route', type: 'ResolvedRefs', says: 'False RefNotPermitted' }],
  },
  {
    name: 'HTTPRouteReferenceGrant',
    features: ['ReferenceGrant'],
    yaml:
      httpRoute('route', `{${PARENT}, rules: [{backendRefs: [${WEB}]}]}`) +
      grant(FROM_INFRA, '{group: "", kind: Service, name: web-backend}'),
    requests: [{ backend: 'web-backend' }],
    conditions: [{ of: 'httproutes/route', type: 'ResolvedRefs', says: 'True ResolvedRefs' }],
  },
  {
    name: 'HTTPRouteInvalidReferenceGrant',
    features: ['ReferenceGrant'],
    yaml:
      httpRoute('route', `{${PARENT}, rules: [{backendRefs: [${WEB}]}]}`) +
      grant(FROM_INFRA, '{group: "", kind: Service, name: other}'),
    requests: [{ status: 500 }],
    conditions: [{ of: 'httproutes/route', type: 'ResolvedRefs', says: 'False RefNotPermitted' }],
  },
  {
    name: 'HTTPRoutePartiallyInvalidViaInvalidReferenceGrant',
    features: ['ReferenceGrant'],
    yaml: httpRoute(
      'route',
      `{${PARENT}, rules: [{matches: [{path: {type: PathPrefix, value: /v2}}], backendRefs: [${WEB}]}, {backendRefs: [{name: ${V1}, port: 8080}]}]}`,
    ),
    requests: [
      { path: '/v2', status: 500 },
      { path: '/', backend: V1 },
    ],
    conditions: [
      { of: 'httproutes/route', type: 'Accepted', says: 'True Accepted' },
      { of: 'httproutes/route', type: 'ResolvedRefs', says: 'False RefNotPermitted' },
    ],
  },
  {
    name: 'HTTPRouteNoBackendRefs',
    yaml: httpRoute('route', `{${PARENT}, rules: [{}]}`),
    requests: [{ status: 500 }],
  },
  {
    name: 'HTTPRouteWeight',
    yaml: httpRoute(
      'route',
      `{${PARENT}, rules: [{backendRefs: [{name: ${V1}, port: 8080, weight: 70}, {name: ${V2}, port: 8080, weight: 30}, {name: ${V3}, port: 8080, weight: 0}]}]}`,
    ),
    requests: [{ backend: { [V1]: 70, [V2]: 30 } }],
  },
  {
    name: 'HTTPRouteServiceTypes',
    yaml: httpRoute(
      'route',
      `{${PARENT}, rules: [{matches: [{path: {type: PathPrefix, value: /headless}}], backendRefs: [{name: headless, port: 8080}]}]}`,
    ),
    requests: [{ path: '/headless', backend: V1 }],
  },
  {
    name: 'HTTPRouteBackendProtocolH2C',
    features: ['HTTPRouteBackendProtocolH2C'],
    yaml: simpleRoute().replace('port: 8080', 'port: 8081'),
    requests: [{ backend: V1, seen: { protocol: '2.0' } }],
  },
  {
    name: 'HTTPRouteBackendProtocolWebSocket',
    features: ['HTTPRouteBackendProtocolWebSocket'],
    yaml: simpleRoute().replace('port: 8080', 'port: 8082'),
    requests: [
      {
        path: '/ws',
        headers: { Connection: 'Upgrade', Upgrade: 'websocket' },
        status: 101,
        answered: { upgrade: 'websocket' },
      },
    ],
  },
  {
    name: 'HTTPRouteTimeoutRequest',
    features: ['HTTPRouteRequestTimeout'],
    yaml: simpleRoute(', timeouts: {request: 100ms}'),
    requests: [
      { path: '/', backend: V1 },
      { path: '/?delay=5000', status: 504 },
    ],
  },
  {
    name: 'HTTPRouteTimeoutBackendRequest',
    features: ['HTTPRouteBackendTimeout'],
    yaml: simpleRoute(', timeouts: {backendRequest: 100ms}'),
    requests: [
      { path: '/', backend: V1 },
      { path: '/?delay=5000', status: 504 },
    ],
  },
  {
    name: 'HTTPRouteRetry',
    features: ['HTTPRouteRetryCodes'],
    yaml: simpleRoute(', retry: {codes: [500], attempts: 3}', V3),
    requests: [
      { path: '/?responseCode=500&succeedAfter=2&test=a', backend: V3 },
      { path: '/?responseCode=500&succeedAfter=4&test=b', status: 500 },
      { path: '/?responseCode=503&succeedAfter=2&test=c', status: 503 },
    ],
  },
  {
    name: 'HTTPRouteRetryWithTimeouts',
    features: ['HTTPRouteRetryCodes', 'HTTPRouteBackendTimeout'],
    yaml: simpleRoute(
      ', retry: {codes: [500], attempts: 2}, timeouts: {backendRequest: 150ms}',
      V3,
    ),
    requests: [
      { path: '/?slowUntil=1&test=d', backend: V3 },
      { path: '/?slowUntil=9&test=e', status: 504 },
    ],
  },
  {
    name: 'HTTPRouteRetryConnectionError',
    features: ['HTTPRouteRetryConnectionError'],
    yaml: simpleRoute(', retry: {attempts: 3}', 'half-dead'),
    requests: [{ backend: V1 }, { backend: V1 }, { method: 'POST', backend: V1 }],
  },
]
