/** Services and their Pods → EndpointSlices in the store. */
import { isDeepStrictEqual } from 'node:util'
import type { EndpointSlice, Pod, Service } from '@/lib/gateway-api/types'
import type { ApiResult } from '../../api/contracts'
import { type WantedSlice, wantedSlices } from './endpoint-slices'
import type { Reconciled } from './work-queue'
import type { WorkloadContext } from './workload-context'
import {
  controlledBy,
  getOf,
  listOf,
  nameSuffix,
  RESOURCES,
  reconciledFromAll,
} from './workload-objects'

/** Label that names a slice's Service. */
const SERVICE_NAME = 'kubernetes.io/service-name'
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'
const CONTROLLER = 'endpointslice-controller.k8s.io'
const HEADLESS = 'service.kubernetes.io/headless'

/** Makes the slices of one Service what they should be, keeping names where it can. */
export async function reconcileEndpointSlices(
  context: WorkloadContext,
  namespace: string,
  name: string,
): Promise<Reconciled> {
  const { client } = context
  const service = getOf(client, 'services', namespace, name)
  const existing = listOf(client, 'endpointslices', namespace).filter(
    ({ metadata }) =>
      metadata.labels?.[SERVICE_NAME] === name && metadata.labels[MANAGED_BY] === CONTROLLER,
  )
  const selector = Object.entries(service?.spec.selector ?? {})
  const hasEndpoints = selector.length > 0 && service?.spec.type !== 'ExternalName'
  if (service === undefined || !hasEndpoints) {
    return reconciledFromAll(await Promise.all(existing.map((slice) => remove(context, slice))))
  }
  const pods = listOf(client, 'pods', namespace).filter((pod) =>
    selector.every(([key, value]) => pod.metadata.labels?.[key] === value),
  )
  const wanted = wantedSlices(service, pods, (pod: Pod) =>
    context.portsByPodUid.get(pod.metadata.uid ?? ''),
  )
  return reconciledFromAll(await Promise.all(apply(context, service, wanted, existing)))
}

/** Pairs wanted with existing slices, equal ports first, then any; the rest is created or removed. */
function apply(
  context: WorkloadContext,
  service: Service,
  wanted: readonly WantedSlice[],
  existing: readonly EndpointSlice[],
): Promise<ApiResult>[] {
  const free = [...existing].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  const take = (fits: (slice: EndpointSlice) => boolean): EndpointSlice | undefined => {
    const index = free.findIndex(fits)
    return index < 0 ? undefined : free.splice(index, 1)[0]
  }
  const paired = wanted.map((slice) => ({
    slice,
    stored: take((other) => isDeepStrictEqual(other.ports ?? [], slice.ports)),
  }))
  const writes = paired.flatMap(({ slice, stored }) =>
    write(context, service, slice, stored ?? take(() => true)),
  )
  return [...writes, ...free.map((slice) => remove(context, slice))]
}

function write(
  context: WorkloadContext,
  service: Service,
  wanted: WantedSlice,
  stored: EndpointSlice | undefined,
): Promise<ApiResult>[] {
  const labels = labelsOf(service)
  const ports = [...wanted.ports]
  const endpoints = [...wanted.endpoints]
  if (stored === undefined) {
    const { name } = service.metadata
    const slice: EndpointSlice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${name}-${nameSuffix(context.random)}`,
        generateName: `${name}-`,
        namespace: service.metadata.namespace ?? '',
        labels,
        ownerReferences: [controlledBy(service)],
      },
      addressType: 'IPv4',
      ports,
      endpoints,
    }
    return [context.client.create(RESOURCES.endpointslices, slice)]
  }
  const ownerReferences = [controlledBy(service)]
  const isSame =
    isDeepStrictEqual(stored.ports ?? [], ports) &&
    isDeepStrictEqual(stored.endpoints ?? [], endpoints) &&
    isDeepStrictEqual(stored.metadata.labels, labels) &&
    isDeepStrictEqual(stored.metadata.ownerReferences, ownerReferences)
  if (isSame) return []
  const metadata = { ...stored.metadata, labels, ownerReferences }
  const slice: EndpointSlice = { ...stored, metadata, ports, endpoints }
  return [context.client.update(RESOURCES.endpointslices, slice)]
}

function labelsOf(service: Service): Record<string, string> {
  const isHeadless = service.spec.clusterIP === 'None'
  return {
    ...service.metadata.labels,
    [MANAGED_BY]: CONTROLLER,
    [SERVICE_NAME]: service.metadata.name,
    ...(isHeadless ? { [HEADLESS]: '' } : {}),
  }
}

function remove(context: WorkloadContext, slice: EndpointSlice): Promise<ApiResult> {
  const { name, namespace = '', uid = '' } = slice.metadata
  return context.client.delete(RESOURCES.endpointslices, namespace, name, { uid })
}

/** The Service whose slices this controller keeps, if this is one of them. */
export function serviceOfSlice(slice: EndpointSlice): string | undefined {
  const { labels } = slice.metadata
  return labels?.[MANAGED_BY] === CONTROLLER ? labels[SERVICE_NAME] : undefined
}
