/** Header fields of HTTP/2 in the form the exchange reads, which is that of HTTP/1.1, and back (RFC 9113 8). */
import type { OutgoingHttpHeaders } from 'node:http2'
import { splitLines } from '@/lib/routing/header-edits'

/** A request as Node's HTTP/1.1 parser would have reported it. */
export interface RequestParts {
  readonly method: string
  readonly url: string
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[]
}

/** Methods whose requests have a body by nature: without one they say so. */
const BODY_METHODS = new Set(['POST', 'PUT', 'PATCH'])

/** The fields of a request, sorted by what becomes of them. */
interface RequestFields {
  /** Pseudo-header fields, and `host`. */
  readonly routing: ReadonlyMap<string, string>
  readonly headers: readonly string[]
  readonly hasLength: boolean
}

function readFields(rawHeaders: readonly string[]): RequestFields {
  const routing = new Map<string, string>()
  const headers: string[] = []
  const cookies: string[] = []
  let hasLength = false
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    const value = rawHeaders[index + 1] ?? ''
    if (name.startsWith(':')) routing.set(name, value)
    else if (name === 'host') routing.set(name, routing.has(name) ? '' : value)
    else if (name === 'cookie') cookies.push(value)
    else headers.push(name, value)
    hasLength ||= name === 'content-length'
  }
  // Clients may split cookies; HTTP/1.1 has one line of them (RFC 9113 8.2.3).
  if (cookies.length > 0) headers.push('cookie', cookies.join('; '))
  return { routing, headers, hasLength }
}

/**
 * The request of a stream. `isEnded` when no body follows. Null when it says nothing a gateway could serve: CONNECT, no
 * path, or a Host that contradicts `:authority`.
 */
export function requestParts(rawHeaders: readonly string[], isEnded: boolean): RequestParts | null {
  const { routing, headers, hasLength } = readFields(rawHeaders)
  const method = routing.get(':method') ?? ''
  const url = routing.get(':path')
  const host = routing.get('host')
  const authority = routing.get(':authority') ?? host ?? ''
  if (url === undefined || method === 'CONNECT') return null
  if (host !== undefined && host !== authority) return null
  return { method, url, rawHeaders: ['host', authority, ...headers, ...framing()] }

  function framing(): readonly string[] {
    if (hasLength) return []
    if (!isEnded) return ['transfer-encoding', 'chunked']
    return BODY_METHODS.has(method) ? ['content-length', '0'] : []
  }
}

/** Of one hop, and refused by Node where HTTP/2 has no place for them (RFC 9113 8.2.2). */
const CONNECTION_HEADERS = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'host',
])
/** Lists that Node sends once only: their lines are joined. */
const SINGLE_LISTS = new Set(['content-encoding', 'content-language', 'if-match', 'if-none-match'])
/** Fields that Node sends once only: the first counts. */
const SINGLE_HEADERS = new Set([
  'age',
  'authorization',
  'content-length',
  'content-location',
  'content-type',
  'date',
  'etag',
  'expires',
  'from',
  'if-modified-since',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'range',
  'referer',
  'retry-after',
  'tk',
  'user-agent',
  'access-control-allow-credentials',
  'access-control-max-age',
  'access-control-request-method',
  'content-md5',
  'content-range',
  'dnt',
  'upgrade-insecure-requests',
  'x-content-type-options',
])

/** Header lines (`Name: value`, each ended by CRLF) as HTTP/2 fields. `te` stays only as `trailers`. */
export function http2Headers(lines: string): OutgoingHttpHeaders {
  const fields = splitLines(lines)
  // Without a prototype: a header may be called `constructor`.
  const headers: Record<string, string | string[]> = Object.create(null)
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = (fields[index] ?? '').toLowerCase()
    const value = fields[index + 1] ?? ''
    if (CONNECTION_HEADERS.has(name) || (name === 'te' && value !== 'trailers')) continue
    const before = headers[name]
    if (before === undefined) headers[name] = value
    else if (SINGLE_LISTS.has(name)) headers[name] = `${before}, ${value}`
    else if (!SINGLE_HEADERS.has(name)) headers[name] = [before, value].flat()
  }
  return headers
}

/** Fields as lines, each ended by CRLF; pseudo-header fields are left out. */
export function headerLines(rawHeaders: readonly string[]): string {
  let lines = ''
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (!name.startsWith(':')) lines += `${name}: ${rawHeaders[index + 1]}\r\n`
  }
  return lines
}
