/**
 * A request and the rule that takes it → this → what the gateway will do with it: an answer of its own, or what it
 * sends to which backends and mirrors, how often. Made of the functions the gateway itself uses. For people, not for the hot path.
 */
import {
  answerLines,
  editParts,
  type ForwardParts,
  forwardEdits,
  isKeptRequestId,
  MIRROR_HOPS_HEADER,
  mirrorParts,
  NOT_FORWARDED,
  originLines,
} from './forward-request'
import { editLines, joinLines, safeModifier } from './header-edits'
import type { RawHeaders } from './header-modifier'
import { hostOf } from './host-of'
import { normaliseTarget } from './normalise-target'
import type { MatchRequest } from './request-match'
import type {
  BackendEntry,
  ClusterEntry,
  MatchEntry,
  MirrorPolicy,
  RouteTable,
  RuleEntry,
} from './route-table'
import { type Arrival, type RuleAnswer, ruleAnswer } from './rule-answer'

/** A request as a client sends it; a header that concerns only the connection has no place here. */
export interface DescribedRequest {
  readonly method: string
  /** The Host header, with or without a port. */
  readonly host: string
  /** Path and query. */
  readonly target: string
  readonly headers: RawHeaders
}

/** The request as the gateway reads it. */
export interface ReadRequest extends MatchRequest {
  readonly authority: string
  readonly target: string
  readonly headers: RawHeaders
}

/** Returns the request as the gateway reads it, or what of it makes the gateway answer 400. */
export function readRequest(described: DescribedRequest): ReadRequest | 'host' | 'target' {
  const { method, headers } = described
  const host = hostOf(described.host)
  if (host === null) return 'host'
  const normalised = normaliseTarget(described.target)
  if (normalised === null) return 'target'
  const { target } = normalised
  const question = target.indexOf('?')
  return {
    method,
    host,
    authority: described.host,
    target,
    headers,
    path: question === -1 ? target : target.slice(0, question),
    query: () => (question === -1 ? '' : target.slice(question + 1)),
    header: (name) => (name === 'host' ? described.host : joinedValues(headers, name)),
  }
}

function joinedValues(headers: RawHeaders, lowerName: string): string | undefined {
  const values = headers.filter((_, index) => {
    return index % 2 === 1 && headers[index - 1]?.toLowerCase() === lowerName
  })
  return values.length === 0 ? undefined : values.join(', ')
}

/** How the request comes in. `requestId` is the one it gets unless it brings its own. */
export interface ForetoldArrival extends Arrival {
  readonly clientAddress: string
  readonly requestId: string
}

export interface ForetoldBackend {
  readonly entry: BackendEntry
  /** The chance that it is the one, 0 to 1. */
  readonly probability: number
  readonly cluster: ClusterEntry | undefined
  /** The gateway's own answer in the backend's place: 500 when the reference is invalid, 503 without a ready endpoint. */
  readonly answeredWith: 500 | 503 | null
  /** What it is sent. */
  readonly request: ForwardParts
}

export interface ForetoldMirror {
  readonly policy: MirrorPolicy
  /** Without a ready endpoint nothing is copied. */
  readonly cluster: ClusterEntry | undefined
  readonly request: ForwardParts
}

export interface Foretold {
  /** Set when nothing is forwarded or copied. */
  readonly answer: RuleAnswer | null
  /** Those with a weight. */
  readonly backends: readonly ForetoldBackend[]
  /** Copied whether or not the backend can answer. */
  readonly mirrors: readonly ForetoldMirror[]
}

/** What stands for the value that only the gateway can sign. */
export const FORETOLD_HOPS = '1 (signed)'

/** What becomes of a request that `match` of `rule` takes. */
export function foretell(
  { clusters }: Pick<RouteTable, 'clusters'>,
  { rule, match }: { readonly rule: RuleEntry; readonly match: MatchEntry },
  request: ReadRequest,
  arrival: ForetoldArrival,
): Foretold {
  const answer = ruleAnswer({ rule, match }, request, arrival)
  if (answer !== null) return { answer, backends: [], mirrors: [] }
  const parts = editParts(forwardParts(request, arrival), forwardEdits(match, rule))
  const weighted = rule.backends.filter(({ weight }) => weight > 0)
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0)
  return {
    answer: null,
    backends: weighted.map((entry) => ({
      entry,
      probability: entry.weight / total,
      cluster: clusters[entry.cluster],
      answeredWith: answeredWith(entry, clusters[entry.cluster]),
      request: editParts(parts, forwardEdits(match, entry)),
    })),
    mirrors: rule.mirrors.map((policy) => ({
      policy,
      cluster: clusters[policy.cluster],
      request: mirrorParts(parts, '', FORETOLD_HOPS),
    })),
  }
}

function answeredWith(
  { invalid }: BackendEntry,
  cluster: ClusterEntry | undefined,
): 500 | 503 | null {
  if (invalid) return 500
  return cluster === undefined || cluster.endpoints.length === 0 ? 503 : null
}

const DROPPED: ReadonlySet<string> = new Set(NOT_FORWARDED)

/** The request as received, without what concerned only the hop to the gateway; `server/gateway` does it on bytes. */
function forwardParts(request: ReadRequest, arrival: ForetoldArrival): ForwardParts {
  const { method, target, authority, headers } = request
  const nameAt = (index: number) => (headers[index - (index % 2)] ?? '').toLowerCase()
  const kept = headers.filter((_, index) => !DROPPED.has(nameAt(index)))
  const ownId = request.header('x-request-id')
  const requestId = isKeptRequestId(ownId) ? ownId : arrival.requestId
  return {
    method,
    target,
    authority,
    lines:
      joinLines(kept) +
      originLines({ ...arrival, requestId }, authority, request.header('x-forwarded-for')),
    framing: joinLines(headers.filter((_, index) => nameAt(index) === MIRROR_HOPS_HEADER)),
  }
}

/** A backend's answer as the client gets it: `lines` after the modifiers of the backendRef and of the rule, and CORS. */
export function foretellLines(
  lines: string,
  rule: RuleEntry,
  backend: BackendEntry | null,
  request: MatchRequest,
): string {
  const received = editLines(lines, safeModifier(backend?.responseHeaders))
  const origin = rule.cors === undefined ? undefined : request.header('origin')
  return answerLines(received, safeModifier(rule.responseHeaders), rule.cors, origin)
}
