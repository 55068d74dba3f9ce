/** Status and conditions of a Deployment, so that `kubectl rollout status` and `kubectl wait` end. Pure. */
import type { Deployment } from '@/lib/gateway-api/types'
import { formatTime } from './clock'
import { replicasOf, rolloutLimits } from './deployment-rollout'
import type { ReplicaSet, WorkloadCondition } from './workload-objects'

type DeploymentStatus = NonNullable<Deployment['status']>
type DeploymentCondition = NonNullable<DeploymentStatus['conditions']>[number]

interface Counts {
  replicas: number
  updatedReplicas: number
  readyReplicas: number
  availableReplicas: number
}

export interface StatusUpdate {
  readonly status: DeploymentStatus
  /** Milliseconds until the progress deadline, when there is one to watch. */
  readonly deadlineInMs: number | undefined
}

/** The status by what the ReplicaSets report, and by when it last moved. */
export function deploymentStatus(
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
  nowMs: number,
): StatusUpdate {
  const sets = newSet === undefined ? oldSets : [newSet, ...oldSets]
  const counts: Counts = {
    replicas: sum(sets, (set) => set.status?.replicas),
    updatedReplicas: newSet?.status?.replicas ?? 0,
    readyReplicas: sum(sets, (set) => set.status?.readyReplicas),
    availableReplicas: sum(sets, (set) => set.status?.availableReplicas),
  }
  const asked = sets.reduce((total, set) => total + replicasOf(set), 0)
  const progress = progressCondition(deployment, newSet, counts, nowMs)
  const conditions = [availableCondition(deployment, counts), progress]
    .filter((condition) => condition !== undefined)
    .map((condition) => withTimes(deployment, condition, nowMs))
  return {
    status: {
      observedGeneration: deployment.metadata.generation ?? 1,
      ...withoutZeros({
        ...counts,
        unavailableReplicas: Math.max(0, asked - counts.availableReplicas),
      }),
      conditions,
    },
    deadlineInMs: deadlineOf(deployment, conditions, nowMs),
  }
}

function sum(sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number | undefined): number {
  return sets.reduce((total, set) => total + (count(set) ?? 0), 0)
}

function withoutZeros(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0))
}

function availableCondition(deployment: Deployment, counts: Counts): WorkloadCondition {
  const isAvailable =
    counts.availableReplicas >= replicasOf(deployment) - rolloutLimits(deployment).maxUnavailable
  return isAvailable
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      }
}

/** Whether the rollout has reached its end. */
export function isComplete(deployment: Deployment, counts: Partial<Counts>): boolean {
  const wanted = replicasOf(deployment)
  return (
    (counts.updatedReplicas ?? 0) === wanted &&
    (counts.replicas ?? 0) === wanted &&
    (counts.availableReplicas ?? 0) === wanted
  )
}

function progressCondition(
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  counts: Counts,
  nowMs: number,
): WorkloadCondition | undefined {
  const before = conditionOf(deployment, 'Progressing')
  const of = (status: WorkloadCondition['status'], reason: string, message: string) => ({
    type: 'Progressing',
    status,
    reason,
    message,
  })
  if (deployment.spec.paused === true) {
    return of('Unknown', 'DeploymentPaused', 'Deployment is paused')
  }
  if (newSet === undefined) return before
  const { name } = newSet.metadata
  if (isComplete(deployment, counts)) {
    return of('True', 'NewReplicaSetAvailable', `ReplicaSet "${name}" has successfully progressed.`)
  }
  const isNew = before === undefined
  if (isNew) return of('True', 'NewReplicaSetCreated', `Created new replica set "${name}"`)
  if (hasProgressed(deployment, counts) || before.reason === 'DeploymentPaused') {
    return of('True', 'ReplicaSetUpdated', `ReplicaSet "${name}" is progressing.`)
  }
  if (before.reason === 'NewReplicaSetAvailable') {
    // A finished rollout that lost a Pod is not a stuck one, unless there is something new to roll out.
    const isSameSet = before.message.includes(`"${name}"`)
    return isSameSet
      ? before
      : of('True', 'ReplicaSetUpdated', `ReplicaSet "${name}" is progressing.`)
  }
  const deadlineMs = (deployment.spec.progressDeadlineSeconds ?? 600) * 1_000
  const isLate = nowMs - Date.parse(before.lastUpdateTime ?? '') >= deadlineMs
  return isLate
    ? of('False', 'ProgressDeadlineExceeded', `ReplicaSet "${name}" has timed out progressing.`)
    : before
}

/** More updated, fewer old, more ready or more available than the last status says. */
function hasProgressed(deployment: Deployment, counts: Counts): boolean {
  const before = deployment.status ?? {}
  const oldBefore = (before.replicas ?? 0) - (before.updatedReplicas ?? 0)
  return (
    counts.updatedReplicas > (before.updatedReplicas ?? 0) ||
    counts.replicas - counts.updatedReplicas < oldBefore ||
    counts.readyReplicas > (before.readyReplicas ?? 0) ||
    counts.availableReplicas > (before.availableReplicas ?? 0)
  )
}

function conditionOf(deployment: Deployment, type: string): DeploymentCondition | undefined {
  return deployment.status?.conditions?.find((condition) => condition.type === type)
}

/** lastUpdateTime moves with any change or with progress, lastTransitionTime with the status only. */
function withTimes(
  deployment: Deployment,
  condition: WorkloadCondition,
  nowMs: number,
): DeploymentCondition {
  const now = formatTime(nowMs)
  const before = conditionOf(deployment, condition.type)
  const isSame =
    before?.status === condition.status &&
    before.reason === condition.reason &&
    before.message === condition.message
  return {
    type: condition.type,
    status: condition.status,
    lastUpdateTime: isSame ? (before.lastUpdateTime ?? now) : now,
    lastTransitionTime:
      before?.status === condition.status ? (before.lastTransitionTime ?? now) : now,
    reason: condition.reason ?? '',
    message: condition.message ?? '',
  }
}

function deadlineOf(
  deployment: Deployment,
  conditions: readonly DeploymentCondition[],
  nowMs: number,
): number | undefined {
  const progress = conditions.find(({ type }) => type === 'Progressing')
  const isWaiting =
    progress?.reason === 'ReplicaSetUpdated' || progress?.reason === 'NewReplicaSetCreated'
  if (!isWaiting) return undefined
  const deadlineMs = (deployment.spec.progressDeadlineSeconds ?? 600) * 1_000
  return Math.max(1_000, Date.parse(progress.lastUpdateTime ?? '') + deadlineMs - nowMs)
}
