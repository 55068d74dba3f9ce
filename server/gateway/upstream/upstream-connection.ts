import { connect, type Socket } from 'node:net'
import type { Listed } from '../bounds/in-flight'
import type { GatewayLimits } from '../bounds/limits'
import { frameChunk } from '../http/chunked-scanner'
import { HeaderLines } from '../http/header-lines'
import { type ResponseHead, ResponseParser, type ResponseSink } from '../http/response-parser'
import type { Endpoint } from './endpoint'
import type { Upstream, UpstreamFailure, UpstreamHandler, UpstreamRequest } from './upstream'

/** Where connections come from and go back to. */
export interface ConnectionHome {
  onOpen(connection: UpstreamConnection): void
  onRefused(endpoint: Endpoint): void
  release(connection: UpstreamConnection): void
  forget(connection: UpstreamConnection): void
  /** `begunAt` is what `beginBatch` was told. */
  onBatchEnd(connection: UpstreamConnection, end: BatchEnd, begunAt: number): void
}

/** One of several requests that are sent at once. */
export interface BatchEntry {
  readonly handler: UpstreamHandler
  /** Without a body. */
  readonly request: UpstreamRequest
}

/** All answered; or the backend closed the connection as it had announced; or it broke off. */
export type BatchEnd = 'answered' | 'closed' | 'broken'

const NO_ENTRIES: readonly BatchEntry[] = []

/** One read buffer and one set of header offsets serve all connections: a read is dealt with before the next begins. */
const READ_BUFFER = Buffer.allocUnsafeSlow(65_536)
const SCRATCH_LINES = new HeaderLines()

/** Head and body up to this size leave in one string, and so in one system call. */
const COALESCE_BYTES_MAX = 8_192

/** A connection to a backend, used for one request at a time and returned to its pool in between. */
export class UpstreamConnection implements ResponseSink, Upstream, Listed<UpstreamConnection> {
  earlier: UpstreamConnection | null = null
  later: UpstreamConnection | null = null
  readonly endpoint: Endpoint
  /** True once it has carried a response: a failure may then just mean that it had gone stale. */
  wasUsed = false
  /** True once a byte of the current response has arrived. */
  hasAnswered = false
  isConnected = false
  isAbandoned = false
  /** Whether the pool keeps it for the next request. */
  isIdle = false
  /** Coarse milliseconds: when connecting is given up, or since when it has been idle. */
  deadline = 0
  private readonly socket: Socket
  private readonly pool: ConnectionHome
  private readonly parser: ResponseParser
  private handler: UpstreamHandler | null = null
  private head = ''
  private isChunked = false
  private isRequestDone = false
  private isResponseDone = false
  /** What follows the current request of a batch: sent with it, to be answered in order (RFC 9112 9.3.2). */
  private waiting: readonly BatchEntry[] = NO_ENTRIES
  private batchBegunAt = 0

  constructor(pool: ConnectionHome, endpoint: Endpoint, limits: GatewayLimits) {
    this.pool = pool
    this.endpoint = endpoint
    this.parser = new ResponseParser(limits.responseHeadBytesMax, SCRATCH_LINES)
    this.socket = connect({
      host: endpoint.address,
      port: endpoint.port,
      noDelay: true,
      allowHalfOpen: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (length: number) => {
          this.onRead(READ_BUFFER.subarray(0, length))
          return true
        },
      },
    })
    this.socket.on('connect', () => {
      this.isConnected = true
      this.pool.onOpen(this)
    })
    this.socket.on('drain', () => this.handler?.onDrain())
    this.socket.on('end', () => this.onEndOfStream())
    this.socket.on('error', () => this.fail(this.isConnected ? 'reset' : 'connect_failed'))
    this.socket.on('close', () => this.fail(this.isConnected ? 'reset' : 'connect_failed'))
  }

  get buffered(): number {
    return this.socket.writableLength
  }

  begin(handler: UpstreamHandler, request: UpstreamRequest): void {
    this.handler = handler
    this.head = request.head
    this.isChunked = request.isChunked
    this.hasAnswered = false
    this.isRequestDone = false
    this.isResponseDone = false
    this.parser.expect(request)
  }

  /** Sends several requests in one write; every handler hears of its own response. `now` is told to the pool at the end. */
  beginBatch(entries: readonly BatchEntry[], now: number): void {
    const [first] = entries
    if (first === undefined) return
    this.begin(first.handler, first.request)
    this.waiting = entries.slice(1)
    this.batchBegunAt = now
    for (const { request } of this.waiting) this.head += request.head
    this.finishRequest('')
  }

  write(bytes: Buffer): boolean {
    return this.send(this.isChunked ? frameChunk(bytes) : bytes)
  }

  private send(bytes: Buffer): boolean {
    if (this.head === '') return this.socket.write(bytes)
    const head = this.head
    this.head = ''
    if (bytes.length <= COALESCE_BYTES_MAX) {
      return this.socket.write(head + bytes.toString('latin1', 0, bytes.length), 'latin1')
    }
    this.socket.write(head, 'latin1')
    return this.socket.write(bytes)
  }

  private sendText(text: string): boolean {
    if (this.head !== '') {
      const head = this.head
      this.head = ''
      return this.socket.write(head + text, 'latin1')
    }
    return this.socket.write(text, 'latin1')
  }

  flush(): void {
    if (this.head !== '') this.sendText('')
  }

  /** After the response the connection may serve another request. */
  finishRequest(trailers: string): void {
    if (this.isChunked) this.sendText(`0\r\n${trailers}\r\n`)
    else this.flush()
    this.isRequestDone = true
  }

  endTunnel(): void {
    this.socket.end()
  }

  pause(): void {
    this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }

  abandon(): void {
    const { handler } = this
    this.isAbandoned = true
    this.handler = null
    this.pool.forget(this)
    this.socket.destroy()
    if (this.batchBegunAt > 0) this.breakBatch(handler)
  }

  /** Tells the others of a batch: none of them has begun to be answered, but for the current one. */
  private breakBatch(current: UpstreamHandler | null): void {
    const { waiting, hasAnswered } = this
    this.endBatch('broken')
    current?.onFailed('reset')
    this.hasAnswered = false
    for (const { handler } of waiting) handler.onFailed('reset')
    this.hasAnswered = hasAnswered
  }

  private endBatch(end: BatchEnd): void {
    this.pool.onBatchEnd(this, end, this.batchBegunAt)
    this.batchBegunAt = 0
    this.waiting = NO_ENTRIES
  }

  onInterim(head: ResponseHead): void {
    this.handler?.onInterim(head)
  }

  onHead(head: ResponseHead): void {
    this.handler?.onHead(head)
  }

  onBody(bytes: Buffer): void {
    this.handler?.onBody(bytes)
  }

  onTunnelBytes(bytes: Buffer): void {
    this.handler?.onTunnelBytes(bytes)
  }

  onEnd(): void {
    this.isResponseDone = true
  }

  get trailers(): string {
    return this.parser.trailers
  }

  private onRead(bytes: Buffer): void {
    if (this.handler === null) {
      // Nobody asked: whatever this is, the next response must not be mistaken for it.
      this.abandon()
      return
    }
    let rest = bytes
    do {
      this.hasAnswered = true
      const taken = this.parser.push(rest, this)
      // The handler may have given up while it was being told.
      if (this.handler === null) return
      if (!this.isResponseDone) {
        if (this.parser.state === 'broken') this.fail('bad_response')
        else this.handler.onReadDone()
        return
      }
      if (this.waiting.length === 0 || !this.parser.keepAlive) {
        this.complete(taken === rest.length && this.parser.keepAlive)
        return
      }
      rest = rest.subarray(taken)
      this.advance()
    } while (rest.length > 0)
  }

  /** The current request of a batch is answered: the next one's response follows. */
  private advance(): void {
    const { handler } = this
    const [next, ...waiting] = this.waiting
    if (next === undefined) return
    this.waiting = waiting
    this.handler = next.handler
    this.hasAnswered = false
    this.isResponseDone = false
    this.parser.expect(next.request)
    handler?.onEnd()
  }

  private complete(isClean: boolean): void {
    const { handler } = this
    this.isResponseDone = false
    this.handler = null
    this.wasUsed = true
    if (this.socket.isPaused()) this.socket.resume()
    if (this.batchBegunAt > 0) this.completeBatch()
    if (isClean && this.isRequestDone) this.pool.release(this)
    else this.abandon()
    handler?.onEnd()
  }

  private completeBatch(): void {
    const { waiting } = this
    this.endBatch(waiting.length === 0 ? 'answered' : 'closed')
    this.hasAnswered = false
    // What came after a last answer has not been looked at (RFC 9112 9.6).
    for (const { handler } of waiting) handler.onFailed('reset')
  }

  private onEndOfStream(): void {
    if (this.parser.state === 'tunnel') {
      this.handler?.onTunnelEnd()
    } else if (this.handler !== null && this.parser.finish(this)) {
      this.complete(false)
    } else {
      this.fail('reset')
    }
  }

  private fail(failure: UpstreamFailure): void {
    // Closing a connection that was still connecting is no refusal of the endpoint's.
    if (this.isAbandoned) return
    const { handler } = this
    if (failure === 'connect_failed') this.pool.onRefused(this.endpoint)
    this.handler = null
    this.abandon()
    handler?.onFailed(failure)
  }

  /** Gives up a connection that was not accepted in time. */
  failConnecting(): void {
    this.fail('connect_failed')
  }
}
