/** Cross-origin rules of a route (https://fetch.spec.whatwg.org/#http-cors-protocol), answered by the gateway itself. */
import { wireValue } from './header-edits'
import type { MatchRequest } from './request-match'
import type { CorsEntry, MatchEntry } from './route-table'

/** Whether a request is the browser's question before a cross-origin request. */
export function isPreflight(request: MatchRequest): boolean {
  return (
    request.method === 'OPTIONS' &&
    request.header('origin') !== undefined &&
    request.header('access-control-request-method') !== undefined
  )
}

/**
 * The request a preflight asks about, as far as it tells: browsers send no header of it. Null for every other request.
 * The specification does not say who answers a preflight where rules match by method. As in Envoy Gateway it is the rule
 * with the `cors` filter, though that rule does not take OPTIONS: https://github.com/envoyproxy/gateway/pull/7144. There
 * any such rule of the path answers; here it is the one that would take the request that follows.
 */
export function askedRequest(request: MatchRequest): MatchRequest | null {
  if (!isPreflight(request)) return null
  const { host, path } = request
  return {
    host,
    path,
    method: request.header('access-control-request-method') ?? '',
    header: (name) => request.header(name),
    query: () => request.query(),
  }
}

/** Whether the rule found for a request is the one to answer it, whatever a preflight asks about: OPTIONS is named in it. */
export function namesOptions(found: { readonly match: MatchEntry } | null): boolean {
  return found?.match.method === 'OPTIONS'
}

/** The lines only a preflight's answer has, besides those of `corsLines`; none for an origin that is not allowed. */
export function preflightLines(
  cors: CorsEntry,
  request: MatchRequest,
  origin: string | undefined,
): string {
  if (originLines(cors, origin) === VARY) return ''
  const methods = listOrAsked(
    cors.allowMethods,
    cors,
    request.header('access-control-request-method'),
  )
  const headers = listOrAsked(
    cors.allowHeaders,
    cors,
    request.header('access-control-request-headers'),
  )
  let out = ''
  if (methods !== '') out += `Access-Control-Allow-Methods: ${methods}\r\n`
  if (headers !== '') out += `Access-Control-Allow-Headers: ${headers}\r\n`
  return `${out}Access-Control-Max-Age: ${cors.maxAgeSeconds}\r\n`
}

const VARY = 'Vary: Origin\r\n'
const OWN_LINES = /^access-control-(?:allow-origin|allow-credentials|expose-headers):[^\n]*\n/gim

/** A response's lines with the route's decision in place of the backend's. */
export function corsLines(lines: string, cors: CorsEntry, origin: string | undefined): string {
  if (origin === undefined) return lines
  const own = originLines(cors, origin)
  const others = lines.replace(OWN_LINES, '')
  if (own === VARY || cors.exposeHeaders.length === 0) return others + own
  return `${others}${own}Access-Control-Expose-Headers: ${wireValue(cors.exposeHeaders.join(', '))}\r\n`
}

function originLines(cors: CorsEntry, origin: string | undefined): string {
  if (origin === undefined || !cors.allowOrigins.some((allowed) => originCovers(allowed, origin))) {
    return VARY
  }
  const credentials = cors.allowCredentials ? 'Access-Control-Allow-Credentials: true\r\n' : ''
  return `Access-Control-Allow-Origin: ${origin}\r\n${credentials}${VARY}`
}

/** `*` allows every origin; `https://*.example.com` every name below; ports must be equal. */
function originCovers(allowed: string, origin: string): boolean {
  if (allowed === '*' || allowed.toLowerCase() === origin.toLowerCase()) return true
  const star = allowed.indexOf('*')
  if (star === -1) return false
  const before = allowed.slice(0, star).toLowerCase()
  const after = allowed.slice(star + 1).toLowerCase()
  const text = origin.toLowerCase()
  const middle = text.slice(before.length, text.length - after.length)
  return (
    text.length > before.length + after.length &&
    text.startsWith(before) &&
    text.endsWith(after) &&
    /^[a-z0-9.-]+$/.test(middle)
  )
}

/** With credentials a `*` has no meaning to browsers, so what was asked for is named instead. */
function listOrAsked(list: readonly string[], cors: CorsEntry, asked: string | undefined): string {
  if (!list.includes('*')) return wireValue(list.join(', '))
  return cors.allowCredentials ? (asked ?? '') : '*'
}
