import { applyPathModifier } from './path-modifier'
import type { MatchEntry, RedirectEntry } from './route-table'

/** The request as the client sent it. */
export interface RedirectedRequest {
  readonly scheme: 'http' | 'https'
  /** Without port. */
  readonly host: string
  readonly path: string
  /** Without `?`; empty when there is none. */
  readonly query: string
  /** Port of the listener that took the request. */
  readonly listenerPort: number
}

const WELL_KNOWN_PORTS = { http: 80, https: 443 } as const

/**
 * The Location of a redirect. The port is the filter's; else the well-known port of the filter's scheme; else the listener's
 * port. A port that is the scheme's own is left out. The query is kept.
 * https://gateway-api.sigs.k8s.io/reference/spec/#httprequestredirectfilter (port)
 */
export function redirectLocation(
  redirect: RedirectEntry,
  match: MatchEntry,
  request: RedirectedRequest,
): string {
  const scheme = redirect.scheme ?? request.scheme
  const host = redirect.hostname ?? request.host
  const port =
    redirect.port ??
    (redirect.scheme === undefined ? request.listenerPort : WELL_KNOWN_PORTS[redirect.scheme])
  const authority = port === WELL_KNOWN_PORTS[scheme] ? host : `${host}:${port}`
  const path =
    redirect.path === undefined
      ? request.path
      : applyPathModifier(request.path, redirect.path, match)
  return `${scheme}://${authority}${path}${request.query === '' ? '' : `?${request.query}`}`
}
