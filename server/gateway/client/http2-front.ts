/** Socket that speaks HTTP/2 → this → one exchange for each stream. Node's own library reads and writes the frames. */
import {
  constants,
  createServer,
  type Http2Server,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Socket } from 'node:net'
import { InFlight } from '../bounds/in-flight'
import type { GatewayLimits } from '../bounds/limits'
import type { ClientOrigin } from '../exchange/client-side'
import type { ListeningPort } from '../http/listening-port'
import type { WorkerContext } from '../rules/worker-context'
import { clientOrigin } from './client-origin'
import { Http2Client } from './http2-client'

/** What one connection has been up to. */
interface Connection {
  readonly origin: ClientOrigin
  readonly clients: InFlight<Http2Client>
  /** Coarse milliseconds since which no stream was open. */
  idleSince: number
  /** Resets and control frames since `countedFrom`. */
  resets: number
  controls: number
  countedFrom: number
}

/** Serves HTTP/2 for one listening socket. Never listens itself: it is given sockets. */
export class Http2Front {
  private readonly context: WorkerContext
  private readonly port: ListeningPort
  private readonly server: Http2Server
  private readonly connections = new Map<Http2Session, Connection>()

  constructor(context: WorkerContext, port: ListeningPort) {
    this.context = context
    this.port = port
    this.server = createServer(serverOptions(context.limits))
    this.server.on('session', (session) => this.onSession(session))
    this.server.on('sessionError', () => undefined)
    this.server.on('stream', (stream, headers, flags, ...rest) =>
      this.onStream(stream, headers, flags, rest),
    )
  }

  accept(socket: Socket): void {
    // HTTP/2 knows no half-closed connection: one that its client has ended is over.
    socket.allowHalfOpen = false
    this.server.emit('connection', socket)
  }

  /** Tells clients to go elsewhere; streams that are open go on. */
  drain(): void {
    for (const session of this.connections.keys()) session.close()
  }

  tick(now: number): void {
    for (const [session, connection] of this.connections) {
      for (const client of connection.clients.toArray()) client.tick(now)
      const isIdle = connection.clients.size === 0
      if (isIdle && now - connection.idleSince > this.context.limits.clientIdleMs) session.close()
    }
  }

  private onSession(session: Http2Session): void {
    const { coarseNow: now } = this.context
    const connection: Connection = {
      origin: clientOrigin(session.socket as Socket),
      clients: new InFlight(),
      idleSince: now,
      resets: 0,
      controls: 0,
      countedFrom: now,
    }
    this.connections.set(session, connection)
    session.on('close', () => this.connections.delete(session))
    session.on('ping', () => this.noteControl(session, connection))
    session.on('remoteSettings', () => this.noteControl(session, connection))
    if (this.port.isDraining) session.close()
  }

  private onStream(
    stream: ServerHttp2Stream,
    _headers: IncomingHttpHeaders,
    flags: number,
    rest: unknown[],
  ): void {
    // Also when the connection has broken meanwhile: an error nobody listens for would end the process.
    stream.on('error', () => undefined)
    const { session } = stream
    const connection = session === undefined ? undefined : this.connections.get(session)
    if (session === undefined || connection === undefined) {
      stream.close(constants.NGHTTP2_REFUSED_STREAM)
      return
    }
    const client = new Http2Client(this.context, this.port, stream, connection.origin)
    connection.clients.add(client)
    stream.on('close', () => {
      connection.clients.delete(client)
      connection.idleSince = this.context.coarseNow
      if (client.wasReset) this.noteReset(session, connection)
    })
    // The raw headers are the fourth argument; the type declarations leave them out.
    const rawHeaders = Array.isArray(rest[0]) ? rest[0].map(String) : []
    client.serve(rawHeaders, (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0)
  }

  /** Streams opened only to be reset cost the gateway and its backends, and the client nothing (CVE-2023-44487). */
  private noteReset(session: Http2Session, connection: Connection): void {
    this.renewCounts(connection)
    connection.resets++
    if (connection.resets > this.context.limits.http2ResetsMax) this.expel(session)
  }

  private noteControl(session: Http2Session, connection: Connection): void {
    this.renewCounts(connection)
    connection.controls++
    if (connection.controls > this.context.limits.http2ControlFramesMax) this.expel(session)
  }

  private renewCounts(connection: Connection): void {
    const { coarseNow: now, limits } = this.context
    if (now - connection.countedFrom < limits.http2WindowMs) return
    connection.countedFrom = now
    connection.resets = 0
    connection.controls = 0
  }

  private expel(session: Http2Session): void {
    if (session.destroyed) return
    this.context.metrics.countUnmatched(this.port.gateway, '', 'http2_flood')
    session.destroy(new Error('Too much for one connection.'), constants.NGHTTP2_ENHANCE_YOUR_CALM)
  }
}

function serverOptions(limits: GatewayLimits): Parameters<typeof createServer>[0] {
  return {
    maxSessionMemory: limits.http2ConnectionMemoryMiB,
    // Method, path, scheme and authority count as well.
    maxHeaderListPairs: limits.requestHeaderLinesMax + 4,
    maxSessionInvalidFrames: limits.http2InvalidFramesMax,
    maxSessionRejectedStreams: limits.http2InvalidFramesMax,
    settings: {
      enablePush: false,
      maxConcurrentStreams: limits.http2StreamsPerConnectionMax,
      maxHeaderListSize: limits.requestHeadBytesMax,
    },
  }
}
