/** Socket → this → whom a request comes from. */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { ClientOrigin } from '../exchange/client-side'

/** The origin of what arrives on a socket whose handshake, if any, is over. */
export function clientOrigin(socket: Socket): ClientOrigin {
  const address = plainAddress(socket.remoteAddress)
  if (!(socket instanceof TLSSocket)) return { address, scheme: 'http', serverName: null }
  // The name of the handshake; Node's types know only the client's option of that name.
  const { servername } = socket as { servername?: string | false | null }
  return { address, scheme: 'https', serverName: serverNameOf(servername) }
}

/** A name of the handshake as hostnames are compared: lower case; `''` when there is none. */
export function serverNameOf(servername: string | false | null | undefined): string {
  return servername ? servername.toLowerCase() : ''
}

/** IPv4 addresses that arrive mapped into IPv6 are written as IPv4. */
function plainAddress(address: string | undefined): string {
  if (address === undefined) return 'unknown'
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
