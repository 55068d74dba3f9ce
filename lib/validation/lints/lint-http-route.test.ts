import { describe, expect, it } from 'vitest'
import type {
  Gateway,
  HTTPRoute,
  HTTPRouteFilter,
  HTTPRouteMatch,
  HTTPRouteRule,
  ReferenceGrant,
} from '@/lib/gateway-api/types'
import { parseVersion } from '@/lib/implementations/envoy-gateway-version'
import { CONTROLLER_NAME, ENVOY_CONTROLLER_NAME } from '@/lib/routing/supported-features'
import { type ClusterFacts, UNKNOWN_CLUSTER } from '@/lib/validation/lints/cluster-facts'
import { LINT_CODES, type LintCode, type LintFinding } from '@/lib/validation/lints/lint-finding'
import { lintGrpcRoute } from '@/lib/validation/lints/lint-grpc-route'
import { lintHttpRoute } from '@/lib/validation/lints/lint-http-route'

const GATEWAY_API = 'gateway.networking.k8s.io/v1'
const EVERY_FEATURE = [
  'HTTPRouteRequestMirror',
  'HTTPRouteRequestMultipleMirrors',
  'HTTPRouteRequestPercentageMirror',
  'HTTPRouteMethodMatching',
  'HTTPRouteQueryParamMatching',
  'HTTPRouteSchemeRedirect',
]

function gatewayClass(name: string, controllerName: string, features: readonly string[]) {
  return {
    apiVersion: GATEWAY_API,
    kind: 'GatewayClass',
    metadata: { name },
    spec: { controllerName },
    status: { supportedFeatures: features.map((feature) => ({ name: feature })) },
  }
}

function gateway(
  name: string,
  gatewayClassName: string,
  listeners: Gateway['spec']['listeners'] = [{ name: 'http', port: 80, protocol: 'HTTP' }],
): Gateway {
  return {
    apiVersion: GATEWAY_API,
    kind: 'Gateway',
    metadata: { name, namespace: 'default' },
    spec: { gatewayClassName, listeners },
  }
}

function service(port: number, ready: number | null = 1, extra: { appProtocol?: string } = {}) {
  return { isExternalName: false, ports: [{ port, protocol: 'TCP', ready, ...extra }] }
}

const FACTS: ClusterFacts = {
  services: {
    'default/a': service(80),
    'default/b': service(80),
    'default/empty': service(80, 0),
    'default/many': service(80, 3),
    'default/secure': service(80, null, { appProtocol: 'https' }),
    'default/outside': { isExternalName: true, ports: [] },
    'other/c': service(80),
  },
  gateways: [
    gateway('mine', 'mirrorboard'),
    gateway('envoy', 'envoy'),
    gateway('else', 'else'),
    gateway('orphan', 'no-class'),
    gateway('hosts', 'mirrorboard', [
      { name: 'example', port: 80, protocol: 'HTTP', hostname: '*.example.com' },
    ]),
    gateway('grpc', 'mirrorboard', [
      { name: 'g', port: 80, protocol: 'HTTP', allowedRoutes: { kinds: [{ kind: 'GRPCRoute' }] } },
    ]),
    gateway('closed', 'mirrorboard', [
      { name: 'n', port: 80, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'None' } } },
    ]),
  ],
  gatewayClasses: [
    gatewayClass('mirrorboard', CONTROLLER_NAME, EVERY_FEATURE),
    gatewayClass('envoy', ENVOY_CONTROLLER_NAME, [
      'HTTPRouteRequestMirror',
      'HTTPRouteRequestPercentageMirror',
    ]),
    gatewayClass('else', 'example.com/controller', []),
  ],
  namespaces: [],
  referenceGrants: [],
  grantApiVersion: 'gateway.networking.k8s.io/v1beta1',
  httpRoutes: [],
  isSandbox: null,
  envoyGatewayVersion: null,
}

function mirror(name: string, more: object = {}): HTTPRouteFilter {
  return { type: 'RequestMirror', requestMirror: { backendRef: { name, port: 80 }, ...more } }
}

const DIRECT: HTTPRouteFilter = {
  type: 'ExtensionRef',
  extensionRef: { group: 'gateway.envoyproxy.io', kind: 'HTTPRouteFilter', name: 'd' },
}

const GET = { path: { type: 'PathPrefix', value: '/' }, method: 'GET' } as const

/** A rule nothing can be said against, but that it copies. */
function rule(part: HTTPRouteRule = {}): HTTPRouteRule {
  return { matches: [GET], backendRefs: [{ name: 'a', port: 80 }], ...part }
}

function route(rules: HTTPRouteRule[], part: Partial<HTTPRoute['spec']> = {}): HTTPRoute {
  return {
    apiVersion: GATEWAY_API,
    kind: 'HTTPRoute',
    metadata: { name: 'r', namespace: 'default' },
    spec: { parentRefs: [{ name: 'mine' }], rules, ...part },
  }
}

function annotated(name: string, text: string, gatewayName = 'mine'): HTTPRoute {
  const { metadata, ...rest } = at(gatewayName, route([rule()]))
  return { ...rest, metadata: { ...metadata, annotations: { [name]: text } } }
}

function parent(name: string, more: object = {}) {
  return { parentRefs: [{ name, ...more }] }
}

function older(name: string, rules: HTTPRouteRule[], hostnames?: string[]): ClusterFacts {
  const spec = hostnames === undefined ? {} : { hostnames }
  const live = route(rules, spec)
  const metadata = { name, namespace: 'default', creationTimestamp: '2025-01-01T00:00:00Z' }
  return { ...FACTS, httpRoutes: [{ ...live, metadata }] }
}

interface Case {
  readonly code: LintCode
  readonly severity: LintFinding['severity']
  readonly route: HTTPRoute
  readonly facts?: ClusterFacts
  readonly at: string
  readonly says: string
}

const RULE = 'spec.rules[0]'
const MIRROR = `${RULE}.filters[0].requestMirror`
const withMirror = (name: string, more: object = {}) =>
  route([rule({ filters: [mirror(name, { percent: 10, ...more })] })])
const at = (name: string, given: HTTPRoute) => ({
  ...given,
  spec: { ...given.spec, ...parent(name) },
})

const ANNOTATIONS: readonly Case[] = [
  {
    code: 'annotation.invalid',
    severity: 'warning',
    route: annotated('mirrorboard.dev/mirror-budget', '{"rate":5}'),
    at: 'metadata.annotations[mirrorboard.dev/mirror-budget]',
    says: 'has no setting "rate"; it takes requestsPerSecond, inFlight, until. Until it is corrected nothing is mirrored.',
  },
  {
    code: 'annotation.invalid',
    severity: 'warning',
    route: annotated('mirrorboard.dev/comparison', '{"percent":101}'),
    at: 'metadata.annotations[mirrorboard.dev/comparison]',
    says: 'percent must be a number from 0 to 100',
  },
  {
    code: 'annotation.invalid',
    severity: 'warning',
    route: annotated('mirrorboard.dev/calibration', '5'),
    at: 'metadata.annotations[mirrorboard.dev/calibration]',
    says: 'must be a JSON object',
  },
  {
    code: 'annotation.not-served',
    severity: 'info',
    route: annotated('mirrorboard.dev/comparison', '{"percent":5}', 'else'),
    at: 'metadata.annotations[mirrorboard.dev/comparison]',
    says: 'the gateway of this route ignores it',
  },
]

const BACKENDS: readonly Case[] = [
  {
    code: 'mirror.backend-not-found',
    severity: 'warning',
    route: withMirror('nope'),
    at: `${MIRROR}.backendRef.name`,
    says: `Service "default/nope" does not exist. Mirrorboard's gateway serves the rule without this mirror.`,
  },
  {
    code: 'mirror.backend-not-found',
    severity: 'warning',
    route: at('envoy', withMirror('nope')),
    at: `${MIRROR}.backendRef.name`,
    says: `Mirrorboard's gateway serves the rule without this mirror; Envoy Gateway answers every request of the rule with status 500.`,
  },
  {
    code: 'mirror.backend-not-found',
    severity: 'warning',
    route: at('else', withMirror('nope')),
    at: `${MIRROR}.backendRef.name`,
    says: 'A conforming gateway serves the rule without this mirror.',
  },
  {
    code: 'backend.not-found',
    severity: 'error',
    route: route([
      rule({
        backendRefs: [
          { name: 'a', port: 80, weight: 3 },
          { name: 'nope', port: 80 },
        ],
      }),
    ]),
    at: `${RULE}.backendRefs[1].name`,
    says: `Mirrorboard's gateway answers 25 % of the rule's requests with status 500.`,
  },
  {
    code: 'backend.not-found',
    severity: 'error',
    route: at(
      'envoy',
      route([rule({ backendRefs: [{ name: 'nope', port: 80 }], filters: [mirror('b')] })]),
    ),
    at: `${RULE}.backendRefs[0].name`,
    says: 'status 500, and mirrors them all the same; Envoy Gateway answers every request of the rule with status 500, and mirrors none of them.',
  },
  {
    code: 'backend.not-found',
    severity: 'warning',
    route: route([
      rule({
        backendRefs: [
          { name: 'a', port: 80 },
          { name: 'nope', port: 80, weight: 0 },
        ],
      }),
    ]),
    at: `${RULE}.backendRefs[1].name`,
    says: 'sends it no request, as its weight is 0.',
  },
  {
    code: 'backend.port-not-found',
    severity: 'error',
    route: route([rule({ backendRefs: [{ name: 'a', port: 8080 }] })]),
    at: `${RULE}.backendRefs[0].port`,
    says: 'Service "default/a" has no TCP port 8080; it offers 80.',
  },
  {
    code: 'mirror.port-not-found',
    severity: 'error',
    route: withMirror('b', { backendRef: { name: 'b', port: 81 } }),
    at: `${MIRROR}.backendRef.port`,
    says: 'serves the rule without this mirror',
  },
  {
    code: 'backend.no-endpoints',
    severity: 'warning',
    route: route([rule({ backendRefs: [{ name: 'empty', port: 80 }], filters: [mirror('b')] })]),
    at: `${RULE}.backendRefs[0].name`,
    says: 'answers every request of the rule with status 503, and mirrors them all the same',
  },
  {
    code: 'mirror.no-endpoints',
    severity: 'warning',
    route: at('envoy', withMirror('empty')),
    at: `${MIRROR}.backendRef.name`,
    says: 'serves the rule and mirrors nothing to it; Envoy Gateway since 1.8 (',
  },
  {
    code: 'mirror.reference-not-permitted',
    severity: 'error',
    route: withMirror('c', { backendRef: { name: 'c', namespace: 'other', port: 80 } }),
    at: `${MIRROR}.backendRef.namespace`,
    says: 'No ReferenceGrant in namespace "other" lets HTTPRoutes of "default" refer to Service "c"',
  },
  {
    code: 'backend.kind-unknown',
    severity: 'error',
    route: route([rule({ backendRefs: [{ group: 'x.io', kind: 'Thing', name: 't' }] })]),
    at: `${RULE}.backendRefs[0].kind`,
    says: 'Thing.x.io "t" is not a kind of backend every gateway takes.',
  },
  {
    code: 'backend.kind-unknown',
    severity: 'warning',
    route: at(
      'envoy',
      route([
        rule({ backendRefs: [{ group: 'gateway.envoyproxy.io', kind: 'Backend', name: 't' }] }),
      ]),
    ),
    at: `${RULE}.backendRefs[0].kind`,
    says: 'Envoy Gateway can serve it',
  },
  {
    code: 'backend.external-name',
    severity: 'error',
    route: route([rule({ backendRefs: [{ name: 'outside', port: 80 }] })]),
    at: `${RULE}.backendRefs[0].name`,
    says: "has type ExternalName. Mirrorboard's gateway answers every request of the rule with status 500",
  },
  {
    code: 'mirror.protocol-unsupported',
    severity: 'warning',
    route: withMirror('secure'),
    at: `${MIRROR}.backendRef.port`,
    says: "asks for protocol https. Mirrorboard's gateway serves the rule without this mirror.",
  },
  {
    code: 'mirror.same-as-primary',
    severity: 'warning',
    route: withMirror('a'),
    at: `${MIRROR}.backendRef.name`,
    says: 'every mirrored request reaches it twice',
  },
]

const REFERENCES: readonly Case[] = [
  {
    code: 'backend.reference-not-permitted',
    severity: 'error',
    route: route([rule({ backendRefs: [{ name: 'c', namespace: 'other', port: 80 }] })]),
    at: `${RULE}.backendRefs[0].namespace`,
    says: 'answers every request of the rule with status 500',
  },
  {
    code: 'backend.protocol-unsupported',
    severity: 'warning',
    route: route([rule({ backendRefs: [{ name: 'secure', port: 80 }] })]),
    at: `${RULE}.backendRefs[0].port`,
    says: "asks for protocol https. Mirrorboard's gateway answers every request of the rule with status 500.",
  },
  {
    code: 'mirror.kind-unknown',
    severity: 'error',
    route: withMirror('t', { backendRef: { group: 'x.io', kind: 'Thing', name: 't' } }),
    at: `${MIRROR}.backendRef.kind`,
    says: 'serves the rule without this mirror',
  },
  {
    code: 'mirror.external-name',
    severity: 'error',
    route: withMirror('outside'),
    at: `${MIRROR}.backendRef.name`,
    says: "has type ExternalName. Mirrorboard's gateway serves the rule without this mirror.",
  },
]

const PARENTS: readonly Case[] = [
  {
    code: 'parent.none',
    severity: 'warning',
    route: route([rule()], { parentRefs: [] }),
    at: 'spec.parentRefs',
    says: 'The route names no Gateway in parentRefs: no request reaches it.',
  },
  {
    code: 'parent.not-found',
    severity: 'error',
    route: route([rule()], parent('nope')),
    at: 'spec.parentRefs[0].name',
    says: 'Gateway "default/nope" does not exist: no request reaches the route through it.',
  },
  {
    code: 'parent.class-not-found',
    severity: 'error',
    route: route([rule()], parent('orphan')),
    at: 'spec.parentRefs[0].name',
    says: 'GatewayClass "no-class" of Gateway "default/orphan" does not exist',
  },
  {
    code: 'parent.listener-not-found',
    severity: 'error',
    route: route([rule()], parent('mine', { sectionName: 'https' })),
    at: 'spec.parentRefs[0].sectionName',
    says: 'has no listener with name https: no request reaches the route through it.',
  },
  {
    code: 'parent.listener-not-found',
    severity: 'error',
    route: route([rule()], parent('mine', { port: 81 })),
    at: 'spec.parentRefs[0].port',
    says: 'has no listener with port 81',
  },
  {
    code: 'parent.kind-not-allowed',
    severity: 'error',
    route: route([rule()], parent('grpc')),
    at: 'spec.parentRefs[0]',
    says: 'takes HTTPRoutes',
  },
  {
    code: 'parent.namespace-not-allowed',
    severity: 'error',
    route: route([rule()], parent('closed')),
    at: 'spec.parentRefs[0]',
    says: 'takes no routes from namespace "default"',
  },
  {
    code: 'hostname.no-intersection',
    severity: 'error',
    route: route([rule()], { ...parent('hosts'), hostnames: ['example.org'] }),
    at: 'spec.parentRefs[0]',
    says: 'No hostname of the route fits a listener of Gateway "default/hosts"',
  },
  {
    code: 'hostname.ignored',
    severity: 'warning',
    route: route([rule()], { ...parent('hosts'), hostnames: ['a.example.com', 'example.org'] }),
    at: 'spec.hostnames[1]',
    says: '"example.org": the hostname is ignored',
  },
]

const FILTERS: readonly Case[] = [
  {
    code: 'mirror.one-endpoint',
    severity: 'info',
    route: withMirror('many'),
    at: `${MIRROR}.backendRef.name`,
    says: 'Service "default/many" has 3 ready endpoints: each mirrored request goes to one of them, not to all.',
  },
  {
    code: 'mirror.other-filters',
    severity: 'info',
    route: route([
      rule({
        filters: [mirror('b', { percent: 10 }), { type: 'URLRewrite', urlRewrite: {} }],
      }),
    ]),
    at: `${RULE}.filters[1]`,
    says: "Mirrorboard's gateway mirrors requests as the other filters of the rule leave them.",
  },
  {
    code: 'mirror.other-filters',
    severity: 'info',
    route: at(
      'else',
      route([
        rule({
          filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: {} }, mirror('b')],
        }),
      ]),
    ),
    at: `${RULE}.filters[0]`,
    says: 'A conforming gateway may mirror requests before or after the other filters of the rule change them.',
  },
  {
    code: 'mirror.share-zero',
    severity: 'warning',
    route: withMirror('b', { percent: 0 }),
    at: `${MIRROR}.percent`,
    says: 'No request is mirrored',
  },
  {
    code: 'mirror.share-all',
    severity: 'info',
    route: withMirror('b', { percent: 100 }),
    at: `${MIRROR}.percent`,
    says: 'Every request of the rule is mirrored',
  },
  {
    code: 'mirror.share-default',
    severity: 'info',
    route: route([rule({ filters: [mirror('b')] })]),
    at: MIRROR,
    says: 'as neither percent nor fraction is given',
  },
  {
    code: 'mirror.share-rounds-to-zero',
    severity: 'warning',
    route: at(
      'envoy',
      route([
        rule({ filters: [mirror('b', { fraction: { numerator: 1, denominator: 10_000_000 } })] }),
      ]),
    ),
    at: `${MIRROR}.fraction`,
    says: "Mirrorboard's gateway mirrors one request in 10,000,000.",
  },
  {
    code: 'mirror.several',
    severity: 'info',
    route: route([rule({ filters: [mirror('b'), mirror('empty')] })]),
    at: `${RULE}.filters[1]`,
    says: 'mirrored up to 2 times',
  },
  {
    code: 'mirror.several',
    severity: 'warning',
    route: at('else', route([rule({ filters: [mirror('b'), mirror('empty')] })])),
    at: `${RULE}.filters[1]`,
    says: 'may mirror to one of the 2 only',
  },
  {
    code: 'mirror.several-refused',
    severity: 'error',
    route: at('envoy', route([rule({ filters: [mirror('b'), mirror('empty')] })])),
    at: `${RULE}.filters[1]`,
    says: 'the route is refused as a whole',
  },
  {
    code: 'mirror.with-redirect',
    severity: 'error',
    route: at(
      'envoy',
      route([{ filters: [{ type: 'RequestRedirect', requestRedirect: {} }, mirror('b')] }]),
    ),
    at: `${RULE}.filters[0]`,
    says: "drops the rule, and its requests go to the next match or get status 404; Envoy Gateway since 1.7 (in older lines since 1.6.6) sets the route's condition Accepted to False and answers its requests with status 500; before, it answers the rule's requests with status 500.",
  },
  {
    code: 'mirror.with-direct-response',
    severity: 'info',
    route: at('envoy', route([rule({ filters: [mirror('b'), DIRECT] })])),
    at: `${RULE}.filters[1]`,
    says: 'Where this HTTPRouteFilter has one, Envoy Gateway since 1.7',
  },
  {
    code: 'mirror.in-backend-filters',
    severity: 'error',
    route: route([rule({ backendRefs: [{ name: 'a', port: 80, filters: [mirror('b')] }] })]),
    at: `${RULE}.backendRefs[0].filters[0]`,
    says: 'drops the rule',
  },
  {
    code: 'mirror.in-backend-filters',
    severity: 'warning',
    route: at(
      'else',
      route([rule({ backendRefs: [{ name: 'a', port: 80, filters: [mirror('b')] }] })]),
    ),
    at: `${RULE}.backendRefs[0].filters[0]`,
    says: 'need not mirror from there',
  },
  {
    code: 'mirror.unsafe-methods',
    severity: 'warning',
    route: route([
      rule({ matches: [{ method: 'GET' }, { method: 'PUT' }], filters: [mirror('b')] }),
    ]),
    at: MIRROR,
    says: 'PUT requests are mirrored too',
  },
  {
    code: 'mirror.unsafe-methods',
    severity: 'warning',
    route: route([{ backendRefs: [{ name: 'a', port: 80 }], filters: [mirror('b')] }]),
    at: MIRROR,
    says: 'POST, PUT, PATCH, and DELETE requests are mirrored too',
  },
  {
    code: 'filter.extension-unsupported',
    severity: 'error',
    route: route([
      rule({
        filters: [{ type: 'ExtensionRef', extensionRef: { group: 'x', kind: 'F', name: 'f' } }],
      }),
    ]),
    at: `${RULE}.filters[0]`,
    says: 'answers every request of the rule with status 500',
  },
  {
    code: 'rule.no-backend',
    severity: 'warning',
    route: { ...route([]), spec: parent('mine') },
    at: 'spec.rules',
    says: 'Without rules the route takes every request',
  },
  {
    code: 'rule.no-backend',
    severity: 'warning',
    route: route([{ matches: [GET] }]),
    at: RULE,
    says: 'answered with status 500',
  },
  {
    code: 'rule.no-backend',
    severity: 'warning',
    route: route([rule({ backendRefs: [{ name: 'a', port: 80, weight: 0 }] })]),
    at: `${RULE}.backendRefs`,
    says: 'Every backend of the rule has weight 0',
  },
  {
    code: 'feature.not-listed',
    severity: 'warning',
    route: at('envoy', route([rule()])),
    at: `${RULE}.matches[0].method`,
    says: 'GatewayClass "envoy" does not list HTTPRouteMethodMatching',
  },
  {
    code: 'header.repeated-by-case',
    severity: 'warning',
    route: route([
      rule({
        matches: [
          {
            headers: [
              { name: 'X-A', value: '1' },
              { name: 'x-a', value: '2' },
            ],
          },
        ],
      }),
    ]),
    at: `${RULE}.matches[0].headers[1].name`,
    says: 'only the condition on "X-A" decides',
  },
  {
    code: 'header.repeated-by-case',
    severity: 'warning',
    route: route([
      rule({
        filters: [
          {
            type: 'RequestHeaderModifier',
            requestHeaderModifier: {
              set: [
                { name: 'X-A', value: '1' },
                { name: 'x-a', value: '2' },
              ],
            },
          },
        ],
      }),
    ]),
    at: `${RULE}.filters[0].requestHeaderModifier.set[1].name`,
    says: 'it is set twice',
  },
]

const prefix = (value: string) => ({ path: { type: 'PathPrefix', value } }) as const

const PRECEDENCE: readonly Case[] = [
  {
    code: 'rule.shadowed',
    severity: 'warning',
    route: route([rule({ matches: [prefix('/a')] }), rule({ matches: [prefix('/a/')] })]),
    at: 'spec.rules[1]',
    says: 'This rule never takes a request: match 0 of rule 0 of this route takes all that it matches.',
  },
  {
    code: 'match.expression-invalid',
    severity: 'warning',
    route: route([
      rule({ matches: [{ path: { type: 'RegularExpression', value: '/(?i:a)[[:digit:]]\\pL' } }] }),
      rule({ matches: [prefix('/a'), { path: { type: 'RegularExpression', value: '/(?!a)' } }] }),
    ]),
    at: 'spec.rules[1].matches[1].path.value',
    says: 'The whole rule is left out, so none of its matches takes a request.',
  },
  {
    code: 'match.expression-invalid',
    severity: 'warning',
    route: route([
      rule({
        matches: [
          { headers: [{ name: 'x-a', type: 'RegularExpression', value: 'a{1000}'.repeat(3) }] },
        ],
      }),
    ]),
    at: 'spec.rules[0].matches[0].headers[0].value',
    says: 'needs more than 2000 steps',
  },
  {
    code: 'match.expression-invalid',
    severity: 'warning',
    route: route([
      rule({ matches: [{ queryParams: [{ name: 'q', type: 'RegularExpression', value: '(' }] }] }),
    ]),
    at: 'spec.rules[0].matches[0].queryParams[0].value',
    says: 'missing closing )',
  },
  {
    code: 'match.shadowed',
    severity: 'warning',
    route: route([rule({ matches: [prefix('/a'), prefix('/b'), prefix('/a')] })]),
    at: 'spec.rules[0].matches[2]',
    says: 'This match never takes a request',
  },
  {
    code: 'rule.shadowed',
    severity: 'warning',
    route: route([
      rule({ matches: [prefix('/a')] }),
      rule({ matches: [{ path: { type: 'RegularExpression', value: '/.*' } }] }),
    ]),
    at: 'spec.rules[0]',
    says: 'match 0 of rule 1 of this route',
  },
  {
    code: 'rule.shadowed-by-route',
    severity: 'warning',
    route: route([rule({ matches: [prefix('/a')] })]),
    facts: older('z', [rule({ matches: [prefix('/a')] })]),
    at: 'spec.rules[0]',
    says: 'match 0 of rule 0 of HTTPRoute "default/z" takes all that it matches, as it is older.',
  },
  {
    code: 'rule.shadowed-by-route',
    severity: 'warning',
    route: route([rule({ matches: [prefix('/a'), prefix('/b')] })]),
    facts: older('z', [rule({ matches: [{ path: { type: 'RegularExpression', value: '/.*' } }] })]),
    at: 'spec.rules[0]',
    says: 'match 0 of rule 0 of HTTPRoute "default/z" takes all that it matches, as its match ranks higher.',
  },
  {
    code: 'rule.shadowed-by-route',
    severity: 'warning',
    route: route([rule({ matches: [prefix('/a'), prefix('/b')] })]),
    facts: older('z', [rule({ matches: [prefix('/a')] }), rule({ matches: [prefix('/b')] })]),
    at: 'spec.rules[0]',
    says: 'match 0 of rule 0 of HTTPRoute "default/z" and match 0 of rule 1 of HTTPRoute "default/z" take all that it matches.',
  },
  {
    code: 'match.shadowed-by-route',
    severity: 'warning',
    route: route([rule({ matches: [prefix('/a'), prefix('/b')] })]),
    facts: older('z', [rule({ matches: [prefix('/a')] })]),
    at: 'spec.rules[0].matches[0]',
    says: 'HTTPRoute "default/z"',
  },
  {
    code: 'rule.shadows-route',
    severity: 'warning',
    route: {
      ...route([rule({ matches: [prefix('/a')] })]),
      metadata: { name: 'r', namespace: 'default', creationTimestamp: '2024-01-01T00:00:00Z' },
    },
    facts: older('z', [rule({ matches: [prefix('/a')] })]),
    at: 'spec.rules[0]',
    says: 'takes all requests of rule 0 of HTTPRoute "default/z", which then never takes one.',
  },
]

const CASES = [...ANNOTATIONS, ...BACKENDS, ...REFERENCES, ...PARENTS, ...FILTERS, ...PRECEDENCE]

describe('lintHttpRoute', () => {
  it('has a case for every code', () => {
    const codes = [...CASES.map(({ code }) => code), 'mirror.grpc-service-not-found']
    expect([...new Set(codes)].sort()).toEqual([...LINT_CODES])
  })

  it.each(CASES)(
    'finds $code ($severity) at $at',
    ({ code, severity, route: given, facts = FACTS, at: fieldPath, says }) => {
      const found = lintHttpRoute(given, facts).filter((finding) => finding.code === code)
      expect(found).toHaveLength(1)
      expect(found[0]).toMatchObject({ severity, fieldPath })
      expect(found[0]?.message).toContain(says)
      expect(found[0]?.message).toMatch(/^[^a-z].*\.$/)
      expect(found[0]?.specUrl).toMatch(/^https:\/\/gateway-api\.sigs\.k8s\.io\/reference\/spec\/#/)
    },
  )

  it('finds nothing in a route that copies a part of its safe requests', () => {
    expect(lintHttpRoute(withMirror('b'), FACTS)).toEqual([])
    expect(lintHttpRoute(at('else', withMirror('b')), FACTS)).toEqual([])
  })

  it('judges nothing it does not know', () => {
    const given = route([rule({ backendRefs: [{ name: 'nope', port: 1 }] })], parent('nope'))
    expect(lintHttpRoute(given, UNKNOWN_CLUSTER)).toEqual([])
  })

  it.each([
    ['another hostname', older('z', [rule({ matches: [prefix('/a')] })], ['other.org'])],
    ['a longer path', older('z', [rule({ matches: [prefix('/a/b')] })])],
    ['a condition more', older('z', [rule({ matches: [{ ...prefix('/a'), method: 'GET' }] })])],
  ])('finds no rule dead behind an older route with %s', (_, facts) => {
    expect(lintHttpRoute(route([rule({ matches: [prefix('/a')] })]), facts)).toEqual([])
  })

  it('compares a route with itself as it is stored only by its age', () => {
    const facts = older('r', [rule({ matches: [prefix('/a')] })])
    expect(lintHttpRoute(route([rule({ matches: [prefix('/a')] })]), facts)).toEqual([])
  })

  it('offers what is missing', () => {
    const fixOf = (given: HTTPRoute) => lintHttpRoute(given, FACTS).find(({ fix }) => fix)?.fix
    expect(fixOf(withMirror('nope'))).toEqual({
      kind: 'create-backend',
      namespace: 'default',
      name: 'nope',
      port: 80,
    })
    expect(fixOf(route([rule()], parent('mine', { sectionName: 'web' })))).toMatchObject({
      kind: 'set-value',
      fieldPath: 'spec.parentRefs[0].sectionName',
      value: 'http',
    })
    const far = withMirror('c', { backendRef: { name: 'c', namespace: 'other', port: 80 } })
    expect(fixOf(far)).toMatchObject({
      kind: 'append-manifest',
      manifest: expect.stringMatching(/v1beta1\nkind: ReferenceGrant/),
    })
    const other: ReferenceGrant = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'ReferenceGrant',
      metadata: { name: 'default-to-c', namespace: 'other' },
      spec: { from: [], to: [] },
    }
    const [found] = lintHttpRoute(far, { ...FACTS, referenceGrants: [other] })
    // Another's grant of that name is not written over.
    expect(found?.fix).toMatchObject({
      manifest: expect.stringContaining('name: default-to-c-2'),
    })
  })

  it('offers to split by method only where no other rule has the same path', () => {
    const any = rule({ matches: [prefix('/a')], filters: [mirror('b', { percent: 1 })] })
    const alone = lintHttpRoute(route([any]), FACTS)
    expect(alone.map(({ fix }) => fix?.kind)).toEqual(['split-by-method'])
    const header = { ...prefix('/a'), headers: [{ name: 'x', value: '1' }] }
    const beside = lintHttpRoute(route([any, rule({ matches: [header] })]), FACTS)
    expect(beside.map(({ code, fix }) => [code, fix])).toEqual([
      ['mirror.unsafe-methods', undefined],
    ])
  })

  it('offers no split by method that would take requests from another route', () => {
    const any = rule({ matches: [prefix('/a')], filters: [mirror('b', { percent: 1 })] })
    const other = (match: HTTPRouteMatch): HTTPRoute => ({
      ...route([rule({ matches: [match] })]),
      metadata: { name: 'other', namespace: 'default' },
    })
    const offered = (match: HTTPRouteMatch) =>
      lintHttpRoute(route([any]), { ...FACTS, httpRoutes: [other(match)] }).flatMap(
        ({ fix }) => fix?.kind ?? [],
      )
    expect(offered({ ...prefix('/a'), headers: [{ name: 'x', value: '1' }] })).toEqual([])
    expect(offered({ ...prefix('/a'), method: 'POST' })).toEqual(['split-by-method'])
    expect(offered(prefix('/a/b'))).toEqual(['split-by-method'])
  })

  it('is done with a route of 16 rules beside 2,000 others in a moment', () => {
    const rules = Array.from({ length: 16 }, (_, index) => rule({ matches: [prefix(`/${index}`)] }))
    const live = Array.from({ length: 2000 }, (_, index) => ({
      ...route(rules),
      metadata: {
        name: `l${index}`,
        namespace: 'default',
        creationTimestamp: '2025-01-01T00:00:00Z',
      },
    }))
    const facts = { ...FACTS, httpRoutes: live }
    const found = lintHttpRoute(route(rules), facts)
    expect(found).toHaveLength(16)
    expect(found.every(({ code }) => code === 'rule.shadowed-by-route')).toBe(true)
  })
})

describe('what is said of Envoy Gateway', () => {
  const messages = (given: HTTPRoute, version: string | null, facts = FACTS) =>
    lintHttpRoute(given, {
      ...facts,
      isSandbox: false,
      envoyGatewayVersion: version === null ? null : parseVersion(version),
    })
      .map(({ message }) => message)
      .join('\n')
  const EMPTY = at('envoy', route([rule({ filters: [mirror('empty')] })]))
  const REDIRECT = at(
    'envoy',
    route([{ filters: [{ type: 'RequestRedirect', requestRedirect: {} }, mirror('b')] }]),
  )
  const OLDER = older('first', [rule()])
  const ALIKE = at('envoy', route([rule()]))
  const OLDER_ENVOY = {
    ...OLDER,
    httpRoutes: (OLDER.httpRoutes ?? []).map((one) => ({
      ...at('envoy', one),
      metadata: one.metadata,
    })),
  }

  it.each<[version: string | null, given: HTTPRoute, says: string, facts?: ClusterFacts]>([
    ['1.6.5', EMPTY, 'Envoy Gateway 1.6.5 answers every request of the rule with status 500.'],
    [
      '1.6.6',
      EMPTY,
      'Envoy Gateway 1.6.6 serves the rule, its mirrored requests reach nobody, and',
    ],
    ['1.7.1', EMPTY, 'Envoy Gateway 1.7.1 answers every request of the rule with status 500.'],
    ['1.7.2', EMPTY, "the route's condition BackendsAvailable is False."],
    ['1.8.0', EMPTY, 'Envoy Gateway 1.8 serves the rule, its mirrored requests reach nobody'],
    ['2.0.0', EMPTY, 'Envoy Gateway 2.0 serves the rule'],
    [
      null,
      EMPTY,
      "Envoy Gateway since 1.8 (in older lines since 1.6.6 and 1.7.2) serves the rule, its mirrored requests reach nobody, and the route's condition BackendsAvailable is False; before, it answers every request of the rule with status 500.",
    ],
    ['1.5.0', REDIRECT, "Envoy Gateway 1.5 answers the rule's requests with status 500."],
    ['1.7.0', REDIRECT, "Envoy Gateway 1.7 sets the route's condition Accepted to False"],
    ['1.9.0', ALIKE, 'Envoy Gateway 1.9 sets the condition RouteRulesOverlap', OLDER_ENVOY],
    [null, ALIKE, 'Envoy Gateway since 1.9 sets the condition RouteRulesOverlap', OLDER_ENVOY],
  ])('of version %s', (version, given, says, facts) => {
    expect(messages(given, version, facts)).toContain(says)
  })

  it.each([
    ['1.7.1', 'Envoy Gateway 1.7.1 does not find the Service of a mirror'],
    ['1.7.2', null],
    ['1.9.1', null],
    [null, 'Envoy Gateway since 1.7.2 mirrors to it; before, it does not find the Service'],
  ])('of a GRPCRoute and version %s', (version, says) => {
    const given = { ...at('envoy', route([rule({ filters: [mirror('b')] })])), kind: 'GRPCRoute' }
    const facts = {
      ...FACTS,
      isSandbox: false,
      envoyGatewayVersion: version === null ? null : parseVersion(version),
    }
    const found = lintGrpcRoute({ ...given }, 'default', facts)
    expect(found.map(({ code }) => code)).toEqual(
      says === null ? [] : ['mirror.grpc-service-not-found'],
    )
    if (says !== null) expect(found[0]?.message).toContain(says)
    expect(lintGrpcRoute({ ...given, kind: 'HTTPRoute' }, 'default', facts)).toEqual([])
  })

  it('is no condition that its version does not know', () => {
    expect(messages(ALIKE, '1.8.4', OLDER_ENVOY)).toContain('never takes a request')
    expect(messages(ALIKE, '1.8.4', OLDER_ENVOY)).not.toContain('RouteRulesOverlap')
  })

  it('stands alone where it is known that no gateway of ours answers to its name', () => {
    expect(messages(EMPTY, null)).not.toContain("Mirrorboard's")
    const extension = at('envoy', route([rule({ filters: [DIRECT] })]))
    expect(messages(extension, '1.9.1')).not.toContain('does not know')
    const several = at('envoy', route([rule({ filters: [mirror('b'), mirror('b')] })]))
    expect(messages(several, '1.9.1')).not.toContain('refused as a whole')
  })
})
