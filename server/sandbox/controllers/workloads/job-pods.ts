/** The Pods a Job creates. */
import type { Pod } from '@/lib/gateway-api/types'
import type { ApiResult } from '../../api/contracts'
import type { WorkloadContext } from './workload-context'
import { controlledBy, type Job, nameSuffix, RESOURCES } from './workload-objects'

export const JOB_COMPONENT = 'job-controller'

/** Label and annotation of a Pod that works on one index of an indexed Job. */
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index'

/** Creates one Pod; `index` is undefined for a Job without indexes. */
export async function createJobPod(
  context: WorkloadContext,
  job: Job,
  index: number | undefined,
): Promise<ApiResult> {
  const result = await context.client.create(RESOURCES.pods, podOf(context, job, index))
  const event = result.ok
    ? ({ type: 'Normal', reason: 'SuccessfulCreate' } as const)
    : ({ type: 'Warning', reason: 'FailedCreate' } as const)
  const message = result.ok
    ? `Created pod: ${result.object.metadata.name}`
    : `Error creating: ${result.message}`
  context.events.record(job, { ...event, message, component: JOB_COMPONENT })
  return result
}

function podOf(context: WorkloadContext, job: Job, index: number | undefined): Pod {
  const { template } = job.spec
  const { creationTimestamp: _, ...metadata } = template.metadata ?? {}
  const generateName =
    index === undefined ? `${job.metadata.name}-` : `${job.metadata.name}-${index}-`
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      name: `${generateName}${nameSuffix(context.random)}`,
      namespace: job.metadata.namespace ?? '',
      generateName,
      ownerReferences: [controlledBy(job)],
    },
    spec: structuredClone(template.spec),
  }
  return index === undefined ? pod : withIndex(pod, `${job.metadata.name}-${index}`, String(index))
}

function withIndex(pod: Pod, hostname: string, index: string): Pod {
  const { labels, annotations } = pod.metadata
  const fieldRef = { apiVersion: 'v1', fieldPath: `metadata.annotations['${COMPLETION_INDEX}']` }
  const variable = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef } }
  const spec: Pod['spec'] & { hostname: string } = {
    ...pod.spec,
    hostname,
    containers: pod.spec.containers.map((container) => ({
      ...container,
      env: [...(container.env ?? []), variable],
    })),
  }
  const metadata = {
    ...pod.metadata,
    labels: { ...labels, [COMPLETION_INDEX]: index },
    annotations: { ...annotations, [COMPLETION_INDEX]: index },
  }
  return { ...pod, metadata, spec }
}
