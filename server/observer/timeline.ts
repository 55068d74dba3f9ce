/**
 * Ticks from two clocks. The monotonic clock moves them, so a wall clock set back never repeats or reorders history;
 * the wall clock only labels them.
 */
export interface Clock {
  /** Epoch milliseconds; may be set back or forth. */
  now(): number
  /** Milliseconds that never go back. */
  monotonic(): number
}

export interface TimelineState {
  readonly tick: number
  readonly wallMs: number
}

/** A wall clock this much ahead says that the machine slept: the time is shown as a gap. */
const SLEEP_MS = 2_000
/** A wall clock further ahead has been corrected: the history is relabelled instead of aged out. */
const SLEEP_MS_MAX = 7 * 24 * 3600 * 1000
/** Differences below are not worth relabelling. */
const DRIFT_MS = 200
/** Timers may fire a little early. */
const EARLY_MS = 50

/** Ticks by the monotonic clock, and the wall time each is shown at. */
export class Timeline {
  /** Grows when the labels of past ticks changed: what was sent before no longer lines up. */
  revision = 0
  private readonly clock: Clock
  private readonly intervalMs: number
  private positionAtStart: number
  private readonly monotonicAtStart: number
  private wallOffset: number

  /** `saved` continues the ticks of an earlier run; the time between is taken from the wall clock. */
  constructor(clock: Clock, intervalMs: number, saved?: TimelineState) {
    this.clock = clock
    this.intervalMs = intervalMs
    this.monotonicAtStart = clock.monotonic()
    const now = clock.now()
    if (saved === undefined) this.positionAtStart = now
    else {
      const elapsed = Math.max(intervalMs, now - saved.wallMs)
      this.positionAtStart = saved.tick * intervalMs + elapsed
    }
    this.wallOffset = now - this.positionAtStart
  }

  /** The newest tick that is over. Takes notice of a wall clock that was set. */
  tick(): number {
    this.followWallClock()
    return Math.floor((this.position() + EARLY_MS) / this.intervalMs)
  }

  /** Milliseconds until the tick after the newest is over. */
  untilNextTick(): number {
    const position = this.position()
    const next = (Math.floor((position + EARLY_MS) / this.intervalMs) + 1) * this.intervalMs
    return Math.max(1, next - position)
  }

  /** Epoch milliseconds at the end of the tick. */
  timestampOf(tick: number): number {
    return Math.round(tick * this.intervalMs + this.wallOffset)
  }

  /** The tick that was over at this time; the other way round than `timestampOf`. */
  tickAt(epochMs: number): number {
    return Math.round((epochMs - this.wallOffset) / this.intervalMs)
  }

  state(tick: number): TimelineState {
    return { tick, wallMs: this.timestampOf(tick) }
  }

  private position(): number {
    return this.positionAtStart + this.clock.monotonic() - this.monotonicAtStart
  }

  private followWallClock(): void {
    const drift = this.clock.now() - (this.position() + this.wallOffset)
    if (drift > SLEEP_MS && drift <= SLEEP_MS_MAX) this.positionAtStart += drift
    else if (Math.abs(drift) > DRIFT_MS) {
      this.wallOffset += drift
      this.revision += 1
    }
  }
}
