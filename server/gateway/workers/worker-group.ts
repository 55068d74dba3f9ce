/** The workers of one gateway: starts them, replaces those that die, and keeps what they had counted. */
import { randomBytes } from 'node:crypto'
import type { RouteTable } from '@/lib/routing/route-table'
import type { Logger } from '../../log'
import type { GatewayLimits } from '../bounds/limits'
import { CalibrationLedger } from '../capture/calibration-ledger'
import type { RepeatClaim } from '../capture/calibration-run'
import { type Binding, bindingKey } from '../client/listener-server'
import { TableLabels } from '../metrics/live-labels'
import { type MetricsSnapshot, MetricsSum, settleLostWorker } from '../metrics/metrics-snapshot'
import type { WorkerPlace } from '../rules/worker-context'
import { ProcessWorker, type WorkerEntry } from './process-worker'
import { createLocalWorker, type WorkerHandle } from './worker-handle'

export interface WorkerGroupOptions {
  /** 0 serves in this process. */
  readonly workers: number
  readonly entry: WorkerEntry | undefined
  readonly limits: GatewayLimits
  readonly logger: Logger
}

/** A worker's place; its occupant changes when it dies. */
interface Seat {
  readonly index: number
  handle: WorkerHandle | undefined
  process: ProcessWorker | undefined
  last: MetricsSnapshot
  restarts: number
  startedAt: number
  /** What it was asked to hand over and has not yet: whoever asks next gets it. */
  handingOver?: Promise<readonly string[]> | undefined
}

/** How often snapshots are fetched without being asked for: the most that a worker's death can lose. */
const SNAPSHOT_INTERVAL_MS = 1_000
/** A worker that served this long is not counted as failing at its start. */
const STABLE_MS = 10_000
const BIND_ATTEMPTS_MAX = 4

/** The worker processes: told the same table and sockets, replaced when they die, their counters added up. */
export class WorkerGroup {
  private readonly options: WorkerGroupOptions
  private readonly seats: Seat[] = []
  private readonly retired = new MetricsSum()
  private readonly labels = new TableLabels()
  private readonly calibrations: CalibrationLedger
  private table: RouteTable | undefined
  private bindings: readonly Binding[] = []
  /** Made anew at every start and never shown: hashes of secrets can't be searched for, nor told across starts. */
  private readonly captureSalt = randomBytes(32).toString('hex')
  private readonly hopsSecret = randomBytes(32).toString('hex')
  private isStopping = false
  private refresher: NodeJS.Timeout | undefined
  /** Changes happen one after another: a replacement never misses half of a publish. */
  private queue: Promise<unknown> = Promise.resolve()

  constructor(options: WorkerGroupOptions) {
    this.options = options
    this.calibrations = new CalibrationLedger(options.limits.calibrationsMax)
  }

  /** Resolves when every worker runs; rejects when one can't be started. */
  async start(): Promise<void> {
    const { workers, limits, logger } = this.options
    for (let index = 0; index < Math.max(1, workers); index++) {
      this.seats.push({
        index,
        handle: undefined,
        process: undefined,
        last: [],
        restarts: 0,
        startedAt: 0,
      })
    }
    if (workers === 0) {
      for (const seat of this.seats) {
        const worker = createLocalWorker(limits, logger, this.placeOf(seat), (claim) => {
          void this.answerClaim(seat, worker, claim)
        })
        seat.handle = worker
      }
      return
    }
    await Promise.all(this.seats.map((seat) => this.fork(seat)))
    this.refresher = setInterval(() => void this.refresh(), SNAPSHOT_INTERVAL_MS)
    this.refresher.unref()
  }

  /** Runs a change of table and sockets; the next one waits for it. */
  exclusively<Result>(change: () => Promise<Result>): Promise<Result> {
    const next = this.queue.then(change)
    this.queue = next.catch(() => undefined)
    return next
  }

  /** Every worker serves the table when this resolves. Call within `exclusively`. */
  async replaceTable(table: RouteTable): Promise<void> {
    this.table = table
    const taken = this.each((handle) => handle.replaceTable(table))
    this.retired.retain(this.labels.of(table))
    await taken
  }

  /** Opens one socket in every worker. Returns the error code of the first that can't, null when all can. */
  async bind(binding: Binding): Promise<string | null> {
    const results = await this.each((handle) => handle.bind([binding]))
    const key = bindingKey(binding)
    for (const result of results) {
      const code = result[key]
      if (code) return code
    }
    return null
  }

  /** Closes every other socket. Call within `exclusively`. */
  async retain(bindings: readonly Binding[]): Promise<void> {
    this.bindings = bindings
    await this.each((handle) => handle.retain(bindings))
  }

  /** All workers' counts summed; one that does not answer in time counts with its last snapshot. */
  async snapshot(): Promise<MetricsSnapshot> {
    await this.refresh()
    const sum = new MetricsSum()
    sum.add(this.retired.toSnapshot())
    for (const seat of this.seats) sum.add(seat.last)
    return sum.toSnapshot()
  }

  /** Takes out what all workers have captured; what one hands over too late is for the next call. */
  async drainExchanges(): Promise<readonly string[]> {
    const drained = await Promise.all(this.seats.map((seat) => this.drainSeat(seat)))
    return drained.flat()
  }

  private async drainSeat(seat: Seat): Promise<readonly string[]> {
    const nothing: readonly string[] = []
    const asked =
      seat.handingOver ??
      seat.handle?.drainExchanges().catch(() => nothing) ??
      Promise.resolve(nothing)
    seat.handingOver = asked
    const lines = await within(asked, this.options.limits.snapshotTimeoutMs)
    // Another call may have had it meanwhile: every line is handed over once.
    if (lines === undefined || seat.handingOver !== asked) return nothing
    seat.handingOver = undefined
    return lines
  }

  get processIds(): readonly number[] {
    return this.seats.flatMap((seat) => seat.process?.processId ?? [])
  }

  async stop(): Promise<void> {
    this.isStopping = true
    clearInterval(this.refresher)
    const { drainMs } = this.options.limits
    await Promise.all(
      this.seats.map(async (seat) => {
        const { handle } = seat
        if (handle === undefined) return
        const killer = setTimeout(() => seat.process?.kill(), drainMs + 2_000)
        await handle.stop().catch(() => undefined)
        clearTimeout(killer)
      }),
    )
  }

  private placeOf({ index }: Seat): WorkerPlace {
    const { captureSalt, hopsSecret } = this
    return { index, count: this.seats.length, captureSalt, hopsSecret }
  }

  private async answerClaim(
    { index }: Seat,
    worker: WorkerHandle,
    claim: RepeatClaim,
  ): Promise<void> {
    // A worker that ends meanwhile gives nothing back, and needs no answer.
    const takeBack = async (holder: number) =>
      (await this.seats[holder]?.handle?.takeBackRepeat(claim.key).catch(() => false)) ?? false
    const isAllowed = await this.calibrations.claim(index, claim, takeBack)
    await worker.answerRepeat(claim.key, isAllowed).catch(() => undefined)
  }

  private async refresh(): Promise<void> {
    const { snapshotTimeoutMs } = this.options.limits
    await Promise.all(
      this.seats.map(async (seat) => {
        const { handle } = seat
        if (handle === undefined) return
        const snapshot = await within(handle.snapshot(), snapshotTimeoutMs)
        if (snapshot !== undefined && seat.handle === handle) seat.last = snapshot
      }),
    )
  }

  /**
   * Calls every worker; one that dies meanwhile is left out, as its replacement starts from the present state.
   * Rejects when one that lives can't do it: nothing may then be acknowledged.
   */
  private async each<Result>(
    call: (handle: WorkerHandle) => Promise<Result>,
  ): Promise<readonly Result[]> {
    const results = await Promise.all(
      this.seats.map(async (seat): Promise<readonly Result[]> => {
        const { handle } = seat
        if (handle === undefined) return []
        try {
          return [await call(handle)]
        } catch (error) {
          if (seat.handle === handle) throw error
          return []
        }
      }),
    )
    return results.flat()
  }

  private async fork(seat: Seat): Promise<void> {
    const { entry, limits } = this.options
    if (entry === undefined) throw new Error('Worker processes need the path of their entry.')
    seat.startedAt = performance.now()
    const worker = new ProcessWorker(
      entry,
      () => this.onExit(seat, worker),
      (claim) => void this.answerClaim(seat, worker, claim),
    )
    seat.process = worker
    await worker.configure(limits, this.placeOf(seat))
    const { table } = this
    if (table !== undefined) await worker.replaceTable(table)
    await this.bindAgain(worker)
    seat.handle = worker
  }

  /**
   * A replacement joins the others' sockets. node:cluster numbers repeated attempts at one address separately in each
   * worker, so that a newcomer may have to ask more than once to be given the same number.
   */
  private async bindAgain(worker: WorkerHandle): Promise<void> {
    for (let attempt = 0; attempt < BIND_ATTEMPTS_MAX; attempt++) {
      const results = await worker.bind(this.bindings)
      if (Object.values(results).every((code) => code === null)) return
    }
    this.options.logger.error('a replaced worker could not open every socket')
  }

  private onExit(seat: Seat, worker: ProcessWorker): void {
    if (seat.process !== worker) return
    seat.process = undefined
    seat.handle = undefined
    this.calibrations.forgetWorker(seat.index)
    this.retired.add(settleLostWorker(seat.last))
    seat.last = []
    if (this.isStopping) return
    const { workerRestartMinMs, workerRestartMaxMs } = this.options.limits
    if (performance.now() - seat.startedAt > STABLE_MS) seat.restarts = 0
    const pause = Math.min(workerRestartMaxMs, workerRestartMinMs * 2 ** seat.restarts)
    seat.restarts++
    this.options.logger.error('worker ended, starting another', { worker: seat.index, pause })
    setTimeout(() => this.replace(seat), pause).unref()
  }

  private replace(seat: Seat): void {
    if (this.isStopping) return
    this.exclusively(() => this.fork(seat)).catch((error: unknown) => {
      this.options.logger.error('worker could not be started', { error: String(error) })
    })
  }
}

async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  const value = await Promise.race([promise.catch(() => undefined), timeout])
  clearTimeout(timer)
  return value
}
