/** Request head → this → what the primary and the mirrors are sent; response head → this → what the client is sent. */
import { applyPathModifier } from '@/lib/routing/path-modifier'
import type { HeaderModifier, MatchEntry, RewriteEntry } from '@/lib/routing/route-table'
import { editLines, wireTarget, wireValue } from './header-edits'
import type { HeaderLines } from './header-lines'
import { HEADER, MIRROR_HOPS_HEADER } from './header-names'
import type { RequestHead } from './request-head'
import type { ResponseHead } from './response-parser'

/** Of one hop only (RFC 9110 7.6.1), or written anew by the gateway. */
const NOT_FORWARDED =
  (1 << HEADER.host) |
  (1 << HEADER.connection) |
  (1 << HEADER.keepAlive) |
  (1 << HEADER.upgrade) |
  (1 << HEADER.te) |
  (1 << HEADER.expect) |
  (1 << HEADER.transferEncoding) |
  (1 << HEADER.proxyConnection) |
  (1 << HEADER.forwardedFor) |
  (1 << HEADER.forwardedProto) |
  (1 << HEADER.forwardedHost) |
  (1 << HEADER.requestId) |
  (1 << HEADER.mirrorHops)

const NOT_RETURNED =
  (1 << HEADER.connection) |
  (1 << HEADER.keepAlive) |
  (1 << HEADER.upgrade) |
  (1 << HEADER.transferEncoding) |
  (1 << HEADER.te) |
  (1 << HEADER.proxyConnection)

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

/** The id a client gave its request; undefined when it gave none of a reasonable length. */
export function requestIdOf({ lines, text }: RequestHead): string | undefined {
  const id = lines.valueOf(text, HEADER.requestId)
  return id && id.length <= 128 ? id : undefined
}

/** The request as received, without what concerned only the hop to us. */
export function forwardParts(head: RequestHead, origin: RequestOrigin): ForwardParts {
  const { lines, text } = head
  const hasForwarded = (lines.seen & (1 << HEADER.forwardedFor)) !== 0
  const before = hasForwarded ? lines.joined(text, 'x-forwarded-for') : undefined
  const forwardedFor =
    before === undefined ? origin.clientAddress : `${before}, ${origin.clientAddress}`
  return {
    method: head.method,
    target: head.target,
    authority: head.authority,
    lines:
      `${keptLines(text, lines, NOT_FORWARDED, head.connectionNames)}X-Forwarded-For: ${forwardedFor}\r\n` +
      `X-Forwarded-Proto: ${origin.scheme}\r\nX-Forwarded-Host: ${head.authority}\r\nX-Request-Id: ${origin.requestId}\r\n`,
    framing: framingLines(head),
  }
}

function framingLines(head: RequestHead): string {
  let framing = head.contentLength === -2 ? 'Transfer-Encoding: chunked\r\n' : ''
  if (head.upgrade !== '') framing += `Connection: Upgrade\r\nUpgrade: ${head.upgrade}\r\n`
  const hops = head.lines.valueOf(head.text, HEADER.mirrorHops)
  if (hops !== undefined) framing += hopsLine(mirrorHops(hops))
  return framing
}

/** How often a request has been mirrored before; what is no small number counts as very often. */
export function mirrorHops(value: string | undefined): number {
  if (value === undefined) return 0
  return /^\d{1,3}$/.test(value) ? Number(value) : 999
}

function hopsLine(hops: number): string {
  return `${MIRROR_HOPS_HEADER}: ${hops}\r\n`
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

/** The head to send, ended by an empty line. */
export function headText(parts: ForwardParts): string {
  return `${parts.method} ${parts.target} HTTP/1.1\r\nHost: ${parts.authority}\r\n${parts.lines}${parts.framing}\r\n`
}

/** The head of a copy: one more hop than the request itself has made. */
export function mirrorHeadText(parts: ForwardParts, hops: number): string {
  const framing = hops === 0 ? parts.framing : parts.framing.replace(hopsLine(hops), '')
  return `${parts.method} ${parts.target} HTTP/1.1\r\nHost: ${parts.authority}\r\n${parts.lines}${framing}${hopsLine(hops + 1)}\r\n`
}

/** End-to-end lines of a response, each ended by CRLF. */
export function responseLines(head: ResponseHead): string {
  const lines = keptLines(head.text, head.lines, NOT_RETURNED, head.connectionNames)
  return head.contentLength === -1 ? lines : withOneContentLength(lines, head)
}

/** Several equal Content-Length lines are allowed to arrive (RFC 9110 8.6), but not to leave. */
function withOneContentLength(lines: string, head: ResponseHead): string {
  let count = 0
  for (let index = 0; index < head.lines.count; index++) {
    if (head.lines.id[index] === HEADER.contentLength) count++
  }
  if (count === 1) return lines
  const others = lines.replace(/^content-length:[^\n]*\n/gim, '')
  return `${others}Content-Length: ${head.contentLength}\r\n`
}

/** Lines whose id is not in the mask and whose name Connection does not list, as runs of the original text. */
function keptLines(
  text: string,
  lines: HeaderLines,
  droppedIds: number,
  droppedNames: readonly string[],
): string {
  let kept = ''
  let runStart = -1
  for (let index = 0; index < lines.count; index++) {
    const id = lines.id[index] ?? 0
    const isDropped =
      (id !== 0 && (droppedIds & (1 << id)) !== 0) ||
      (droppedNames.length > 0 &&
        id !== HEADER.contentLength &&
        droppedNames.includes(lines.name(text, index).toLowerCase()))
    const lineStart = lines.lineStart[index] ?? 0
    if (!isDropped && runStart === -1) runStart = lineStart
    if (isDropped && runStart !== -1) {
      kept += text.slice(runStart, lineStart)
      runStart = -1
    }
  }
  // The head's last two bytes are the empty line.
  return runStart === -1 ? kept : kept + text.slice(runStart, text.length - 2)
}
