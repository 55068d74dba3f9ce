import type { RepeatClaim } from './calibration-run'

interface Entry {
  taken: number
  readonly untilMs: number
  /** Workers that were allowed one and have not asked for the next. */
  readonly holders: Set<number>
}

/**
 * How many requests all workers of a gateway have repeated for each calibration. Allowed is one at a time and a worker, so
 * that the sum never exceeds what was asked for, whichever of them gets the traffic and however often they are replaced.
 */
export class CalibrationLedger {
  private readonly entries = new Map<string, Entry>()
  private readonly entriesMax: number

  constructor(entriesMax: number) {
    this.entriesMax = entriesMax
  }

  /**
   * Resolves to whether a worker may repeat one more; it has then used the one before. `takeBack` asks another worker to
   * give up what it has not used, which is wanted when nothing else is left.
   */
  async claim(
    worker: number,
    { key, calibration: { requests, untilMs } }: RepeatClaim,
    takeBack: (worker: number) => Promise<boolean>,
  ): Promise<boolean> {
    const entry = this.entryOf(key, untilMs ?? Number.POSITIVE_INFINITY)
    if (entry === undefined) return false
    entry.holders.delete(worker)
    if (entry.taken >= requests) await returnOne(entry, takeBack)
    if (entry.taken >= requests) return false
    entry.taken++
    entry.holders.add(worker)
    return true
  }

  /** A worker has ended: what it was allowed counts as used, since no one can tell. */
  forgetWorker(worker: number): void {
    for (const { holders } of this.entries.values()) holders.delete(worker)
  }

  private entryOf(key: string, untilMs: number): Entry | undefined {
    const known = this.entries.get(key)
    if (known !== undefined) return known
    if (this.entries.size >= this.entriesMax) this.forgetOver(Date.now())
    if (this.entries.size >= this.entriesMax) return undefined
    const created: Entry = { taken: 0, untilMs, holders: new Set() }
    this.entries.set(key, created)
    return created
  }

  /** Workers don't ask for these any more. */
  private forgetOver(now: number): void {
    for (const [key, { untilMs }] of this.entries) if (now >= untilMs) this.entries.delete(key)
  }
}

async function returnOne(
  entry: Entry,
  takeBack: (worker: number) => Promise<boolean>,
): Promise<void> {
  for (const holder of [...entry.holders]) {
    if (!(await takeBack(holder))) continue
    entry.holders.delete(holder)
    entry.taken--
    return
  }
}
