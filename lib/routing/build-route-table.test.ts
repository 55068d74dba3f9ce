import { describe, expect, it } from 'vitest'
import type { Gateway, GatewayClass, HTTPRoute, Service } from '@/lib/gateway-api/types'
import { buildGraph } from './build-graph'
import { buildRouteTable, isSameTable } from './build-route-table'
import { buildStatuses } from './build-statuses'
import type { ClusterState } from './cluster-state'
import { parseDuration } from './duration'
import { isEqual } from './is-equal'
import { referencedSecrets } from './referenced-secrets'
import { CONTROLLER_NAME, ENVOY_CONTROLLER_NAME, supportedFeatures } from './supported-features'

const options = { controllerNames: [CONTROLLER_NAME] }
const gatewayClass: GatewayClass = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GatewayClass',
  metadata: { name: 'mine' },
  spec: { controllerName: CONTROLLER_NAME },
}
const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'backend', namespace: 'default' },
  spec: { ports: [{ port: 80 }] },
}

function gateway(
  listeners: Gateway['spec']['listeners'],
  name = 'eg',
  gatewayClassName = 'mine',
): Gateway {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace: 'default' },
    spec: { gatewayClassName, listeners },
  }
}

function route(name: string): HTTPRoute {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name, namespace: 'default', creationTimestamp: '2025-01-01T00:00:00Z' },
    spec: {
      parentRefs: [{ name: 'eg' }],
      rules: [{ backendRefs: [{ name: 'backend', port: 80 }] }],
    },
  }
}

function cluster(part: Partial<ClusterState>): ClusterState {
  return {
    gatewayClasses: [gatewayClass],
    gateways: [gateway([{ name: 'http', port: 80, protocol: 'HTTP' }])],
    httpRoutes: [],
    referenceGrants: [],
    namespaces: [],
    services: [service],
    endpointSlices: [],
    secrets: [],
    ...part,
  }
}

const tableOf = (
  state: ClusterState,
  version: number,
  previous?: ReturnType<typeof buildRouteTable>,
) => buildRouteTable(buildGraph(state, options), version, previous)

describe('buildRouteTable', () => {
  it('is frozen through and through', () => {
    const table = tableOf(cluster({ httpRoutes: [route('a')] }), 1)
    const parts = [
      table,
      table.routes,
      table.routes[0],
      table.routes[0]?.rules[0]?.backends[0],
      table.gateways[0]?.listeners[0],
      table.clusters,
    ]
    expect(parts.every((part) => part !== undefined && Object.isFrozen(part))).toBe(true)
  })

  it('keeps the entries that did not change as the same objects', () => {
    const before = tableOf(cluster({ httpRoutes: [route('a'), route('b')] }), 1)
    const changed = { ...route('b'), spec: { ...route('b').spec, hostnames: ['b.example'] } }
    const after = tableOf(cluster({ httpRoutes: [route('c'), changed, route('a')] }), 2, before)
    expect(after.routes.map((entry) => entry.name)).toEqual(['a', 'b', 'c'])
    expect(after.routes[0]).toBe(before.routes[0])
    expect(after.routes[1]).not.toBe(before.routes[1])
    expect(after.gateways[0]).toBe(before.gateways[0])
    expect(after.clusters['default/backend:80']).toBe(before.clusters['default/backend:80'])
    expect(isSameTable(before, after)).toBe(false)
    expect(
      isSameTable(
        after,
        tableOf(cluster({ httpRoutes: [changed, route('c'), route('a')] }), 3, after),
      ),
    ).toBe(true)
  })

  it('has no status to write once all are as they should be', () => {
    const state = cluster({ httpRoutes: [route('a')] })
    const acknowledgement = {
      version: 1,
      gateways: [
        {
          key: 'default/eg',
          address: { type: 'IPAddress', value: '127.0.0.10' },
          listeners: [{ name: 'http', bound: true, port: 80, message: '' }],
        },
      ],
    } as const
    const write = (from: ClusterState, now: string) =>
      buildStatuses(buildGraph(from, options), { version: 1, acknowledgement, now })
    const updates = write(state, '2026-01-01T00:00:00Z')
    expect(updates.map((update) => update.plural)).toEqual([
      'gatewayclasses',
      'gateways',
      'httproutes',
    ])
    const [first, second, third] = updates.map(({ source, status }) => ({ ...source, status }))
    const stored = {
      ...state,
      gatewayClasses: [first as GatewayClass],
      gateways: [second as Gateway],
      httpRoutes: [third as HTTPRoute],
    }
    expect(write(stored, '2026-02-02T00:00:00Z')).toEqual([])
    const left = { ...stored, gateways: [] }
    const [cleared] = write(left, '2026-02-02T00:00:00Z')
    expect(cleared).toMatchObject({ plural: 'httproutes', status: { parents: [] } })
  })
})

describe('isEqual', () => {
  it('compares JSON by value, with undefined as absent', () => {
    const equal: [unknown, unknown][] = [
      [{ a: [1, { b: null }] }, { a: [1, { b: null }] }],
      [{ a: undefined }, {}],
      [[], []],
    ]
    const different: [unknown, unknown][] = [
      [{ a: 1 }, { a: '1' }],
      [[1], [1, 2]],
      [{}, { a: null }],
      [[], {}],
      [null, {}],
      [{ a: 1 }, { a: 1, b: 2 }],
    ]
    for (const [left, right] of equal) expect(isEqual(left, right)).toBe(true)
    for (const [left, right] of different)
      expect([isEqual(left, right), isEqual(right, left)]).toEqual([false, false])
  })
})

describe('parseDuration', () => {
  it('reads hours, minutes, seconds and milliseconds in any sequence', () => {
    const cases: [string, number | null][] = [
      ['0s', 0],
      ['500ms', 500],
      ['1h30m', 5_400_000],
      ['1m1s1ms', 61_001],
      ['10s10s', 20_000],
      ['1', null],
      ['1d', null],
      ['', null],
      ['1.5s', null],
      ['-1s', null],
      ['123456s', null],
    ]
    for (const [text, expected] of cases) expect(parseDuration(text), text).toBe(expected)
  })
})

describe('supportedFeatures', () => {
  it('is sorted, and offers several mirrors to every class but Envoy Gateway’s', () => {
    const own = supportedFeatures(CONTROLLER_NAME)
    expect([...own].sort()).toEqual(own)
    expect(own).toContain('HTTPRouteRequestMultipleMirrors')
    expect(supportedFeatures('example.dev/mine')).toEqual(own)
    const envoy = supportedFeatures(ENVOY_CONTROLLER_NAME)
    expect([...envoy].sort()).toEqual(envoy)
    expect(envoy).not.toContain('HTTPRouteRequestMultipleMirrors')
    expect(own.length).toBeLessThanOrEqual(64)
  })
})

describe('referencedSecrets', () => {
  it('names Secrets of HTTPS listeners of our Gateways that may be read, and no other', () => {
    const https = (
      name: string,
      reference: { name: string; namespace?: string; kind?: string },
    ) => ({
      name,
      port: 443,
      protocol: 'HTTPS',
      tls: { certificateRefs: [reference] },
    })
    const state = cluster({
      gateways: [
        gateway([
          https('own', { name: 'own' }),
          https('far', { name: 'far', namespace: 'shop' }),
          https('granted', { name: 'granted', namespace: 'open' }),
          https('kind', { name: 'x', kind: 'ConfigMap' }),
          { name: 'http', port: 80, protocol: 'HTTP' },
        ]),
        gateway([https('foreign', { name: 'foreign' })], 'other', 'theirs'),
      ],
      referenceGrants: [
        {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'ReferenceGrant',
          metadata: { name: 'g', namespace: 'open' },
          spec: {
            from: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'default' }],
            to: [{ group: '', kind: 'Secret' }],
          },
        },
      ],
    })
    expect(referencedSecrets(state, options)).toEqual(['default/own', 'open/granted'])
  })
})
