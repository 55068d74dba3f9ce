/** What all of one worker shares: pools, counters, rules, captures, what is under way, and its clock. */
import { randomBytes } from 'node:crypto'
import type { Logger } from '../../log'
import { InFlight, type Listed } from '../bounds/in-flight'
import { inTurns } from '../bounds/in-turns'
import type { GatewayLimits } from '../bounds/limits'
import { Calibrations, type ClaimRepeat } from '../capture/calibration-run'
import { Captures } from '../capture/captures'
import { MirrorHops } from '../http/mirror-hops'
import { MetricsRegistry } from '../metrics/metrics'
import { MirrorBatches } from '../upstream/mirror-batches'
import { MirrorDrain } from '../upstream/mirror-drain'
import { UpstreamPool } from '../upstream/upstream-pool'
import type { WorkerShare } from './budget-runtime'
import { RuleRuntimes } from './rule-runtime'

/** Something under way whose deadlines are looked at on every tick. */
export interface Timed extends Listed<Timed> {
  /** `now` in the context's milliseconds. */
  tick(now: number): void
}

/** A copy that has not ended. */
export interface OutstandingCopy extends Listed<OutstandingCopy> {
  /** Gives it up if its time is over; returns whether it was. */
  expire(now: number): boolean
  giveUp(reason: 'shutdown'): void
}

/** A worker among the others of its gateway. */
export interface WorkerPlace extends WorkerShare {
  /** Secret of the gateway's processes: what is captured shows hashes made with it. */
  readonly captureSalt: string
  /** Secret of the gateway's processes: what copies are signed with. */
  readonly hopsSecret: string
}

/** What everything in one worker shares. */
export class WorkerContext {
  readonly limits: GatewayLimits
  readonly logger: Logger
  readonly metrics = new MetricsRegistry()
  readonly primaries: UpstreamPool
  readonly mirrors: UpstreamPool
  readonly rules: RuleRuntimes
  readonly captures: Captures
  readonly calibrations: Calibrations
  readonly exchanges = new InFlight<Timed>()
  /** In the order of their deadlines. */
  readonly copies = new InFlight<OutstandingCopy>()
  readonly mirrorBatches: MirrorBatches
  readonly mirrorHops: MirrorHops
  readonly mirrorDrain: MirrorDrain
  /** Bytes waiting in the sockets of all copies. */
  mirrorBufferedBytes = 0
  /** Coarse milliseconds, moved by the tick: good enough for idle times. */
  coarseNow = performance.now()
  private dateText = ''
  private dateAt = -1
  private readonly idPrefix = randomBytes(8).toString('hex')
  private idCount = 0

  constructor(limits: GatewayLimits, logger: Logger, place: WorkerPlace, claimRepeat: ClaimRepeat) {
    this.limits = limits
    this.logger = logger
    this.mirrorDrain = new MirrorDrain(limits.mirrorDrainBytesPerTurn, () => this.now())
    this.primaries = new UpstreamPool(limits, () => this.now())
    this.mirrors = new UpstreamPool(limits, () => this.now())
    this.mirrorBatches = new MirrorBatches(this.mirrors)
    this.mirrorHops = new MirrorHops(place.hopsSecret, limits.mirrorHopsMax)
    const now = () => this.now()
    this.captures = new Captures({
      limits,
      workerIndex: place.index,
      salt: place.captureSalt,
      now,
    })
    this.calibrations = new Calibrations(claimRepeat)
    this.rules = new RuleRuntimes({
      limits,
      metrics: this.metrics,
      primaries: this.primaries,
      mirrors: this.mirrors,
      share: place,
      hash: this.captures.hash,
      calibrations: this.calibrations,
      now,
    })
  }

  /** Milliseconds of a clock that only goes forward. */
  now(): number {
    return performance.now()
  }

  /** Unique among all workers: 64 random bits of this worker and a count. */
  nextRequestId(): string {
    this.idCount++
    return `${this.idPrefix}-${this.idCount.toString(16).padStart(8, '0')}`
  }

  /** The Date header of responses the gateway makes itself (RFC 9110 6.6.1). */
  dateLine(): string {
    const second = Math.floor(Date.now() / 1000)
    if (second !== this.dateAt) {
      this.dateAt = second
      this.dateText = `Date: ${new Date(second * 1000).toUTCString()}\r\n`
    }
    return this.dateText
  }

  tick(): void {
    this.coarseNow = this.now()
    inTurns(() => this.copies.oldest?.expire(this.coarseNow) ?? false)
    for (const exchange of this.exchanges.toArray()) exchange.tick(this.coarseNow)
    this.primaries.tick()
    this.mirrors.tick()
  }
}
