/** Services, EndpointSlices and Pods → what the backends page shows. Pure. */
import { keyOf } from '@/lib/gateway-api/references'
import type { EndpointSlice, Pod, Service } from '@/lib/gateway-api/types'

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

export interface ServiceView {
  readonly key: string
  readonly namespace: string
  readonly name: string
  /** `3000`, `80→8080`. */
  readonly ports: readonly string[]
  readonly pods: readonly PodView[]
  /** Addresses in the Service's EndpointSlices, ready and all. */
  readonly ready: number
  readonly endpoints: number
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
    pod.metadata.namespace === service.metadata.namespace &&
    selector.every(([label, value]) => pod.metadata.labels?.[label] === value)
  )
}

const SERVICE_LABEL = 'kubernetes.io/service-name'

function countEndpoints(service: Service, slices: readonly EndpointSlice[]) {
  const mine = slices.filter(
    ({ metadata }) =>
      metadata.namespace === service.metadata.namespace &&
      metadata.labels?.[SERVICE_LABEL] === service.metadata.name,
  )
  const endpoints = mine.flatMap((slice) => slice.endpoints ?? [])
  // An absent condition means ready: https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
  const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false)
  return { ready: ready.length, endpoints: endpoints.length }
}

function portText({ port, targetPort }: { port: number; targetPort?: number | string }): string {
  return targetPort === undefined || targetPort === port ? `${port}` : `${port}→${targetPort}`
}

/** One entry per Service, with the Pods its selector takes. */
export function viewServices(
  services: readonly Service[],
  pods: readonly Pod[],
  slices: readonly EndpointSlice[],
): readonly ServiceView[] {
  return services.map((service) => ({
    key: keyOf(service),
    namespace: service.metadata.namespace ?? '',
    name: service.metadata.name,
    ports: (service.spec.ports ?? []).map(portText),
    pods: pods.filter((pod) => isSelected(pod, service)).map(viewPod),
    ...countEndpoints(service, slices),
  }))
}
