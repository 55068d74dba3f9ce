/** One process of planes: started, watched, restarted with back-off after a crash, stopped. */
import { type ChildProcess, fork } from 'node:child_process'
import type { PlaneHealth } from '@/lib/dashboard-api/live'
import type { Logger } from '../log'
import { isPlaneMessage } from './messages'

export interface ProcessOptions {
  readonly name: string
  readonly entry: string
  readonly args: readonly string[]
  readonly execArgv: readonly string[]
  readonly environment: NodeJS.ProcessEnv
  readonly logger: Logger
}

export interface SupervisedProcess {
  readonly name: string
  /** Resolves with the details of the first readiness, rejects with a sentence when the first start fails. */
  readonly ready: Promise<Readonly<Record<string, string>>>
  health(): PlaneHealth
  stop(): Promise<void>
}

const RESTART_DELAY_FIRST_MS = 500
const RESTART_DELAY_MAX_MS = 30_000
/** A process that ran this long was healthy: its next crash starts the back-off afresh. */
const HEALTHY_AFTER_MS = 60_000
/** Planes bound their own draining below this; a process still there is ended. */
const STOP_TIMEOUT_MS = 10_000

/** Starts the process and keeps it running until `stop`. */
export function superviseProcess(options: ProcessOptions): SupervisedProcess {
  let child: ChildProcess | undefined
  let health: PlaneHealth = { status: 'starting', message: '' }
  let restartDelay = RESTART_DELAY_FIRST_MS
  let restart: NodeJS.Timeout | undefined
  let isStopping = false
  let hasBeenReady = false
  let settle: {
    resolve(details: Readonly<Record<string, string>>): void
    reject(error: Error): void
  }
  const ready = new Promise<Readonly<Record<string, string>>>((resolve, reject) => {
    settle = { resolve, reject }
  })

  const onMessage = (message: unknown) => {
    if (!isPlaneMessage(message)) return
    if (message.type === 'memory') health = { ...health, residentBytes: message.residentBytes }
    if (message.type === 'failed')
      health = { ...health, status: 'failed', message: message.message }
    if (message.type === 'ready') {
      hasBeenReady = true
      health = { ...health, status: 'ok', message: '' }
      settle.resolve(message.details)
    }
  }

  const onExit = (startedAt: number, code: number | null, signal: string | null) => {
    child = undefined
    if (isStopping) return
    const reason =
      health.status === 'failed' ? health.message : `it ended with ${signal ?? `code ${code}`}.`
    if (!hasBeenReady) {
      settle.reject(
        new Error(health.status === 'failed' ? reason : `${options.name} did not start: ${reason}`),
      )
      return
    }
    if (Date.now() - startedAt > HEALTHY_AFTER_MS) restartDelay = RESTART_DELAY_FIRST_MS
    options.logger.error('process ended and will be started again', {
      process: options.name,
      reason,
      restartDelay,
    })
    health = {
      status: 'failed',
      message: `${options.name} stopped and is being started again: ${reason}`,
    }
    restart = setTimeout(start, restartDelay)
    restartDelay = Math.min(restartDelay * 2, RESTART_DELAY_MAX_MS)
  }

  function start(): void {
    const startedAt = Date.now()
    child = fork(options.entry, options.args, {
      execArgv: [...options.execArgv],
      env: options.environment,
      // The terminal's Ctrl+C reaches only the supervisor, which stops the planes in order.
      detached: true,
    })
    health = { status: 'starting', message: '', ...(child.pid !== undefined && { pid: child.pid }) }
    child.on('message', onMessage)
    child.on('exit', (code, signal) => onExit(startedAt, code, signal))
  }

  start()
  return {
    name: options.name,
    ready,
    health: () => health,
    stop: async () => {
      isStopping = true
      clearTimeout(restart)
      if (child) await endChild(child)
    },
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await exited
  clearTimeout(kill)
}
