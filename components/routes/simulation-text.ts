/** A simulation → this → the sentences and rows a person reads. Pure. */
import { formatDayTime, plural } from '@/components/format/numbers'
import { describeMatch, describePath, PATH_TYPE_WORDS } from '@/lib/gateway-api/describe-match'
import type { LossReason, LostCandidate, WinningMatch } from '@/lib/routing/explain-match'
import type { ForetoldBackend, ForetoldMirror } from '@/lib/routing/foretell'
import type { ClusterEntry, MatchEntry, ValueMatch } from '@/lib/routing/route-table'
import type {
  SimulatedOutcome,
  SimulatedRequest,
  Simulation,
} from '@/lib/simulation/match-simulation'
import { localName } from '@/lib/traffic/names'

type Explained = Extract<Simulation, { readonly refused: null }>

const UNREADABLE = {
  host: 'the host is not a valid host name',
  target: 'the path must start with / and contain no backslash and no #',
} as const

/** Who takes the request, or why the gateway answers it with an error. */
export function resultSentence(simulation: Simulation, described: SimulatedRequest): string {
  if (simulation.refused !== null)
    return `The gateway answers 400: ${UNREADABLE[simulation.refused]}.`
  const { winner, listener, preflightOf } = simulation.explanation
  if (winner !== null && preflightOf !== null) {
    return `${ruleName(winner)} answers this CORS preflight, as it takes the ${preflightOf} request that would follow.`
  }
  if (winner !== null) return `${ruleName(winner)} takes it.`
  if (listener === null) {
    return `The gateway answers 404: no listener of ${described.gateway} on port ${described.port} serves this host.`
  }
  return `The gateway answers 404: no rule behind listener ${listener.name} takes it.`
}

function ruleName({ route, rule }: Pick<WinningMatch, 'route' | 'rule'>): string {
  const named = rule.name === '' ? '' : ` (${rule.name})`
  return `Rule ${rule.index}${named} of ${route.key}`
}

/** The steps that lead to the winner, from outside in. */
export function stepsTo({ listener, hostname, match, matchIndex }: WinningMatch): string {
  const place = listener.hostname === '' ? 'for every host' : `for ${listener.hostname}`
  const host = hostname === '' ? 'every host' : `host ${hostname}`
  return `Listener ${listener.name} (${place}), ${host}, match ${matchIndex}: ${describeMatch(match)}.`
}

export interface LostRow {
  readonly key: string
  readonly candidate: string
  /** Field of the manifest: `spec.rules[0].matches[1]`. */
  readonly field: string
  readonly route: { readonly namespace: string; readonly name: string }
  readonly why: string
}

/** Every candidate that does not take the request, with the reason. */
export function lostRows({ explanation, request }: Explained): readonly LostRow[] {
  const { lost, winner } = explanation
  return lost.map((candidate) => {
    const { route, rule, match, matchIndex, listener } = candidate
    const field = fieldOf(candidate)
    return {
      key: `${listener.name} ${route.key} ${field}`,
      candidate: `${ruleName(candidate)}, match ${matchIndex}: ${describeMatch(match)}`,
      field,
      route: { namespace: route.namespace, name: route.name },
      why: whyLost(candidate, winner, { host: request.host, path: request.path, rule: rule.index }),
    }
  })
}

export function fieldOf({ rule, matchIndex }: Pick<WinningMatch, 'rule' | 'matchIndex'>): string {
  return `spec.rules[${rule.index}].matches[${matchIndex}]`
}

function whyLost(
  candidate: LostCandidate,
  winner: WinningMatch | null,
  asked: { readonly host: string; readonly path: string; readonly rule: number },
): string {
  const { lost, match } = candidate
  switch (lost.reason) {
    case 'listener':
      return `It is attached to listener ${lost.listener}. Another listener is more specific for ${asked.host}, and only that one is considered.`
    case 'hostname':
      return `${asked.host} is not covered by ${lost.hostnames.join(', ')}.`
    case 'path':
      return whyNotPath(match, asked.path)
    case 'method':
      return `It takes ${lost.method} only.`
    case 'header':
      return whyNotValue('Header', lost, match.headers)
    case 'query':
      return whyNotValue('Query parameter', lost, match.queryParams)
    case 'less-specific-hostname':
      return `It matches too. The winner has the more specific hostname, ${winner?.hostname ?? ''}, and goes first.`
    case 'precedence':
      return whyLater(lost.by, match, winner?.match ?? match)
  }
}

function whyNotPath({ path: { type, value } }: MatchEntry, path: string): string {
  if (type === 'Exact') return `${path} is not exactly ${value}.`
  if (type === 'RegularExpression') return `${path} as a whole does not match ${value}.`
  return `${path} is neither ${value} nor below it.`
}

function whyNotValue(
  what: string,
  { name, actual }: Extract<LossReason, { readonly reason: 'header' | 'query' }>,
  wanted: readonly ValueMatch[],
): string {
  const match = wanted.find((candidate) => candidate.name === name)
  const wish =
    match?.type === 'RegularExpression' ? `one that matches ${match.value}` : `"${match?.value}"`
  if (actual === null) return `${what} ${name} is missing; it asks for ${wish}.`
  return `${what} ${name} is "${actual}"; it asks for ${wish}.`
}

type PrecedenceStep = Extract<LossReason, { readonly reason: 'precedence' }>['by']

/** The specification's order of precedence, step by step. */
const LATER: Readonly<Record<PrecedenceStep, (own: MatchEntry, winner: MatchEntry) => string>> = {
  'path type': (own, winner) =>
    `the winner's ${describePath(winner.path)} goes before a ${PATH_TYPE_WORDS[own.path.type]}`,
  'path length': (_, winner) => `the winner's ${describePath(winner.path)} is longer`,
  method: () => 'the winner names the method',
  'number of headers': () => 'the winner asks for more headers',
  'number of query parameters': () => 'the winner asks for more query parameters',
  'age or name of the route': () =>
    "the winner's route is older, or first by name where both are of the same age",
  'order in the route': () => 'the winner comes first in the route',
}

function whyLater(step: PrecedenceStep, own: MatchEntry, winner: MatchEntry): string {
  return `It matches too, but ${LATER[step](own, winner)}.`
}

/** A share of 0 to 1 in percent, never rounded to none or to all. */
export function percent(share: number): string {
  const rounded = Number((share * 100).toPrecision(3))
  return share < 1 && rounded === 100 ? 'over 99.9 %' : `${rounded} %`
}

export interface DestinationRow {
  readonly key: string
  readonly name: string
  readonly isMirror: boolean
  readonly share: string
  /** What is special about it, most urgent first; empty when nothing is. */
  readonly notes: readonly string[]
  readonly isTrouble: boolean
}

/** Backends and mirrors with how often each is used, and what stands in the way. */
export function destinationRows(outcome: SimulatedOutcome, now: number): readonly DestinationRow[] {
  const { route } = outcome.winner
  const name = (cluster: string) => localName(cluster, route.key)
  return [
    ...outcome.backends.map((backend): DestinationRow => {
      const trouble = backendTrouble(backend, outcome.problems)
      return {
        key: `backend ${backend.entry.cluster}`,
        name: name(backend.entry.cluster),
        isMirror: false,
        share: percent(backend.probability),
        notes: [trouble ?? endpointsNote(backend.cluster)],
        isTrouble: trouble !== null,
      }
    }),
    ...outcome.mirrors.map((mirror): DestinationRow => {
      const trouble = mirrorTrouble(mirror, outcome.budget, now)
      const limit = trouble === null ? budgetNote(outcome.budget) : null
      return {
        key: `mirror ${mirror.policy.filterIndex}`,
        name: name(mirror.policy.cluster),
        isMirror: true,
        share: trouble === null ? shareOfCopies(mirror.policy.fraction) : 'never',
        notes: [trouble ?? endpointsNote(mirror.cluster), ...(limit === null ? [] : [limit])],
        isTrouble: trouble !== null,
      }
    }),
    ...outcome.droppedMirrors.map(
      ({ filterIndex, cluster, why }): DestinationRow => ({
        key: `mirror ${filterIndex}`,
        name: name(cluster),
        isMirror: true,
        share: 'never',
        notes: [`${why} Requests are served without this mirror.`],
        isTrouble: true,
      }),
    ),
  ]
}

function endpointsNote(cluster: ClusterEntry | undefined): string {
  const ready = `${plural(cluster?.endpoints.length ?? 0, 'endpoint')} ready`
  return cluster?.protocol === 'h2c' ? `${ready}, over HTTP/2` : ready
}

function backendTrouble(
  { answeredWith, entry }: ForetoldBackend,
  problems: SimulatedOutcome['problems'],
): string | null {
  if (answeredWith === null) return null
  if (answeredWith === 503) return 'No endpoint is ready: the client gets 503.'
  return `${problems.get(entry.cluster) ?? "The reference can't be used."} The client gets 500.`
}

function mirrorTrouble(
  { cluster, policy }: ForetoldMirror,
  budget: SimulatedOutcome['budget'],
  now: number,
): string | null {
  if (policy.fraction === 0) return 'Its share is 0.'
  if (cluster === undefined || cluster.endpoints.length === 0) {
    return 'No endpoint is ready: nothing is mirrored, and the client notices nothing.'
  }
  if (budget === undefined) return null
  if (!budget.ok) return budget.message
  const { untilMs } = budget.budget
  if (untilMs === undefined || now < untilMs) return null
  return `The mirror budget ended ${formatDayTime(untilMs)}: nothing is mirrored.`
}

/** `every request`, `29 % of requests`, `0.05 % of requests, about 1 in 2,000`. */
function shareOfCopies(fraction: number): string {
  if (fraction === 1) return 'every request'
  const share = `${percent(fraction)} of requests`
  return fraction < 0.01 ? `${share}, about 1 in ${Math.round(1 / fraction)}` : share
}

function budgetNote(parsed: SimulatedOutcome['budget']): string | null {
  if (parsed === undefined || !parsed.ok) return null
  const { requestsPerSecond, inFlight, untilMs } = parsed.budget
  const limits = [
    ...(requestsPerSecond === undefined
      ? []
      : [`at most ${requestsPerSecond} mirrored requests per second`]),
    ...(inFlight === undefined ? [] : [`at most ${inFlight} in flight`]),
    ...(untilMs === undefined ? [] : [`until ${formatDayTime(untilMs)}`]),
  ]
  return limits.length === 0 ? null : `Mirror budget: ${limits.join(', ')}.`
}

/** Who would do what a request asks for: for a person to decide whether it may be sent. */
export function sideEffects(live: Simulation): string {
  const outcome = live.refused === null ? live.outcome : null
  if (outcome === null || outcome.answer !== null) return 'The gateway answers it itself.'
  const name = (cluster: string) => localName(cluster, outcome.winner.route.key)
  const primaries = outcome.backends
    .filter(({ answeredWith }) => answeredWith === null)
    .map(({ entry }) => name(entry.cluster))
  const copies = outcome.mirrors
    .filter(({ policy, cluster }) => policy.fraction > 0 && cluster?.endpoints.length)
    .map(({ policy }) => `${name(policy.cluster)} (${shareOfCopies(policy.fraction)})`)
  const does = primaries.length === 0 ? '' : `${primaries.join(' or ')} does what it asks for`
  if (copies.length === 0) return does === '' ? 'No backend can take it.' : `${does}.`
  const get = copies.length === 1 ? 'gets it mirrored' : 'get it mirrored'
  const again = `${copies.join(' and ')} ${get} and may do it as well`
  return does === '' ? `${again}.` : `${does}; ${again}.`
}

/** How the live routes, which a request sent for real goes through, differ from the draft for it. */
export function draftDifference(
  live: Simulation,
  draft: Simulation,
  described: SimulatedRequest,
): string {
  const told = (simulation: Simulation) => {
    const outcome = simulation.refused === null ? simulation.outcome : null
    const { answer, backends, mirrors } = outcome ?? {}
    const sent = backends?.map(({ entry, request }) => [entry, request])
    const copied = mirrors?.map(({ policy, request }) => [policy, request])
    const { winner } = outcome ?? {}
    const filters = winner && [winner.rule.responseHeaders, winner.rule.cors, winner.rule.timeouts]
    return JSON.stringify([resultSentence(simulation, described), answer, sent, copied, filters])
  }
  if (told(live) === told(draft)) return 'Your draft changes nothing for this request.'
  return `The request goes through the live routes, not your draft: ${resultSentence(live, described)}`
}
