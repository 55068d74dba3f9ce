/** What is kept of one route: its counts by step, in three resolutions and for long gaps. */
import { type StepChunk, StepLog } from '@/lib/series/step-log'
import { TIERS } from '@/lib/series/tiers'
import { type Dialect, isSameSlot, type Slot } from './slots'

/** Index of the log whose records are increases over long gaps, by the tick the gap ended at. */
export const GAP_LOG = 3
/** Chunks a tier's span is cut into: history is dropped by this grain. */
const CHUNKS_PER_TIER = 10

/** Per log: ticks in a step, ticks kept. */
export const LOGS: readonly { readonly width: number; readonly ticksKept: number }[] = [
  ...TIERS.map(({ width, steps }) => ({ width, ticksKept: width * steps })),
  { width: 1, ticksKept: TIERS[2].width * TIERS[2].steps },
]

/** One route's slots, and a log of their increases for each of `LOGS`. */
export class RouteHistory {
  readonly key: string
  readonly slots: Slot[]
  /** What the newest scrape says, by slot; zero for what it no longer has. */
  live: number[]
  readonly logs: readonly StepLog[]
  /** Series of the newest scrape that belong to the route. */
  seriesCount = 0
  /** Whose metrics its counts were read from. */
  readonly dialects = new Set<Dialect>()
  /** Whether slots or series changed since they were last stored. */
  isShapeDirty = true
  private pending: number[] = []
  private touched: number[] = []

  constructor(key: string, slots: readonly Slot[] = [], chunks: readonly StepChunk[][] = []) {
    this.key = key
    this.slots = [...slots]
    this.live = this.slots.map(() => 0)
    this.logs = LOGS.map(
      ({ width, ticksKept }, index) =>
        new StepLog(Math.ceil(ticksKept / width / CHUNKS_PER_TIER), chunks[index]),
    )
  }

  /** Returns the slot's index, making it when there is room for it; null when there is none. */
  slotIndex(slot: Slot, slotsMax: number): number | null {
    const found = this.slots.findIndex((candidate) => isSameSlot(candidate, slot))
    if (found !== -1) return found
    if (this.slots.length < slotsMax) return this.addSlot(slot)
    // One slot per shape of answer beyond the limit keeps the totals exact.
    if (slot.code === '' || slot.code === 'other') return null
    const folded = { ...slot, code: 'other' }
    const other = this.slots.findIndex((candidate) => isSameSlot(candidate, folded))
    if (other !== -1) return other
    return this.slots.length < slotsMax * 2 ? this.addSlot(folded) : null
  }

  private addSlot(slot: Slot): number {
    this.isShapeDirty = true
    this.slots.push(slot)
    this.live.push(0)
    return this.slots.length - 1
  }

  /** Adds to the step being built. */
  add(slot: number, value: number): void {
    if (value === 0) return
    const before = this.pending[slot] ?? 0
    if (before === 0 && !this.touched.includes(slot)) this.touched.push(slot)
    this.pending[slot] = before + value
  }

  /** Ends the step being built. Returns false when nothing was added to it. */
  flush(log: number, step: number): boolean {
    if (this.touched.length === 0) return false
    const slots = this.touched.filter((slot) => this.pending[slot] !== 0).sort((a, b) => a - b)
    const values = slots.map((slot) => this.pending[slot] ?? 0)
    this.touched = []
    this.pending = []
    return slots.length > 0 && (this.logs[log]?.append(step, slots, values) ?? false)
  }

  /** Sums the steps of a log, from one step to another, into the steps of a wider one. */
  fold(from: number, to: number, firstStep: number, lastStep: number): boolean {
    const ratio = (LOGS[to]?.width ?? 1) / (LOGS[from]?.width ?? 1)
    let open: number | null = null
    let hasAppended = false
    this.logs[from]?.forEach(firstStep, lastStep, (step, slot, value) => {
      const target = Math.ceil(step / ratio)
      if (open !== null && target !== open) hasAppended = this.flush(to, open) || hasAppended
      open = target
      this.add(slot, value)
    })
    if (open !== null) hasAppended = this.flush(to, open) || hasAppended
    return hasAppended
  }

  get isEmpty(): boolean {
    return this.logs.every((log) => log.chunks.length === 0)
  }

  /** Bytes of the logs. */
  get size(): number {
    return this.logs.reduce((total, log) => total + log.size, 0)
  }
}
