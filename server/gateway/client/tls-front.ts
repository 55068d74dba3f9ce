/** Accepted socket → this → a socket of plain bytes, with the protocol the handshake chose. */
import type { Socket } from 'node:net'
import { createServer, type SecureContext, type Server, type TLSSocket } from 'node:tls'
import type { ListenerEntry } from '@/lib/routing/route-table'
import type { ListeningPort } from '../http/listening-port'
import type { WorkerContext } from '../rules/worker-context'
import { SecureContexts } from './certificates'
import { serverNameOf } from './client-origin'

/**
 * Ends TLS for one listening socket. Handshakes see the newest certificates; connections made with earlier ones go on.
 * A name that no listener has, or whose certificate can't be used, ends the handshake with an alert.
 */
export class TlsFront {
  private readonly port: ListeningPort
  private readonly contexts = new SecureContexts()
  private readonly server: Server
  private nameless: ListenerEntry | null = null

  constructor(context: WorkerContext, port: ListeningPort, onSecure: (socket: TLSSocket) => void) {
    this.port = port
    this.server = createServer(
      {
        ALPNProtocols: ['h2', 'http/1.1'],
        SNICallback: (name, done) => this.select(name, done),
        handshakeTimeout: context.limits.headTimeoutMs,
        minVersion: 'TLSv1.2',
      },
      onSecure,
    )
    this.server.on('tlsClientError', (_error, socket) => {
      context.metrics.countUnmatched(port.gateway, '', 'tls_handshake_failed')
      socket.destroy()
    })
    this.update()
  }

  /** Takes the port's listeners over, for the handshakes to come. */
  update(): void {
    const { matcher } = this.port
    this.contexts.retain(matcher?.listeners ?? [])
    const nameless = matcher?.listenerOf('') ?? null
    if (nameless?.certificates === this.nameless?.certificates) return
    this.nameless = nameless
    // Clients that name no host get the certificate of the listener for every host, and a failed handshake without one.
    const isUsable = nameless !== null && this.contexts.contextOf(nameless) !== null
    const certificates = isUsable ? (nameless.certificates ?? []) : []
    this.server.setSecureContext({
      cert: certificates.map((one) => one.certificate),
      key: certificates.map((one) => one.privateKey),
      minVersion: 'TLSv1.2',
    })
  }

  accept(socket: Socket): void {
    // A client that leaves during the handshake would otherwise not be noticed before that times out.
    socket.allowHalfOpen = false
    this.server.emit('connection', socket)
  }

  private select(name: string, done: (error: Error | null, context?: SecureContext) => void): void {
    const listener = this.port.matcher?.listenerOf(serverNameOf(name)) ?? null
    const context = listener === null ? null : this.contexts.contextOf(listener)
    if (context === null) done(new Error('No listener has a certificate for this name.'))
    else done(null, context)
  }
}
