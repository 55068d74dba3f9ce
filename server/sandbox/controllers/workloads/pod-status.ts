/** The status a kubelet would write for a Pod. */
import type { Pod } from '@/lib/gateway-api/types'
import type { PodStart } from '../../api/contracts'
import { formatTime } from './clock'

type PodStatus = NonNullable<Pod['status']>
type PodConditions = NonNullable<PodStatus['conditions']>

/** The one node of the sandbox. */
export const NODE_NAME = 'mirrorboard-sandbox'
export const HOST_IP = '127.0.0.1'
/** What the kubelet reports for a container it lost sight of. */
const EXIT_CODE_UNKNOWN = 255

/**
 * Status of a Pod whose containers run. A Pod that was recorded as running before was interrupted by
 * a restart of the sandbox: its restart counts go up and the interruption is its last state.
 */
export function runningStatus(
  pod: Pod,
  start: Extract<PodStart, { ok: true }>,
  nowMs: number,
): PodStatus {
  const now = formatTime(nowMs)
  const before = pod.status
  const containerStatuses = pod.spec.containers.map((container) => {
    const previous = before?.containerStatuses?.find(({ name }) => name === container.name)
    const interrupted = previous?.state?.running
    return {
      name: container.name,
      state: { running: { startedAt: now } },
      lastState:
        interrupted === undefined
          ? {}
          : {
              terminated: {
                exitCode: EXIT_CODE_UNKNOWN,
                reason: 'Unknown',
                startedAt: interrupted.startedAt,
                finishedAt: now,
              },
            },
      ready: true,
      restartCount: (previous?.restartCount ?? 0) + (interrupted === undefined ? 0 : 1),
      image: container.image ?? '',
      imageID: container.image ?? '',
      containerID: `mirrorboard://${pod.metadata.uid}/${container.name}`,
      started: true,
    }
  })
  return {
    ...before,
    phase: 'Running',
    conditions: conditionsOf(pod, 'True', now),
    hostIP: HOST_IP,
    podIP: start.podIP,
    podIPs: [{ ip: start.podIP }],
    startTime: before?.startTime ?? now,
    containerStatuses,
  }
}

/** Status of a Pod whose containers cannot start, with why. */
export function waitingStatus(
  pod: Pod,
  start: Extract<PodStart, { ok: false }>,
  nowMs: number,
): PodStatus {
  const now = formatTime(nowMs)
  const { reason, message } = start
  const { podIP: _podIP, podIPs: _podIPs, ...before } = pod.status ?? {}
  return {
    ...before,
    phase: 'Pending',
    conditions: conditionsOf(pod, 'False', now),
    hostIP: HOST_IP,
    startTime: before.startTime ?? now,
    containerStatuses: pod.spec.containers.map((container) => ({
      name: container.name,
      state: { waiting: { reason, message } },
      lastState: {},
      ready: false,
      restartCount:
        before.containerStatuses?.find(({ name }) => name === container.name)?.restartCount ?? 0,
      image: container.image ?? '',
      imageID: '',
      started: false,
    })),
  }
}

/** Why a container ended that never began: the sandbox has no program for its image. */
export const NOT_RUN = 'NotRun'

/** Status of a Job's Pod that cannot be run: it counts as succeeded, so that what waits for the Job goes on, and says so. */
export function notRunStatus(pod: Pod, why: string, nowMs: number): PodStatus {
  const now = formatTime(nowMs)
  const { podIP: _podIP, podIPs: _podIPs, ...before } = pod.status ?? {}
  const terminated = { exitCode: 0, reason: NOT_RUN, message: why, startedAt: now, finishedAt: now }
  return {
    ...before,
    phase: 'Succeeded',
    conditions: conditionsOf(pod, 'False', now).map((condition) =>
      condition.reason === undefined
        ? condition
        : { ...condition, reason: 'PodCompleted', message: '' },
    ),
    hostIP: HOST_IP,
    startTime: before.startTime ?? now,
    containerStatuses: pod.spec.containers.map((container) => ({
      name: container.name,
      state: { terminated },
      lastState: {},
      ready: false,
      restartCount: 0,
      image: container.image ?? '',
      imageID: '',
      started: false,
    })),
  }
}

/** The five conditions of a scheduled Pod; a condition that keeps its status keeps its transition time. */
function conditionsOf(pod: Pod, ready: 'True' | 'False', now: string): PodConditions {
  const why =
    ready === 'True'
      ? {}
      : {
          reason: 'ContainersNotReady',
          message: `containers with unready status: [${pod.spec.containers.map(({ name }) => name).join(' ')}]`,
        }
  const wanted: PodConditions = [
    { type: 'PodReadyToStartContainers', status: 'True' },
    { type: 'Initialized', status: 'True' },
    { type: 'Ready', status: ready, ...why },
    { type: 'ContainersReady', status: ready, ...why },
    { type: 'PodScheduled', status: 'True' },
  ]
  return wanted.map((condition) => {
    const before: (PodConditions[number] & { lastTransitionTime?: string }) | undefined =
      pod.status?.conditions?.find(
        ({ type, status }) => type === condition.type && status === condition.status,
      )
    const lastTransitionTime = before?.lastTransitionTime ?? now
    return { ...condition, lastProbeTime: null, lastTransitionTime }
  })
}
