import type { RepeatClaim } from './calibration-run'

interface Count {
  taken: number
  readonly untilMs: number
}

interface Entry extends Count {
  /** Workers that were allowed one and have not asked for the next. */
  readonly holders: Set<number>
}

/**
 * How many requests all workers of a gateway have repeated for each calibration: of a rule at most what was asked for, of a
 * route at most that for each rule of it that mirrors, also where rules have changed places since. A worker is allowed one at
 * a time, so that the sum never exceeds this, whichever of them gets the traffic and however often they are replaced.
 */
export class CalibrationLedger {
  /** Of rules. */
  private readonly entries = new Map<string, Entry>()
  /** Of their routes, which are no more than the rules. */
  private readonly routes = new Map<string, Count>()
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
    { key, route: routeKey, rules, calibration }: RepeatClaim,
    takeBack: (worker: number) => Promise<boolean>,
  ): Promise<boolean> {
    const { requests, untilMs = Number.POSITIVE_INFINITY } = calibration
    const entry = this.entryOf(key, untilMs)
    if (entry === undefined) return false
    const route = this.routeOf(routeKey, untilMs)
    const isSpent = () => entry.taken >= requests || route.taken >= requests * rules
    entry.holders.delete(worker)
    if (isSpent() && (await returnOne(entry, takeBack))) route.taken--
    if (isSpent()) return false
    entry.taken++
    route.taken++
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

  private routeOf(key: string, untilMs: number): Count {
    const known = this.routes.get(key)
    if (known !== undefined) return known
    const created: Count = { taken: 0, untilMs }
    this.routes.set(key, created)
    return created
  }

  /** Workers don't ask for these any more. */
  private forgetOver(now: number): void {
    for (const counts of [this.entries, this.routes]) {
      for (const [key, { untilMs }] of counts) if (now >= untilMs) counts.delete(key)
    }
  }
}

/** Resolves to whether one came back. */
async function returnOne(
  entry: Entry,
  takeBack: (worker: number) => Promise<boolean>,
): Promise<boolean> {
  for (const holder of [...entry.holders]) {
    if (!(await takeBack(holder))) continue
    entry.holders.delete(holder)
    entry.taken--
    return true
  }
  return false
}
