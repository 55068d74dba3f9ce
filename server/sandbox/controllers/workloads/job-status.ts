/** A Job and its Pods → how far it is, and the status that says so. */
import type { Pod } from '@/lib/gateway-api/types'
import { formatTime } from './clock'
import { COMPLETION_INDEX } from './job-pods'
import { NOT_RUN } from './pod-status'
import {
  controllerOf,
  isPodReady,
  type Job,
  type JobStatus,
  type WorkloadCondition,
} from './workload-objects'

/** A Job's Pods by where they are. */
export interface JobPods {
  readonly active: readonly Pod[]
  /** Pods that are being deleted and have not ended. */
  readonly terminating: number
  readonly succeeded: number
  readonly failed: number
  /** Indexes with a success, ascending; empty for a Job without indexes. */
  readonly completedIndexes: readonly number[]
  /** The images of Pods that only count as succeeded because the sandbox cannot run them. */
  readonly imagesNotRun: readonly string[]
  /** What the next Pods work on, at most `count`: the lowest free indexes, or undefined where there are none. */
  freeIndexes(count: number): readonly (number | undefined)[]
}

/** The Pods among `all` that the Job controls. Successes that a status remembers stay, though their Pods may be gone. */
export function jobPodsOf(job: Job, all: readonly Pod[]): JobPods {
  const own = all.filter((pod) => controllerOf(pod)?.uid === job.metadata.uid)
  const inPhase = (phase: string) => own.filter((pod) => pod.status?.phase === phase)
  const succeeded = inPhase('Succeeded')
  const running = own.filter((pod) => !['Succeeded', 'Failed'].includes(pod.status?.phase ?? ''))
  const active = running.filter((pod) => pod.metadata.deletionTimestamp === undefined)
  const isIndexed = job.spec.completionMode === 'Indexed'
  const before = isIndexed ? parseIndexes(job.status?.completedIndexes ?? '') : []
  const done = new Set(isIndexed ? [...before, ...succeeded.map(indexOf)] : [])
  const count = isIndexed ? done.size : Math.max(succeeded.length, job.status?.succeeded ?? 0)
  return {
    active: [...active].sort((a, b) => Number(isPodReady(a)) - Number(isPodReady(b))),
    terminating: running.length - active.length,
    succeeded: count,
    failed: Math.max(inPhase('Failed').length, job.status?.failed ?? 0),
    completedIndexes: [...done].sort((a, b) => a - b),
    imagesNotRun: [...new Set(succeeded.flatMap(imagesNotRun))],
    freeIndexes(wanted) {
      if (!isIndexed) return Array.from({ length: wanted }, () => undefined)
      const taken = new Set([...done, ...running.map(indexOf)])
      const free: number[] = []
      for (let index = 0; index < (job.spec.completions ?? 0) && free.length < wanted; index += 1) {
        if (!taken.has(index)) free.push(index)
      }
      return free
    },
  }
}

function indexOf(pod: Pod): number {
  return Number(pod.metadata.annotations?.[COMPLETION_INDEX] ?? -1)
}

function imagesNotRun(pod: Pod): string[] {
  const containers = pod.status?.containerStatuses ?? []
  return containers.flatMap(({ state, image }) =>
    state?.terminated?.reason === NOT_RUN ? [image ?? ''] : [],
  )
}

type Outcome = Pick<WorkloadCondition, 'type' | 'reason' | 'message'>

/** How the Job has ended; undefined while it has not. */
export function outcomeOf(job: Job, pods: JobPods, nowMs: number): Outcome | undefined {
  const { backoffLimit = 6, activeDeadlineSeconds, suspend = false, completions } = job.spec
  const failed = (reason: string, message: string): Outcome => ({ type: 'Failed', reason, message })
  if (pods.failed > backoffLimit) {
    return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
  }
  const started = Date.parse(job.status?.startTime ?? '')
  const deadline = started + (activeDeadlineSeconds ?? Number.NaN) * 1_000
  if (!suspend && nowMs >= deadline) {
    return failed('DeadlineExceeded', 'Job was active longer than specified deadline')
  }
  const isComplete =
    completions === undefined
      ? pods.succeeded > 0 && pods.active.length === 0
      : pods.succeeded >= completions
  return isComplete ? completed(pods) : undefined
}

function completed({ imagesNotRun }: JobPods): Outcome {
  const message = 'Reached expected number of succeeded pods'
  if (imagesNotRun.length === 0) return { type: 'Complete', reason: 'CompletionsReached', message }
  const why = `the sandbox cannot run ${imagesNotRun.join(', ')}: nothing was run, and the Job counts as complete`
  return { type: 'Complete', reason: 'ImageNotRun', message: `${message}; ${why}` }
}

/** The status to write; equal to the one there is when nothing changed. */
export function jobStatus(job: Job, pods: JobPods, nowMs: number): JobStatus {
  const now = formatTime(nowMs)
  const before = job.status ?? {}
  const isSuspended = job.spec.suspend === true
  const outcome = outcomeOf(job, pods, nowMs)
  const startTime = isSuspended && outcome === undefined ? undefined : (before.startTime ?? now)
  const conditions = conditionsOf(job, pods, outcome, now)
  const isComplete = conditions.some(({ type }) => type === 'Complete')
  const { active, terminating, succeeded, failed, completedIndexes } = pods
  return {
    ...(conditions.length > 0 ? { conditions } : {}),
    ...(startTime === undefined ? {} : { startTime }),
    ...(isComplete ? { completionTime: before.completionTime ?? now } : {}),
    ...(active.length > 0 ? { active: active.length } : {}),
    ...(succeeded > 0 ? { succeeded } : {}),
    ...(failed > 0 ? { failed } : {}),
    terminating,
    ...(completedIndexes.length > 0 ? { completedIndexes: formatIndexes(completedIndexes) } : {}),
    uncountedTerminatedPods: {},
    ready: active.filter(isPodReady).length,
  }
}

/** The end is announced first, and is there once no Pod of the Job is left running. */
function conditionsOf(
  job: Job,
  pods: JobPods,
  outcome: Outcome | undefined,
  now: string,
): WorkloadCondition[] {
  const before = job.status?.conditions ?? []
  const wanted: Outcome[] = []
  if (outcome !== undefined) {
    const announcement = outcome.type === 'Failed' ? 'FailureTarget' : 'SuccessCriteriaMet'
    const hasEnded = pods.active.length === 0 && pods.terminating === 0
    wanted.push({ ...outcome, type: announcement }, ...(hasEnded ? [outcome] : []))
  }
  const added = wanted
    .filter(({ type }) => !before.some((condition) => condition.type === type))
    .map((condition) => stamped(condition, 'True', now))
  const isSuspended = job.spec.suspend === true
  const suspended = before.find(({ type }) => type === 'Suspended')
  const isSaid = (suspended?.status === 'True') === isSuspended
  if (outcome !== undefined || isSaid) return [...before, ...added]
  const others = before.filter((condition) => condition !== suspended)
  const [reason, message] = isSuspended
    ? ['JobSuspended', 'Job suspended']
    : ['JobResumed', 'Job resumed']
  const status = isSuspended ? 'True' : 'False'
  return [...others, stamped({ type: 'Suspended', reason, message }, status, now)]
}

function stamped(condition: Outcome, status: 'True' | 'False', now: string): WorkloadCondition {
  return { ...condition, status, lastProbeTime: now, lastTransitionTime: now }
}

/** Whether a condition is `True`. */
export function hasCondition(job: Job, wanted: string): boolean {
  return (
    job.status?.conditions?.some(({ type, status }) => type === wanted && status === 'True') ===
    true
  )
}

/** Whether the Job has come to its end, well or not. */
export function isFinished(job: Job): boolean {
  return hasCondition(job, 'Complete') || hasCondition(job, 'Failed')
}

/** `[0, 1, 2, 5]` → `0-2,5`. */
export function formatIndexes(indexes: readonly number[]): string {
  const runs: [number, number][] = []
  for (const index of indexes) {
    const last = runs.at(-1)
    if (last !== undefined && last[1] === index - 1) last[1] = index
    else runs.push([index, index])
  }
  return runs
    .map(([first, last]) => {
      if (first === last) return `${first}`
      return last === first + 1 ? `${first},${last}` : `${first}-${last}`
    })
    .join(',')
}

/** `0-2,5` → `[0, 1, 2, 5]`; what is no number is left out. */
export function parseIndexes(text: string): number[] {
  return text
    .split(',')
    .filter((part) => /^\d{1,6}(-\d{1,6})?$/.test(part))
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number)
      return Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => first + offset)
    })
}
