/**
 * A request as received → this → what its backend and its mirrors are sent; their answer → this → what the client is sent.
 * The gateway does it for every request, the match simulator says beforehand what it will come to.
 */
import { corsLines } from './cors'
import { editLines, safeModifier, wireTarget, wireValue } from './header-edits'
import { applyPathModifier } from './path-modifier'
import type { CorsEntry, HeaderModifier, MatchEntry, RewriteEntry } from './route-table'

/** A copy's own header: how many times the request has been mirrored, signed by the gateway. */
export const MIRROR_HOPS_HEADER = 'x-mirrorboard-mirror-hops'

/** Request headers of one hop only (RFC 9110 7.6.1), or written anew by the gateway. Lower case. */
export const NOT_FORWARDED = [
  'host',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'expect',
  'transfer-encoding',
  'proxy-connection',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-request-id',
  MIRROR_HOPS_HEADER,
] as const

/** Longest id of a client's own that is kept; a longer one is replaced. */
const REQUEST_ID_CHARACTERS_MAX = 128

/** Where a request comes from, as the gateway tells it on. */
export interface RequestOrigin {
  readonly clientAddress: string
  readonly scheme: 'http' | 'https'
  readonly requestId: string
}

/** The parts of a request to be forwarded; a head is `${start}${lines}${framing}\r\n`. */
export interface ForwardParts {
  readonly method: string
  readonly target: string
  readonly authority: string
  /** End-to-end header lines, each ended by CRLF. */
  readonly lines: string
  /** Lines no modifier may touch. */
  readonly framing: string
}

/** What to change on the way; all optional. */
export interface ForwardEdits {
  readonly match: MatchEntry
  readonly rewrite?: RewriteEntry | undefined
  readonly headers?: HeaderModifier | undefined
}

/** The edits of a rule, or of one of its backends, for requests that `match` took. */
export function forwardEdits(
  match: MatchEntry,
  filters: { readonly rewrite?: RewriteEntry; readonly requestHeaders?: HeaderModifier },
): ForwardEdits {
  return { match, rewrite: filters.rewrite, headers: safeModifier(filters.requestHeaders) }
}

/** Whether an id that a client gave its request is kept. */
export function isKeptRequestId(id: string | undefined): id is string {
  return id !== undefined && id !== '' && id.length <= REQUEST_ID_CHARACTERS_MAX
}

/** The lines that tell where a request comes from. `before` is the X-Forwarded-For it came with. */
export function originLines(
  { clientAddress, scheme, requestId }: RequestOrigin,
  authority: string,
  before: string | undefined,
): string {
  const forwardedFor = before === undefined ? clientAddress : `${before}, ${clientAddress}`
  return (
    `X-Forwarded-For: ${forwardedFor}\r\nX-Forwarded-Proto: ${scheme}\r\n` +
    `X-Forwarded-Host: ${authority}\r\nX-Request-Id: ${requestId}\r\n`
  )
}

export function hopsLine(value: string): string {
  return `${MIRROR_HOPS_HEADER}: ${value}\r\n`
}

/** The request after filters. Returns its argument when there is nothing to do. */
export function editParts(parts: ForwardParts, edits: ForwardEdits): ForwardParts {
  if (edits.rewrite === undefined && edits.headers === undefined) return parts
  return {
    ...parts,
    target: rewriteTarget(parts.target, edits),
    authority: wireValue(edits.rewrite?.hostname ?? parts.authority),
    lines: editLines(parts.lines, edits.headers),
  }
}

function rewriteTarget(target: string, { match, rewrite }: ForwardEdits): string {
  if (rewrite?.path === undefined) return target
  const question = target.indexOf('?')
  const path = question === -1 ? target : target.slice(0, question)
  const query = question === -1 ? '' : target.slice(question)
  return wireTarget(applyPathModifier(path, rewrite.path, match)) + query
}

/**
 * The copy a mirror is sent: a signed value that says one more hop than that of the request, `''` when it has made none.
 * `parts` are those after the rule's filters.
 */
export function mirrorParts(parts: ForwardParts, before: string, next: string): ForwardParts {
  const framing = before === '' ? parts.framing : parts.framing.replace(hopsLine(before), '')
  return { ...parts, framing: `${framing}${hopsLine(next)}` }
}

/** The head to send, ended by an empty line. */
export function headText(parts: ForwardParts): string {
  return `${parts.method} ${parts.target} HTTP/1.1\r\nHost: ${parts.authority}\r\n${parts.lines}${parts.framing}\r\n`
}

/** Lines of any answer to a request of a rule after the rule's modifier and CORS; `origin` is the request's. */
export function answerLines(
  lines: string,
  responseHeaders: HeaderModifier | undefined,
  cors: CorsEntry | undefined,
  origin: string | undefined,
): string {
  const edited = editLines(lines, responseHeaders)
  return cors === undefined ? edited : corsLines(edited, cors, origin)
}
