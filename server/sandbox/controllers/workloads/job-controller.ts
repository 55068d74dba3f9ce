/** Jobs → Pods until enough of them have succeeded, and the status that says so. Source: k8s.io/kubernetes/pkg/controller/job. */
import { isDeepStrictEqual } from 'node:util'
import type { Pod } from '@/lib/gateway-api/types'
import type { ApiResult } from '../../api/contracts'
import { createJobPod, JOB_COMPONENT } from './job-pods'
import {
  hasCondition,
  isFinished,
  type JobPods,
  jobPodsOf,
  jobStatus,
  outcomeOf,
} from './job-status'
import { REPLICA_BURST_MAX } from './limits'
import { DONE, type Reconciled } from './work-queue'
import type { WorkloadContext } from './workload-context'
import {
  getOf,
  type Job,
  listOf,
  RESOURCES,
  reconciledFrom,
  reconciledFromAll,
} from './workload-objects'

const OWN_NAME = 'kubernetes.io/job-controller'

/** Creates or deletes Pods of a Job, writes its status, and removes it when its time after the end is over. */
export async function reconcileJob(
  context: WorkloadContext,
  namespace: string,
  name: string,
): Promise<Reconciled> {
  const job = getOf(context.client, 'jobs', namespace, name)
  if (job === undefined || job.metadata.deletionTimestamp !== undefined) return DONE
  if ((job.spec.managedBy ?? OWN_NAME) !== OWN_NAME) return DONE
  if (isFinished(job)) return removeInTime(context, job)
  const pods = podsOf(context, job)
  const scaled = reconciledFromAll(await scale(context, job, pods))
  if (scaled.kind === 'failed') return scaled
  return writeStatus(context, job)
}

function podsOf(context: WorkloadContext, job: Job): JobPods {
  return jobPodsOf(job, listOf(context.client, 'pods', job.metadata.namespace))
}

/** ttlSecondsAfterFinished. */
async function removeInTime(context: WorkloadContext, job: Job): Promise<Reconciled> {
  const { ttlSecondsAfterFinished } = job.spec
  if (ttlSecondsAfterFinished === undefined) return DONE
  const ended = job.status?.conditions?.find(
    ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
  )
  const since = Date.parse(ended?.lastTransitionTime ?? '')
  const afterMs = since + ttlSecondsAfterFinished * 1_000 - context.clock.now()
  if (afterMs > 0) return { kind: 'later', afterMs }
  const { name, namespace = '', uid = '' } = job.metadata
  const options = { uid, propagationPolicy: 'Background' } as const
  return reconciledFrom(await context.client.delete(RESOURCES.jobs, namespace, name, options))
}

/** How many Pods should run now. */
function wantedActive(job: Job, pods: JobPods, nowMs: number): number {
  const { parallelism = 1, completions, suspend = false } = job.spec
  if (suspend || outcomeOf(job, pods, nowMs) !== undefined) return 0
  if (completions !== undefined) return Math.min(parallelism, completions - pods.succeeded)
  // Without a number of completions the first success ends the work: what runs finishes, nothing new begins.
  return pods.succeeded > 0 ? Math.min(parallelism, pods.active.length) : parallelism
}

/** At most one burst; the events of its Pods bring the next turn. */
async function scale(context: WorkloadContext, job: Job, pods: JobPods): Promise<ApiResult[]> {
  const wanted = wantedActive(job, pods, context.clock.now())
  const missing = wanted - pods.active.length - pods.terminating
  if (missing > 0) {
    const free = pods.freeIndexes(Math.min(missing, REPLICA_BURST_MAX))
    return Promise.all(free.map((index) => createJobPod(context, job, index)))
  }
  const surplus = Math.max(0, pods.active.length - Math.max(0, wanted))
  const victims = pods.active.slice(0, Math.min(surplus, REPLICA_BURST_MAX))
  return Promise.all(victims.map((pod) => deletePod(context, job, pod)))
}

async function deletePod(context: WorkloadContext, job: Job, pod: Pod): Promise<ApiResult> {
  const { name, namespace = '', uid = '' } = pod.metadata
  const result = await context.client.delete(RESOURCES.pods, namespace, name, { uid })
  if (result.ok) {
    const message = `Deleted pod: ${name}`
    const event = { type: 'Normal', reason: 'SuccessfulDelete', message } as const
    context.events.record(job, { ...event, component: JOB_COMPONENT })
  }
  return result
}

async function writeStatus(context: WorkloadContext, before: Job): Promise<Reconciled> {
  const { name, namespace = '' } = before.metadata
  const job = getOf(context.client, 'jobs', namespace, name)
  if (job === undefined) return DONE
  const nowMs = context.clock.now()
  const status = jobStatus(job, podsOf(context, job), nowMs)
  if (!isDeepStrictEqual(job.status, status)) {
    const changed: Job = { ...job, status }
    const written = reconciledFrom(await context.client.updateStatus(RESOURCES.jobs, changed))
    if (written.kind !== 'done') return written
    recordEnd(context, changed)
  }
  const { activeDeadlineSeconds } = job.spec
  if (activeDeadlineSeconds === undefined || status.startTime === undefined) return DONE
  const afterMs = Date.parse(status.startTime) + activeDeadlineSeconds * 1_000 - nowMs
  return afterMs > 0 ? { kind: 'later', afterMs } : DONE
}

function recordEnd(context: WorkloadContext, job: Job): void {
  const failed = job.status?.conditions?.find(({ type }) => type === 'Failed')
  if (failed !== undefined) {
    const { reason = '', message = '' } = failed
    context.events.record(job, { type: 'Warning', reason, message, component: JOB_COMPONENT })
  } else if (hasCondition(job, 'Complete')) {
    const message = 'Job completed'
    const event = { type: 'Normal', reason: 'Completed', message } as const
    context.events.record(job, { ...event, component: JOB_COMPONENT })
  }
}
