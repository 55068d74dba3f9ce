/** Starts one process per group of planes, in order, and stops them in reverse. */
import type { PlaneHealth } from '@/lib/dashboard-api/live'
import type { Logger } from '../log'
import type { PlaneName } from '../planes'
import { startHealthServer } from './health-server'
import { type SupervisedProcess, superviseProcess } from './supervised-process'

export interface ProcessGroup {
  readonly name: string
  readonly planes: readonly PlaneName[]
  /** Groups of one stage start together, once the stage before is ready. */
  readonly stage: number
}

export interface SuperviseOptions {
  readonly groups: readonly ProcessGroup[]
  /** The program each process runs, with `--planes=…` and `args`. */
  readonly entry: string
  readonly execArgv: readonly string[]
  readonly args: readonly string[]
  readonly environment: NodeJS.ProcessEnv
  /** What the dashboard shows when it asks for the planes' health. */
  readonly secret?: string | undefined
  readonly logger: Logger
  onProgress(message: string): void
}

export interface Supervision {
  /**
   * Resolves when every plane is ready, with what they said of themselves. Rejects with one sentence when one cannot
   * start; nothing is left running then. Stays open when stopped before.
   */
  readonly ready: Promise<Readonly<Record<string, string>>>
  stop(): Promise<void>
}

/** Begins to start the planes. */
export async function supervise(options: SuperviseOptions): Promise<Supervision> {
  const processes = new Map<ProcessGroup, SupervisedProcess>()
  const healthServer = await startHealthServer(() => readHealth(options.groups, processes), options)
  let isStopping = false
  const stop = async () => {
    isStopping = true
    for (const running of [...processes.values()].reverse()) await running.stop()
    await healthServer.close()
  }
  const environment = { ...options.environment, MIRRORBOARD_SUPERVISOR_URL: healthServer.url }
  const startStage = (stage: number) => {
    const groups = options.groups.filter((group) => group.stage === stage)
    options.onProgress(`Starting ${groups.map((group) => group.name).join(', ')} …`)
    return groups.map((group) => {
      const running = superviseProcess({
        name: group.name,
        entry: options.entry,
        args: [`--planes=${group.planes.join(',')}`, ...options.args],
        execArgv: options.execArgv,
        environment,
        logger: options.logger,
      })
      processes.set(group, running)
      return running.ready
    })
  }
  const startAll = async () => {
    let details: Readonly<Record<string, string>> = {}
    const stages = [...new Set(options.groups.map((group) => group.stage))].sort((a, b) => a - b)
    try {
      for (const stage of stages) {
        if (isStopping) return await new Promise<never>(() => {})
        details = Object.assign({}, details, ...(await Promise.all(startStage(stage))))
      }
    } catch (error) {
      await stop()
      throw error
    }
    return details
  }
  return { ready: startAll(), stop }
}

/** One entry a plane; planes of one process share its pid and memory. */
function readHealth(
  groups: readonly ProcessGroup[],
  processes: ReadonlyMap<ProcessGroup, SupervisedProcess>,
): Record<string, PlaneHealth> {
  const waiting: PlaneHealth = { status: 'starting', message: '' }
  return Object.fromEntries(
    groups.flatMap((group) => {
      const health = processes.get(group)?.health() ?? waiting
      return group.planes.map((plane) => [plane, health] as const)
    }),
  )
}
