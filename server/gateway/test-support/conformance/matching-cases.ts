import { type ConformanceCase, gateway, httpRoute, simpleRoute } from './case'

const V1 = 'infra-backend-v1'
const V2 = 'infra-backend-v2'
const V3 = 'infra-backend-v3'
const to = (name: string) => `backendRefs: [{name: ${name}, port: 8080}]`
const toV1 = to(V1)
const toV2 = to(V2)
const toV3 = to(V3)
const PARENT = 'parentRefs: [{name: same-namespace}]'

/** Which rule of which route takes a request. */
export const MATCHING_CASES: readonly ConformanceCase[] = [
  {
    name: 'HTTPRouteMultipleRoutesAttachmentSameHostnameIntersection',
    features: ['GatewayRouteHostnameIntersectionPrecedence'],
    yaml:
      gateway('exact', '[{name: exact, port: 80, protocol: HTTP, hostname: abc.example.com}]') +
      httpRoute(
        'a-older',
        `{parentRefs: [{name: exact}], hostnames: ["*.example.com"], rules: [{matches: [{path: {type: PathPrefix, value: /path/prefix}}], ${toV1}}, {matches: [{path: {type: PathPrefix, value: /other}}], ${toV1}}]}`,
      ) +
      httpRoute(
        'b-newer',
        `{parentRefs: [{name: exact}], hostnames: [abc.example.com], rules: [{matches: [{path: {type: PathPrefix, value: /path}}], ${toV2}}]}`,
      ) +
      httpRoute('c-any', `{parentRefs: [{name: exact}], rules: [{${toV3}}]}`),
    requests: [
      { gateway: 'exact', host: 'abc.example.com', path: '/path/prefix/longer', backend: V2 },
      { gateway: 'exact', host: 'abc.example.com', path: '/other', backend: V1 },
      { gateway: 'exact', host: 'abc.example.com', path: '/', backend: V3 },
      { gateway: 'exact', host: 'x.example.com', path: '/path', status: 404 },
    ],
  },
  {
    name: 'HTTPRouteSimpleSameNamespace',
    yaml: simpleRoute(),
    requests: [{ backend: V1 }],
    conditions: [{ of: 'httproutes/route', type: 'Accepted', says: 'True Accepted' }],
  },
  {
    name: 'HTTPRouteExactPathMatching',
    yaml: httpRoute(
      'exact',
      `{${PARENT}, rules: [{matches: [{path: {type: Exact, value: /one}}], ${toV1}}, {matches: [{path: {type: Exact, value: /two}}], ${toV2}}]}`,
    ),
    requests: [
      { path: '/one', backend: V1 },
      { path: '/two', backend: V2 },
      { path: '/', status: 404 },
      { path: '/one/example', status: 404 },
      { path: '/Two', status: 404 },
    ],
  },
  {
    name: 'HTTPRouteMatching',
    yaml: httpRoute(
      'matching',
      `{${PARENT}, rules: [
        {matches: [{path: {type: PathPrefix, value: /}}, {headers: [{name: version, value: one}]}], ${toV1}},
        {matches: [{path: {type: PathPrefix, value: /v2}}, {headers: [{name: version, value: two}]}], ${toV2}}]}`,
    ),
    requests: [
      { path: '/', backend: V1 },
      { path: '/example', backend: V1 },
      { path: '/', headers: { Version: 'one' }, backend: V1 },
      { path: '/v2', backend: V2 },
      { path: '/v2example', backend: V1 },
      { path: '/', headers: { Version: 'two' }, backend: V2 },
      { path: '/v2/', backend: V2 },
    ],
  },
  {
    name: 'HTTPRouteHeaderMatching',
    yaml: httpRoute(
      'headers',
      `{${PARENT}, rules: [
        {matches: [{headers: [{name: version, value: one}]}], ${toV1}},
        {matches: [{headers: [{name: version, value: two}, {name: color, value: orange}]}], ${toV1}},
        {matches: [{headers: [{name: version, value: two}]}, {headers: [{name: color, value: blue}]}], ${toV2}}]}`,
    ),
    requests: [
      { headers: { version: 'one' }, backend: V1 },
      { headers: { VERSION: 'two' }, backend: V2 },
      { headers: { version: 'two', color: 'orange' }, backend: V1 },
      { headers: { color: 'blue' }, backend: V2 },
      { headers: { version: 'three' }, status: 404 },
      { headers: { color: 'orange' }, status: 404 },
    ],
  },
  {
    name: 'HTTPRouteMethodMatching',
    features: ['HTTPRouteMethodMatching'],
    yaml: httpRoute(
      'methods',
      `{${PARENT}, rules: [{matches: [{method: POST}], ${toV1}}, {matches: [{method: GET}], ${toV2}},
        {matches: [{path: {type: PathPrefix, value: /path5}}], ${toV1}}, {matches: [{method: PATCH, path: {type: PathPrefix, value: /path5}}], ${toV3}}]}`,
    ),
    requests: [
      { method: 'POST', backend: V1 },
      { method: 'GET', backend: V2 },
      { method: 'HEAD', status: 404 },
      { method: 'PATCH', path: '/path5', backend: V3 },
      { method: 'GET', path: '/path5', backend: V1 },
    ],
  },
  {
    name: 'HTTPRouteQueryParamMatching',
    features: ['HTTPRouteQueryParamMatching'],
    yaml: httpRoute(
      'query',
      `{${PARENT}, rules: [{matches: [{queryParams: [{name: animal, value: whale}]}], ${toV1}},
        {matches: [{queryParams: [{name: animal, value: dolphin}]}], ${toV2}},
        {matches: [{queryParams: [{name: animal, value: dolphin}, {name: color, value: blue}]}], ${toV3}}]}`,
    ),
    requests: [
      { path: '/?animal=whale', backend: V1 },
      { path: '/?animal=dolphin', backend: V2 },
      { path: '/?animal=dolphin&color=blue', backend: V3 },
      { path: '/?animal=dolphin&color=yellow', backend: V2 },
      { path: '/?animal=shark', status: 404 },
      { path: '/', status: 404 },
    ],
  },
  {
    name: 'HTTPRoutePathMatchOrder',
    yaml: httpRoute(
      'order',
      `{${PARENT}, rules: [
        {matches: [{path: {type: PathPrefix, value: /match}}], ${toV3}},
        {matches: [{path: {type: PathPrefix, value: /match/prefix/one}}], ${toV2}},
        {matches: [{path: {type: Exact, value: /match/exact/one}}], ${toV1}},
        {matches: [{path: {type: PathPrefix, value: /match/prefix}}], ${toV1}}]}`,
    ),
    requests: [
      { path: '/match/exact/one', backend: V1 },
      { path: '/match/exact', backend: V3 },
      { path: '/match/prefix/one/any', backend: V2 },
      { path: '/match/prefix/any', backend: V1 },
    ],
  },
  {
    name: 'HTTPRouteMatchingAcrossRoutes',
    yaml:
      httpRoute(
        'part-one',
        `{${PARENT}, hostnames: [example.com, example.net], rules: [{matches: [{path: {type: PathPrefix, value: /}}], ${toV1}}]}`,
      ) +
      httpRoute(
        'part-two',
        `{${PARENT}, hostnames: [example.com], rules: [{matches: [{path: {type: PathPrefix, value: /v2}}, {headers: [{name: version, value: two}]}], ${toV2}}]}`,
      ),
    requests: [
      { host: 'example.com', backend: V1 },
      { host: 'example.net', path: '/v2', backend: V1 },
      { host: 'example.com', path: '/v2', backend: V2 },
      { host: 'example.com', headers: { version: 'two' }, backend: V2 },
      { host: 'elsewhere.org', status: 404 },
    ],
  },
  {
    name: 'HTTPRouteHostnameIntersection',
    yaml:
      gateway(
        'hosts',
        '[{name: exact, port: 80, protocol: HTTP, hostname: very.specific.com}, {name: wild, port: 80, protocol: HTTP, hostname: "*.wildcard.io"}]',
      ) +
      httpRoute(
        'specific',
        `{parentRefs: [{name: hosts}], hostnames: [non.matching.com, "*.specific.com"], rules: [{matches: [{path: {type: PathPrefix, value: /s1}}], ${toV1}}]}`,
      ) +
      httpRoute(
        'wild',
        `{parentRefs: [{name: hosts}], hostnames: [very.specific.org, foo.wildcard.io], rules: [{matches: [{path: {type: PathPrefix, value: /s3}}], ${toV3}}]}`,
      ) +
      httpRoute(
        'none',
        `{parentRefs: [{name: hosts}], hostnames: [non.matching.com], rules: [{${toV2}}]}`,
      ),
    requests: [
      { gateway: 'hosts', host: 'very.specific.com', path: '/s1', backend: V1 },
      { gateway: 'hosts', host: 'non.matching.com', path: '/s1', status: 404 },
      { gateway: 'hosts', host: 'foo.wildcard.io', path: '/s3', backend: V3 },
      { gateway: 'hosts', host: 'bar.wildcard.io', path: '/s3', status: 404 },
    ],
    conditions: [
      { of: 'httproutes/none', type: 'Accepted', says: 'False NoMatchingListenerHostname' },
    ],
  },
  {
    name: 'HTTPRouteListenerHostnameMatching',
    yaml:
      gateway(
        'listeners',
        '[{name: one, port: 80, protocol: HTTP, hostname: bar.com}, {name: two, port: 80, protocol: HTTP, hostname: foo.bar.com}, {name: three, port: 80, protocol: HTTP, hostname: "*.bar.com"}]',
      ) +
      httpRoute('one', `{parentRefs: [{name: listeners, sectionName: one}], rules: [{${toV1}}]}`) +
      httpRoute('two', `{parentRefs: [{name: listeners, sectionName: two}], rules: [{${toV2}}]}`) +
      httpRoute(
        'three',
        `{parentRefs: [{name: listeners, sectionName: three}], rules: [{${toV3}}]}`,
      ),
    requests: [
      { gateway: 'listeners', host: 'bar.com', backend: V1 },
      { gateway: 'listeners', host: 'foo.bar.com', backend: V2 },
      { gateway: 'listeners', host: 'baz.bar.com', backend: V3 },
      { gateway: 'listeners', host: 'multiple.prefixes.bar.com', backend: V3 },
      { gateway: 'listeners', host: 'foo.com', status: 404 },
    ],
  },
  {
    name: 'GatewayHTTPListenerIsolation',
    features: ['GatewayHTTPListenerIsolation'],
    yaml:
      gateway(
        'isolation',
        '[{name: any, port: 80, protocol: HTTP}, {name: wild, port: 80, protocol: HTTP, hostname: "*.example.com"}, {name: exact, port: 80, protocol: HTTP, hostname: abc.foo.example.com}]',
      ) +
      ['any', 'wild', 'exact']
        .map((name) =>
          httpRoute(
            name,
            `{parentRefs: [{name: isolation, sectionName: ${name}}], rules: [{matches: [{path: {type: PathPrefix, value: /${name}}}], ${toV1}}]}`,
          ),
        )
        .join(''),
    requests: [
      { gateway: 'isolation', host: 'bar.com', path: '/any', backend: V1 },
      { gateway: 'isolation', host: 'bar.com', path: '/wild', status: 404 },
      { gateway: 'isolation', host: 'bar.example.com', path: '/wild', backend: V1 },
      { gateway: 'isolation', host: 'bar.example.com', path: '/any', status: 404 },
      { gateway: 'isolation', host: 'abc.foo.example.com', path: '/exact', backend: V1 },
      { gateway: 'isolation', host: 'abc.foo.example.com', path: '/wild', status: 404 },
    ],
  },
  {
    name: 'HTTPRouteListenerPortMatching',
    features: ['HTTPRouteParentRefPort', 'HTTPRouteDestinationPortMatching'],
    yaml:
      gateway(
        'ports',
        '[{name: a, port: 80, protocol: HTTP}, {name: b, port: 8080, protocol: HTTP, hostname: foo.com}, {name: c, port: 8090, protocol: HTTP}]',
      ) +
      httpRoute('one', `{parentRefs: [{name: ports, port: 80}], rules: [{${toV1}}]}`) +
      httpRoute('two', `{parentRefs: [{name: ports, port: 8080}], rules: [{${toV2}}]}`) +
      httpRoute('three', `{parentRefs: [{name: ports, port: 8090}], rules: [{${toV3}}]}`),
    requests: [
      { gateway: 'ports', host: 'foo.com', port: 80, backend: V1 },
      { gateway: 'ports', host: 'foo.com', port: 8080, backend: V2 },
      { gateway: 'ports', host: 'bar.com', port: 8080, status: 404 },
      { gateway: 'ports', host: 'foo.com', port: 8090, backend: V3 },
    ],
  },
  {
    name: 'HTTPRouteInvalidParentRefNotMatchingListenerPort',
    features: ['HTTPRouteParentRefPort'],
    yaml: httpRoute(
      'route',
      `{parentRefs: [{name: same-namespace, port: 81}], rules: [{${toV1}}]}`,
    ),
    requests: [{ status: 404 }],
    conditions: [{ of: 'httproutes/route', type: 'Accepted', says: 'False NoMatchingParent' }],
  },
  {
    name: 'HTTPRouteInvalidParentRefNotMatchingSectionName',
    yaml: httpRoute(
      'route',
      `{parentRefs: [{name: same-namespace, sectionName: nope}], rules: [{${toV1}}]}`,
    ),
    requests: [{ status: 404 }],
    conditions: [{ of: 'httproutes/route', type: 'Accepted', says: 'False NoMatchingParent' }],
  },
  {
    name: 'HTTPRouteNamedRule',
    features: ['HTTPRouteNamedRouteRule'],
    yaml: httpRoute(
      'named',
      `{${PARENT}, rules: [{name: named-rule, matches: [{path: {type: PathPrefix, value: /named}}], ${toV1}}, {matches: [{path: {type: PathPrefix, value: /unnamed}}], ${toV2}}]}`,
    ),
    requests: [
      { path: '/named', backend: V1 },
      { path: '/unnamed', backend: V2 },
    ],
  },
  {
    name: 'HTTPRouteMultipleGateways',
    yaml:
      gateway('one', '[{name: http, port: 80, protocol: HTTP}]') +
      gateway('two', '[{name: http, port: 80, protocol: HTTP}]') +
      httpRoute(
        'shared',
        `{parentRefs: [{name: one}, {name: two}], rules: [{matches: [{path: {type: PathPrefix, value: /shared}}], ${toV1}}]}`,
      ) +
      httpRoute(
        'first',
        `{parentRefs: [{name: one}], rules: [{matches: [{path: {type: PathPrefix, value: /one}}], ${toV2}}]}`,
      ),
    requests: [
      { gateway: 'one', path: '/shared', backend: V1 },
      { gateway: 'two', path: '/shared', backend: V1 },
      { gateway: 'one', path: '/one', backend: V2 },
      { gateway: 'two', path: '/one', status: 404 },
    ],
  },
]
