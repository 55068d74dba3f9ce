/** Route table → this → the gateway asks it for every request. */
import type { NamespacedName } from '@/lib/gateway-api/references'
import { changedRange } from '@/lib/shared/changed-range'
import { askedRequest, namesOptions } from './cors'
import { HostnameMap } from './hostname'
import { HOST_CHARACTERS_MAX } from './limits'
import { PathIndex } from './path-index'
import type { MatchRequest } from './request-match'
import type { ListenerEntry, MatchEntry, RouteEntry, RouteTable, RuleEntry } from './route-table'
import type { RankedMatch } from './sort-matches'

/** What takes a request. Built once per table; nothing is allocated to return it. */
export interface RouteMatch {
  readonly listener: ListenerEntry
  readonly route: RouteEntry
  readonly rule: RuleEntry
  readonly match: MatchEntry
}

/** Matches the requests that arrive at one port of one Gateway. */
export interface PortMatcher {
  readonly port: number
  readonly listeners: readonly ListenerEntry[]
  /**
   * The rule that takes the request; null answers 404. A request meets only the most specific listener for its host,
   * then the most specific route hostname that has a match: hostnames, then the ladder of `compareMatches`. A CORS preflight
   * goes to the rule with `cors` that takes the request it asks about, unless a match names OPTIONS.
   */
  match(request: MatchRequest): RouteMatch | null
  /** The listener a host belongs to, also when no route matches; null when the port has none for it. */
  listenerOf(host: string): ListenerEntry | null
}

export interface RouteMatcher {
  readonly table: RouteTable
  /** Undefined when the table has no such Gateway, or none of its listeners uses the port. */
  port(gateway: NamespacedName, port: number): PortMatcher | undefined
}

interface Candidate extends RouteMatch, RankedMatch {}

/** The routes of one hostname of one listener, and the index made of them. */
interface HostIndex {
  readonly listener: ListenerEntry
  readonly routes: readonly RouteEntry[]
  readonly paths: PathIndex<Candidate>
}

interface ListenerIndex {
  readonly listener: ListenerEntry
  readonly byHost: HostnameMap<HostIndex>
}

class CompiledMatcher implements RouteMatcher {
  readonly table: RouteTable
  readonly ports = new Map<string, CompiledPort>()

  constructor(table: RouteTable) {
    this.table = table
  }

  port(gateway: NamespacedName, port: number): PortMatcher | undefined {
    return this.ports.get(portKey(gateway, port))
  }
}

class CompiledPort implements PortMatcher {
  readonly port: number
  readonly listeners: ListenerEntry[] = []
  readonly indexes = new Map<string, ListenerIndex>()
  private readonly byHost = new HostnameMap<ListenerIndex>()

  constructor(port: number) {
    this.port = port
  }

  add(index: ListenerIndex): void {
    this.listeners.push(index.listener)
    this.indexes.set(index.listener.name, index)
    this.byHost.set(index.listener.hostname, index)
  }

  match(request: MatchRequest): RouteMatch | null {
    const found = this.find(request)
    if (request.method !== 'OPTIONS' || namesOptions(found)) return found
    const asked = askedRequest(request)
    const preflighted = asked === null ? null : this.find(asked)
    return preflighted?.rule.cors === undefined ? found : preflighted
  }

  private find(request: MatchRequest): RouteMatch | null {
    const host = request.host.length > HOST_CHARACTERS_MAX ? '' : request.host
    const listener = this.byHost.find(host, itself, undefined)
    return listener === null ? null : listener.byHost.find(host, findPath, request)
  }

  listenerOf(host: string): ListenerEntry | null {
    return this.byHost.find(host, itself, undefined)?.listener ?? null
  }
}

function findPath(index: HostIndex, request: MatchRequest): RouteMatch | null {
  return index.paths.find(request)
}

function itself<Value>(value: Value): Value {
  return value
}

/**
 * Returns the matcher of a table. Lookups cost by the length of host and path, not by the number of routes.
 * Hostnames whose routes are the same objects as in `previous` keep their index, so that a table
 * differing in one route is compiled in a fraction of the time.
 */
export function compileMatcher(table: RouteTable, previous?: RouteMatcher): RouteMatcher {
  const matcher = new CompiledMatcher(table)
  const known = previous instanceof CompiledMatcher ? previous : undefined
  const touched = touchedHostnames(known?.table.routes ?? [], table.routes)
  const kept = keptIndexes(table, known)
  const attached = groupAttachments(table, (listener, hostnames) => {
    if (!kept.has(listener)) return hostnames
    const wanted = touched.get(listener)
    return wanted === undefined ? [] : hostnames.filter((hostname) => wanted.has(hostname))
  })
  for (const gateway of table.gateways) {
    for (const listener of gateway.listeners) {
      const key = portKey(gateway.key, listener.port)
      const port = matcher.ports.get(key) ?? new CompiledPort(listener.port)
      matcher.ports.set(key, port)
      const place = listenerKey(gateway.key, listener.name)
      const routes: RoutesByHostname = attached.get(place) ?? new Map()
      const old = kept.get(place)
      const index =
        old === undefined
          ? indexListener(listener, routes)
          : updateListener(old, routes, touched.get(place) ?? NO_HOSTNAMES)
      port.add(index)
    }
  }
  return matcher
}

const NO_HOSTNAMES: ReadonlySet<string> = new Set()

/** The indexes of listeners that are the same as before: only hostnames that were touched differ in them. */
function keptIndexes(
  table: RouteTable,
  known: CompiledMatcher | undefined,
): ReadonlyMap<string, ListenerIndex> {
  const kept = new Map<string, ListenerIndex>()
  for (const gateway of table.gateways) {
    for (const listener of gateway.listeners) {
      const old = known?.ports.get(portKey(gateway.key, listener.port))?.indexes.get(listener.name)
      if (old?.listener === listener) kept.set(listenerKey(gateway.key, listener.name), old)
    }
  }
  return kept
}

/** By listener, the hostnames of every route that is in only one of the two lists. */
function touchedHostnames(
  before: readonly RouteEntry[],
  after: readonly RouteEntry[],
): ReadonlyMap<string, Set<string>> {
  const { start, endBefore, endAfter } = changedRange(before, after)
  const old = new Set(before.slice(start, endBefore))
  const fresh = new Set(after.slice(start, endAfter))
  const touched = new Map<string, Set<string>>()
  const touch = (route: RouteEntry) => {
    for (const { gateway, listener, hostnames } of route.attachments) {
      const key = listenerKey(gateway, listener)
      const known = touched.get(key) ?? new Set()
      touched.set(key, known)
      for (const hostname of hostnames) known.add(hostname)
    }
  }
  for (const route of old) if (!fresh.has(route)) touch(route)
  for (const route of fresh) if (!old.has(route)) touch(route)
  return touched
}

type RoutesByHostname = Map<string, { route: RouteEntry; order: number }[]>

/** The routes of each hostname of each listener, in order, of the hostnames that `wantedOf` returns. */
function groupAttachments(
  table: RouteTable,
  wantedOf: (listener: string, hostnames: readonly string[]) => readonly string[],
): Map<string, RoutesByHostname> {
  const grouped = new Map<string, RoutesByHostname>()
  for (const [order, route] of table.routes.entries()) {
    for (const { gateway, listener, hostnames } of route.attachments) {
      const key = listenerKey(gateway, listener)
      const wanted = wantedOf(key, hostnames)
      if (wanted.length === 0) continue
      const byHostname: RoutesByHostname = grouped.get(key) ?? new Map()
      grouped.set(key, byHostname)
      for (const hostname of wanted) addRoute(byHostname, hostname, { route, order })
    }
  }
  return grouped
}

function addRoute(
  byHostname: RoutesByHostname,
  hostname: string,
  entry: { route: RouteEntry; order: number },
): void {
  const routes = byHostname.get(hostname) ?? []
  byHostname.set(hostname, routes)
  // Two parentRefs may name the same listener; the route counts once.
  if (routes[routes.length - 1]?.route !== entry.route) routes.push(entry)
}

function indexListener(listener: ListenerEntry, routes: RoutesByHostname): ListenerIndex {
  const byHost = new HostnameMap<HostIndex>()
  for (const [hostname, entries] of routes) byHost.set(hostname, indexHost(listener, entries))
  return { listener, byHost }
}

/** The index before with the touched hostnames done again: itself when there are none. */
function updateListener(
  old: ListenerIndex,
  routes: RoutesByHostname,
  touched: ReadonlySet<string>,
): ListenerIndex {
  if (touched.size === 0) return old
  const { listener } = old
  const byHost = new HostnameMap(old.byHost)
  for (const hostname of touched) {
    const entries = routes.get(hostname)
    const before = old.byHost.get(hostname)
    if (entries === undefined) byHost.delete(hostname)
    else if (!isSame(before, entries)) byHost.set(hostname, indexHost(listener, entries))
  }
  return { listener, byHost }
}

/** The order of the remaining routes never changes when others come or go, so identity is enough. */
function isSame(
  old: HostIndex | undefined,
  entries: readonly { route: RouteEntry }[],
): old is HostIndex {
  return (
    old !== undefined &&
    old.routes.length === entries.length &&
    entries.every((entry, index) => entry.route === old.routes[index])
  )
}

function indexHost(
  listener: ListenerEntry,
  entries: readonly { route: RouteEntry; order: number }[],
): HostIndex {
  const candidates: Candidate[] = []
  for (const { route, order } of entries) {
    for (const rule of route.rules) {
      for (const [matchIndex, match] of rule.matches.entries()) {
        const ruleIndex = rule.index
        candidates.push({ listener, route, rule, match, routeOrder: order, ruleIndex, matchIndex })
      }
    }
  }
  return { listener, routes: entries.map((entry) => entry.route), paths: new PathIndex(candidates) }
}

function portKey(gateway: NamespacedName, port: number): string {
  return `${gateway}:${port}`
}

function listenerKey(gateway: NamespacedName, listener: string): string {
  return `${gateway} ${listener}`
}
