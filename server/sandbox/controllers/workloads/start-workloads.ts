/** The controllers a laptop cluster needs, over the same API as everybody: Deployment → ReplicaSet → Pods → EndpointSlices; Job → Pods. */
import type { Logger } from '../../../log'
import type { ApiClient, PodRuntime } from '../../api/contracts'
import { affectedKeys } from './affected-keys'
import type { Clock } from './clock'
import { reconcileDeployment } from './deployment-controller'
import { reconcileEndpointSlices } from './endpoint-slice-controller'
import { createEventRecorder } from './event-recorder'
import { reconcileJob } from './job-controller'
import { reconcileNamespace } from './namespace-controller'
import { registerNode } from './node'
import { PodController } from './pod-controller'
import { reconcileReplicaSet } from './replica-set-controller'
import { createWorkQueue, DONE, type Reconciled } from './work-queue'
import type { WorkloadContext } from './workload-context'
import { listOf, RESOURCES, type WorkloadPlural } from './workload-objects'

export interface WorkloadsOptions {
  readonly client: ApiClient
  readonly runtime: PodRuntime
  readonly clock: Clock
  /** Uniform in [0, 1); names of Pods and slices. */
  readonly random: () => number
  readonly logger: Logger
}

export interface Workloads {
  /** Stops reconciling. Pods keep running; stopping them is the runtime's business. */
  stop(): Promise<void>
  /** Resolves when there is nothing left to do now; retries and deadlines in the future do not count. */
  settled(): Promise<void>
}

const WATCHED: readonly WorkloadPlural[] = [
  'namespaces',
  'serviceaccounts',
  'deployments',
  'replicasets',
  'jobs',
  'pods',
  'services',
  'endpointslices',
]

/**
 * Starts all controllers. Every object there is, is looked at once: Pods recorded as running are started
 * again, on a fresh socket, and their status and EndpointSlices follow.
 */
export function startWorkloads(options: WorkloadsOptions): Workloads {
  const { client, runtime, clock, random, logger } = options
  const events = createEventRecorder(client, clock)
  const context: WorkloadContext = {
    client,
    runtime,
    clock,
    random,
    events,
    portsByPodUid: new Map(),
    enqueue: (key) => queue.add(key),
  }
  const registered = registerNode(client, clock)
  const pods = new PodController(context)
  const queue = createWorkQueue({
    clock,
    logger,
    reconcile: (key) => reconcileKey(context, pods, key),
    onOverflow: () => {
      for (const plural of WATCHED) {
        for (const object of listOf(client, plural)) {
          for (const key of affectedKeys(client, plural, { type: 'MODIFIED', object }))
            queue.add(key)
        }
      }
    },
  })
  const unsubscribes = WATCHED.map((plural) =>
    client.watch(RESOURCES[plural], (event) => {
      for (const key of affectedKeys(client, plural, event)) queue.add(key)
    }),
  )
  return {
    async stop() {
      for (const unsubscribe of unsubscribes) unsubscribe()
      await registered
      await queue.stop()
      await events.settled()
    },
    async settled() {
      await registered
      await queue.settled()
      await events.settled()
    },
  }
}

/** Keys are `plural/namespace/name`; `services` stands for the EndpointSlices of a Service. */
function reconcileKey(
  context: WorkloadContext,
  pods: PodController,
  key: string,
): Promise<Reconciled> {
  const [plural = '', namespace = '', name = ''] = key.split('/')
  switch (plural) {
    case 'deployments':
      return reconcileDeployment(context, namespace, name)
    case 'replicasets':
      return reconcileReplicaSet(context, namespace, name)
    case 'jobs':
      return reconcileJob(context, namespace, name)
    case 'pods':
      return pods.reconcile(namespace, name)
    case 'services':
      return reconcileEndpointSlices(context, namespace, name)
    case 'namespaces':
      return reconcileNamespace(context, name)
    default:
      return Promise.resolve(DONE)
  }
}
