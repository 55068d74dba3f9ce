import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
} from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { PortMatcher } from '@/lib/routing/compile-matcher'
import { ClientConnection, type ConnectionOwner } from './client-connection'
import { TICK_MS } from './limits'
import { isSecure, type ListeningPort } from './listening-port'
import { headBytes, NodeClient } from './node-client'
import { TlsFront } from './tls-front'
import type { WorkerContext } from './worker-context'

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
  private readonly slow: HttpServer
  private tls: TlsFront | undefined
  private readonly connections = new Set<ClientConnection>()
  private readonly nodeSockets = new Set<Socket>()
  private onEmpty: (() => void) | undefined

  constructor(context: WorkerContext, binding: Binding, matcher: PortMatcher | undefined) {
    this.context = context
    this.binding = binding
    this.port = { gateway: binding.gateway, port: binding.listenerPort, matcher, isDraining: false }
    this.slow = this.createSlowServer()
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
    for (const connection of this.connections) if (connection.isIdle) connection.destroy()
    this.slow.closeIdleConnections()
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
    this.tls ??= new TlsFront(this.context, this.port, (socket) => this.begin(socket))
    this.tls.update()
  }

  private begin(socket: Socket): void {
    if (this.port.isDraining) socket.destroy()
    else this.connections.add(new ClientConnection(this, socket))
  }

  tick(now: number): void {
    for (const connection of this.connections) connection.tick(now)
  }

  forget(connection: ClientConnection): void {
    this.connections.delete(connection)
    this.checkEmpty()
  }

  handOver(socket: Socket, unread: Buffer): void {
    this.track(socket)
    socket.unshift(unread)
    this.slow.emit('connection', socket)
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
    for (const connection of this.connections) connection.destroy()
    for (const socket of this.nodeSockets) socket.destroy()
  }

  /** Never listens itself: it is given sockets, and is the authority on what the fast path does not take. */
  private createSlowServer(): HttpServer {
    const { limits } = this.context
    const server = createHttpServer({
      insecureHTTPParser: false,
      maxHeaderSize: limits.requestHeadBytesMax,
      headersTimeout: limits.headTimeoutMs,
      connectionsCheckingInterval: TICK_MS,
      requestTimeout: 0,
      keepAliveTimeout: limits.clientIdleMs,
    })
    server.maxHeadersCount = limits.requestHeaderLinesMax
    server.timeout = limits.exchangeIdleMs
    const serve =
      (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponseOf) =>
        new NodeClient(this.context, this.port, request, response).serve(expectsContinue)
    server.on('request', serve(false))
    server.on('checkContinue', serve(true))
    server.on('upgrade', (request, socket, head) => this.takeBack(request, socket, head))
    server.on('connect', (_request, socket) => refuseConnect(socket))
    server.on('clientError', (error, socket) => this.refuseBroken(error, socket))
    // Its timers for slow heads start when it listens, which this server never does.
    server.emit('listening')
    return server
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

  private refuseBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
    this.context.metrics.countUnmatched(this.port.gateway, '', 'bad_request')
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy()
      return
    }
    const status =
      error.code === 'HPE_HEADER_OVERFLOW'
        ? '431 Request Header Fields Too Large'
        : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
          ? '408 Request Timeout'
          : '400 Bad Request'
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  }
}

type ServerResponseOf = ConstructorParameters<typeof NodeClient>[3]

/** The gateway is no forward proxy. */
function refuseConnect(socket: Duplex): void {
  socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
}
