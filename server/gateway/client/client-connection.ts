/** Bytes of a socket → this → exchanges, one after another; responses → bytes. */
import type { Socket } from 'node:net'
import type { Listed } from '../bounds/in-flight'
import type { ClientOrigin, ClientSide } from '../exchange/client-side'
import { Exchange } from '../exchange/exchange'
import { fixedResponse } from '../http/fixed-response'
import { findHeadEnd, trailerLines } from '../http/header-lines'
import type { ListeningPort } from '../http/listening-port'
import { RequestHead } from '../http/request-head'
import type { BodyFraming } from '../http/response-parser'
import type { UnmatchedReason } from '../metrics/metrics'
import type { WorkerContext } from '../rules/worker-context'
import { clientOrigin } from './client-origin'
import { refusalOf } from './refusals'

/** One head serves all connections of a worker: it is dealt with before the next is read. */
const HEAD = new RequestHead()
const NO_BYTES = Buffer.alloc(0)
/** Head and body up to this size leave in one string, and so in one system call. */
const COALESCE_BYTES_MAX = 8_192

/** What a connection asks of the worker that accepted it. */
export interface ConnectionOwner {
  readonly context: WorkerContext
  readonly port: ListeningPort
  /** Takes the socket over with bytes it has not dealt with: Node's own server of that protocol goes on. */
  handOver(socket: Socket, unread: Buffer, protocol: 'http1' | 'http2'): void
  forget(connection: ClientConnection): void
}

type State = 'head' | 'exchange' | 'tunnel' | 'closing' | 'gone'

/**
 * An accepted connection on the fast path: reads strict HTTP/1.1 from bytes and gives everything legal but unusual
 * to Node's own server, unread.
 */
export class ClientConnection implements ClientSide, Listed<ClientConnection> {
  earlier: ClientConnection | null = null
  later: ClientConnection | null = null
  readonly decodesChunks = false
  readonly origin: ClientOrigin
  private readonly owner: ConnectionOwner
  private readonly socket: Socket
  private readonly isReturned: boolean
  private state: State = 'head'
  private exchange: Exchange | null = null
  private unread: Buffer = NO_BYTES
  private searchedTo = 0
  private bodyRemaining = 0
  private keepAlive = true
  private hasServed = false
  private heldHead = ''
  private encodesChunks = false
  private isReading = false
  private isBodyPaused = false
  /** Coarse milliseconds at which a connection that waits for a head, or for its close, is closed. */
  private deadline: number
  private hasHeadBegun = false

  /** `isReturned` marks a connection that Node's server gave back: it must not be handed over again. */
  constructor(owner: ConnectionOwner, socket: Socket, isReturned = false) {
    this.owner = owner
    this.socket = socket
    this.isReturned = isReturned
    this.origin = clientOrigin(socket)
    this.deadline = owner.context.now() + owner.context.limits.clientIdleMs
    socket.on('data', this.onData)
    socket.on('drain', this.onDrain)
    socket.on('end', this.onEnd)
    socket.on('error', this.onClose)
    socket.on('close', this.onClose)
  }

  /** Bytes that arrived before this connection listened. */
  feed(bytes: Buffer): void {
    if (bytes.length > 0) this.onData(bytes)
  }

  get isIdle(): boolean {
    return this.state === 'head' && this.unread.length === 0
  }

  tick(now: number): void {
    if (this.state === 'exchange' || this.state === 'tunnel' || now < this.deadline) return
    if (this.state === 'head' && this.unread.length > 0) this.refuse(408, 'timeout')
    else this.socket.destroy()
  }

  destroy(): void {
    this.socket.destroy()
  }

  private readonly onData = (bytes: Buffer): void => {
    if (this.state === 'tunnel') {
      this.exchange?.onRequestBody(bytes)
      return
    }
    if (this.state === 'closing' || this.state === 'gone') return
    if (this.state === 'exchange' && this.bodyRemaining > 0) {
      const rest = this.readBody(bytes)
      if (rest.length > 0) this.keepUnread(rest)
    } else {
      this.keepUnread(bytes)
    }
    this.readHeads()
  }

  private keepUnread(bytes: Buffer): void {
    this.unread = this.unread.length === 0 ? bytes : Buffer.concat([this.unread, bytes])
    const isTooMuch = this.unread.length > this.owner.context.limits.requestHeadBytesMax
    if (this.state === 'exchange' && isTooMuch) this.socket.pause()
  }

  /** Hands body bytes to the exchange; returns what lies beyond the body. */
  private readBody(bytes: Buffer): Buffer {
    const length = Math.min(bytes.length, this.bodyRemaining)
    this.bodyRemaining -= length
    const rest = length === bytes.length ? NO_BYTES : bytes.subarray(length)
    this.exchange?.onRequestBody(length === bytes.length ? bytes : bytes.subarray(0, length))
    if (this.bodyRemaining === 0) this.exchange?.onRequestEnd('')
    return rest
  }

  /** Starts exchanges for as long as complete heads are there and none is under way. */
  private readHeads(): void {
    if (this.isReading) return
    this.isReading = true
    while (this.state === 'head' && this.unread.length > 0 && !this.socket.writableNeedDrain) {
      if (!this.readHead()) break
    }
    this.isReading = false
    if (this.state === 'head' && !this.isBodyPaused && this.socket.isPaused()) this.socket.resume()
  }

  private readHead(): boolean {
    const { limits } = this.owner.context
    const start = this.skipEmptyLines()
    const end = findHeadEnd(this.unread, start, Math.max(start, this.searchedTo))
    if (end === -1) return this.awaitHead(start)
    this.searchedTo = 0
    this.hasHeadBegun = false
    if (end - start > limits.requestHeadBytesMax) return this.refuse(431, 'head_too_large')
    const verdict = HEAD.read(this.unread, start, end, limits)
    if (verdict === 'unsupported_version' && this.isHttp2()) return this.handOver('http2')
    const refusal = refusalOf(verdict)
    if (refusal !== undefined) return this.refuse(refusal.status, refusal.reason)
    if (verdict === 'unusual') return this.handOver('http1')
    this.begin(this.unread.subarray(end))
    return true
  }

  /** At most a few empty lines may come before a request (RFC 9112 2.2). */
  private skipEmptyLines(): number {
    let start = 0
    while (start < 8 && this.unread[start] === 13 && this.unread[start + 1] === 10) start += 2
    return start
  }

  private awaitHead(start: number): boolean {
    const { context } = this.owner
    const { limits } = context
    if (!this.hasHeadBegun) {
      this.hasHeadBegun = true
      this.deadline = context.now() + limits.headTimeoutMs
    }
    this.searchedTo = this.unread.length
    if (this.unread.length - start <= limits.requestHeadBytesMax) return false
    const isTarget = this.unread.indexOf(10, start) === -1
    if (isTarget) return this.refuse(414, 'target_too_long')
    return this.refuse(431, 'head_too_large')
  }

  private begin(rest: Buffer): void {
    const { context, port } = this.owner
    this.state = 'exchange'
    this.hasServed = true
    this.keepAlive = HEAD.keepAlive && !port.isDraining
    this.bodyRemaining = Math.max(0, HEAD.contentLength)
    this.unread = rest
    const exchange = new Exchange(context, this, port)
    this.exchange = exchange
    exchange.start(HEAD)
    if (this.bodyRemaining === 0) exchange.onRequestEnd('')
    else if (rest.length > 0) this.unread = this.readBody(rest)
  }

  /** The preface of a client that knows it may speak HTTP/2 in clear text (RFC 9113 3.3): only as the very first bytes. */
  private isHttp2(): boolean {
    const isFirst = !this.hasServed && !this.isReturned && this.origin.scheme === 'http'
    return isFirst && HEAD.method === 'PRI' && HEAD.target === '*'
  }

  private handOver(protocol: 'http1' | 'http2'): false {
    if (this.isReturned) return this.refuse(400, 'bad_request')
    const { socket, unread } = this
    this.state = 'gone'
    this.unread = NO_BYTES
    socket.off('data', this.onData)
    socket.off('drain', this.onDrain)
    socket.off('end', this.onEnd)
    socket.off('error', this.onClose)
    socket.off('close', this.onClose)
    socket.pause()
    this.owner.forget(this)
    this.owner.handOver(socket, unread, protocol)
    return false
  }

  /** Answers a request that cannot be served and closes: what follows on the connection cannot be trusted. */
  private refuse(status: number, reason: UnmatchedReason): false {
    const { context, port } = this.owner
    context.metrics.countUnmatched(port.gateway, '', reason)
    const fixed = fixedResponse(status, context.dateLine())
    const head = `HTTP/1.1 ${fixed.status} ${fixed.reason}\r\n${fixed.lines}Connection: close\r\n\r\n`
    this.socket.write(head + fixed.body.toString('latin1'), 'latin1')
    this.close()
    return false
  }

  /** Closes after what is written; the client gets a moment to read it before its own bytes would reset it. */
  private close(): void {
    this.state = 'closing'
    this.unread = NO_BYTES
    this.deadline = this.owner.context.now() + this.owner.context.limits.lingerMs
    this.socket.end()
    this.socket.resume()
  }

  private readonly onDrain = (): void => {
    if (this.exchange !== null) this.exchange.onClientDrain()
    else this.readHeads()
  }

  private readonly onEnd = (): void => {
    if (this.state === 'tunnel') this.exchange?.onTunnelClientEnd()
    else this.socket.destroy()
  }

  private readonly onClose = (): void => {
    if (this.state === 'gone') return
    this.state = 'gone'
    this.owner.forget(this)
    const { exchange } = this
    this.exchange = null
    exchange?.onClientClosed()
    this.socket.destroy()
  }

  interim(status: number, reason: string, lines: string): void {
    this.socket.write(`HTTP/1.1 ${status} ${reason}\r\n${lines}\r\n`, 'latin1')
  }

  respond(status: number, reason: string, lines: string, framing: BodyFraming): void {
    this.encodesChunks = framing === 'close'
    const isChunked = framing === 'chunked' || framing === 'close'
    if (this.owner.port.isDraining) this.keepAlive = false
    this.heldHead =
      `HTTP/1.1 ${status} ${reason}\r\n${lines}` +
      (isChunked ? 'Transfer-Encoding: chunked\r\n' : '') +
      (this.keepAlive || status === 101 ? '\r\n' : 'Connection: close\r\n\r\n')
  }

  body(bytes: Buffer): boolean {
    if (this.encodesChunks) {
      this.heldHead += `${bytes.length.toString(16)}\r\n`
      this.writeHeld(bytes)
      return this.socket.write('\r\n', 'latin1')
    }
    return this.writeHeld(bytes)
  }

  private writeHeld(bytes: Buffer): boolean {
    const head = this.heldHead
    this.heldHead = ''
    if (bytes.length <= COALESCE_BYTES_MAX) {
      return this.socket.write(head + bytes.toString('latin1', 0, bytes.length), 'latin1')
    }
    if (head !== '') this.socket.write(head, 'latin1')
    // The bytes lie in a buffer that the next read overwrites.
    return this.socket.write(Buffer.from(bytes))
  }

  flush(): void {
    if (this.heldHead === '') return
    this.socket.write(this.heldHead, 'latin1')
    this.heldHead = ''
  }

  end(trailers: string): void {
    if (this.encodesChunks) this.heldHead += `0\r\n${trailerLines(trailers)}\r\n`
    this.flush()
  }

  cut(): void {
    if (this.state !== 'gone') this.state = 'closing'
    this.socket.destroy()
  }

  pauseRequest(): void {
    this.isBodyPaused = true
    this.socket.pause()
  }

  resumeRequest(): void {
    if (!this.isBodyPaused) return
    this.isBodyPaused = false
    this.socket.resume()
  }

  startTunnel(): void {
    this.state = 'tunnel'
    const { unread } = this
    this.unread = NO_BYTES
    this.resumeRequest()
    if (this.socket.isPaused()) this.socket.resume()
    if (unread.length > 0) this.exchange?.onRequestBody(unread)
  }

  endTunnel(): void {
    this.socket.end()
  }

  exchangeOver(): void {
    this.exchange = null
    this.isBodyPaused = false
    if (this.state === 'gone' || this.state === 'closing') return
    if (!this.keepAlive || this.owner.port.isDraining) {
      this.close()
      return
    }
    this.state = 'head'
    this.deadline = this.owner.context.now() + this.owner.context.limits.clientIdleMs
    this.readHeads()
  }
}
