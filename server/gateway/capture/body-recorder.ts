import { ChunkedScanner } from '../http/chunked-scanner'

/** The memory that all bodies being recorded share. */
export class RecordingRoom {
  /** Bytes held now. */
  bytes = 0
  readonly bodyBytesMax: number
  private readonly totalBytesMax: number

  constructor(bodyBytesMax: number, totalBytesMax: number) {
    this.bodyBytesMax = bodyBytesMax
    this.totalBytesMax = totalBytesMax
  }

  /** Whether there was room for so many bytes; they are then taken. */
  take(bytes: number): boolean {
    if (this.bytes + bytes > this.totalBytesMax) return false
    this.bytes += bytes
    return true
  }

  give(bytes: number): void {
    this.bytes -= bytes
  }
}

/** Why a body is not held whole: `''` when it is. */
export type RecordingProblem = '' | 'body_limit' | 'memory_limit' | 'incomplete' | 'bad_framing'

/** Copies the bytes of one body while there is room; at a bound it forgets them and says why. */
export class BodyRecorder {
  /** Bytes seen, decoded from their framing; goes on counting when they are no longer held. */
  bytes = 0
  problem: RecordingProblem = ''
  private readonly room: RecordingRoom
  /** Bytes held now. */
  held = 0
  private chunks: Buffer[] = []
  private scanner: ChunkedScanner | null = null

  constructor(room: RecordingRoom) {
    this.room = room
  }

  /** The bytes to come carry chunk framing (RFC 9112 7.1). */
  expectChunks(): void {
    this.scanner = new ChunkedScanner()
    this.scanner.reset()
  }

  /** The bytes are copied: they may be overwritten after the call. */
  push(bytes: Buffer): void {
    if (this.scanner === null) this.hold(bytes)
    else if (this.scanner.scan(bytes, 0, (data) => this.hold(data)) === -1) this.drop('bad_framing')
  }

  /** The body, when it is held whole. */
  whole(): Buffer {
    return this.chunks.length === 1
      ? (this.chunks[0] ?? Buffer.alloc(0))
      : Buffer.concat(this.chunks)
  }

  /** Forgets the bytes: `problem` says why they are missing. */
  drop(problem: RecordingProblem): void {
    if (this.problem === '') this.problem = problem
    this.release()
  }

  release(): void {
    this.room.give(this.held)
    this.held = 0
    this.chunks = []
  }

  private hold(bytes: Buffer): void {
    this.bytes += bytes.length
    if (this.problem !== '' || bytes.length === 0) return
    if (this.bytes > this.room.bodyBytesMax) this.drop('body_limit')
    else if (!this.room.take(bytes.length)) this.drop('memory_limit')
    else {
      this.held += bytes.length
      this.chunks.push(Buffer.from(bytes))
    }
  }
}
