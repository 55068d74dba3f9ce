/** Runs planes in this process until a signal, or the supervisor's end, stops them. */
import type { Config } from '../config'
import { keptPlaneSecret, PLANE_SECRET_SETTING } from '../plane-http/plane-secret'
import { PLANES, type PlaneName } from '../planes'
import { describeFailure } from '../supervisor/describe-failure'
import { endOnSignals } from '../supervisor/end-on-signals'
import type { PlaneMessage } from '../supervisor/messages'
import type { RunningPlane } from './running-plane'

/** Each loads its plane only when asked to run it, which keeps the other processes small. */
const STARTERS: readonly {
  readonly planes: readonly PlaneName[]
  start(config: Config): Promise<RunningPlane>
}[] = [
  {
    planes: ['sandbox'],
    start: async (config) => (await import('./run-sandbox')).runSandbox(config),
  },
  {
    planes: ['controller', 'gateway'],
    start: async (config) => (await import('./run-gateway')).runGateway(config),
  },
  {
    planes: ['observer'],
    start: async (config) => (await import('./run-observer')).runObserver(config),
  },
  {
    planes: ['history'],
    start: async (config) => (await import('./run-history')).runHistory(config),
  },
  {
    planes: ['traffic'],
    start: async (config) => (await import('./run-traffic')).runTraffic(config),
  },
  {
    planes: ['dashboard'],
    start: async (config) => (await import('./run-dashboard')).runDashboard(config),
  },
]

const MEMORY_REPORT_MS = 5_000

/** Resolves once all are ready and have said so; rejects with one sentence when one cannot start. */
export async function runPlanes(asked: Config, planes: readonly PlaneName[]): Promise<void> {
  const planeSecret = asked.planeSecret ?? keptPlaneSecret(asked.dataDirectory)
  // The dashboard's pages are built apart from this program; what they show at the planes' doors comes to them this way.
  process.env[PLANE_SECRET_SETTING] = planeSecret
  const config = { ...asked, planeSecret }
  const running: RunningPlane[] = []
  const stop = async () => {
    for (const plane of running.reverse()) await plane.stop()
  }
  onEnd(stop)
  for (const starter of STARTERS) {
    if (!starter.planes.some((plane) => planes.includes(plane))) continue
    try {
      running.push(await starter.start(config))
    } catch (error) {
      await stop()
      throw new Error(describeFailure(error, portSettingOf(starter.planes)), { cause: error })
    }
  }
  const details: Record<string, string> = Object.assign(
    {},
    ...running.map((plane) => plane.details),
  )
  tell({ type: 'ready', details })
  reportMemory()
  if (!process.send) process.stdout.write(`${planes.join(', ')}: ready\n`)
}

/** The variable that moves the planes' port, for the message when the port is taken. */
function portSettingOf(planes: readonly PlaneName[]): string | undefined {
  return planes.map((plane) => PLANES[plane].port?.setting).find((setting) => setting !== undefined)
}

function tell(message: PlaneMessage): void {
  process.send?.(message)
}

function reportMemory(): void {
  const report = () => tell({ type: 'memory', residentBytes: process.memoryUsage.rss() })
  report()
  setInterval(report, MEMORY_REPORT_MS).unref()
}

/** A supervisor that ended without a word takes its planes with it: no orphan is left. */
function onEnd(stop: () => Promise<void>): void {
  const end = endOnSignals(stop)
  if (!process.send) return
  process.on('disconnect', end)
  // It may have ended while this process was still loading, before anyone listened.
  if (!process.connected) end()
}
