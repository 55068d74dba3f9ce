/**
 * How many replicas each ReplicaSet of a Deployment should have next. Pure.
 * Source: rolling.go and deployment_util.go of k8s.io/kubernetes/pkg/controller/deployment.
 */
import type { Deployment } from '@/lib/gateway-api/types'
import type { ReplicaSet } from './workload-objects'

/** New replica counts by ReplicaSet name; a ReplicaSet that stays as it is has no entry. */
export type ReplicaChanges = ReadonlyMap<string, number>

export interface RolloutLimits {
  readonly maxSurge: number
  readonly maxUnavailable: number
}

/** Surge and unavailability in Pods: percentages of the replicas, surge rounded up, unavailability down. */
export function rolloutLimits(deployment: Deployment): RolloutLimits {
  if (deployment.spec.strategy?.type === 'Recreate') return { maxSurge: 0, maxUnavailable: 0 }
  const replicas = replicasOf(deployment)
  const { maxSurge, maxUnavailable } = deployment.spec.strategy?.rollingUpdate ?? {}
  const surge = toCount(maxSurge ?? '25%', replicas, Math.ceil)
  const unavailable = toCount(maxUnavailable ?? '25%', replicas, Math.floor)
  // With neither, no Pod could ever be replaced.
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable }
}

function toCount(value: number | string, total: number, round: (exact: number) => number): number {
  if (typeof value === 'number') return value
  return round((Number.parseInt(value, 10) * total) / 100)
}

/** spec.replicas with its default. */
export function replicasOf(workload: { spec: { replicas?: number } }): number {
  return workload.spec.replicas ?? 1
}

const availableOf = (replicaSet: ReplicaSet) => replicaSet.status?.availableReplicas ?? 0
const sumOf = (sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number) =>
  sets.reduce((sum, set) => sum + count(set), 0)

/**
 * Replicas a new ReplicaSet starts with, or the current one grows to: never above the surge in total.
 * `others` are all ReplicaSets of the Deployment except the new one.
 */
export function newReplicaSetSize(
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  others: readonly ReplicaSet[],
): number {
  const wanted = replicasOf(deployment)
  const current = newSet === undefined ? 0 : replicasOf(newSet)
  if (current >= wanted) return wanted
  const totalMax = wanted + rolloutLimits(deployment).maxSurge
  const room = totalMax - current - sumOf(others, replicasOf)
  return current + Math.max(0, Math.min(room, wanted - current))
}

/** One step of a rolling update: first up, then down by as many as availability allows. */
export function rollingChanges(
  deployment: Deployment,
  newSet: ReplicaSet,
  oldSets: readonly ReplicaSet[],
): ReplicaChanges {
  const size = newReplicaSetSize(deployment, newSet, oldSets)
  if (size !== replicasOf(newSet)) return new Map([[newSet.metadata.name, size]])
  const active = oldSets.filter((set) => replicasOf(set) > 0)
  if (active.length === 0) return new Map()
  const availableMin = replicasOf(deployment) - rolloutLimits(deployment).maxUnavailable
  const newUnavailable = Math.max(0, replicasOf(newSet) - availableOf(newSet))
  const total = replicasOf(newSet) + sumOf(active, replicasOf)
  const removable = total - availableMin - newUnavailable
  if (removable <= 0) return new Map()
  const targets = new Map(active.map((set) => [set.metadata.name, replicasOf(set)]))
  const oldestFirst = [...active].sort(compareAge)
  const removed = removeUnhealthy(oldestFirst, targets, removable)
  removeHealthy(oldestFirst, targets, {
    removable: removable - removed,
    spare: availableOf(newSet) + sumOf(active, availableOf) - availableMin,
  })
  for (const set of active) {
    if (targets.get(set.metadata.name) === replicasOf(set)) targets.delete(set.metadata.name)
  }
  return targets
}

/** Pods that are not available cost nothing to remove. */
function removeUnhealthy(
  sets: readonly ReplicaSet[],
  targets: Map<string, number>,
  removable: number,
): number {
  let removed = 0
  for (const set of sets) {
    const target = targets.get(set.metadata.name) ?? 0
    const count = Math.min(removable - removed, Math.max(0, target - availableOf(set)))
    targets.set(set.metadata.name, target - count)
    removed += count
  }
  return removed
}

function removeHealthy(
  sets: readonly ReplicaSet[],
  targets: Map<string, number>,
  allowance: { readonly removable: number; readonly spare: number },
): void {
  let left = Math.min(allowance.removable, allowance.spare)
  for (const set of sets) {
    if (left <= 0) return
    const target = targets.get(set.metadata.name) ?? 0
    const count = Math.min(left, target)
    targets.set(set.metadata.name, target - count)
    left -= count
  }
}

/** One step of a Recreate rollout: everything old to nothing, and only then the new. */
export function recreateChanges(
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
  hasOldPods: boolean,
): ReplicaChanges {
  const active = oldSets.filter((set) => replicasOf(set) > 0)
  if (active.length > 0) return new Map(active.map((set) => [set.metadata.name, 0]))
  if (hasOldPods || newSet === undefined) return new Map()
  const wanted = replicasOf(deployment)
  return replicasOf(newSet) === wanted ? new Map() : new Map([[newSet.metadata.name, wanted]])
}

/** Scaling while paused: the difference goes to the newest ReplicaSet that has Pods. */
export function pausedChanges(
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
): ReplicaChanges {
  const sets = newSet === undefined ? [...oldSets] : [newSet, ...oldSets]
  const active = sets.filter((set) => replicasOf(set) > 0).sort(compareAge)
  const newest = active.at(-1) ?? newSet
  if (newest === undefined) return new Map()
  const { maxSurge } = rolloutLimits(deployment)
  const total = sumOf(active, replicasOf)
  const wanted = replicasOf(deployment)
  const totalMax = active.length > 1 ? wanted + maxSurge : wanted
  const isWithin = total <= totalMax && total >= wanted
  if (isWithin) return new Map()
  const size = Math.max(0, replicasOf(newest) + (total < wanted ? wanted : totalMax) - total)
  return size === replicasOf(newest) ? new Map() : new Map([[newest.metadata.name, size]])
}

/** Oldest first; names decide between those of one second. */
export function compareAge(left: ReplicaSet, right: ReplicaSet): number {
  const [older, newer] = [
    left.metadata.creationTimestamp ?? '',
    right.metadata.creationTimestamp ?? '',
  ]
  if (older !== newer) return older < newer ? -1 : 1
  return left.metadata.name < right.metadata.name ? -1 : 1
}
