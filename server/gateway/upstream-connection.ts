import { connect, type Socket } from 'node:net'
import type { Endpoint } from './endpoint'
import { HeaderLines } from './header-lines'
import type { GatewayLimits } from './limits'
import { type ResponseHead, ResponseParser, type ResponseSink } from './response-parser'

/** Why a connection was lost before the response was whole. */
export type UpstreamFailure = 'connect_failed' | 'reset' | 'bad_response'

/** Whoever uses a connection for one request and its response. Body bytes are valid during the call only. */
export interface UpstreamHandler extends ResponseSink {
  /** What was read is handed over: a good moment to write out what was held back. */
  onReadDone(): void
  /** More of the request may be written. */
  onDrain(): void
  onFailed(failure: UpstreamFailure): void
  /** The other end of the tunnel has closed its direction. */
  onTunnelEnd(): void
}

/** Where connections come from and go back to. */
export interface ConnectionHome {
  onConnected(connection: UpstreamConnection): void
  onRefused(connection: UpstreamConnection): void
  release(connection: UpstreamConnection): void
  forget(connection: UpstreamConnection): void
}

/** How the response to a request is to be read. */
export interface ResponseExpectation {
  readonly isHead: boolean
  readonly wantsTunnel: boolean
  readonly decodeChunks: boolean
}

/** One read buffer and one set of header offsets serve all connections: a read is dealt with before the next begins. */
const READ_BUFFER = Buffer.allocUnsafeSlow(65_536)
const SCRATCH_LINES = new HeaderLines()

/** Head and body up to this size leave in one string, and so in one system call. */
const COALESCE_BYTES_MAX = 8_192

/** A connection to a backend, used for one request at a time and returned to its pool in between. */
export class UpstreamConnection implements ResponseSink {
  readonly endpoint: Endpoint
  /** True once it has carried a response: a failure may then just mean that it had gone stale. */
  wasUsed = false
  /** True once a byte of the current response has arrived. */
  hasAnswered = false
  isConnected = false
  /** Coarse milliseconds: when connecting is given up, or since when it has been idle. */
  deadline = 0
  private readonly socket: Socket
  private readonly pool: ConnectionHome
  private readonly parser: ResponseParser
  private handler: UpstreamHandler | null = null
  private head = ''
  private isRequestDone = false
  private isResponseDone = false

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
      this.pool.onConnected(this)
    })
    this.socket.on('drain', () => this.handler?.onDrain())
    this.socket.on('end', () => this.onEndOfStream())
    this.socket.on('error', () => this.fail(this.isConnected ? 'reset' : 'connect_failed'))
    this.socket.on('close', () => this.fail(this.isConnected ? 'reset' : 'connect_failed'))
  }

  /** Bytes accepted but not yet taken by the kernel. */
  get buffered(): number {
    return this.socket.writableLength
  }

  /** Starts a request. The head is held back until the body's first bytes or `flush`. */
  begin(handler: UpstreamHandler, head: string, expectation: ResponseExpectation): void {
    this.handler = handler
    this.head = head
    this.hasAnswered = false
    this.isRequestDone = false
    this.isResponseDone = false
    this.parser.expect(expectation)
  }

  /** Returns false when the caller should wait for `onDrain`. The bytes must stay unchanged. */
  write(bytes: Buffer): boolean {
    if (this.head === '') return this.socket.write(bytes)
    const head = this.head
    this.head = ''
    if (bytes.length <= COALESCE_BYTES_MAX) {
      return this.socket.write(head + bytes.toString('latin1', 0, bytes.length), 'latin1')
    }
    this.socket.write(head, 'latin1')
    return this.socket.write(bytes)
  }

  writeText(text: string): boolean {
    if (this.head !== '') {
      const head = this.head
      this.head = ''
      return this.socket.write(head + text, 'latin1')
    }
    return this.socket.write(text, 'latin1')
  }

  flush(): void {
    if (this.head !== '') this.writeText('')
  }

  /** The request is written whole: after the response the connection may serve another. */
  finishRequest(): void {
    this.flush()
    this.isRequestDone = true
  }

  /** Ends the tunnel's direction towards the backend. */
  endTunnel(): void {
    this.socket.end()
  }

  pause(): void {
    this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }

  /** Closes the connection; its handler hears no more. */
  abandon(): void {
    this.handler = null
    this.pool.forget(this)
    this.socket.destroy()
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

  /** The trailer section of a chunked response, once it has ended. */
  get trailers(): string {
    return this.parser.trailers
  }

  private onRead(bytes: Buffer): void {
    if (this.handler === null) {
      // Nobody asked: whatever this is, the next response must not be mistaken for it.
      this.abandon()
      return
    }
    this.hasAnswered = true
    const taken = this.parser.push(bytes, this)
    // The handler may have given up while it was being told.
    if (this.handler === null) return
    if (this.isResponseDone) this.complete(taken === bytes.length && this.parser.keepAlive)
    else if (this.parser.state === 'broken') this.fail('bad_response')
    else this.handler.onReadDone()
  }

  private complete(isClean: boolean): void {
    const { handler } = this
    this.isResponseDone = false
    this.handler = null
    this.wasUsed = true
    if (this.socket.isPaused()) this.socket.resume()
    if (isClean && this.isRequestDone) this.pool.release(this)
    else this.abandon()
    handler?.onEnd()
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
    const { handler } = this
    if (failure === 'connect_failed') this.pool.onRefused(this)
    this.abandon()
    handler?.onFailed(failure)
  }

  /** Gives up a connection that was not accepted in time. */
  failConnecting(): void {
    this.fail('connect_failed')
  }
}
