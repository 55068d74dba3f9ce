import { type ConformanceCase, gateway, grant, httpRoute, simpleRoute } from './case'

const V1 = 'infra-backend-v1'
const HTTPS = (hostname: string, refs: string, name = 'https') =>
  `{name: ${name}, port: 443, protocol: HTTPS${hostname === '' ? '' : `, hostname: ${hostname}`}, tls: {certificateRefs: [${refs}]}}`
const OWN = '{name: tls-certificate}'
const FAR = '{name: far-certificate, namespace: gateway-conformance-web-backend}'
const FROM_GATEWAYS =
  '{group: gateway.networking.k8s.io, kind: Gateway, namespace: gateway-conformance-infra}'

function invalid(name: string, refs: string, says: string, more = ''): ConformanceCase {
  return {
    name,
    features: more === '' ? [] : ['ReferenceGrant'],
    yaml: gateway('tls', `[${HTTPS('', refs)}]`) + more,
    conditions: [
      { of: 'gateways/tls/https', type: 'ResolvedRefs', says },
      { of: 'gateways/tls/https', type: 'Programmed', says: 'False Invalid' },
    ],
  }
}

function granted(name: string, to: string): ConformanceCase {
  return {
    name,
    features: ['ReferenceGrant'],
    yaml:
      gateway('tls', `[${HTTPS('', FAR)}]`) +
      grant(FROM_GATEWAYS, to) +
      simpleRoute().replace('same-namespace', 'tls'),
    requests: [{ gateway: 'tls', port: 443, tls: 'example.com', backend: V1 }],
    conditions: [{ of: 'gateways/tls/https', type: 'Programmed', says: 'True Programmed' }],
  }
}

/** What a Gateway and its listeners are. */
export const GATEWAY_CASES: readonly ConformanceCase[] = [
  {
    name: 'HTTPRouteHTTPSListener',
    yaml:
      gateway('tls', `[${HTTPS('', OWN)}, ${HTTPS('second-example.org', OWN, 'second')}]`) +
      simpleRoute().replace('same-namespace', 'tls'),
    requests: [
      {
        gateway: 'tls',
        port: 443,
        tls: 'example.org',
        host: 'example.org',
        backend: V1,
        seen: { headers: { 'x-forwarded-proto': 'https' } },
      },
      {
        gateway: 'tls',
        port: 443,
        tls: 'second-example.org',
        host: 'second-example.org',
        backend: V1,
      },
    ],
  },
  {
    name: 'HTTPRouteHTTPSListenerDetectMisdirectedRequests',
    features: ['GatewayHTTPSListenerDetectMisdirectedRequests'],
    yaml:
      gateway(
        'tls',
        `[${HTTPS('example.org', OWN, 'one')}, ${HTTPS('second-example.org', OWN, 'two')}, ${HTTPS('"*.wildcard.org"', OWN, 'three')}]`,
      ) + simpleRoute().replace('same-namespace', 'tls'),
    requests: [
      { gateway: 'tls', port: 443, tls: 'example.org', host: 'example.org', backend: V1 },
      { gateway: 'tls', port: 443, tls: 'example.org', host: 'second-example.org', status: 421 },
      { gateway: 'tls', port: 443, tls: 'example.org', host: 'unknown-example.org', status: 404 },
      { gateway: 'tls', port: 443, tls: 'a.wildcard.org', host: 'b.wildcard.org', backend: V1 },
    ],
  },
  invalid('GatewayInvalidTLSConfiguration', '{name: nonexistent}', 'False InvalidCertificateRef'),
  invalid('GatewaySecretMissingReferenceGrant', FAR, 'False RefNotPermitted'),
  invalid(
    'GatewaySecretInvalidReferenceGrant',
    FAR,
    'False RefNotPermitted',
    grant(FROM_GATEWAYS, '{group: "", kind: Secret, name: other}'),
  ),
  granted(
    'GatewaySecretReferenceGrantSpecific',
    '{group: "", kind: Secret, name: far-certificate}',
  ),
  granted('GatewaySecretReferenceGrantAllInNamespace', '{group: "", kind: Secret}'),
  {
    name: 'GatewayInvalidRouteKind',
    yaml: gateway(
      'kinds',
      '[{name: http, port: 80, protocol: HTTP, allowedRoutes: {kinds: [{kind: InvalidRoute}, {kind: HTTPRoute}]}}]',
    ),
    conditions: [
      { of: 'gateways/kinds/http', type: 'ResolvedRefs', says: 'False InvalidRouteKinds' },
    ],
  },
  {
    name: 'GatewayListenerUnsupportedProtocol',
    yaml: gateway(
      'protocols',
      '[{name: http, port: 80, protocol: HTTP}, {name: odd, port: 81, protocol: example.com/odd}]',
    ),
    conditions: [
      { of: 'gateways/protocols/odd', type: 'Accepted', says: 'False UnsupportedProtocol' },
      { of: 'gateways/protocols', type: 'Accepted', says: 'True ListenersNotValid' },
    ],
  },
  {
    name: 'HTTPRouteDisallowedKind',
    yaml:
      gateway(
        'kinds',
        '[{name: tls, port: 80, protocol: HTTP, allowedRoutes: {kinds: [{kind: TLSRoute}]}}]',
      ) + simpleRoute().replace('same-namespace', 'kinds'),
    conditions: [{ of: 'httproutes/route', type: 'Accepted', says: 'False NotAllowedByListeners' }],
  },
  {
    name: 'GatewayWithAttachedRoutes',
    yaml: simpleRoute() + httpRoute('second', '{parentRefs: [{name: same-namespace}]}'),
    requests: [{ backend: V1 }],
    conditions: [{ of: 'gateways/same-namespace/http', type: 'attachedRoutes', says: '2' }],
  },
  {
    name: 'GatewayWithAttachedRoutesWithPort8080',
    features: ['GatewayPort8080'],
    yaml:
      gateway('eighty', '[{name: http, port: 8080, protocol: HTTP}]') +
      simpleRoute().replace('same-namespace', 'eighty'),
    requests: [{ gateway: 'eighty', port: 8080, backend: V1 }],
    conditions: [{ of: 'gateways/eighty/http', type: 'attachedRoutes', says: '1' }],
  },
  {
    name: 'GatewayOptionalAddressValue',
    features: ['GatewayAddressEmpty'],
    yaml:
      gateway(
        'any',
        '[{name: http, port: 80, protocol: HTTP}]',
        ', addresses: [{type: IPAddress}]',
      ) + simpleRoute().replace('same-namespace', 'any'),
    requests: [{ gateway: 'any', backend: V1 }],
    conditions: [{ of: 'gateways/any', type: 'Programmed', says: 'True Programmed' }],
  },
]
