import { expect, test } from 'vitest'
import type { HTTPRoute, HTTPRouteRule, Listener, ParentReference } from '@/lib/gateway-api/types'
import { CONTROLLER_NAME } from '@/lib/routing/supported-features'
import { type ClusterFacts, UNKNOWN_CLUSTER } from '@/lib/validation/lints/cluster-facts'
import { lintHttpRoute } from '@/lib/validation/lints/lint-http-route'

const GATEWAY_API = 'gateway.networking.k8s.io/v1'

function facts(listeners: readonly Listener[]): ClusterFacts {
  return {
    ...UNKNOWN_CLUSTER,
    namespaces: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }],
    gatewayClasses: [
      {
        apiVersion: GATEWAY_API,
        kind: 'GatewayClass',
        metadata: { name: 'own' },
        spec: { controllerName: CONTROLLER_NAME },
      },
    ],
    gateways: [
      {
        apiVersion: GATEWAY_API,
        kind: 'Gateway',
        metadata: { name: 'eg', namespace: 'default' },
        spec: { gatewayClassName: 'own', listeners: [...listeners] },
      },
    ],
  }
}

function route(rules: HTTPRouteRule[], parent: Partial<ParentReference> = {}): HTTPRoute {
  return {
    apiVersion: GATEWAY_API,
    kind: 'HTTPRoute',
    metadata: { name: 'r', namespace: 'default' },
    spec: { parentRefs: [{ name: 'eg', ...parent }], rules },
  }
}

const http = (name: string, port: number): Listener => ({ name, port, protocol: 'HTTP' })
const mirrored: HTTPRouteRule = {
  backendRefs: [{ name: 'a', port: 80 }],
  filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'b', port: 80 } } }],
}

function fixesOf(given: HTTPRoute, listeners: readonly Listener[]): string[] {
  return lintHttpRoute(given, facts(listeners)).flatMap(({ fix }) =>
    fix !== undefined && 'title' in fix ? fix.title : [],
  )
}

test('the listener that was meant is offered where there is one alone', () => {
  const other = { sectionName: 'web' }
  expect(fixesOf(route([{}], other), [http('http', 80)])).toContain('Use listener http')
  expect(fixesOf(route([{}], { port: 81 }), [http('http', 80)])).toContain('Use port 80')
  const two = [http('http', 80), http('more', 8080)]
  expect(fixesOf(route([{}], other), two)).not.toContain('Use listener http')
  expect(fixesOf(route([{}], { port: 81 }), two)).not.toContain('Use port 80')
  expect(fixesOf(route([{}], other), [])).toEqual(fixesOf(route([{}], other), two))
})

test('a mirror is limited to safe methods only where no other rule could take the rest', () => {
  const split = 'Mirror GET and HEAD only'
  const listeners = [http('http', 80)]
  const withPath = (path: object): HTTPRouteRule => ({ matches: [{ path }], backendRefs: [] })
  const fixes = (...others: HTTPRouteRule[]) => fixesOf(route([mirrored, ...others]), listeners)
  expect(fixes()).toContain(split)
  expect(fixes(withPath({ type: 'PathPrefix', value: '/a' }))).toContain(split)
  // A path without a type is a prefix, and one without a value is the whole.
  expect(fixes(withPath({ value: '/' }))).not.toContain(split)
  expect(fixes(withPath({ type: 'PathPrefix' }))).not.toContain(split)
})
