/** Sockets the fast path gives up → this → exchanges. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TICK_MS } from '../bounds/limits'
import type { ListeningPort } from '../http/listening-port'
import type { WorkerContext } from '../rules/worker-context'
import { NodeClient } from './node-client'

type TakeUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** Node's own HTTP server, given sockets instead of listening: the authority on what the fast path does not take. */
export class NodeServer {
  private readonly context: WorkerContext
  private readonly port: ListeningPort
  private readonly server: Server
  /** The newest request of each socket. */
  private readonly newest = new WeakMap<Duplex, NodeClient>()
  private readonly broken = new WeakSet<Duplex>()

  constructor(context: WorkerContext, port: ListeningPort, takeUpgrade: TakeUpgrade) {
    this.context = context
    this.port = port
    const { limits } = context
    const server = createServer({
      insecureHTTPParser: false,
      maxHeaderSize: limits.requestHeadBytesMax,
      headersTimeout: limits.headTimeoutMs,
      connectionsCheckingInterval: TICK_MS,
      requestTimeout: 0,
      keepAliveTimeout: limits.clientIdleMs,
    })
    server.maxHeadersCount = limits.requestHeaderLinesMax
    server.timeout = limits.exchangeIdleMs
    server.on('request', (request, response) => this.serve(request, response, false))
    server.on('checkContinue', (request, response) => this.serve(request, response, true))
    server.on('upgrade', takeUpgrade)
    server.on('connect', (_request, socket) => refuseConnect(socket))
    server.on('clientError', (error, socket) => this.onBroken(error, socket))
    // Its timers for slow heads start when it listens, which this server never does.
    server.emit('listening')
    this.server = server
  }

  accept(socket: Socket): void {
    this.server.emit('connection', socket)
  }

  closeIdleConnections(): void {
    this.server.closeIdleConnections()
  }

  close(): void {
    this.server.close()
  }

  /** Node reads on behind a request whose answer closes the connection; what is there must have no effect. */
  private serve(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) {
    const { socket } = request
    if (this.newest.get(socket)?.isLast) return
    const client = new NodeClient(this.context, this.port, request, response)
    this.newest.set(socket, client)
    client.serve(expectsContinue)
  }

  /** Bytes that are no request are refused behind the answers that are still to come, never in the midst of one. */
  private onBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    // Whatever follows a request that closes the connection is not looked at.
    if (error.code === 'HPE_CLOSED_CONNECTION' || this.broken.has(socket)) return
    this.broken.add(socket)
    this.context.metrics.countUnmatched(this.port.gateway, '', 'bad_request')
    const client = this.newest.get(socket)
    if (client === undefined) refuse(error, socket)
    else client.onceUnused((canAnswer) => (canAnswer ? refuse(error, socket) : socket.destroy()))
  }
}

function refuse({ code }: NodeJS.ErrnoException, socket: Duplex): void {
  const status =
    code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** The gateway is no forward proxy. */
function refuseConnect(socket: Duplex): void {
  socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
}
