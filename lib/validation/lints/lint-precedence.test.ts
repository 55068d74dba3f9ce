import { describe, expect, it } from 'vitest'
import type { HTTPRoute, HTTPRouteMatch } from '@/lib/gateway-api/types'
import { buildGraph } from '@/lib/routing/build-graph'
import { buildRouteTable } from '@/lib/routing/build-route-table'
import { compileMatcher } from '@/lib/routing/compile-matcher'
import { CONTROLLER_NAME } from '@/lib/routing/supported-features'
import type { JsonObject } from '@/lib/shared/json'
import { UNKNOWN_CLUSTER } from '@/lib/validation/lints/cluster-facts'
import { lintHttpRoute } from '@/lib/validation/lints/lint-http-route'
import { splitRuleOf } from '@/lib/validation/lints/lint-methods'

const apiVersion = 'gateway.networking.k8s.io/v1'
const CLUSTER = {
  gatewayClasses: [
    {
      apiVersion,
      kind: 'GatewayClass',
      metadata: { name: 'mine' },
      spec: { controllerName: CONTROLLER_NAME },
    },
  ],
  gateways: [
    {
      apiVersion,
      kind: 'Gateway',
      metadata: { name: 'eg', namespace: 'default' },
      spec: {
        gatewayClassName: 'mine',
        listeners: [
          { name: 'all', port: 80, protocol: 'HTTP' },
          { name: 'some', port: 80, protocol: 'HTTP', hostname: '*.a.test' },
        ],
      },
    },
  ],
  namespaces: [],
  referenceGrants: [],
}

const HOSTS = ['x.a.test', 'y.a.test', 'b.test', 'c.test']
const PATHS = ['/', '/a', '/a/b', '/ab', '/c']

type Pick = <Item>(items: readonly Item[]) => Item

function randomMatch(random: () => number, pick: Pick): HTTPRouteMatch {
  const type = pick(['Exact', 'PathPrefix', 'PathPrefix', 'RegularExpression'] as const)
  const value = type === 'RegularExpression' ? pick(['/.*', '/a.*']) : pick(PATHS)
  return {
    path: { type, value },
    ...(random() < 0.3 ? { method: pick(['GET', 'POST']) } : {}),
    ...(random() < 0.2 ? { headers: [{ name: 'h', value: pick(['1', '2']) }] } : {}),
  }
}

function randomRoute(name: string, random: () => number, pick: Pick): HTTPRoute {
  const several = <Item>(most: number, make: () => Item) =>
    Array.from({ length: 1 + Math.floor(random() * most) }, make)
  const hostnames = random() < 0.4 ? [] : several(2, () => pick(['*.a.test', 'b.test', 'x.a.test']))
  return {
    apiVersion,
    kind: 'HTTPRoute',
    metadata: {
      name,
      namespace: 'default',
      creationTimestamp: `2025-01-0${pick([1, 2])}T00:00:00Z`,
    },
    spec: {
      parentRefs: [{ name: 'eg', ...(random() < 0.3 ? { sectionName: 'all' } : {}) }],
      hostnames: [...new Set(hostnames)],
      rules: several(3, () => ({ matches: several(2, () => randomMatch(random, pick)) })),
    },
  }
}

/** Which route, rule and match takes each of many requests; of those that nobody takes, nothing. */
function takers(httpRoutes: readonly HTTPRoute[]) {
  const state = { ...CLUSTER, httpRoutes, services: [], endpointSlices: [], secrets: [] }
  const graph = buildGraph(state, { controllerNames: [CONTROLLER_NAME] })
  const port = compileMatcher(buildRouteTable(graph, 1)).port('default/eg', 80)
  const taken = new Map<string, { route: string; rule: number; match: number }>()
  for (const host of HOSTS) {
    for (const path of [...PATHS, '/a/b/c', '/other']) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT']) {
        for (const header of [undefined, '1', '2']) {
          const request = { host, path, method, header: () => header, query: () => '' }
          const found = port?.match(request)
          if (!found) continue
          const match = found.rule.matches.indexOf(found.match)
          const { name } = found.route
          taken.set(`${method} ${host}${path} ${header}`, {
            route: name,
            rule: found.rule.index,
            match,
          })
        }
      }
    }
  }
  return taken
}

/** Every match that takes some request, as `route rule match`, and its rule. */
function winners(httpRoutes: readonly HTTPRoute[]): ReadonlySet<string> {
  const won = [...takers(httpRoutes).values()]
  return new Set(
    won.flatMap(({ route, rule, match }) => [`${route} ${rule} ${match}`, `${route} ${rule}`]),
  )
}

/** What a finding says never takes a request, in the form of `winners`. */
function deadOf(code: string, fieldPath: string, message: string): string {
  const [, rule, match] = /rules\[(\d+)\](?:\.matches\[(\d+)\])?/.exec(fieldPath) ?? []
  if (code === 'rule.shadows-route') {
    const [, other, name] = /rule (\d+) of HTTPRoute "default\/(\w+)"/.exec(message) ?? []
    return `${name} ${other}`
  }
  return match === undefined ? `r0 ${rule}` : `r0 ${rule} ${match}`
}

function chance(seed: number) {
  let state = seed
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const pick: Pick = (items) => items[Math.floor(random() * items.length)] ?? (items[0] as never)
  return { random, pick }
}

describe('precedence findings', () => {
  it('call nothing dead that takes a request, in 1,500 random clusters', () => {
    const { random, pick } = chance(11)
    const codes = new Map<string, number>()
    for (let round = 0; round < 1500; round++) {
      const routes = ['r0', 'r1', 'r2'].map((name) => randomRoute(name, random, pick))
      const [draft] = routes
      if (draft === undefined) continue
      const facts = { ...UNKNOWN_CLUSTER, ...CLUSTER, httpRoutes: routes }
      const findings = lintHttpRoute(draft, facts).filter(({ code }) => code.includes('shadow'))
      const won = findings.length === 0 ? new Set<string>() : winners(routes)
      for (const { code, fieldPath, message } of findings) {
        codes.set(code, (codes.get(code) ?? 0) + 1)
        expect(won.has(deadOf(code, fieldPath, message)), `${round}: ${message}`).toBe(false)
      }
    }
    expect([...codes.keys()].sort()).toEqual([
      'match.shadowed',
      'match.shadowed-by-route',
      'rule.shadowed',
      'rule.shadowed-by-route',
      'rule.shadows-route',
    ])
    expect(Math.min(...codes.values())).toBeGreaterThan(20)
  })
})

/** For each request, which rule of which route takes it. */
function rulesTaking(httpRoutes: readonly HTTPRoute[], rename = (rule: number) => rule) {
  const taken = [...takers(httpRoutes)].map(([request, { route, rule }]) => {
    return [request, `${route} ${route === 'r0' ? rename(rule) : rule}`] as const
  })
  return new Map(taken)
}

describe('splitting a rule by method', () => {
  const MIRROR = { type: 'RequestMirror' as const, requestMirror: { backendRef: { name: 'b' } } }

  it('is offered only where each request keeps its rule, in 300 random clusters', () => {
    const { random, pick } = chance(5)
    let offered = 0
    for (let round = 0; round < 300; round++) {
      const { spec, ...rest } = randomRoute('r0', random, pick)
      const rules = spec.rules?.map((rule) => ({ ...rule, filters: [MIRROR] })) ?? []
      const draft = { ...rest, spec: { ...spec, rules } }
      const others = ['r1', 'r2'].map((name) => randomRoute(name, random, pick))
      const httpRoutes = [draft, ...others]
      const facts = { ...UNKNOWN_CLUSTER, ...CLUSTER, httpRoutes }
      const fixes = lintHttpRoute(draft, facts).flatMap(({ fix }) =>
        fix?.kind === 'split-by-method' ? [fix] : [],
      )
      for (const { fieldPath } of fixes) {
        const at = Number(/\d+/.exec(fieldPath)?.[0])
        const split = splitRuleOf(draft as unknown as JsonObject, fieldPath) as unknown as HTTPRoute
        const after = rulesTaking([split, ...others], (rule) => (rule > at ? rule - 1 : rule))
        expect(after, `${round}: ${fieldPath}`).toEqual(rulesTaking(httpRoutes))
        offered += 1
      }
    }
    expect(offered).toBeGreaterThan(60)
  })
})
