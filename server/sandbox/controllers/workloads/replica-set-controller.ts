/** ReplicaSets → as many Pods as they ask for. */
import { isDeepStrictEqual } from 'node:util'
import type { Pod } from '@/lib/gateway-api/types'
import type { ApiResult } from '../../api/contracts'
import { REPLICA_BURST_MAX } from './limits'
import { DONE, type Reconciled } from './work-queue'
import type { WorkloadContext } from './workload-context'
import {
  controlledBy,
  controllerOf,
  getOf,
  isOwnerGone,
  isPodReady,
  listOf,
  nameSuffix,
  RESOURCES,
  type ReplicaSet,
  type ReplicaSetStatus,
  reconciledFrom,
  reconciledFromAll,
  type WorkloadCondition,
} from './workload-objects'

const COMPONENT = 'replicaset-controller'

/** Creates or deletes Pods until the count is right, then writes the status. */
export async function reconcileReplicaSet(
  context: WorkloadContext,
  namespace: string,
  name: string,
): Promise<Reconciled> {
  const { client } = context
  const replicaSet = getOf(client, 'replicasets', namespace, name)
  if (replicaSet === undefined || replicaSet.metadata.deletionTimestamp !== undefined) return DONE
  const owner = controllerOf(replicaSet)
  if (owner?.kind === 'Deployment' && isOwnerGone(client, 'deployments', replicaSet, owner)) {
    return reconciledFrom(
      await client.delete(RESOURCES.replicasets, namespace, name, {
        uid: replicaSet.metadata.uid ?? '',
      }),
    )
  }
  const pods = podsOf(context, replicaSet)
  const difference = (replicaSet.spec.replicas ?? 1) - pods.length
  const scaled = reconciledFromAll(await scale(context, replicaSet, pods, difference))
  if (scaled.kind === 'failed') return scaled
  return writeStatus(context, replicaSet)
}

/** Pods the ReplicaSet controls that are neither terminating nor at their end. */
function podsOf(context: WorkloadContext, replicaSet: ReplicaSet): Pod[] {
  return listOf(context.client, 'pods', replicaSet.metadata.namespace).filter(
    (pod) =>
      controllerOf(pod)?.uid === replicaSet.metadata.uid &&
      pod.metadata.deletionTimestamp === undefined &&
      pod.status?.phase !== 'Failed' &&
      pod.status?.phase !== 'Succeeded',
  )
}

/** At most one burst; the events of its Pods bring the next turn. */
async function scale(
  context: WorkloadContext,
  replicaSet: ReplicaSet,
  pods: readonly Pod[],
  difference: number,
): Promise<ApiResult[]> {
  const count = Math.min(Math.abs(difference), REPLICA_BURST_MAX)
  if (difference > 0) {
    return Promise.all(Array.from({ length: count }, () => createPod(context, replicaSet)))
  }
  const victims = [...pods].sort(compareForDeletion).slice(0, count)
  return Promise.all(victims.map((pod) => deletePod(context, replicaSet, pod)))
}

async function createPod(context: WorkloadContext, replicaSet: ReplicaSet): Promise<ApiResult> {
  const { template } = replicaSet.spec
  const generateName = `${replicaSet.metadata.name}-`
  const { creationTimestamp: _, ...metadata } = template.metadata ?? {}
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      name: `${generateName}${nameSuffix(context.random)}`,
      namespace: replicaSet.metadata.namespace ?? '',
      generateName,
      ownerReferences: [controlledBy(replicaSet)],
    },
    spec: structuredClone(template.spec),
  }
  const result = await context.client.create(RESOURCES.pods, pod)
  context.events.record(
    replicaSet,
    result.ok
      ? {
          type: 'Normal',
          reason: 'SuccessfulCreate',
          message: `Created pod: ${result.object.metadata.name}`,
          component: COMPONENT,
        }
      : {
          type: 'Warning',
          reason: 'FailedCreate',
          message: `Error creating: ${result.message}`,
          component: COMPONENT,
        },
  )
  return result
}

async function deletePod(
  context: WorkloadContext,
  replicaSet: ReplicaSet,
  pod: Pod,
): Promise<ApiResult> {
  const { name, namespace = '', uid = '' } = pod.metadata
  const result = await context.client.delete(RESOURCES.pods, namespace, name, { uid })
  if (result.ok) {
    context.events.record(replicaSet, {
      type: 'Normal',
      reason: 'SuccessfulDelete',
      message: `Deleted pod: ${name}`,
      component: COMPONENT,
    })
  }
  return result
}

/** Pods that serve least go first: not ready before ready, then the youngest. */
function compareForDeletion(left: Pod, right: Pod): number {
  const readiness = Number(isPodReady(left)) - Number(isPodReady(right))
  if (readiness !== 0) return readiness
  const [older, newer] = [
    left.metadata.creationTimestamp ?? '',
    right.metadata.creationTimestamp ?? '',
  ]
  if (older !== newer) return older < newer ? 1 : -1
  return left.metadata.name < right.metadata.name ? -1 : 1
}

async function writeStatus(context: WorkloadContext, before: ReplicaSet): Promise<Reconciled> {
  const { name, namespace = '' } = before.metadata
  const replicaSet = getOf(context.client, 'replicasets', namespace, name)
  if (replicaSet === undefined) return DONE
  const { status, recheckAfterMs } = statusOf(context, replicaSet)
  const later: Reconciled =
    recheckAfterMs === undefined ? DONE : { kind: 'later', afterMs: recheckAfterMs }
  if (isDeepStrictEqual(replicaSet.status, status)) return later
  const written = reconciledFrom(
    await context.client.updateStatus(RESOURCES.replicasets, {
      ...replicaSet,
      status,
    } as ReplicaSet),
  )
  return written.kind === 'done' ? later : written
}

/** Counts, with zeros left out as Go's encoder does, and when the next Pod becomes available by waiting. */
function statusOf(
  context: WorkloadContext,
  replicaSet: ReplicaSet,
): { status: ReplicaSetStatus; recheckAfterMs: number | undefined } {
  const pods = podsOf(context, replicaSet)
  const waits = pods.filter(isPodReady).map((pod) => untilAvailable(context, replicaSet, pod))
  const labels = Object.entries(replicaSet.spec.template.metadata?.labels ?? {})
  const labelled = pods.filter((pod) =>
    labels.every(([key, value]) => pod.metadata.labels?.[key] === value),
  ).length
  const available = waits.filter((wait) => wait <= 0).length
  const positive = waits.filter((wait) => wait > 0)
  return {
    status: {
      replicas: pods.length,
      ...(labelled > 0 ? { fullyLabeledReplicas: labelled } : {}),
      ...(waits.length > 0 ? { readyReplicas: waits.length } : {}),
      ...(available > 0 ? { availableReplicas: available } : {}),
      observedGeneration: replicaSet.metadata.generation ?? 1,
    },
    recheckAfterMs: positive.length > 0 ? Math.min(...positive) : undefined,
  }
}

/** Milliseconds until a ready Pod has been ready for minReadySeconds. */
function untilAvailable(context: WorkloadContext, replicaSet: ReplicaSet, pod: Pod): number {
  const minReadyMs = (replicaSet.spec.minReadySeconds ?? 0) * 1_000
  if (minReadyMs === 0) return 0
  const conditions: WorkloadCondition[] = pod.status?.conditions ?? []
  const ready = conditions.find(({ type }) => type === 'Ready')
  const since = Date.parse(ready?.lastTransitionTime ?? '')
  return Number.isNaN(since) ? minReadyMs : since + minReadyMs - context.clock.now()
}
