import { type ConformanceCase, httpRoute, simpleRoute } from './case'

const V1 = 'infra-backend-v1'
const V2 = 'infra-backend-v2'
const V3 = 'infra-backend-v3'
const toV1 = `backendRefs: [{name: ${V1}, port: 8080}]`
const PARENT = 'parentRefs: [{name: same-namespace}]'

function filtered(filters: string, more = toV1, path = '/'): string {
  return `{matches: [{path: {type: PathPrefix, value: ${path}}}], filters: [${filters}]${more === '' ? '' : `, ${more}`}}`
}

function rules(...all: readonly string[]): string {
  return httpRoute('route', `{${PARENT}, rules: [${all.join(', ')}]}`)
}

function redirect(filter: string, path = '/'): string {
  return filtered(`{type: RequestRedirect, requestRedirect: {${filter}}}`, '', path)
}

function mirror(name: string, more = ''): string {
  return `{type: RequestMirror, requestMirror: {backendRef: {name: ${name}, port: 8080}${more}}}`
}

const EDITS =
  'set: [{name: X-Set, value: set}], add: [{name: X-Add, value: added}], remove: [X-Gone]'
const GIVEN = { 'X-Set': 'was', 'X-Add': 'given', 'X-Gone': 'here', 'X-Other': 'kept' }
const EDITED = { 'x-set': 'set', 'x-add': 'given, added', 'x-gone': undefined, 'x-other': 'kept' }

/** What is changed, copied, or answered on the way. */
export const FILTER_CASES: readonly ConformanceCase[] = [
  {
    name: 'HTTPRouteRequestHeaderModifier',
    yaml: rules(filtered(`{type: RequestHeaderModifier, requestHeaderModifier: {${EDITS}}}`)),
    requests: [{ headers: GIVEN, backend: V1, seen: { headers: EDITED } }],
  },
  {
    name: 'HTTPRouteBackendRequestHeaderModifier',
    features: ['HTTPRouteBackendRequestHeaderModification'],
    yaml: simpleRoute().replace(
      'port: 8080',
      `port: 8080, filters: [{type: RequestHeaderModifier, requestHeaderModifier: {${EDITS}}}]`,
    ),
    requests: [{ headers: GIVEN, backend: V1, seen: { headers: EDITED } }],
  },
  {
    name: 'HTTPRouteResponseHeaderModifier',
    features: ['HTTPRouteResponseHeaderModification'],
    yaml: rules(
      filtered(
        '{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: X-Set, value: set}], add: [{name: X-Add, value: added}], remove: [X-Backend]}}',
      ),
    ),
    requests: [{ answered: { 'x-set': 'set', 'x-add': 'added', 'x-backend': undefined } }],
  },
  {
    name: 'HTTPRouteRedirectHostAndStatus',
    yaml: rules(
      redirect('hostname: example.org', '/hostname-redirect'),
      redirect('statusCode: 301, hostname: example.org', '/both'),
    ),
    requests: [
      {
        path: '/hostname-redirect',
        status: 302,
        answered: { location: 'http://example.org/hostname-redirect' },
      },
      { path: '/both', status: 301, answered: { location: 'http://example.org/both' } },
    ],
  },
  {
    name: 'HTTPRouteRedirectPort',
    features: ['HTTPRoutePortRedirect'],
    yaml: rules(redirect('port: 8083', '/port')),
    requests: [
      { path: '/port', status: 302, answered: { location: 'http://example.com:8083/port' } },
    ],
  },
  {
    name: 'HTTPRouteRedirectScheme',
    features: ['HTTPRouteSchemeRedirect'],
    yaml: rules(redirect('scheme: https', '/scheme')),
    requests: [
      { path: '/scheme', status: 302, answered: { location: 'https://example.com/scheme' } },
    ],
  },
  {
    name: 'HTTPRouteRedirectPortAndScheme',
    features: ['HTTPRouteSchemeRedirect', 'HTTPRoutePortRedirect'],
    yaml: rules(
      redirect('scheme: https, port: 8443', '/a'),
      redirect('scheme: http, port: 80', '/b'),
    ),
    requests: [
      { path: '/a', status: 302, answered: { location: 'https://example.com:8443/a' } },
      { path: '/b', status: 302, answered: { location: 'http://example.com/b' } },
    ],
  },
  {
    name: 'HTTPRouteRedirectPath',
    features: ['HTTPRoutePathRedirect'],
    yaml: rules(
      redirect('path: {type: ReplacePrefixMatch, replacePrefixMatch: /replacement}', '/original'),
      redirect('path: {type: ReplaceFullPath, replaceFullPath: /full}', '/whole'),
    ),
    requests: [
      {
        path: '/original/x?a=1',
        status: 302,
        answered: { location: 'http://example.com/replacement/x?a=1' },
      },
      { path: '/whole/x', status: 302, answered: { location: 'http://example.com/full' } },
    ],
  },
  ...[303, 307, 308].map((code) => ({
    name: `HTTPRoute${code}Redirect`,
    features: [`HTTPRoute${code}RedirectStatusCode`],
    yaml: rules(redirect(`hostname: example.org, statusCode: ${code}`)),
    requests: [{ status: code, answered: { location: 'http://example.org/' } }],
  })),
  {
    name: 'HTTPRouteRewriteHost',
    features: ['HTTPRouteHostRewrite'],
    yaml: rules(filtered('{type: URLRewrite, urlRewrite: {hostname: one.example.org}}')),
    requests: [{ backend: V1, seen: { host: 'one.example.org' } }],
  },
  {
    name: 'HTTPRouteRewritePath',
    features: ['HTTPRoutePathRewrite'],
    yaml: rules(
      filtered(
        '{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /one}}}',
        toV1,
        '/prefix',
      ),
      filtered(
        '{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /full}}}',
        toV1,
        '/whole',
      ),
    ),
    requests: [
      { path: '/prefix/two', seen: { path: '/one/two' } },
      { path: '/whole/two', seen: { path: '/full' } },
    ],
  },
  {
    name: 'HTTPRouteBackendURLRewrite',
    features: ['HTTPRouteBackendURLRewrite'],
    yaml: simpleRoute().replace(
      'port: 8080',
      'port: 8080, filters: [{type: URLRewrite, urlRewrite: {hostname: one.example.org, path: {type: ReplaceFullPath, replaceFullPath: /full}}}]',
    ),
    requests: [{ path: '/any', seen: { path: '/full', host: 'one.example.org' } }],
  },
  {
    name: 'HTTPRouteRequestMirror',
    features: ['HTTPRouteRequestMirror'],
    yaml: rules(filtered(mirror(V2))),
    requests: [{ path: '/mirror', backend: V1, mirrors: { [V2]: 1 } }],
  },
  {
    name: 'HTTPRouteRequestMultipleMirrors',
    features: ['HTTPRouteRequestMultipleMirrors'],
    yaml: rules(filtered(`${mirror(V2)}, ${mirror(V3)}`)),
    requests: [{ path: '/multi-mirror', backend: V1, mirrors: { [V2]: 1, [V3]: 1 } }],
  },
  {
    name: 'HTTPRouteRequestPercentageMirror',
    features: ['HTTPRouteRequestPercentageMirror'],
    yaml: rules(
      filtered(mirror(V2, ', percent: 20'), toV1, '/percent'),
      filtered(mirror(V3, ', fraction: {numerator: 35, denominator: 100}'), toV1, '/fraction'),
    ),
    requests: [
      { path: '/percent', backend: { [V1]: 100 }, mirrors: { [V2]: 20 } },
      { path: '/fraction', backend: { [V1]: 100 }, mirrors: { [V3]: 35 } },
    ],
  },
  {
    name: 'HTTPRouteCORS',
    features: ['HTTPRouteCORS'],
    yaml: rules(
      filtered(
        '{type: CORS, cors: {allowOrigins: ["https://www.foo.com"], allowMethods: [GET, OPTIONS], allowHeaders: [x-header], maxAge: 3600, allowCredentials: true}}',
      ),
    ),
    requests: [
      {
        method: 'OPTIONS',
        headers: { Origin: 'https://www.foo.com', 'Access-Control-Request-Method': 'GET' },
        status: 204,
        answered: {
          'access-control-allow-origin': 'https://www.foo.com',
          'access-control-allow-credentials': 'true',
          'access-control-max-age': '3600',
        },
      },
      {
        headers: { Origin: 'https://www.foo.com' },
        backend: V1,
        answered: { 'access-control-allow-origin': 'https://www.foo.com' },
      },
      {
        headers: { Origin: 'https://www.bar.com' },
        answered: { 'access-control-allow-origin': undefined },
      },
    ],
  },
]
