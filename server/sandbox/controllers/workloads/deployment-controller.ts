/** Deployments → ReplicaSets: a new one per template, rolled out within the strategy's limits. */
import { isDeepStrictEqual } from 'node:util'
import type { Deployment } from '@/lib/gateway-api/types'
import {
  compareAge,
  newReplicaSetSize,
  pausedChanges,
  type ReplicaChanges,
  recreateChanges,
  replicasOf,
  rollingChanges,
  rolloutLimits,
} from './deployment-rollout'
import { deploymentStatus, isComplete } from './deployment-status'
import { buildReplicaSet, hasTemplateOf, REVISION, revisionOf } from './new-replica-set'
import { DONE, type Reconciled } from './work-queue'
import type { WorkloadContext } from './workload-context'
import {
  controllerOf,
  getOf,
  listOf,
  RESOURCES,
  type ReplicaSet,
  reconciledFrom,
  reconciledFromAll,
} from './workload-objects'

const COMPONENT = 'deployment-controller'
const DESIRED = 'deployment.kubernetes.io/desired-replicas'
const MAX = 'deployment.kubernetes.io/max-replicas'

/** One step: the ReplicaSet of the template, replica counts, history, status. Events bring the next step. */
export async function reconcileDeployment(
  context: WorkloadContext,
  namespace: string,
  name: string,
): Promise<Reconciled> {
  const deployment = getOf(context.client, 'deployments', namespace, name)
  if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return DONE
  const owned = replicaSetsOf(context, deployment)
  const ensured = await ensureReplicaSet(context, deployment, owned)
  if (ensured.kind === 'failed') return ensured
  const step = await scaleStep(context, deployment)
  if (step.kind === 'failed') return step
  return writeStatus(context, namespace, name)
}

function replicaSetsOf(context: WorkloadContext, deployment: Deployment): ReplicaSet[] {
  return listOf(context.client, 'replicasets', deployment.metadata.namespace).filter(
    (set) =>
      controllerOf(set)?.uid === deployment.metadata.uid &&
      set.metadata.deletionTimestamp === undefined,
  )
}

/** The ReplicaSet with the Deployment's template, the oldest if there are several, and the others. */
function split(
  deployment: Deployment,
  owned: readonly ReplicaSet[],
): { newSet: ReplicaSet | undefined; oldSets: ReplicaSet[] } {
  const sorted = [...owned].sort(compareAge)
  const newSet = sorted.find((set) => hasTemplateOf(set, deployment))
  return { newSet, oldSets: sorted.filter((set) => set !== newSet) }
}

/** Creates the template's ReplicaSet, or moves its revision to the front after a rollback. */
async function ensureReplicaSet(
  context: WorkloadContext,
  deployment: Deployment,
  owned: readonly ReplicaSet[],
): Promise<Reconciled> {
  const { newSet, oldSets } = split(deployment, owned)
  const revision = Math.max(0, ...oldSets.map(revisionOf)) + 1
  if (newSet !== undefined) {
    if (revisionOf(newSet) >= revision) return DONE
    return reconciledFrom(
      await context.client.update(
        RESOURCES.replicasets,
        withAnnotations(newSet, { [REVISION]: `${revision}` }),
      ),
    )
  }
  if (deployment.spec.paused === true) return DONE
  const isRecreate = deployment.spec.strategy?.type === 'Recreate'
  const replicas = isRecreate ? 0 : newReplicaSetSize(deployment, undefined, owned)
  const isNameTaken = (name: string) =>
    getOf(context.client, 'replicasets', deployment.metadata.namespace ?? '', name) !== undefined
  const replicaSet = withAnnotations(
    buildReplicaSet(deployment, replicas, isNameTaken),
    annotationsFor(deployment, revision),
  )
  const result = await context.client.create(RESOURCES.replicasets, replicaSet)
  if (result.ok && replicas > 0) recordScaling(context, deployment, replicaSet, 0, replicas)
  return reconciledFrom(result)
}

function annotationsFor(deployment: Deployment, revision: number): Record<string, string> {
  const wanted = replicasOf(deployment)
  return {
    [DESIRED]: `${wanted}`,
    [MAX]: `${wanted + rolloutLimits(deployment).maxSurge}`,
    [REVISION]: `${revision}`,
  }
}

function withAnnotations(
  set: ReplicaSet,
  annotations: Readonly<Record<string, string>>,
): ReplicaSet {
  return {
    ...set,
    metadata: { ...set.metadata, annotations: { ...set.metadata.annotations, ...annotations } },
  }
}

async function scaleStep(context: WorkloadContext, deployment: Deployment): Promise<Reconciled> {
  const { newSet, oldSets } = split(deployment, replicaSetsOf(context, deployment))
  const changes = changesOf(context, deployment, newSet, oldSets)
  const sets = newSet === undefined ? oldSets : [newSet, ...oldSets]
  const results = await Promise.all(
    sets.flatMap((set) => {
      const replicas = changes.get(set.metadata.name)
      if (replicas === undefined) return []
      const { [DESIRED]: desired, [MAX]: max } = annotationsFor(deployment, 0)
      const annotated = withAnnotations(set, { [DESIRED]: desired ?? '', [MAX]: max ?? '' })
      recordScaling(context, deployment, set, replicasOf(set), replicas)
      return [
        context.client.update(RESOURCES.replicasets, {
          ...annotated,
          spec: { ...set.spec, replicas },
        } as ReplicaSet),
      ]
    }),
  )
  return reconciledFromAll(results)
}

function changesOf(
  context: WorkloadContext,
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
): ReplicaChanges {
  if (deployment.spec.paused === true) return pausedChanges(deployment, newSet, oldSets)
  if (deployment.spec.strategy?.type === 'Recreate') {
    const oldUids = new Set(oldSets.map((set) => set.metadata.uid))
    const hasOldPods = listOf(context.client, 'pods', deployment.metadata.namespace).some((pod) =>
      oldUids.has(controllerOf(pod)?.uid),
    )
    return recreateChanges(deployment, newSet, oldSets, hasOldPods)
  }
  return newSet === undefined ? new Map() : rollingChanges(deployment, newSet, oldSets)
}

function recordScaling(
  context: WorkloadContext,
  deployment: Deployment,
  set: ReplicaSet,
  from: number,
  to: number,
): void {
  context.events.record(deployment, {
    type: 'Normal',
    reason: 'ScalingReplicaSet',
    message: `Scaled ${to > from ? 'up' : 'down'} replica set ${set.metadata.name} from ${from} to ${to}`,
    component: COMPONENT,
  })
}

async function writeStatus(
  context: WorkloadContext,
  namespace: string,
  name: string,
): Promise<Reconciled> {
  const { client, clock } = context
  const deployment = getOf(client, 'deployments', namespace, name)
  if (deployment === undefined) return DONE
  const { newSet, oldSets } = split(deployment, replicaSetsOf(context, deployment))
  const annotated = await recordRevision(context, deployment, newSet)
  if (annotated.kind === 'failed') return annotated
  const current = getOf(client, 'deployments', namespace, name) ?? deployment
  const { status, deadlineInMs } = deploymentStatus(current, newSet, oldSets, clock.now())
  if (!isDeepStrictEqual(current.status, status)) {
    const written = reconciledFrom(
      await client.updateStatus(RESOURCES.deployments, { ...current, status } as Deployment),
    )
    if (written.kind === 'failed') return written
  }
  if (isComplete(current, status)) {
    const cleaned = await removeHistory(context, current, oldSets)
    if (cleaned.kind === 'failed') return cleaned
  }
  return deadlineInMs === undefined ? DONE : { kind: 'later', afterMs: deadlineInMs }
}

/** Puts the revision on the Deployment, where `kubectl rollout history` looks; the generation stays. */
async function recordRevision(
  context: WorkloadContext,
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
): Promise<Reconciled> {
  const revision = newSet?.metadata.annotations?.[REVISION]
  if (revision === undefined || deployment.metadata.annotations?.[REVISION] === revision) {
    return DONE
  }
  const annotations = { ...deployment.metadata.annotations, [REVISION]: revision }
  const annotated = { ...deployment, metadata: { ...deployment.metadata, annotations } }
  return reconciledFrom(await context.client.update(RESOURCES.deployments, annotated))
}

/** Old ReplicaSets without Pods beyond revisionHistoryLimit, oldest revisions first. */
async function removeHistory(
  context: WorkloadContext,
  deployment: Deployment,
  oldSets: readonly ReplicaSet[],
): Promise<Reconciled> {
  const empty = oldSets
    .filter((set) => replicasOf(set) === 0 && (set.status?.replicas ?? 0) === 0)
    .sort((left, right) => revisionOf(left) - revisionOf(right))
  const surplus = empty.length - (deployment.spec.revisionHistoryLimit ?? 10)
  const results = await Promise.all(
    empty
      .slice(0, Math.max(0, surplus))
      .map((set) =>
        context.client.delete(
          RESOURCES.replicasets,
          set.metadata.namespace ?? '',
          set.metadata.name,
          { uid: set.metadata.uid ?? '' },
        ),
      ),
  )
  return reconciledFromAll(results)
}
