/** Connections to backends that speak HTTP/2 in clear text, with prior knowledge (RFC 9113 3.3). */
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'
import { connect as connectSocket } from 'node:net'
import type { GatewayLimits } from '../bounds/limits'
import type { Endpoint } from './endpoint'
import { Http2Upstream, type StreamHome } from './http2-upstream'

/** Told of what becomes of connecting: refusals are remembered by endpoint. */
export interface ConnectWatcher {
  onConnected(endpoint: Endpoint): void
  onRefused(endpoint: Endpoint): void
}

/** One connection, shared by the requests of a worker to one endpoint. */
class Http2Connection implements StreamHome {
  readonly session: ClientHttp2Session
  isConnected = false
  isClosing = false
  wasUsed = false
  streams = 0
  /** Milliseconds since which nothing has arrived, or since which no stream is open. */
  quietSince: number
  private isPinged = false
  private opened = 0
  private readonly limits: GatewayLimits
  private readonly now: () => number

  constructor(endpoint: Endpoint, limits: GatewayLimits, now: () => number) {
    this.limits = limits
    this.now = now
    this.quietSince = now()
    const { address: host, port } = endpoint
    const authority = host.includes(':') ? `[${host}]` : host
    this.session = connect(`http://${authority}:${port}`, {
      createConnection: () => connectSocket({ host, port, noDelay: true }),
      settings: { enablePush: false, maxHeaderListSize: limits.responseHeadBytesMax },
      maxSessionMemory: limits.http2ConnectionMemoryMiB,
    })
    this.session.on('goaway', () => {
      this.isClosing = true
    })
  }

  /** Whether another stream may be opened now. */
  get isFree(): boolean {
    const { maxConcurrentStreams = 100 } = this.isConnected ? this.session.remoteSettings : {}
    return this.isOpen && this.streams < maxConcurrentStreams
  }

  get isOpen(): boolean {
    return !this.isClosing && !this.session.closed && !this.session.destroyed
  }

  onStreamOpen(stream: ClientHttp2Stream): void {
    if (this.streams === 0) this.quietSince = this.now()
    this.streams++
    this.opened++
    // Stream numbers are not used twice: long before they run out a new connection takes over.
    if (this.opened >= this.limits.http2StreamsPerUpstreamMax) this.isClosing = true
    stream.once('close', () => {
      this.streams--
      if (this.streams > 0) return
      this.quietSince = this.now()
      if (this.isClosing) this.session.close()
    })
  }

  onActivity(): void {
    this.wasUsed = true
    this.quietSince = this.now()
  }

  /** Closes what is idle, and what neither answers nor returns a PING. */
  tick(now: number): void {
    const { connectTimeoutMs, idleConnectionMs } = this.limits
    const quiet = now - this.quietSince
    if (!this.isConnected) {
      if (quiet > connectTimeoutMs) this.session.destroy()
    } else if (this.streams === 0) {
      if (quiet > idleConnectionMs) this.session.close()
    } else if (quiet > connectTimeoutMs && !this.isPinged) {
      this.ping()
    } else if (quiet > 2 * connectTimeoutMs && this.isPinged) {
      this.session.destroy()
    }
  }

  private ping(): void {
    this.isPinged = this.session.ping(() => {
      this.isPinged = false
      this.quietSince = this.now()
    })
  }
}

/** The connections of one pool by endpoint. */
export class Http2Pool {
  private readonly limits: GatewayLimits
  private readonly now: () => number
  private readonly watcher: ConnectWatcher
  private readonly connections = new Map<Endpoint, Http2Connection[]>()

  constructor(limits: GatewayLimits, now: () => number, watcher: ConnectWatcher) {
    this.limits = limits
    this.now = now
    this.watcher = watcher
  }

  /** A request on the connection that has room, or on a new one. `isFresh` asks for one not used before. */
  acquire(endpoint: Endpoint, isFresh: boolean): Http2Upstream {
    const open = this.openTo(endpoint)
    const free = open.find((connection) => connection.isFree && !(isFresh && connection.wasUsed))
    if (free !== undefined) return new Http2Upstream(endpoint, free)
    // At the limit requests wait in the least busy connection, until its backend allows another stream.
    const isFull = open.length >= this.limits.http2ConnectionsPerEndpointMax
    const least = open.reduce<Http2Connection | undefined>(
      (best, next) => (best === undefined || next.streams < best.streams ? next : best),
      undefined,
    )
    return new Http2Upstream(endpoint, isFull && least !== undefined ? least : this.open(endpoint))
  }

  hasOpen(endpoint: Endpoint): boolean {
    return this.openTo(endpoint).some(({ isConnected }) => isConnected)
  }

  tick(now: number): void {
    for (const connections of this.connections.values()) {
      for (const connection of connections) connection.tick(now)
    }
  }

  /** Closes the connections to endpoints that are gone, once their requests have ended. */
  retain(isLive: (endpoint: Endpoint) => boolean): void {
    for (const [endpoint, connections] of this.connections) {
      if (isLive(endpoint)) continue
      for (const connection of connections) {
        connection.isClosing = true
        connection.session.close()
      }
    }
  }

  closeAll(): void {
    for (const connections of this.connections.values()) {
      for (const { session } of connections) session.destroy()
    }
  }

  private openTo(endpoint: Endpoint): Http2Connection[] {
    return (this.connections.get(endpoint) ?? []).filter((connection) => connection.isOpen)
  }

  private open(endpoint: Endpoint): Http2Connection {
    const connection = new Http2Connection(endpoint, this.limits, this.now)
    const { session } = connection
    const all = this.connections.get(endpoint) ?? []
    all.push(connection)
    this.connections.set(endpoint, all)
    session.on('connect', () => {
      connection.isConnected = true
      this.watcher.onConnected(endpoint)
    })
    // Its streams hear of errors by themselves.
    session.on('error', () => undefined)
    session.on('close', () => {
      if (!connection.isConnected) this.watcher.onRefused(endpoint)
      const left = all.filter((other) => other !== connection)
      all.splice(0, all.length, ...left)
      if (all.length === 0) this.connections.delete(endpoint)
    })
    return connection
  }
}
