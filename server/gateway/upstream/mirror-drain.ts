/** Bytes of mirrors' answers → this → when the next may be read. */
import type { Upstream } from './upstream'

/** How long a turn lasts: what is read in one, all at once, is what a primary may have to wait for. */
const TURN_MS = 1
/** What one read brings at most. */
const READ_BYTES = 65_536

/**
 * Shares out how much of mirrors' answers is read, so that large answers cannot take a worker's time from its primaries: once
 * a turn's share is read, connections wait, and go on in the order they came.
 */
export class MirrorDrain {
  private readonly bytesPerTurn: number
  private readonly now: () => number
  private readonly waiting = new Set<Pick<Upstream, 'pause' | 'resume'>>()
  private bytes = 0
  private turnEndsAt = 0
  private timer: NodeJS.Timeout | undefined

  /** `now` in milliseconds. */
  constructor(bytesPerTurn: number, now: () => number) {
    this.bytesPerTurn = bytesPerTurn
    this.now = now
  }

  /** Counts what was read from a connection; holds the connection back when this turn's share is used up. */
  read(connection: Pick<Upstream, 'pause' | 'resume'>, bytes: number): void {
    if (this.waiting.size === 0 && this.now() >= this.turnEndsAt) this.begin()
    this.bytes += bytes
    if (this.bytes <= this.bytesPerTurn) return
    connection.pause()
    this.waiting.add(connection)
    this.timer ??= setTimeout(() => this.turn(), TURN_MS)
  }

  private begin(): void {
    this.bytes = 0
    this.turnEndsAt = this.now() + TURN_MS
  }

  /** A connection that has ended or serves another copy by now may go on as well. */
  private turn(): void {
    this.timer = undefined
    this.begin()
    let places = Math.max(1, Math.floor(this.bytesPerTurn / READ_BYTES))
    for (const connection of this.waiting) {
      if (places-- === 0) break
      this.waiting.delete(connection)
      // Its share is set aside for it: others that never waited are not to come first.
      this.bytes += READ_BYTES
      connection.resume()
    }
    if (this.waiting.size > 0) this.timer = setTimeout(() => this.turn(), TURN_MS)
  }
}
