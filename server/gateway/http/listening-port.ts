import type { PortMatcher } from '@/lib/routing/compile-matcher'

/** One listening socket as the requests arriving there see it. The matcher is replaced with each table. */
export interface ListeningPort {
  readonly gateway: string
  readonly port: number
  matcher: PortMatcher | undefined
  /** Set once the socket is closing: every response then ends its connection. */
  isDraining: boolean
}

/** Whether connections to a port begin with a TLS handshake. All listeners of one port share their protocol. */
export function isSecure({ matcher }: ListeningPort): boolean {
  return matcher?.listeners[0]?.protocol === 'HTTPS'
}

/**
 * Whether a request belongs to another listener than the one its handshake chose: a client reuses a connection for a host
 * it was not made for (421), or from before the port's listeners changed between HTTP and HTTPS. False when no listener
 * has the host, which is a 404.
 * https://gateway-api.sigs.k8s.io/reference/spec/#listener
 */
export function isMisdirected(
  port: ListeningPort,
  serverName: string | null,
  host: string,
): boolean {
  const { matcher } = port
  if (matcher === undefined) return false
  if (isSecure(port) !== (serverName !== null)) return true
  if (serverName === null) return false
  const listener = matcher.listenerOf(host)
  return listener !== null && listener !== matcher.listenerOf(serverName)
}
