/**
 * A Service and its EndpointSlices → the addresses behind each of its ports. Endpoints decide whether a Service can answer:
 * who wrote them, a selector or somebody else, does not matter.
 * https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
 */
import type { EndpointSlice, Service } from '@/lib/gateway-api/types'

type ServicePort = NonNullable<Service['spec']['ports']>[number]
type SliceEndpoint = NonNullable<EndpointSlice['endpoints']>[number]

/** Labels of an EndpointSlice: the Service it belongs to, and who keeps it. */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name'
const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by'

/** An address of a Service. One that several slices list is one endpoint, ready if it is in any of them. */
export interface ServiceEndpoint {
  readonly address: string
  readonly isReady: boolean
  readonly isServing: boolean
  readonly isTerminating: boolean
  /** A name to be resolved elsewhere (addressType FQDN): no gateway sends to it. */
  readonly isName: boolean
  /** Of the object the address belongs to; null when the slice names none. */
  readonly target: { readonly kind: string; readonly name: string } | null
  /** As the slices spell them, `http 8080`; empty when they give none. */
  readonly ports: readonly string[]
}

export interface ServicePortEndpoints {
  readonly port: number
  readonly name: string
  readonly protocol: string
  /** Addresses a gateway can send requests to; null while unknown. */
  readonly ready: number | null
}

export interface ServiceEndpoints {
  readonly kind: 'external-name' | 'headless' | 'cluster-ip'
  /** Without one, somebody else than Kubernetes writes the EndpointSlices. */
  readonly hasSelector: boolean
  readonly ports: readonly ServicePortEndpoints[]
  /** By address; null while unknown. Of a Service of type ExternalName there are none. */
  readonly endpoints: readonly ServiceEndpoint[] | null
  /** Names of the ports that the slices with ready addresses give, sorted; an unnamed one is ''. */
  readonly slicePortNames: readonly string[]
  /** Who keeps the slices, where they say so. */
  readonly managers: readonly string[]
}

/**
 * What stands behind a Service, of all the slices of the cluster; `slices` is null while they can't be read, and what depends
 * on them is then null, never 0.
 */
export function serviceEndpoints(
  service: Service,
  slices: readonly EndpointSlice[] | null,
): ServiceEndpoints {
  const isExternalName = service.spec.type === 'ExternalName'
  const mine = isExternalName ? [] : (slices?.filter((slice) => isSliceOf(slice, service)) ?? [])
  const isUnknown = slices === null && !isExternalName
  const isHeadless = service.spec.clusterIP === 'None'
  const usable = mine.filter((slice) => slice.endpoints?.some((one) => isUsable(slice, one)))
  const portNames = usable.flatMap(({ ports = [] }) => ports.map(({ name = '' }) => name))
  const managers = mine.flatMap(({ metadata }) => metadata.labels?.[MANAGED_BY_LABEL] ?? [])
  return {
    kind: isExternalName ? 'external-name' : isHeadless ? 'headless' : 'cluster-ip',
    hasSelector: Object.keys(service.spec.selector ?? {}).length > 0,
    ports: (service.spec.ports ?? []).map((port) => ({
      port: port.port,
      name: port.name ?? '',
      protocol: port.protocol ?? 'TCP',
      ready: isUnknown ? null : readyEndpoints(mine, port).length,
    })),
    endpoints: isUnknown ? null : endpointsOf(mine),
    slicePortNames: [...new Set(portNames)].sort(),
    managers: [...new Set(managers)].sort(),
  }
}

/** Addresses that a gateway sends requests for this port to, sorted, so that the same set is always the same list. */
export function readyEndpoints(
  slices: readonly EndpointSlice[],
  servicePort: ServicePort,
): readonly { readonly address: string; readonly port: number }[] {
  const found = new Map<string, { address: string; port: number }>()
  for (const slice of slices) {
    const port = slice.ports?.find((candidate) => isSamePort(candidate, servicePort))?.port
    if (port === undefined) continue
    for (const endpoint of slice.endpoints ?? []) {
      const [address] = endpoint.addresses
      if (address === undefined || !isUsable(slice, endpoint)) continue
      found.set(`${address} ${port}`, { address, port })
    }
  }
  return [...found].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, one]) => one)
}

function isSliceOf({ metadata }: EndpointSlice, service: Service): boolean {
  return (
    (metadata.namespace ?? '') === (service.metadata.namespace ?? '') &&
    metadata.labels?.[SERVICE_NAME_LABEL] === service.metadata.name
  )
}

/** Unknown readiness counts as ready, as the API says. A name that resolves elsewhere is no endpoint of the cluster. */
function isUsable(slice: EndpointSlice, { conditions }: SliceEndpoint): boolean {
  return slice.addressType !== 'FQDN' && conditions?.ready !== false
}

/** Slices name their ports as the Service does, whatever the numbers are; a route's backend is TCP. */
function isSamePort(
  port: NonNullable<EndpointSlice['ports']>[number],
  servicePort: ServicePort,
): boolean {
  return (
    (port.name ?? '') === (servicePort.name ?? '') &&
    (port.protocol ?? 'TCP') === 'TCP' &&
    (servicePort.protocol ?? 'TCP') === 'TCP'
  )
}

function endpointsOf(slices: readonly EndpointSlice[]): readonly ServiceEndpoint[] {
  const byAddress = new Map<string, ServiceEndpoint>()
  for (const slice of slices) {
    for (const endpoint of slice.endpoints ?? []) {
      // Only the first address counts, as the API says of consumers.
      const [address] = endpoint.addresses
      if (address === undefined) continue
      byAddress.set(address, join(byAddress.get(address), endpointOf(slice, endpoint, address)))
    }
  }
  return [...byAddress.values()].sort((left, right) => (left.address < right.address ? -1 : 1))
}

function endpointOf(
  slice: EndpointSlice,
  { conditions, targetRef }: SliceEndpoint,
  address: string,
): ServiceEndpoint {
  const { ready = true, serving = ready, terminating = false } = conditions ?? {}
  return {
    address,
    isReady: ready,
    isServing: serving,
    isTerminating: terminating,
    isName: slice.addressType === 'FQDN',
    target: targetRef === undefined ? null : { kind: targetRef.kind, name: targetRef.name },
    ports: (slice.ports ?? []).map(portText),
  }
}

function portText({
  name = '',
  port,
  protocol = 'TCP',
}: NonNullable<EndpointSlice['ports']>[number]) {
  const number = port === undefined ? 'any port' : String(port)
  return [name, number, protocol === 'TCP' ? '' : protocol].filter((part) => part !== '').join(' ')
}

function join(known: ServiceEndpoint | undefined, other: ServiceEndpoint): ServiceEndpoint {
  if (known === undefined) return other
  return {
    ...known,
    isReady: known.isReady || other.isReady,
    isServing: known.isServing || other.isServing,
    isTerminating: known.isTerminating && other.isTerminating,
    target: known.target ?? other.target,
    ports: [...new Set([...known.ports, ...other.ports])],
  }
}
