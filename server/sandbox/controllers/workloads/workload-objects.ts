/** Typed views of the objects the controllers work on, and the one place where stored objects get those types. */
import type { ResourceKind } from '@/lib/gateway-api/kinds'
import type {
  ConditionStatus,
  Deployment,
  EndpointSlice,
  KubernetesObject,
  LabelSelector,
  Namespace,
  ObjectMeta,
  OwnerReference,
  Pod,
  PodSpec,
  Service,
} from '@/lib/gateway-api/types'
import type { ApiClient, ApiResult } from '../../api/contracts'
import { DEPLOYMENT_KIND } from '../../kinds/core/deployment-kind'
import { ENDPOINT_SLICE_KIND } from '../../kinds/core/endpoint-slice-kind'
import { EVENT_KIND } from '../../kinds/core/event-kind'
import { JOB_KIND } from '../../kinds/core/job-kind'
import { NAMESPACE_KIND } from '../../kinds/core/namespace-kind'
import { NODE_KIND } from '../../kinds/core/node-kind'
import { POD_KIND } from '../../kinds/core/pod-kind'
import { REPLICA_SET_KIND } from '../../kinds/core/replica-set-kind'
import { SERVICE_ACCOUNT_KIND } from '../../kinds/core/service-account-kind'
import { SERVICE_KIND } from '../../kinds/core/service-kind'
import { DONE, type Reconciled } from './work-queue'

/** A Pod template as workloads carry it. */
export interface PodTemplate {
  metadata?: Partial<ObjectMeta>
  spec: PodSpec
}

export interface WorkloadCondition {
  type: string
  status: ConditionStatus
  reason?: string
  message?: string
  lastTransitionTime?: string
  lastUpdateTime?: string
  lastProbeTime?: string
}

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/replica-set-v1/ */
export interface ReplicaSet extends KubernetesObject {
  spec: {
    replicas?: number
    minReadySeconds?: number
    selector: LabelSelector
    template: PodTemplate
  }
  status?: ReplicaSetStatus
}

export interface ReplicaSetStatus {
  replicas: number
  fullyLabeledReplicas?: number
  readyReplicas?: number
  availableReplicas?: number
  observedGeneration?: number
}

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/ */
export interface Job extends KubernetesObject {
  spec: {
    parallelism?: number
    completions?: number
    completionMode?: string
    backoffLimit?: number
    activeDeadlineSeconds?: number
    ttlSecondsAfterFinished?: number
    suspend?: boolean
    managedBy?: string
    template: PodTemplate
  }
  status?: JobStatus
}

export interface JobStatus {
  conditions?: WorkloadCondition[]
  startTime?: string
  completionTime?: string
  active?: number
  ready?: number
  terminating?: number
  succeeded?: number
  failed?: number
  completedIndexes?: string
  uncountedTerminatedPods?: Record<string, never>
}

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/, the core form. */
export interface CoreEvent extends KubernetesObject {
  involvedObject: Record<string, string>
  reason: string
  message: string
  type: string
  count: number
  firstTimestamp: string
  lastTimestamp: string
  source: { component: string; host?: string }
}

/** The kinds that are watched, by the prefix of their work queue keys. */
export interface WorkloadTypes {
  deployments: Deployment
  replicasets: ReplicaSet
  jobs: Job
  nodes: KubernetesObject
  pods: Pod
  services: Service
  endpointslices: EndpointSlice
  namespaces: Namespace
  serviceaccounts: KubernetesObject
  events: CoreEvent
}

export type WorkloadPlural = keyof WorkloadTypes

export const RESOURCES: Readonly<Record<WorkloadPlural, ResourceKind>> = {
  deployments: DEPLOYMENT_KIND.resource,
  replicasets: REPLICA_SET_KIND.resource,
  jobs: JOB_KIND.resource,
  nodes: NODE_KIND.resource,
  pods: POD_KIND.resource,
  services: SERVICE_KIND.resource,
  endpointslices: ENDPOINT_SLICE_KIND.resource,
  namespaces: NAMESPACE_KIND.resource,
  serviceaccounts: SERVICE_ACCOUNT_KIND.resource,
  events: EVENT_KIND.resource,
}

/** The stored objects of a kind. They are shared: change copies only. */
export function listOf<P extends WorkloadPlural>(
  client: ApiClient,
  plural: P,
  namespace?: string,
): readonly Readonly<WorkloadTypes[P]>[] {
  // Admission has checked what is stored against the kind's schema.
  return client.list(RESOURCES[plural], namespace) as readonly WorkloadTypes[P][]
}

/** One stored object, or undefined. It is shared: change a copy only. */
export function getOf<P extends WorkloadPlural>(
  client: ApiClient,
  plural: P,
  namespace: string,
  name: string,
): Readonly<WorkloadTypes[P]> | undefined {
  return client.get(RESOURCES[plural], namespace, name) as WorkloadTypes[P] | undefined
}

/** Done, or failed with the API's message. An object that is gone needs no more work: its deletion is another event. */
export function reconciledFrom(result: ApiResult): Reconciled {
  if (result.ok || result.code === 404) return DONE
  return { kind: 'failed', message: `${result.code} ${result.reason}: ${result.message}` }
}

/** The first failure among results, or done. */
export function reconciledFromAll(results: readonly ApiResult[]): Reconciled {
  for (const result of results) {
    const reconciled = reconciledFrom(result)
    if (reconciled.kind !== 'done') return reconciled
  }
  return DONE
}

/** The owner that controls the object, if any. */
export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true)
}

/** An ownerReferences entry that makes `owner` the controller. */
export function controlledBy(owner: KubernetesObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  }
}

/** Whether the owner named by the reference is gone, or another object took its name. */
export function isOwnerGone(
  client: ApiClient,
  plural: WorkloadPlural,
  object: KubernetesObject,
  owner: OwnerReference,
): boolean {
  const found = client.get(RESOURCES[plural], object.metadata.namespace ?? '', owner.name)
  return found?.metadata.uid !== owner.uid
}

/** Whether a Pod has the condition `Ready` with status `True`. */
export function isPodReady(pod: Pod): boolean {
  return (
    pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ===
    true
  )
}

const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/** Five characters that cannot spell a word, as Kubernetes appends to generated names. */
export function nameSuffix(random: () => number): string {
  let suffix = ''
  for (let index = 0; index < 5; index += 1) {
    suffix += NAME_ALPHABET[Math.floor(random() * NAME_ALPHABET.length)] ?? 'b'
  }
  return suffix
}

/** A hash in the characters of generated names: each decimal digit mapped by its character code. */
export function encodeHash(hash: number): string {
  return [...String(hash)]
    .map((digit) => NAME_ALPHABET[digit.charCodeAt(0) % NAME_ALPHABET.length] ?? 'b')
    .join('')
}
