/** Pods → running containers and their status: the scheduler and the kubelet of the sandbox. */
import { isDeepStrictEqual } from 'node:util'
import type { Pod } from '@/lib/gateway-api/types'
import type { PodStart } from '../../api/contracts'
import { START_RETRY_MS_MAX, START_RETRY_MS_MIN } from './limits'
import { NODE_NAME, NOT_RUN, notRunStatus, runningStatus, waitingStatus } from './pod-status'
import { DONE, type Reconciled } from './work-queue'
import type { WorkloadContext } from './workload-context'
import { controllerOf, getOf, isOwnerGone, RESOURCES, reconciledFrom } from './workload-objects'

const GRACE_SECONDS_DEFAULT = 30

/** Keeps for every Pod of the store one running Pod of the runtime, and none for any other. */
export class PodController {
  readonly #context: WorkloadContext
  /** Pods this process has handed to the runtime, by namespace and name. */
  readonly #uidByPod = new Map<string, string>()
  readonly #stopping = new Set<string>()
  readonly #startFailures = new Map<string, number>()

  constructor(context: WorkloadContext) {
    this.#context = context
  }

  /** Starts, stops or removes one Pod, or finds nothing to do. */
  async reconcile(namespace: string, name: string): Promise<Reconciled> {
    const { client } = this.#context
    const key = `${namespace}/${name}`
    const pod = getOf(client, 'pods', namespace, name)
    const startedUid = this.#uidByPod.get(key)
    if (startedUid !== undefined && pod?.metadata.uid !== startedUid) {
      // Removed without grace, or replaced under its name: the successor starts when it has stopped.
      this.#stop(key, startedUid, 0)
      return DONE
    }
    if (pod === undefined) return DONE
    if (pod.metadata.deletionTimestamp !== undefined) return this.#terminate(key, pod)
    const owner = controllerOf(pod)
    if (owner?.kind === 'ReplicaSet' && isOwnerGone(client, 'replicasets', pod, owner)) {
      const { uid = '' } = pod.metadata
      return reconciledFrom(await client.delete(RESOURCES.pods, namespace, name, { uid }))
    }
    // What came to its end, before a restart of the sandbox too, is not started again.
    if (hasEnded(pod)) return DONE
    if (!isScheduled(pod)) return schedule(this.#context, pod)
    return this.#start(key, pod)
  }

  /** Stops in the background, because finishing what is in flight may take the whole grace period. */
  #stop(pod: string, uid: string, graceSeconds: number): void {
    if (this.#stopping.has(uid)) return
    this.#stopping.add(uid)
    this.#context.portsByPodUid.delete(uid)
    this.#startFailures.delete(uid)
    void this.#context.runtime.stop(uid, graceSeconds).finally(() => {
      this.#stopping.delete(uid)
      if (this.#uidByPod.get(pod) === uid) this.#uidByPod.delete(pod)
      this.#context.enqueue(`pods/${pod}`)
    })
  }

  async #terminate(key: string, pod: Pod): Promise<Reconciled> {
    const { uid = '', name, namespace = '', deletionGracePeriodSeconds } = pod.metadata
    if (this.#stopping.has(uid)) return DONE
    if (this.#uidByPod.get(key) !== uid) {
      const options = { uid, gracePeriodSeconds: 0 }
      return reconciledFrom(
        await this.#context.client.delete(RESOURCES.pods, namespace, name, options),
      )
    }
    for (const container of pod.spec.containers) {
      const message = `Stopping container ${container.name}`
      this.#context.events.record(pod, { ...KUBELET, type: 'Normal', reason: 'Killing', message })
    }
    const asked = deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds
    this.#stop(key, uid, asked ?? GRACE_SECONDS_DEFAULT)
    return DONE
  }

  async #start(key: string, pod: Pod): Promise<Reconciled> {
    const { client, runtime, clock, portsByPodUid } = this.#context
    const uid = pod.metadata.uid ?? ''
    if (portsByPodUid.has(uid)) return DONE
    const result = await runtime.start(pod)
    this.#uidByPod.set(key, uid)
    // The Pod may have been deleted meanwhile; look again rather than publish a stale start.
    const current = getOf(client, 'pods', pod.metadata.namespace ?? '', pod.metadata.name)
    if (current?.metadata.uid !== uid) {
      this.#stop(key, uid, 0)
      return DONE
    }
    if (current.metadata.deletionTimestamp !== undefined) return this.#terminate(key, current)
    if (!result.ok) return this.#reportFailure(current, result)
    this.#startFailures.delete(uid)
    portsByPodUid.set(uid, result.ports)
    const status = runningStatus(current, result, clock.now())
    const written = await client.updateStatus(RESOURCES.pods, withStatus(current, status))
    // Tried again as a whole: the runtime's start is idempotent.
    if (!written.ok) portsByPodUid.delete(uid)
    else recordStart(this.#context, current)
    return reconciledFrom(written)
  }

  async #reportFailure(pod: Pod, result: Extract<PodStart, { ok: false }>): Promise<Reconciled> {
    const uid = pod.metadata.uid ?? ''
    if (controllerOf(pod)?.kind === 'Job' && result.reason === 'ErrImagePull') {
      return this.#endUnrun(pod, result.message)
    }
    const status = waitingStatus(pod, result, this.#context.clock.now())
    if (!isDeepStrictEqual(pod.status, status)) {
      const message = `${result.reason}: ${result.message}`
      this.#context.events.record(pod, { ...KUBELET, type: 'Warning', reason: 'Failed', message })
      const written = await this.#context.client.updateStatus(
        RESOURCES.pods,
        withStatus(pod, status),
      )
      if (!written.ok) return reconciledFrom(written)
    }
    const count = this.#startFailures.get(uid) ?? 0
    this.#startFailures.set(uid, count + 1)
    const afterMs = Math.min(START_RETRY_MS_MIN * 2 ** Math.min(count, 10), START_RETRY_MS_MAX)
    return { kind: 'later', afterMs }
  }

  /** Charts wait for their hook Jobs: one that can't be run must not hold them for ever. */
  async #endUnrun(pod: Pod, message: string): Promise<Reconciled> {
    const { client, clock, events } = this.#context
    const status = notRunStatus(pod, message, clock.now())
    const written = await client.updateStatus(RESOURCES.pods, withStatus(pod, status))
    if (written.ok) events.record(pod, { ...KUBELET, type: 'Warning', reason: NOT_RUN, message })
    return reconciledFrom(written)
  }
}

function hasEnded(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

const KUBELET = { component: 'kubelet' } as const

function withStatus(pod: Pod, status: NonNullable<Pod['status']>): Pod {
  return { ...pod, status }
}

function isScheduled(pod: Pod & { spec: { nodeName?: string } }): boolean {
  return (pod.spec.nodeName ?? '') !== ''
}

async function schedule(context: WorkloadContext, pod: Pod): Promise<Reconciled> {
  const spec: Pod['spec'] & { nodeName: string } = { ...pod.spec, nodeName: NODE_NAME }
  const written = await context.client.update(RESOURCES.pods, { ...pod, spec } as Pod)
  if (!written.ok) return reconciledFrom(written)
  context.events.record(pod, {
    type: 'Normal',
    reason: 'Scheduled',
    message: `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${NODE_NAME}`,
    component: 'default-scheduler',
  })
  return DONE
}

function recordStart(context: WorkloadContext, pod: Pod): void {
  for (const { name, image } of pod.spec.containers) {
    const steps = [
      ['Pulled', `Container image "${image}" already present on machine`],
      ['Created', `Created container: ${name}`],
      ['Started', `Started container ${name}`],
    ] as const
    for (const [reason, message] of steps) {
      context.events.record(pod, { ...KUBELET, type: 'Normal', reason, message })
    }
  }
}
