/**
 * The server's side of one SPDY/3.1 connection, as kubectl speaks it for port-forward: the client opens streams, both
 * sides write to them. Go's implementation knows no flow control, so a stream that is not read holds the connection.
 */
import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { constants, createInflate, type Inflate } from 'node:zlib'
import { SPDY_FRAME_BYTES_MAX, SPDY_HEADERS_BYTES_MAX, SPDY_STREAMS_MAX } from '../api/limits'
import { SPDY_DICTIONARY } from './spdy-dictionary'
import {
  CONTROL,
  dataFrame,
  goAway,
  parseHeaderBlock,
  pong,
  rstStream,
  type SpdyFrame,
  synReply,
  takeFrame,
} from './spdy-frames'

export type OnSpdyStream = (stream: Duplex, headers: ReadonlyMap<string, string>) => void

/** Serves the connection until either side ends it. Broken input ends it, never throws. */
export function serveSpdy(connection: Duplex, head: Buffer, onStream: OnSpdyStream): void {
  new SpdySession(connection, onStream).run(head).catch(() => connection.destroy())
}

class SpdySession {
  readonly #connection: Duplex
  readonly #onStream: OnSpdyStream
  readonly #streams = new Map<number, SpdyStream>()
  readonly #headers = new HeaderReader()
  #lastStream = 0
  #hasReplied = false

  constructor(connection: Duplex, onStream: OnSpdyStream) {
    this.#connection = connection
    this.#onStream = onStream
  }

  async run(head: Buffer): Promise<void> {
    this.#connection.on('error', () => this.#connection.destroy())
    this.#connection.on('close', () => this.#release())
    let pending = head
    pending = await this.#consume(pending)
    for await (const chunk of this.#connection) {
      const bytes = chunk as Buffer
      pending = await this.#consume(pending.length === 0 ? bytes : Buffer.concat([pending, bytes]))
    }
    this.#connection.end()
    this.#release()
  }

  async #consume(bytes: Buffer): Promise<Buffer> {
    let rest = bytes
    for (let taken = takeFrame(rest); taken !== undefined; taken = takeFrame(rest)) {
      rest = taken.rest
      await this.#onFrame(taken.frame)
    }
    return rest
  }

  async #onFrame(frame: SpdyFrame): Promise<void> {
    if (frame.is === 'data') {
      // The stream may be gone: its last frames were under way when it was reset.
      await this.#streams.get(frame.stream)?.receive(frame.payload, frame.isFinal)
    } else if (frame.type === CONTROL.synStream) {
      await this.#open(frame.payload, frame.isFinal)
    } else if (frame.type === CONTROL.headers) {
      await this.#headers.read(frame.payload.subarray(4))
    } else if (frame.type === CONTROL.rstStream) {
      this.#streams.get(frame.payload.readUInt32BE(0))?.destroy()
    } else if (frame.type === CONTROL.ping && frame.payload.length === 4) {
      this.#connection.write(pong(frame.payload))
    } else if (frame.type === CONTROL.goAway) {
      this.#connection.end(goAway(this.#lastStream))
    }
  }

  async #open(payload: Buffer, isFinal: boolean): Promise<void> {
    const id = payload.readUInt32BE(0)
    const headers = await this.#headers.read(payload.subarray(10))
    if (this.#streams.has(id) || this.#streams.size >= SPDY_STREAMS_MAX) {
      this.#connection.write(rstStream(id, 3))
      return
    }
    this.#lastStream = id
    const stream = new SpdyStream(id, this.#connection)
    this.#streams.set(id, stream)
    stream.on('error', () => undefined)
    stream.on('close', () => {
      this.#streams.delete(id)
      if (!stream.isComplete && this.#connection.writable) this.#connection.write(rstStream(id, 5))
    })
    this.#connection.write(synReply(id, !this.#hasReplied))
    this.#hasReplied = true
    if (isFinal) await stream.receive(Buffer.alloc(0), true)
    this.#onStream(stream, headers)
  }

  #release(): void {
    for (const stream of this.#streams.values()) stream.destroy()
    this.#headers.close()
  }
}

class SpdyStream extends Duplex {
  readonly #id: number
  readonly #connection: Duplex
  #onRead: () => void = () => undefined
  #isReceived = false
  #isSent = false

  constructor(id: number, connection: Duplex) {
    super({ allowHalfOpen: true })
    this.#id = id
    this.#connection = connection
  }

  /** Whether both sides said that they are done. */
  get isComplete(): boolean {
    return this.#isReceived && this.#isSent
  }

  /** Resolves when the reader has room again. */
  async receive(payload: Buffer, isFinal: boolean): Promise<void> {
    if (this.destroyed || this.#isReceived) return
    if (payload.length > 0 && !this.push(payload)) {
      await new Promise<void>((resolve) => {
        this.#onRead = resolve
      })
    }
    if (!isFinal) return
    this.#isReceived = true
    this.push(null)
  }

  override _read(): void {
    this.#onRead()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#onRead()
    done(error)
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    let hasRoom = true
    for (let i = 0; i < chunk.length; i += SPDY_FRAME_BYTES_MAX) {
      const part = chunk.subarray(i, i + SPDY_FRAME_BYTES_MAX)
      hasRoom = this.#connection.write(dataFrame(this.#id, part, false))
    }
    if (hasRoom) done()
    else once(this.#connection, 'drain').then(() => done(), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#isSent = true
    this.#connection.write(dataFrame(this.#id, Buffer.alloc(0), true))
    done()
  }
}

/** Header blocks of one direction share one compressed stream, so they are read one after the other. */
class HeaderReader {
  readonly #inflate: Inflate = createInflate({
    dictionary: SPDY_DICTIONARY,
    flush: constants.Z_SYNC_FLUSH,
  })
  #chunks: Buffer[] = []
  #fail: (error: Error) => void = () => undefined

  constructor() {
    let bytes = 0
    this.#inflate.on('data', (chunk: Buffer) => {
      if (this.#chunks.length === 0) bytes = 0
      bytes += chunk.length
      if (bytes > SPDY_HEADERS_BYTES_MAX) this.#inflate.destroy(new Error('too many headers'))
      else this.#chunks.push(chunk)
    })
    this.#inflate.on('error', (error: Error) => this.#fail(error))
  }

  /** Headers of a compressed block. Rejects when it is broken or longer than the limit. */
  read(block: Buffer): Promise<Map<string, string>> {
    return new Promise((resolve, reject) => {
      this.#chunks = []
      this.#fail = reject
      this.#inflate.write(block, (error) => {
        try {
          if (error) throw error
          resolve(parseHeaderBlock(Buffer.concat(this.#chunks)))
        } catch (cause) {
          reject(cause)
        }
      })
    })
  }

  close(): void {
    this.#inflate.destroy()
  }
}
