/** Supervisor → this → a process of its own, called over IPC. */
import cluster, { type Worker } from 'node:cluster'
import type { RouteTable } from '@/lib/routing/route-table'
import type { GatewayLimits } from '../bounds/limits'
import type { ClaimRepeat } from '../capture/calibration-run'
import type { WorkerPlace } from '../rules/worker-context'
import { deltaBetween } from './table-delta'
import type { WorkerHandle } from './worker-handle'
import {
  isWorkerClaim,
  isWorkerReply,
  READY_ID,
  type WorkerCall,
  type WorkerRequest,
} from './worker-messages'

/** How a worker process is started. */
export interface WorkerEntry {
  /** Absolute path of the module that imports `gateway-worker`. */
  readonly file: string
  /** Options for Node itself, such as a loader when the entry is TypeScript. */
  readonly execArgv?: readonly string[]
}

interface Pending {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** A worker in a process of its own. Sockets are shared through node:cluster, the system divides connections. */
export class ProcessWorker implements WorkerHandle {
  private readonly worker: Worker
  private readonly pending = new Map<number, Pending>()
  private lastId = READY_ID
  private readonly ready: Promise<unknown>
  private isGone = false
  private table: RouteTable | undefined
  private readonly exited: Promise<void>

  constructor(entry: WorkerEntry, onExit: () => void, onClaim: ClaimRepeat) {
    cluster.schedulingPolicy = cluster.SCHED_NONE
    cluster.setupPrimary({
      exec: entry.file,
      args: [],
      execArgv: [...(entry.execArgv ?? [])],
      serialization: 'json',
    })
    this.worker = cluster.fork()
    this.ready = new Promise((resolve, reject) => {
      this.pending.set(READY_ID, { resolve, reject })
    })
    this.worker.on('message', (message: unknown) => {
      if (isWorkerClaim(message)) onClaim(message.claim)
      else this.onMessage(message)
    })
    this.worker.on('error', () => this.worker.process.kill('SIGKILL'))
    this.exited = new Promise((resolve) => this.worker.once('exit', () => resolve()))
    this.worker.on('exit', () => {
      this.isGone = true
      for (const { reject } of this.pending.values()) reject(new Error('The worker has ended.'))
      this.pending.clear()
      onExit()
    })
  }

  get processId(): number | undefined {
    return this.worker.process.pid
  }

  /** The first call: waits for the process to be there. */
  async configure(limits: GatewayLimits, place: WorkerPlace): Promise<void> {
    const timer = setTimeout(() => this.kill(), limits.workerStartTimeoutMs)
    await this.ready.finally(() => clearTimeout(timer))
    await this.call({ type: 'configure', limits, place })
  }

  /** Sends what differs from the last table this worker has taken over. */
  async replaceTable(table: RouteTable): Promise<void> {
    await this.call({ type: 'replaceTable', delta: deltaBetween(this.table, table) })
    this.table = table
  }

  bind(bindings: Parameters<WorkerHandle['bind']>[0]): ReturnType<WorkerHandle['bind']> {
    return this.call({ type: 'bind', bindings }) as ReturnType<WorkerHandle['bind']>
  }

  async retain(bindings: Parameters<WorkerHandle['retain']>[0]): Promise<void> {
    await this.call({ type: 'retain', bindings })
  }

  snapshot(): ReturnType<WorkerHandle['snapshot']> {
    return this.call({ type: 'snapshot' }) as ReturnType<WorkerHandle['snapshot']>
  }

  drainExchanges(): ReturnType<WorkerHandle['drainExchanges']> {
    return this.call({ type: 'drainExchanges' }) as ReturnType<WorkerHandle['drainExchanges']>
  }

  async answerRepeat(key: string, isAllowed: boolean): Promise<void> {
    await this.call({ type: 'answerRepeat', key, isAllowed })
  }

  takeBackRepeat(key: string): ReturnType<WorkerHandle['takeBackRepeat']> {
    return this.call({ type: 'takeBackRepeat', key }) as ReturnType<WorkerHandle['takeBackRepeat']>
  }

  /** Resolves when the process is gone. */
  async stop(): Promise<void> {
    await this.call({ type: 'stop' }).catch(() => undefined)
    await this.exited
  }

  kill(): void {
    this.worker.process.kill('SIGKILL')
  }

  private call(call: WorkerCall): Promise<unknown> {
    if (this.isGone) return Promise.reject(new Error('The worker has ended.'))
    const id = ++this.lastId
    const request: WorkerRequest = { id, call }
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject })
      this.worker.send(request, (error) => {
        if (error && this.pending.delete(id)) reject(error)
      })
    })
  }

  private onMessage(message: unknown): void {
    if (!isWorkerReply(message)) return
    const pending = this.pending.get(message.id)
    this.pending.delete(message.id)
    if (message.error === undefined) pending?.resolve(message.result)
    else pending?.reject(new Error(message.error))
  }
}
