/** Request head → this → the parts that are forwarded; response head → this → the lines that are returned. */
import {
  type ForwardParts,
  isKeptRequestId,
  NOT_FORWARDED,
  originLines,
  type RequestOrigin,
} from '@/lib/routing/forward-request'
import type { HeaderLines } from './header-lines'
import { HEADER, headerMask } from './header-names'
import type { RequestHead } from './request-head'
import type { ResponseHead } from './response-parser'

const NOT_FORWARDED_MASK = headerMask(NOT_FORWARDED)

const NOT_RETURNED =
  (1 << HEADER.connection) |
  (1 << HEADER.keepAlive) |
  (1 << HEADER.upgrade) |
  (1 << HEADER.transferEncoding) |
  (1 << HEADER.te) |
  (1 << HEADER.proxyConnection)

/** The id a client gave its request; undefined when it gave none of a reasonable length. */
export function requestIdOf({ lines, text }: RequestHead): string | undefined {
  const id = lines.valueOf(text, HEADER.requestId)
  return isKeptRequestId(id) ? id : undefined
}

/** The request as received, without what concerned only the hop to us. `hopsLines` tell how often it was mirrored. */
export function forwardParts(
  head: RequestHead,
  origin: RequestOrigin,
  hopsLines: string,
): ForwardParts {
  const { lines, text } = head
  const hasForwarded = (lines.seen & (1 << HEADER.forwardedFor)) !== 0
  const before = hasForwarded ? lines.joined(text, 'x-forwarded-for') : undefined
  return {
    method: head.method,
    target: head.target,
    authority: head.authority,
    lines:
      keptLines(text, lines, NOT_FORWARDED_MASK, head.connectionNames) +
      originLines(origin, head.authority, before),
    framing: framingLines(head) + hopsLines,
  }
}

function framingLines(head: RequestHead): string {
  let framing = head.contentLength === -2 ? 'Transfer-Encoding: chunked\r\n' : ''
  if (head.upgrade !== '') framing += `Connection: Upgrade\r\nUpgrade: ${head.upgrade}\r\n`
  return framing
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
