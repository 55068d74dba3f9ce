/** Where a Gateway listens → this → accepted sockets, each with the parser for what it speaks. */
import type { IncomingMessage } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { PortMatcher } from '@/lib/routing/compile-matcher'
import { InFlight } from '../bounds/in-flight'
import { isSecure, type ListeningPort } from '../http/listening-port'
import type { WorkerContext } from '../rules/worker-context'
import { ClientConnection, type ConnectionOwner } from './client-connection'
import { Http2Front } from './http2-front'
import { headBytes } from './node-client'
import { NodeServer } from './node-server'
import { TlsFront } from './tls-front'

/** Where a Gateway's port is to be served: the socket's own port may differ from the listener's. */
export interface Binding {
  readonly gateway: string
  readonly listenerPort: number
  readonly address: string
  readonly socketPort: number
}

/** One text for each binding, to look it up by. */
export function bindingKey({ gateway, listenerPort, address, socketPort }: Binding): string {
  return `${gateway} ${listenerPort} ${address} ${socketPort}`
}

/** One listening socket of one worker with the connections accepted there. */
export class ListenerServer implements ConnectionOwner {
  readonly context: WorkerContext
  readonly port: ListeningPort
  readonly binding: Binding
  private readonly server: Server
  private readonly slow: NodeServer
  private readonly http2: Http2Front
  private tls: TlsFront | undefined
  private readonly connections = new InFlight<ClientConnection>()
  private readonly nodeSockets = new Set<Socket>()
  private onEmpty: (() => void) | undefined

  constructor(context: WorkerContext, binding: Binding, matcher: PortMatcher | undefined) {
    this.context = context
    this.binding = binding
    this.port = { gateway: binding.gateway, port: binding.listenerPort, matcher, isDraining: false }
    this.slow = new NodeServer(context, this.port, (request, socket, head) =>
      this.takeBack(request, socket, head),
    )
    this.http2 = new Http2Front(context, this.port)
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      if (this.tls === undefined) this.begin(socket)
      else this.tls.accept(this.track(socket))
    })
    this.updateTls()
    this.server.maxConnections = context.limits.connectionsPerListenerMax
  }

  /** Resolves with the error code when the address can't be bound, with undefined when it is. */
  listen(): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'))
      this.server.listen({ host: this.binding.address, port: this.binding.socketPort }, () => {
        resolve(undefined)
      })
    })
  }

  /** Stops accepting; resolves when the last connection is done, at most `drainMs` later. */
  close(): Promise<void> {
    this.port.isDraining = true
    if (this.server.listening) this.server.close()
    for (const connection of this.connections.toArray()) if (connection.isIdle) connection.destroy()
    this.slow.closeIdleConnections()
    this.http2.drain()
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.cutAll(), this.context.limits.drainMs)
      this.onEmpty = () => {
        clearTimeout(timer)
        this.slow.close()
        resolve()
      }
      this.checkEmpty()
    })
  }

  /** Serves another table from the next request on, and from the next handshake on. */
  replaceMatcher(matcher: PortMatcher | undefined): void {
    this.port.matcher = matcher
    this.updateTls()
  }

  private updateTls(): void {
    if (!isSecure(this.port)) {
      this.tls = undefined
      return
    }
    this.tls ??= new TlsFront(this.context, this.port, (socket) => {
      if (socket.alpnProtocol === 'h2') this.http2.accept(socket)
      else this.begin(socket)
    })
    this.tls.update()
  }

  private begin(socket: Socket): void {
    if (this.port.isDraining) socket.destroy()
    else this.connections.add(new ClientConnection(this, socket))
  }

  tick(now: number): void {
    for (const connection of this.connections.toArray()) connection.tick(now)
    this.http2.tick(now)
  }

  forget(connection: ClientConnection): void {
    this.connections.delete(connection)
    this.checkEmpty()
  }

  handOver(socket: Socket, unread: Buffer, protocol: 'http1' | 'http2'): void {
    this.track(socket)
    socket.unshift(unread)
    if (protocol === 'http2') {
      this.http2.accept(socket)
      return
    }
    this.slow.accept(socket)
    socket.resume()
  }

  /** Remembers a socket that is in Node's hands, to be waited for. */
  private track(socket: Socket): Socket {
    this.nodeSockets.add(socket)
    socket.once('close', () => {
      this.nodeSockets.delete(socket)
      this.checkEmpty()
    })
    return socket
  }

  private checkEmpty(): void {
    if (this.connections.size === 0 && this.nodeSockets.size === 0) this.onEmpty?.()
  }

  private cutAll(): void {
    for (const connection of this.connections.toArray()) connection.destroy()
    for (const socket of this.nodeSockets) socket.destroy()
  }

  /** A request to change protocols on a connection of the slow path goes back to the fast path, which tunnels. */
  private takeBack(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const bytes = headBytes(request)
    if (bytes === null || !('remoteAddress' in socket)) {
      socket.destroy()
      return
    }
    this.nodeSockets.delete(request.socket)
    const connection = new ClientConnection(this, request.socket, true)
    this.connections.add(connection)
    connection.feed(Buffer.concat([bytes, head]))
  }
}
