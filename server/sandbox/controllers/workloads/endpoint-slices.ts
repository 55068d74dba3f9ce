/**
 * Service + Pods → the endpoints and ports its EndpointSlices should have. Pure.
 * Pods that resolve the Service's ports to different numbers go into different slices.
 */
import type { EndpointSlice, Pod, Service } from '@/lib/gateway-api/types'
import { SLICE_ENDPOINTS_MAX } from './limits'
import { NODE_NAME } from './pod-status'
import { isPodReady } from './workload-objects'

export type SlicePorts = NonNullable<EndpointSlice['ports']>
export type SliceEndpoints = NonNullable<EndpointSlice['endpoints']>

export interface WantedSlice {
  readonly ports: SlicePorts
  readonly endpoints: SliceEndpoints
}

/** Real socket ports by container port of a started Pod; undefined for one that has not started here. */
export type PortsOf = (pod: Pod) => Readonly<Record<number, number>> | undefined

/** Slices in a stable order; one without endpoints when no Pod has an address. */
export function wantedSlices(
  service: Service,
  pods: readonly Pod[],
  portsOf: PortsOf,
): WantedSlice[] {
  const groups = new Map<string, { ports: SlicePorts; endpoints: SliceEndpoints }>()
  const byName = [...pods].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  for (const pod of byName) {
    const address = pod.status?.podIP
    if (address === undefined || isFinished(pod)) continue
    const realPorts = portsOf(pod)
    const ports = resolvePorts(service, pod, realPorts ?? {})
    const key = JSON.stringify(ports)
    const group = groups.get(key) ?? { ports, endpoints: [] }
    groups.set(key, group)
    group.endpoints.push(endpointOf(service, pod, address, realPorts !== undefined))
  }
  if (groups.size === 0) return [{ ports: [], endpoints: [] }]
  return [...groups.values()].flatMap(chunked)
}

function isFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded'
}

function chunked({ ports, endpoints }: WantedSlice): WantedSlice[] {
  const count = Math.ceil(endpoints.length / SLICE_ENDPOINTS_MAX)
  return Array.from({ length: count }, (_, index) => {
    const start = index * SLICE_ENDPOINTS_MAX
    return { ports, endpoints: endpoints.slice(start, start + SLICE_ENDPOINTS_MAX) }
  })
}

function endpointOf(
  service: Service,
  pod: Pod,
  address: string,
  isStarted: boolean,
): SliceEndpoints[number] & { nodeName: string } {
  const isServing = isPodReady(pod) && isStarted
  const isTerminating = pod.metadata.deletionTimestamp !== undefined
  const spec: Service['spec'] & { publishNotReadyAddresses?: boolean } = service.spec
  return {
    addresses: [address],
    conditions: {
      ready: spec.publishNotReadyAddresses === true || (isServing && !isTerminating),
      serving: isServing,
      terminating: isTerminating,
    },
    nodeName: NODE_NAME,
    targetRef: {
      kind: 'Pod',
      namespace: pod.metadata.namespace ?? '',
      name: pod.metadata.name,
      uid: pod.metadata.uid ?? '',
    },
  }
}

/** Ports by number, or by the name a container gives one; a name no container has leaves the port out. */
function resolvePorts(
  service: Service,
  pod: Pod,
  realPorts: Readonly<Record<number, number>>,
): SlicePorts {
  return (service.spec.ports ?? []).flatMap((port) => {
    const protocol = port.protocol ?? 'TCP'
    const target = port.targetPort ?? port.port
    const number = typeof target === 'number' ? target : namedPort(pod, target, protocol)
    if (number === undefined) return []
    return [
      {
        name: port.name ?? '',
        port: realPorts[number] ?? number,
        protocol,
        ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
      },
    ]
  })
}

function namedPort(pod: Pod, name: string, protocol: string): number | undefined {
  return pod.spec.containers
    .flatMap((container) => container.ports ?? [])
    .find((port) => port.name === name && (port.protocol ?? 'TCP') === protocol)?.containerPort
}
