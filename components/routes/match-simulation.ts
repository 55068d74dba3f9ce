/** A request as a person describes it → which rule takes it, in sentences, and as a curl command. Pure. */
import { plural } from '@/components/format/numbers'
import { keyOf, namespacedName } from '@/lib/gateway-api/references'
import type { Gateway, HTTPRoute } from '@/lib/gateway-api/types'
import { buildGraph } from '@/lib/routing/build-graph'
import { buildRouteTable } from '@/lib/routing/build-route-table'
import type { ClusterState } from '@/lib/routing/cluster-state'
import {
  explainMatch,
  type LossReason,
  type LostCandidate,
  type MatchExplanation,
  type RuleOutcome,
} from '@/lib/routing/explain-match'
import { normaliseTarget } from '@/lib/routing/normalise-target'
import type { MatchRequest } from '@/lib/routing/request-match'
import type { MatchEntry } from '@/lib/routing/route-table'

export interface SimulatedRequest {
  /** `namespace/name` of the Gateway. */
  readonly gateway: string
  readonly port: number
  readonly method: string
  readonly host: string
  /** With the query, if any. */
  readonly path: string
  /** One `Name: value` a line; other lines count for nothing. */
  readonly headers: string
}

export interface LostSentence {
  readonly candidate: string
  readonly why: string
}

export interface Simulation {
  readonly isTaken: boolean
  /** Who takes the request, or why it is answered with 404. */
  readonly result: string
  /** Where it goes from there: backends, mirrors, or an answer of the gateway's own. */
  readonly consequences: readonly string[]
  readonly lost: readonly LostSentence[]
  /** How many more candidates lost. */
  readonly lostMore: number
  readonly curl: string
}

interface HeaderLine {
  readonly name: string
  readonly value: string
}

function headerLines(text: string): readonly HeaderLine[] {
  return text.split('\n').flatMap((line) => {
    const colon = line.indexOf(':')
    if (colon < 1) return []
    return [{ name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() }]
  })
}

/** Null when the gateway would refuse the target itself. */
function toMatchRequest(request: SimulatedRequest): MatchRequest | null {
  const normalised = normaliseTarget(request.path)
  if (normalised === null) return null
  const headers = new Map<string, string>([['host', request.host]])
  for (const { name, value } of headerLines(request.headers)) {
    const key = name.toLowerCase()
    const known = key === 'host' ? undefined : headers.get(key)
    headers.set(key, known === undefined ? value : `${known}, ${value}`)
  }
  const [path = '', ...query] = normalised.target.split('?')
  return {
    host: request.host.trim().toLowerCase().replace(/:\d+$/, ''),
    method: request.method.toUpperCase(),
    path,
    header: (name) => headers.get(name),
    query: () => query.join('?'),
  }
}

/** Certificates stay on the server, and a route is found the same way with and without them. */
function withoutTls(gateway: Gateway): Gateway {
  const listeners = gateway.spec.listeners.map(({ tls: _, ...listener }) => ({
    ...listener,
    protocol: listener.protocol === 'HTTPS' ? ('HTTP' as const) : listener.protocol,
  }))
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
  state: ClusterState,
  draft: HTTPRoute | null,
  request: SimulatedRequest,
): Simulation {
  const gateway = state.gateways.find((candidate) => keyOf(candidate) === request.gateway)
  const matchRequest = toMatchRequest(request)
  if (matchRequest === null) return refused(toCurl(gateway, request))
  const controllerNames = state.gatewayClasses.map(({ spec }) => spec.controllerName)
  const graph = buildGraph(
    {
      ...state,
      gateways: state.gateways.map(withoutTls),
      httpRoutes: withDraft(state.httpRoutes, draft),
    },
    { controllerNames },
  )
  const [namespace = '', name = ''] = request.gateway.split('/')
  const explanation = explainMatch(
    buildRouteTable(graph, 0),
    { gateway: namespacedName(namespace, name), port: request.port },
    matchRequest,
  )
  const { winner, outcome, lost, lostMore } = explanation
  return {
    isTaken: winner !== null,
    result: resultOf(explanation, request),
    consequences: outcome === null ? [] : consequencesOf(outcome),
    lost: lost.map((candidate) => ({
      candidate: nameOf(candidate),
      why: whyLost(candidate.lost),
    })),
    lostMore,
    curl: toCurl(gateway, request),
  }
}

function refused(curl: string): Simulation {
  const result =
    'The gateway refuses the path with status 400: it must start with / and hold no backslash and no #.'
  return { isTaken: false, result, consequences: [], lost: [], lostMore: 0, curl }
}

function nameOf({ route, rule, matchIndex, match }: Omit<LostCandidate, 'lost'>): string {
  return `Rule ${rule.index} of ${route.key}, match ${matchIndex} (${describeMatch(match)})`
}

function describeMatch({ path, method, headers, queryParams }: MatchEntry): string {
  const parts = [
    ...(method === '' ? [] : [method]),
    `${path.type} ${path.value}`,
    ...(headers.length === 0 ? [] : [plural(headers.length, 'header')]),
    ...(queryParams.length === 0 ? [] : [plural(queryParams.length, 'query parameter')]),
  ]
  return parts.join(', ')
}

function resultOf({ winner, listener }: MatchExplanation, request: SimulatedRequest): string {
  if (winner !== null)
    return `${nameOf(winner)} takes it, through listener ${winner.listener.name}.`
  if (listener === null) {
    return `No listener of ${request.gateway} on port ${request.port} serves the host: the answer is 404.`
  }
  return `No rule takes it at listener ${listener.name}: the answer is 404.`
}

/** A share of 0 to 1 in percent, never rounded to none. */
function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`
}

function consequencesOf({ backends, mirrors, answeredWith }: RuleOutcome): readonly string[] {
  if (answeredWith !== null) return [`The gateway answers it itself, with status ${answeredWith}.`]
  return [
    ...backends.map(({ cluster, invalid, probability }) =>
      invalid
        ? `${percent(probability)}: status 500, as ${cluster} can't be used`
        : `${percent(probability)} to ${cluster}`,
    ),
    ...mirrors.map(({ filterIndex, cluster, fraction }) => {
      return `Copied to ${cluster} ${fraction === 1 ? 'every time' : `${percent(fraction)} of the time`} (filter ${filterIndex})`
    }),
  ]
}

function whyLost(loss: LossReason): string {
  switch (loss.reason) {
    case 'listener':
      return `It is attached to listener ${loss.listener}, and another one is more specific for the host.`
    case 'hostname':
      return `The host is none of ${loss.hostnames.join(', ')}.`
    case 'path':
      return 'The path does not match.'
    case 'method':
      return `It takes ${loss.method} only.`
    case 'header':
    case 'query': {
      const what = loss.reason === 'header' ? 'Header' : 'Query parameter'
      return loss.actual === null
        ? `${what} ${loss.name} is missing.`
        : `${what} ${loss.name} is "${loss.actual}", which does not match.`
    }
    case 'less-specific-hostname':
      return 'It matches, and the winner has a more specific hostname.'
    case 'precedence':
      return `It matches, and the winner comes first by ${loss.by}.`
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** The same request for a shell. Without an address in the Gateway's status a variable stands for it. */
function toCurl(gateway: Gateway | undefined, request: SimulatedRequest): string {
  const [address] = gateway?.status?.addresses ?? []
  const headers = headerLines(request.headers).map(({ name, value }) => {
    return `-H ${quoted(`${name}: ${value}`)}`
  })
  return [
    'curl -i --path-as-is',
    ...(request.method === 'HEAD' ? ['--head'] : [`-X ${request.method}`]),
    `-H ${quoted(`Host: ${request.host}`)}`,
    ...headers,
    address === undefined
      ? `"http://$GATEWAY_ADDRESS"${quoted(request.path)}`
      : quoted(`http://${authority(address, request.port)}${request.path}`),
  ].join(' ')
}

function authority({ type, value }: { type?: string; value: string }, port: number): string {
  if (type?.endsWith('/HostPort')) return value
  return `${value.includes(':') ? `[${value}]` : value}:${port}`
}
