/** A request as a person describes it → which rule takes it, and what the gateway does with it then. Pure. */
import { MIRROR_BUDGET_ANNOTATION, parseMirrorBudget } from '@/lib/comparison/mirror-budget'
import { keyOf, namespacedName } from '@/lib/gateway-api/references'
import type { Gateway, HTTPRoute } from '@/lib/gateway-api/types'
import { resolveBackendRef } from '@/lib/routing/backend-ref'
import { buildGraph } from '@/lib/routing/build-graph'
import { buildRouteTable } from '@/lib/routing/build-route-table'
import { indexCluster } from '@/lib/routing/cluster-index'
import type { ClusterState } from '@/lib/routing/cluster-state'
import { explainMatch, type MatchExplanation, type WinningMatch } from '@/lib/routing/explain-match'
import { type Foretold, foretell, type ReadRequest, readRequest } from '@/lib/routing/foretell'
import type { RawHeaders } from '@/lib/routing/header-modifier'

export interface SimulatedRequest {
  /** `namespace/name` of the Gateway. */
  readonly gateway: string
  readonly scheme: 'http' | 'https'
  readonly port: number
  readonly method: string
  readonly host: string
  /** With the query, if any. */
  readonly path: string
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}

/** A RequestMirror filter that copies nothing, as its reference leads nowhere. */
export interface DroppedMirror {
  readonly filterIndex: number
  readonly cluster: string
  readonly why: string
}

/** What the winning rule does with the request. */
export interface SimulatedOutcome extends Foretold {
  readonly winner: WinningMatch
  readonly droppedMirrors: readonly DroppedMirror[]
  /** Why references of the rule can't be used, by cluster key. */
  readonly problems: ReadonlyMap<string, string>
  /** Of the route's annotation; undefined when it has none. */
  readonly budget: ReturnType<typeof parseMirrorBudget> | undefined
}

export type Simulation =
  /** The gateway answers 400: it can't read the host or the path. */
  | { readonly refused: 'host' | 'target' }
  | {
      readonly refused: null
      readonly request: ReadRequest
      readonly explanation: MatchExplanation
      /** Null answers 404. */
      readonly outcome: SimulatedOutcome | null
    }

/** What stands where only the gateway knows the value. */
export const UNKNOWN_ADDRESS = '(address of the client)'
export const UNKNOWN_ID = '(a new id)'

/**
 * Certificates stay on the server, and a route is found the same way with and without them. A port that HTTP and HTTPS
 * share keeps its conflict, and TLS that is passed through stays refused.
 */
function withoutTls(gateway: Gateway): Gateway {
  const all = gateway.spec.listeners
  const listeners = all.map((listener) => {
    const isAlone = all.every(
      ({ port, protocol }) => port !== listener.port || protocol === 'HTTPS',
    )
    if (!isAlone || listener.tls?.mode === 'Passthrough') return listener
    const { tls: _, ...rest } = listener
    return { ...rest, protocol: 'HTTP' as const }
  })
  return { ...gateway, spec: { ...gateway.spec, listeners } }
}

/** The routes with the draft in the place of the object it would replace. */
function withDraft(routes: readonly HTTPRoute[], draft: HTTPRoute | null): readonly HTTPRoute[] {
  if (draft === null) return routes
  const replaced = routes.find((route) => keyOf(route) === keyOf(draft))
  const { creationTimestamp } = replaced?.metadata ?? {}
  const metadata = {
    ...draft.metadata,
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
  }
  return [...routes.filter((route) => route !== replaced), { ...draft, metadata }]
}

/** Runs the request through the rules as the gateway would have them, with the draft in force when there is one. */
export function simulateMatch(
  cluster: ClusterState,
  draft: HTTPRoute | null,
  described: SimulatedRequest,
): Simulation {
  const request = readRequest({
    ...described,
    method: described.method.toUpperCase(),
    target: described.path,
    headers: rawHeaders(described),
  })
  if (typeof request === 'string') return { refused: request }
  const state = {
    ...cluster,
    gateways: cluster.gateways.map(withoutTls),
    httpRoutes: withDraft(cluster.httpRoutes, draft),
  }
  const controllerNames = state.gatewayClasses.map(({ spec }) => spec.controllerName)
  const table = buildRouteTable(buildGraph(state, { controllerNames }), 0)
  const [namespace = '', name = ''] = described.gateway.split('/')
  const { scheme, port } = described
  const address = { gateway: namespacedName(namespace, name), port }
  const explanation = explainMatch(table, address, request)
  const { winner } = explanation
  if (winner === null) return { refused: null, request, explanation, outcome: null }
  const arrival = { scheme, listenerPort: port, clientAddress: UNKNOWN_ADDRESS }
  const foretold = foretell(table, winner, request, { ...arrival, requestId: UNKNOWN_ID })
  const outcome = { ...foretold, winner, ...lostReferences(state, winner) }
  return { refused: null, request, explanation, outcome }
}

function rawHeaders({ headers }: SimulatedRequest): RawHeaders {
  return headers.flatMap(({ name, value }) => [name, value])
}

/** What the route's manifest has and the route table has not: references that lead nowhere, and the budget. */
function lostReferences(
  state: ClusterState,
  { route, rule }: WinningMatch,
): Pick<SimulatedOutcome, 'droppedMirrors' | 'problems' | 'budget'> {
  const source = state.httpRoutes.find((candidate) => keyOf(candidate) === route.key)
  const budget = route.settings?.[MIRROR_BUDGET_ANNOTATION]
  const problems = new Map<string, string>()
  const droppedMirrors: DroppedMirror[] = []
  const index = indexCluster(state)
  const { filters = [], backendRefs = [] } = source?.spec.rules?.[rule.index] ?? {}
  for (const [filterIndex, { requestMirror }] of filters.entries()) {
    if (source === undefined || requestMirror === undefined) continue
    const resolved = resolveBackendRef(index, source, requestMirror.backendRef)
    if (!('problem' in resolved)) continue
    droppedMirrors.push({ filterIndex, cluster: resolved.cluster, why: resolved.problem.message })
  }
  for (const reference of backendRefs) {
    const resolved = source && resolveBackendRef(index, source, reference)
    if (resolved && 'problem' in resolved) problems.set(resolved.cluster, resolved.problem.message)
  }
  return {
    droppedMirrors,
    problems,
    budget: budget === undefined ? undefined : parseMirrorBudget(budget),
  }
}
