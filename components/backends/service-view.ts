/** Services, EndpointSlices and Pods → what the backends page shows. What can't be read is null: unknown, never none. Pure. */

import { keyOf, namespacedName } from '@/lib/gateway-api/references'
import type { EndpointSlice, Pod, Service } from '@/lib/gateway-api/types'
import {
  SERVICE_NAME_LABEL,
  type ServiceEndpoints,
  serviceEndpoints,
} from '@/lib/routing/service-endpoints'
import { groupBy } from '@/lib/shared/group-by'

export interface PodView {
  readonly namespace: string
  readonly name: string
  readonly isReady: boolean
  /** `Running`, or the reason a container waits: `ErrImagePull`. */
  readonly state: string
  /** What the container's state says, when it waits. */
  readonly message: string
  readonly restarts: number
  readonly ip: string
  readonly image: string
  readonly startedAt: string | undefined
}

export interface ServiceView extends ServiceEndpoints {
  readonly key: string
  readonly namespace: string
  readonly name: string
  readonly externalName: string
  /** `3000`, `80→8080`. */
  readonly portTexts: readonly string[]
  /** That its selector takes or its endpoints belong to; null while Pods can't be read. */
  readonly pods: readonly PodView[] | null
  /** Names of Pods that the selector takes and that are ready, yet in no EndpointSlice; empty while either is unknown. */
  readonly unlisted: readonly string[]
}

function viewPod(pod: Pod): PodView {
  const containers = pod.status?.containerStatuses ?? []
  const waiting = containers.find(({ state }) => state?.waiting !== undefined)?.state?.waiting
  const isDeleting = pod.metadata.deletionTimestamp !== undefined
  const phase = pod.status?.phase ?? 'Unknown'
  return {
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name,
    isReady: (pod.status?.conditions ?? []).some(
      ({ type, status }) => type === 'Ready' && status === 'True',
    ),
    state: isDeleting ? 'Terminating' : (waiting?.reason ?? phase),
    message: waiting?.message ?? '',
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    ip: pod.status?.podIP ?? '',
    image: pod.spec.containers[0]?.image ?? '',
    startedAt: pod.status?.startTime ?? pod.metadata.creationTimestamp,
  }
}

function isSelected(pod: Pod, service: Service): boolean {
  const selector = Object.entries(service.spec.selector ?? {})
  return (
    selector.length > 0 &&
    selector.every(([label, value]) => pod.metadata.labels?.[label] === value)
  )
}

function portText({ port, targetPort }: { port: number; targetPort?: number | string }): string {
  return targetPort === undefined || targetPort === port ? `${port}` : `${port}→${targetPort}`
}

/** One entry per Service, with its endpoints and the Pods behind it. */
export function viewServices(
  services: readonly Service[],
  pods: readonly Pod[] | null,
  slices: readonly EndpointSlice[] | null,
): readonly ServiceView[] {
  const podsIn = groupBy(pods ?? [], ({ metadata }) => metadata.namespace ?? '')
  const slicesOf = groupBy(slices ?? [], ({ metadata }) =>
    namespacedName(metadata.namespace ?? '', metadata.labels?.[SERVICE_NAME_LABEL] ?? ''),
  )
  return services.map((service) => {
    const key = keyOf(service)
    const namespace = service.metadata.namespace ?? ''
    const behind = serviceEndpoints(service, slices === null ? null : (slicesOf.get(key) ?? []))
    return {
      ...behind,
      ...podsBehind(service, behind, pods === null ? null : (podsIn.get(namespace) ?? [])),
      key,
      namespace,
      name: service.metadata.name,
      externalName: service.spec.externalName ?? '',
      portTexts: (service.spec.ports ?? []).map(portText),
    }
  })
}

function podsBehind(
  service: Service,
  { endpoints, kind }: ServiceEndpoints,
  pods: readonly Pod[] | null,
): Pick<ServiceView, 'pods' | 'unlisted'> {
  if (kind === 'external-name') return { pods: [], unlisted: [] }
  if (pods === null) return { pods: null, unlisted: [] }
  const targets = endpoints?.flatMap(({ target }) => (target?.kind === 'Pod' ? target.name : []))
  const listed = new Set(targets)
  const behind = pods.flatMap((pod) => {
    const isTaken = isSelected(pod, service)
    return isTaken || listed.has(pod.metadata.name) ? [{ ...viewPod(pod), isTaken }] : []
  })
  const addresses = new Set(endpoints?.map(({ address }) => address))
  const isUnlisted = ({ name, ip, isReady, isTaken, state }: (typeof behind)[number]) =>
    isTaken && isReady && state !== 'Terminating' && !listed.has(name) && !addresses.has(ip)
  const unlisted = endpoints === null ? [] : behind.filter(isUnlisted).map(({ name }) => name)
  return { pods: behind.map(({ isTaken: _, ...pod }) => pod), unlisted }
}
