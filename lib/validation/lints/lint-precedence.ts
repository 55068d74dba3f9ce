/** Rules and matches that never take a request, since another of the same rank or higher takes all they match. */
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { versionText } from '@/lib/implementations/envoy-gateway-version'
import type { Graph, RouteNode } from '@/lib/routing/graph'
import type { MatchEntry, ValueMatch } from '@/lib/routing/route-table'
import { compareMatches, normalisePrefix } from '@/lib/routing/sort-matches'
import { has, SINCE_OVERLAP_CONDITION } from './by-version'
import type { LintContext } from './lint-context'
import { type LintFinding, SPEC } from './lint-finding'

/** One `matches` entry where it competes. */
interface Contender {
  readonly route: RouteNode
  readonly ruleIndex: number
  readonly matchIndex: number
  readonly match: MatchEntry
}

/** A listener and a hostname on it: only what is attached to the same one competes by the rank of matches. */
type Place = string

const placesByGraph = new WeakMap<Graph, ReadonlyMap<Place, readonly RouteNode[]>>()

function placesOf(route: RouteNode): readonly Place[] {
  const places = route.parents.flatMap(({ attachments }) =>
    attachments.flatMap(({ gateway, listener, hostnames }) =>
      hostnames.map((hostname) => `${gateway} ${listener} ${hostname}`),
    ),
  )
  return [...new Set(places)]
}

/** Live routes by the places they serve, made once for each graph. */
function routesByPlace(graph: Graph): ReadonlyMap<Place, readonly RouteNode[]> {
  const known = placesByGraph.get(graph)
  if (known !== undefined) return known
  const byPlace = new Map<Place, RouteNode[]>()
  for (const route of graph.routes) {
    for (const place of placesOf(route)) {
      const there = byPlace.get(place)
      if (there === undefined) byPlace.set(place, [route])
      else there.push(route)
    }
  }
  placesByGraph.set(graph, byPlace)
  return byPlace
}

function contendersOf(route: RouteNode): readonly Contender[] {
  return route.rules.flatMap(({ index, matches }) =>
    matches.map((match, matchIndex) => ({ route, ruleIndex: index, matchIndex, match })),
  )
}

/** A route among the live ones it competes with. */
interface Competition {
  readonly places: readonly Place[]
  readonly rivals: Rivals
  readonly own: readonly Contender[]
  readonly rivalIndex: ContenderIndex
}

/** Several lints ask about the one route of their context. */
const competitions = new WeakMap<LintContext, Competition>()

/** Undefined while the Gateways of the route are unknown. */
function competitionOf(context: LintContext): Competition | undefined {
  const known = competitions.get(context)
  const { node, live } = context
  if (known !== undefined || node === undefined) return known
  const places = placesOf(node)
  const byPlace = live === undefined ? new Map<Place, RouteNode[]>() : routesByPlace(live)
  const rivals = new Map(
    places.map((place) => [
      place,
      (byPlace.get(place) ?? []).filter(({ key }) => key !== node.key),
    ]),
  )
  const rivalIndex = new ContenderIndex(rivalContenders(rivals))
  const competition = { places, rivals, own: contendersOf(node), rivalIndex }
  competitions.set(context, competition)
  return competition
}

/**
 * Whether a rule whose matches for every method were given one of `methods` would take requests that other live routes take
 * now: a match with a method ranks above one without, whatever their headers and the routes' ages.
 */
export function takesMoreByMethod(
  context: LintContext,
  ruleIndex: number,
  methods: readonly string[],
): boolean {
  const competition = competitionOf(context)
  if (competition === undefined) return false
  const { own, rivalIndex } = competition
  return own
    .filter((one) => one.ruleIndex === ruleIndex && one.match.method === '')
    .some((one) =>
      rivalIndex.withPathOf(one).some((rival) =>
        methods
          .filter((method) => rival.match.method === '' || rival.match.method === method)
          .map((method) => ({ ...one, match: { ...one.match, method } }))
          .some((withMethod) => isFirst(rival, one) && isFirst(withMethod, rival)),
      ),
    )
}

/** Findings about matches of the route that never win, and about matches of live routes it would silence. */
export function lintPrecedence(context: LintContext): readonly LintFinding[] {
  const { node } = context
  const competition = competitionOf(context)
  if (node === undefined || competition === undefined || competition.places.length === 0) return []
  const findings = [...deadMatches(node, competition), ...silencedRules(competition)]
  return findings.map((finding) => withCondition(finding, context))
}

/** Envoy Gateway says as much of routes whose matches are equal; only there may the reader look for it. */
function withCondition(
  finding: LintFinding,
  { implementations, envoyGatewayVersion: version }: LintContext,
): LintFinding {
  const isOfRoutes = finding.code.endsWith('-route')
  const isOlder = version !== null && !has(version, SINCE_OVERLAP_CONDITION)
  if (!isOfRoutes || !implementations.has('envoy') || isOlder) return finding
  const since = version === null ? ' since 1.9' : ` ${versionText(version)}`
  const more = `Where the matches are equal, Envoy Gateway${since} sets the condition RouteRulesOverlap on both routes.`
  return { ...finding, message: `${finding.message} ${more}` }
}

type Rivals = ReadonlyMap<Place, readonly RouteNode[]>

function deadMatches(
  node: RouteNode,
  { places, rivals, own, rivalIndex }: Competition,
): readonly LintFinding[] {
  const ownIndex = new ContenderIndex(own)
  const attached = new Map(places.map((place) => [place, new Set(rivals.get(place)).add(node)]))
  return node.rules.flatMap((rule) => {
    const matches = own.filter(({ ruleIndex }) => ruleIndex === rule.index)
    const beaten = matches.map((match) => ({
      match,
      winners: everywhereBeaten(match, attached, [
        ...ownIndex.coveringPathOf(match),
        ...rivalIndex.coveringPathOf(match),
      ]),
    }))
    const dead = beaten.filter(({ winners }) => winners.length > 0)
    if (dead.length === 0) return []
    if (dead.length === matches.length) {
      return [deadFinding(node, `spec.rules[${rule.index}]`, 'rule', dead)]
    }
    return dead.map((one) => {
      const path = `spec.rules[${rule.index}].matches[${one.match.matchIndex}]`
      return deadFinding(node, path, 'match', [one])
    })
  })
}

/** A match with those that beat it, one for each place at most. */
interface Beaten {
  readonly match: Contender
  readonly winners: readonly Contender[]
}

function rivalContenders(rivals: Rivals): readonly Contender[] {
  const routes = new Set([...rivals.values()].flat())
  return [...routes].flatMap(contendersOf)
}

function deadFinding(
  node: RouteNode,
  fieldPath: string,
  what: 'rule' | 'match',
  dead: readonly Beaten[],
): LintFinding {
  const pairs = dead.flatMap(({ match, winners }) => winners.map((winner) => ({ match, winner })))
  const names = [...new Set(pairs.map(({ winner }) => nameOf(node, winner)))]
  const others = pairs.filter(({ winner }) => winner.route !== node)
  const reasons = [...new Set(others.map(({ match, winner }) => reasonOf(match, winner)))]
  const takers = new Intl.ListFormat('en').format(names)
  const why = names.length === 1 && reasons.length === 1 ? `, ${reasons[0]}` : ''
  const take = names.length === 1 ? 'takes' : 'take'
  return {
    severity: 'warning',
    code: others.length > 0 ? `${what}.shadowed-by-route` : `${what}.shadowed`,
    message: `This ${what} never takes a request: ${takers} ${take} all that it matches${why}.`,
    fieldPath,
    specUrl: SPEC.rule,
  }
}

function nameOf(node: RouteNode, { route, ruleIndex, matchIndex }: Contender): string {
  const of = route === node ? 'this route' : `HTTPRoute "${route.key}"`
  return `match ${matchIndex} of rule ${ruleIndex} of ${of}`
}

/** Matches of the same rank are decided by age, then by name. */
function reasonOf(match: Contender, winner: Contender): string {
  const isRanked = compareMatches({ ...winner, routeOrder: 1 }, { ...match, routeOrder: 0 }) < 0
  if (isRanked) return 'as its match ranks higher'
  const isSameAge = timeOf(winner.route.source) === timeOf(match.route.source)
  return isSameAge ? 'as it is as old and its name comes first' : 'as it is older'
}

/** Those that beat a match wherever its route is attached; empty when it can win somewhere. */
function everywhereBeaten(
  match: Contender,
  attached: ReadonlyMap<Place, ReadonlySet<RouteNode>>,
  candidates: readonly Contender[],
): readonly Contender[] {
  const winners = new Set<Contender>()
  for (const routes of attached.values()) {
    const winner = candidates.find((other) => routes.has(other.route) && beats(other, match))
    if (winner === undefined) return []
    winners.add(winner)
  }
  return [...winners]
}

/** Rules of live routes that take requests now and would take none beside this route. */
function silencedRules({ rivals, own }: Competition): readonly LintFinding[] {
  const findings: LintFinding[] = []
  const index = new ContenderIndex(own)
  for (const rival of new Set([...rivals.values()].flat())) {
    // Elsewhere it may well take requests.
    if (placesOf(rival).some((place) => !rivals.has(place))) continue
    for (const rule of rival.rules) {
      const matches = contendersOf(rival).filter(({ ruleIndex }) => ruleIndex === rule.index)
      const beatenBy = matches.map((match) =>
        index.coveringPathOf(match).find((other) => beats(other, match)),
      )
      const [first] = beatenBy
      if (first === undefined || beatenBy.includes(undefined)) continue
      findings.push({
        severity: 'warning',
        code: 'rule.shadows-route',
        message: `This rule takes all requests of rule ${rule.index} of HTTPRoute "${rival.key}", which then never takes one.`,
        fieldPath: `spec.rules[${first.ruleIndex}]`,
        specUrl: SPEC.rule,
      })
    }
  }
  return findings
}

/** Expressions that match every path: everything of lower rank with no further condition is behind them. */
const EVERY_PATH = ['.*', '/.*', '^.*$', '^/.*$', '.+', '/.*$', '^/.*']

/** Contenders by path, so that a route with many rules is not compared pair by pair. */
class ContenderIndex {
  private readonly byPath = new Map<string, Contender[]>()
  private readonly expressions: Contender[] = []

  constructor(contenders: readonly Contender[]) {
    for (const contender of contenders) {
      const key = pathKey(contender.match)
      const known = this.byPath.get(key)
      if (known === undefined) this.byPath.set(key, [contender])
      else known.push(contender)
      if (contender.match.path.type === 'RegularExpression') this.expressions.push(contender)
    }
  }

  /** Those that take every path the match takes. A longer prefix or an exact path takes only part of a prefix. */
  coveringPathOf({ match }: Contender): readonly Contender[] {
    const same = this.byPath.get(pathKey(match)) ?? []
    const every = this.expressions.filter((one) => EVERY_PATH.includes(one.match.path.value))
    return every.length === 0 ? same : [...same, ...every]
  }

  /** Those that may take a path of the match and be of its rank: what two expressions have in common can't be told. */
  withPathOf({ match }: Contender): readonly Contender[] {
    if (match.path.type === 'RegularExpression') return this.expressions
    return this.byPath.get(pathKey(match)) ?? []
  }
}

function pathKey({ path: { type, value } }: MatchEntry): string {
  return `${type} ${type === 'PathPrefix' ? normalisePrefix(value) : value}`
}

/** Whether `other` ranks higher and asks for nothing that `match` does not ask for. Their paths are known to fit. */
function beats(other: Contender, match: Contender): boolean {
  if (other === match) return false
  return (
    isFirst(other, match) &&
    (other.match.method === '' || other.match.method === match.match.method) &&
    asksNoMore(other.match.headers, match.match.headers) &&
    asksNoMore(other.match.queryParams, match.match.queryParams)
  )
}

/** Whether `left` takes what both match. */
function isFirst(left: Contender, right: Contender): boolean {
  return compareMatches(ranked(left, right.route), ranked(right, left.route)) < 0
}

function asksNoMore(fewer: readonly ValueMatch[], more: readonly ValueMatch[]): boolean {
  return fewer.every((asked) =>
    more.some(
      ({ name, type, value }) =>
        name === asked.name && type === asked.type && value === asked.value,
    ),
  )
}

function ranked({ route, ruleIndex, matchIndex, match }: Contender, against: RouteNode) {
  return { match, ruleIndex, matchIndex, routeOrder: isOlder(route, against) ? 0 : 1 }
}

/** The specification's tie-break, as `buildGraph` sorts. */
function isOlder(left: RouteNode, right: RouteNode): boolean {
  const age = timeOf(left.source) - timeOf(right.source)
  return age < 0 || (age === 0 && left.key < right.key)
}

/** A route without a time has not been stored yet, so it is the newest. */
function timeOf({ metadata }: HTTPRoute): number {
  const time = Date.parse(metadata.creationTimestamp ?? '')
  return Number.isNaN(time) ? Number.MAX_SAFE_INTEGER : time
}
