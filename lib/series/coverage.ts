/**
 * Which steps are known. A scrape says how much was counted since the scrape before; after missed scrapes that
 * increase belongs to no single step: the steps of the gap are shown as unknown instead of as zeros and a spike.
 */
import { StepFlags } from './step-flags'
import { stepOf, TIERS } from './tiers'

const SCRAPED = 1
/** Scraped, or within a gap short enough that its increase is kept in the step it ended in. */
const COVERED = 2
const KNOWN = 1

/** Ticks a gap may last for its increase to be summed into wider steps. */
export const SHORT_GAP_TICKS = 5
/** Gaps remembered; what was counted during an older one is no longer in any total. */
export const GAPS_MAX = 512
/** A point drawn from many steps is shown when at least this share of them is known. */
const KNOWN_SHARE = 0.9

/** The scrapes at `from` and `to` succeeded and none between did. */
export interface Gap {
  readonly from: number
  readonly to: number
}

export interface CoverageState {
  readonly lastTick: number
  readonly lastScraped: number | null
  readonly gaps: readonly Gap[]
  readonly flags: readonly { readonly newest: number; readonly bytes: Uint8Array }[]
}

/** Which ticks were scraped, by step of every tier, and the latest gaps; both bounded. */
export class Coverage {
  /** The newest tick that is over, scraped or not. */
  lastTick: number
  lastScraped: number | null
  readonly gaps: Gap[]
  private readonly flags: readonly [StepFlags, StepFlags, StepFlags]

  constructor(tick: number, state?: CoverageState) {
    this.lastTick = state?.lastTick ?? tick
    this.lastScraped = state?.lastScraped ?? null
    this.gaps = [...(state?.gaps ?? [])].slice(-GAPS_MAX)
    const ring = (index: 0 | 1 | 2) => {
      const tier = TIERS[index]
      const saved = state?.flags[index]
      // One drawn step more than is kept, because the window's first step may start before the range.
      const size = tier.steps + 60
      return new StepFlags(size, saved?.newest ?? stepOf(tick, tier.width), saved?.bytes)
    }
    this.flags = [ring(0), ring(1), ring(2)]
  }

  state(): CoverageState {
    return {
      lastTick: this.lastTick,
      lastScraped: this.lastScraped,
      gaps: this.gaps,
      flags: this.flags.map(({ newest, bytes }) => ({ newest, bytes: bytes.slice() })),
    }
  }

  /** A tick without a scrape. */
  miss(tick: number): void {
    if (tick > this.lastTick) this.lastTick = tick
  }

  /**
   * A tick with a scrape. Returns what its increase stands for: `step`, one tick or a gap short enough to be summed
   * into wider steps; `gap`, a longer time, to be kept apart; `first`, unknown.
   */
  scraped(tick: number): 'first' | 'step' | 'gap' {
    const previous = this.lastScraped
    const base = this.flags[0]
    this.lastTick = Math.max(this.lastTick, tick)
    this.lastScraped = tick
    if (previous === null) {
      base.set(tick, SCRAPED)
      return 'first'
    }
    const isShort = tick - previous <= SHORT_GAP_TICKS
    if (isShort) {
      for (let missed = previous + 1; missed < tick; missed += 1) base.set(missed, COVERED)
    } else {
      this.gaps.push({ from: previous, to: tick })
      if (this.gaps.length > GAPS_MAX) this.gaps.shift()
    }
    base.set(tick, isShort ? SCRAPED | COVERED : SCRAPED)
    return isShort ? 'step' : 'gap'
  }

  isScraped(tick: number): boolean {
    return (this.flags[0].get(tick) & SCRAPED) !== 0
  }

  /** Marks a wider tier's step once it is over. */
  close(tier: 1 | 2, step: number): void {
    const { width } = TIERS[tier]
    const isKnown = this.isKnownSpan((step - 1) * width + 1, step * width, Math.floor(width / 10))
    this.flags[tier].set(step, isKnown ? KNOWN : 0)
  }

  /**
   * True when what was counted from tick `first` to tick `last` is known: scrapes at both edges, each at most
   * `tolerance` ticks early, and every tick between them covered.
   */
  private isKnownSpan(first: number, last: number, tolerance: number): boolean {
    if (!this.hasScrape(last, tolerance) || !this.hasScrape(first - 1, tolerance)) return false
    const base = this.flags[0]
    for (let tick = first; tick <= last && tick <= (this.lastScraped ?? last); tick += 1) {
      if ((base.get(tick) & COVERED) === 0) return false
    }
    return true
  }

  private hasScrape(tick: number, tolerance: number): boolean {
    for (let back = 0; back <= tolerance; back += 1) if (this.isScraped(tick - back)) return true
    return false
  }

  /** Says whether a drawn step (the one of `width` ticks ending at `endTick`) is a number or unknown. */
  isKnown(tier: number, width: number, endTick: number): boolean {
    if (tier === 0) return this.isKnownSpan(endTick - width + 1, endTick, 0)
    const flags = tier === 1 ? this.flags[1] : this.flags[2]
    const tierWidth = (TIERS[tier] ?? TIERS[2]).width
    const parts = width / tierWidth
    let known = 0
    for (let part = 0; part < parts; part += 1) {
      known += flags.get(endTick / tierWidth - part) & KNOWN
    }
    return known >= parts * KNOWN_SHARE
  }
}
