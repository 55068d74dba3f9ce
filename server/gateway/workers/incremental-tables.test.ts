import { describe, expect, it } from 'vitest'
import type { Gateway, HTTPRoute } from '@/lib/gateway-api/types'
import { buildGraph } from '@/lib/routing/build-graph'
import { buildRouteTable } from '@/lib/routing/build-route-table'
import { buildStatuses } from '@/lib/routing/build-statuses'
import type { ClusterState } from '@/lib/routing/cluster-state'
import { compileMatcher, type RouteMatcher } from '@/lib/routing/compile-matcher'
import type { Graph } from '@/lib/routing/graph'
import type { RouteTable } from '@/lib/routing/route-table'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import { TableLabels } from '../metrics/live-labels'
import { applyDelta, deltaBetween } from './table-delta'

const options = { controllerNames: ['example.com/ours'] }
const HOSTS = ['a.example', 'b.example', '*.example', 'c.a.example']
const PATHS = ['/', '/x', '/x/y', '/z']

type Random = (below: number) => number

function randomRoute(random: Random, index: number, generation: number): HTTPRoute {
  const hostnames = HOSTS.filter(() => random(3) === 0)
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: {
      name: `r${index}`,
      namespace: random(8) === 0 ? 'other' : 'default',
      generation,
      creationTimestamp: `2026-01-01T00:00:0${index % 10}Z`,
    },
    spec: {
      parentRefs: [{ name: random(6) === 0 ? 'second' : 'eg', namespace: 'default' }],
      ...(hostnames.length === 0 ? {} : { hostnames }),
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: PATHS[random(PATHS.length)] ?? '/' } }],
          backendRefs: [{ name: `s${random(5)}`, port: 80 }],
        },
      ],
    },
  }
}

function randomGateway(random: Random, name: string): Gateway {
  const from = random(2) === 0 ? ('All' as const) : ('Same' as const)
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace: 'default', generation: 1 },
    spec: {
      gatewayClassName: 'ours',
      listeners: [
        { name: 'http', port: 80, protocol: 'HTTP', allowedRoutes: { namespaces: { from } } },
        ...(random(2) === 0
          ? [{ name: 'a', port: 80, protocol: 'HTTP', hostname: '*.a.example' }]
          : []),
      ],
    },
  }
}

function randomService(random: Random, index: number) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `s${index}`, namespace: 'default' },
    spec: { ports: [{ port: random(9) === 0 ? 81 : 80 }] },
  }
}

function firstState(random: Random): ClusterState {
  return {
    gatewayClasses: [
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'GatewayClass',
        metadata: { name: 'ours' },
        spec: { controllerName: 'example.com/ours' },
      },
    ],
    gateways: [randomGateway(random, 'eg'), randomGateway(random, 'second')],
    httpRoutes: Array.from({ length: 12 }, (_, index) => randomRoute(random, index, 1)),
    referenceGrants: [],
    namespaces: [],
    services: Array.from({ length: 4 }, (_, index) => randomService(random, index)),
    endpointSlices: [],
    secrets: [],
  }
}

/** One change as a watch would bring it: objects are replaced, never modified. */
function change(state: ClusterState, random: Random, step: number): ClusterState {
  const routes = [...state.httpRoutes]
  const at = random(routes.length)
  switch (random(7)) {
    case 0:
      return { ...state, httpRoutes: [...routes, randomRoute(random, 100 + step, 1)] }
    case 1:
      routes.splice(at, 1)
      return { ...state, httpRoutes: routes }
    case 2:
      routes[at] = randomRoute(random, Number(routes[at]?.metadata.name.slice(1)), step)
      return { ...state, httpRoutes: routes }
    case 3:
      return { ...state, httpRoutes: [...routes.slice(at), ...routes.slice(0, at)] }
    case 4:
      return {
        ...state,
        gateways: state.gateways.map((gateway) =>
          random(2) === 0 ? gateway : randomGateway(random, gateway.metadata.name),
        ),
      }
    case 5:
      return {
        ...state,
        services: state.services.map((service, index) =>
          random(2) === 0 ? service : randomService(random, index),
        ),
      }
    default:
      // What writing statuses comes to.
      return { ...state, gateways: state.gateways.map((gateway) => ({ ...gateway, status: {} })) }
  }
}

function answers(matcher: RouteMatcher): readonly string[] {
  return ['default/eg', 'default/second'].flatMap((gateway) =>
    [...HOSTS, 'x.a.example', 'none'].flatMap((host) =>
      PATHS.map((path) => {
        const request = { host, path, method: 'GET', header: () => undefined, query: () => '' }
        const match = matcher.port(gateway as `${string}/${string}`, 80)?.match(request)
        return `${gateway} ${host}${path} ${match?.listener.name} ${match?.route.key} ${match?.rule.index}`
      }),
    ),
  )
}

describe('a table built on the one before', () => {
  it.each([1, 2, 3, 4])('says what one built from nothing says, seed %d', (seed) => {
    const next = seededRandom(seed)
    const random: Random = (below) => Math.floor(next() * below)
    let state = firstState(random)
    let graph: Graph | undefined
    let table: RouteTable | undefined
    let received: RouteTable | undefined
    let matcher: RouteMatcher | undefined
    const labels = new TableLabels()
    for (let step = 1; step <= 150; step++) {
      graph = buildGraph(state, options, graph)
      const fresh = buildGraph(state, options)
      const before = table
      table = buildRouteTable(graph, step, before)
      expect(table).toEqual(buildRouteTable(fresh, step))
      const status = { version: step, acknowledgement: { version: step, gateways: [] }, now: 'now' }
      expect(buildStatuses(graph, status)).toEqual(buildStatuses(fresh, status))
      const delta = JSON.parse(JSON.stringify(deltaBetween(before, table)))
      received = applyDelta(received, delta)
      expect(received).toEqual(JSON.parse(JSON.stringify(table)))
      matcher = compileMatcher(received, matcher)
      expect(answers(matcher)).toEqual(answers(compileMatcher(table)))
      expect(new Set(labels.of(received))).toEqual(new Set(new TableLabels().of(table)))
      state = change(state, random, step)
    }
  })

  it('takes over the nodes of routes for which nothing has changed', () => {
    const random: Random = () => 1
    const state = firstState(random)
    const graph = buildGraph(state, options)
    const added = { ...state, httpRoutes: [...state.httpRoutes, randomRoute(random, 99, 1)] }
    const next = buildGraph(added, options, graph)
    expect(next.routes).toHaveLength(13)
    expect(graph.routes.every((node) => next.routes.includes(node))).toBe(true)
    const moved = { ...added, services: added.services.slice(1) }
    expect(buildGraph(moved, options, next).routes.some((node) => next.routes.includes(node))).toBe(
      false,
    )
  })

  it('is not handed over to a worker that has another', () => {
    const graph = buildGraph(
      firstState(() => 1),
      options,
    )
    const table = buildRouteTable(graph, 1)
    const delta = deltaBetween(table, buildRouteTable(graph, 2, table))
    expect(() => applyDelta(undefined, delta)).toThrow(
      'The worker has 0 routes where 12 were meant.',
    )
  })
})
