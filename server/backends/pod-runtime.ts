/** Runs the sandbox's Pods in this process, in the place of a kubelet: echo servers on real sockets. */
import type { Pod } from '@/lib/gateway-api/types'
import type { Logger } from '../log'
import type { ContainerLog, LogLine } from './container-log'
import { type EchoContainer, startEchoContainer } from './echo-container'
import { isKnownImage, unknownImageMessage } from './known-images'
import { ADDRESS_ATTEMPTS_MAX, GRACE_SECONDS_MAX, PODS_MAX, STOPPED_LOGS_MAX } from './limits'
import { createAddressSequence, detectLoopbackMode, type LoopbackMode } from './loopback-addresses'

/** Where a Pod listens, or why it does not run. */
export type PodStart =
  | {
      readonly ok: true
      readonly podIP: string
      /** Real socket port by container port; equal except where a system has a single loopback address. */
      readonly ports: Readonly<Record<number, number>>
    }
  | {
      readonly ok: false
      readonly reason: 'ErrImagePull' | 'CreateContainerError'
      readonly message: string
    }

/** The same shape as the sandbox's contract of that name: planes do not import each other. */
export interface PodRuntime {
  start(pod: Pod): Promise<PodStart>
  stop(uid: string, graceSeconds: number): Promise<void>
  logs(uid: string, container: string): readonly LogLine[] | undefined
  followLogs(
    uid: string,
    container: string,
    onLine: (line: LogLine) => void,
  ): (() => void) | undefined
  addressOf(uid: string, containerPort: number): { host: string; port: number } | undefined
}

export interface PodRuntimeOptions {
  readonly logger: Logger
  /** Epoch milliseconds. */
  readonly now?: () => number
  /** Detected when absent. */
  readonly loopback?: LoopbackMode
  /** Index of the first address in the range; spreads runtimes that share a machine. */
  readonly firstAddress?: number
}

interface RunningPod {
  readonly start: Extract<PodStart, { ok: true }>
  readonly containers: ReadonlyMap<string, EchoContainer>
}

/**
 * Starts an empty runtime. `start` is idempotent by uid, also while a start is under way; a failed start
 * is forgotten, so it can be tried again. Logs of stopped Pods stay readable for a while (`limits.ts`).
 */
export async function startPodRuntime(
  options: PodRuntimeOptions,
): Promise<PodRuntime & { stop(uid?: string, graceSeconds?: number): Promise<void> }> {
  const now = options.now ?? Date.now
  const mode = options.loopback ?? (await detectLoopbackMode())
  const nextAddress = createAddressSequence(mode, options.firstAddress ?? 0)
  const starting = new Map<string, Promise<PodStart>>()
  const running = new Map<string, RunningPod>()
  const logs = new Map<string, ContainerLog>()

  const run = async (uid: string, pod: Pod): Promise<PodStart> => {
    const refusal = refuse(pod, running.size)
    if (refusal !== undefined) return refusal
    const attempt = await tryAddresses(pod, mode, nextAddress, now)
    if (!('containers' in attempt)) return attempt
    running.set(uid, attempt)
    for (const [name, container] of attempt.containers) logs.set(`${uid}/${name}`, container.log)
    return attempt.start
  }

  const start = (pod: Pod): Promise<PodStart> => {
    const uid = pod.metadata.uid ?? ''
    const known = running.get(uid)
    if (known !== undefined) return Promise.resolve(known.start)
    const pending = starting.get(uid)
    if (pending !== undefined) return pending
    const attempt = run(uid, pod).finally(() => starting.delete(uid))
    starting.set(uid, attempt)
    return attempt
  }

  const stopPod = async (uid: string, graceSeconds: number): Promise<void> => {
    await starting.get(uid)
    const pod = running.get(uid)
    if (pod === undefined) return
    running.delete(uid)
    const graceMs = Math.min(Math.max(graceSeconds, 0), GRACE_SECONDS_MAX) * 1000
    await Promise.all([...pod.containers.values()].map((container) => container.stop(graceMs)))
    forgetOldLogs(logs, running)
    options.logger.debug('Pod stopped.', { uid })
  }

  return {
    start,
    async stop(uid, graceSeconds = 0) {
      if (uid !== undefined) return stopPod(uid, graceSeconds)
      await Promise.all([...starting.keys(), ...running.keys()].map((key) => stopPod(key, 0)))
    },
    logs: (uid, container) => logs.get(`${uid}/${container}`)?.lines(),
    followLogs: (uid, container, onLine) => logs.get(`${uid}/${container}`)?.follow(onLine),
    addressOf(uid, containerPort) {
      const started = running.get(uid)?.start
      const port = started?.ports[containerPort]
      return started && port !== undefined ? { host: started.podIP, port } : undefined
    },
  }
}

function refuse(pod: Pod, runningCount: number): PodStart | undefined {
  const unknown = pod.spec.containers.find((container) => !isKnownImage(container.image ?? ''))
  if (unknown !== undefined) {
    const message = unknownImageMessage(unknown.image ?? '')
    return { ok: false, reason: 'ErrImagePull', message }
  }
  if (runningCount < PODS_MAX) return undefined
  const message = `The sandbox runs at most ${PODS_MAX} Pods at a time.`
  return { ok: false, reason: 'CreateContainerError', message }
}

async function tryAddresses(
  pod: Pod,
  mode: LoopbackMode,
  nextAddress: () => string,
  now: () => number,
): Promise<RunningPod | Extract<PodStart, { ok: false }>> {
  let message = ''
  for (let attempt = 0; attempt < ADDRESS_ATTEMPTS_MAX; attempt += 1) {
    const podIP = nextAddress()
    const result = await startContainers(pod, podIP, mode, now)
    if ('containers' in result) return result
    message = result.message
    if (!result.isTaken) break
  }
  return { ok: false, reason: 'CreateContainerError', message }
}

/** Starts every container of the Pod, or none. `isTaken` when another address may do better. */
async function startContainers(
  pod: Pod,
  podIP: string,
  mode: LoopbackMode,
  now: () => number,
): Promise<RunningPod | { readonly message: string; readonly isTaken: boolean }> {
  const containers = new Map<string, EchoContainer>()
  const ports: Record<number, number> = {}
  for (const container of pod.spec.containers) {
    try {
      const started = await startEchoContainer(pod, container, podIP, mode, now)
      containers.set(container.name, started)
      Object.assign(ports, started.ports)
    } catch (error) {
      await Promise.all([...containers.values()].map((other) => other.stop(0)))
      const { code } = error as NodeJS.ErrnoException
      // Its own sibling has the port: no other address would help.
      const isTaken = code === 'EADDRINUSE' && containers.size === 0
      const message = error instanceof Error ? error.message : String(error)
      return { message: `Container "${container.name}" cannot listen: ${message}`, isTaken }
    }
  }
  return { start: { ok: true, podIP, ports }, containers }
}

function forgetOldLogs(
  logs: Map<string, ContainerLog>,
  running: ReadonlyMap<string, RunningPod>,
): void {
  const stopped = [...logs.keys()].filter((key) => !running.has(key.slice(0, key.indexOf('/'))))
  for (const key of stopped.slice(0, Math.max(0, stopped.length - STOPPED_LOGS_MAX))) {
    logs.delete(key)
  }
}
