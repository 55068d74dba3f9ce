import { GATEWAY_API_GROUP } from '@/lib/gateway-api/kinds'
import { clusterName, namespacedName } from '@/lib/gateway-api/references'
import type { BackendObjectReference, HTTPRoute } from '@/lib/gateway-api/types'
import type { ClusterIndex } from './cluster-index'
import type { Problem } from './condition'
import { isReferencePermitted } from './reference-grant'
import type { ClusterEntry } from './route-table'
import { readyEndpoints } from './service-endpoints'

/** What a backendRef leads to; `cluster` is its key also when it leads nowhere. */
export type ResolvedBackend =
  | { readonly cluster: string; readonly entry: ClusterEntry }
  | { readonly cluster: string; readonly problem: Problem }

/** Protocols the gateway does not speak to backends: it speaks in the clear. https://gateway-api.sigs.k8s.io/geps/gep-1911/ */
const UNSUPPORTED_PROTOCOLS = ['https', 'kubernetes.io/wss']
const HTTP2_PROTOCOL = 'kubernetes.io/h2c'

/**
 * Follows a backendRef of a route to a Service port and its ready endpoints.
 * https://gateway-api.sigs.k8s.io/reference/spec/#backendobjectreference
 */
export function resolveBackendRef(
  index: ClusterIndex,
  route: HTTPRoute,
  reference: BackendObjectReference,
): ResolvedBackend {
  const from = route.metadata.namespace ?? ''
  const { group = '', kind = 'Service', namespace = from, name, port } = reference
  const key = namespacedName(namespace, name)
  const cluster = clusterName(reference, from)
  const fail = (reason: string, message: string) => ({ cluster, problem: { reason, message } })
  if (group !== '' || kind !== 'Service') {
    const full = group === '' ? kind : `${kind}.${group}`
    return fail('InvalidKind', `${full} "${key}" is not a kind of backend that is supported.`)
  }
  const permitted = isReferencePermitted(index, {
    from: { group: GATEWAY_API_GROUP, kind: 'HTTPRoute', namespace: from },
    to: { group, kind, namespace, name },
  })
  if (!permitted) {
    const message = `No ReferenceGrant in namespace ${namespace} lets HTTPRoutes of ${from} refer to Service ${name}.`
    return fail('RefNotPermitted', message)
  }
  const service = index.services.get(key)
  if (service === undefined) return fail('BackendNotFound', `Service "${key}" not found.`)
  if (service.spec.type === 'ExternalName') {
    return fail('InvalidKind', `Service "${key}" has type ExternalName, which is not supported.`)
  }
  const servicePort = service.spec.ports?.find(
    (candidate) => candidate.port === port && (candidate.protocol ?? 'TCP') === 'TCP',
  )
  if (servicePort === undefined) {
    return fail('BackendNotFound', `Service "${key}" has no TCP port ${port ?? '(none given)'}.`)
  }
  const { appProtocol } = servicePort
  if (appProtocol !== undefined && UNSUPPORTED_PROTOCOLS.includes(appProtocol)) {
    const message = `Service "${key}" asks for protocol ${appProtocol}, which is not supported.`
    return fail('UnsupportedProtocol', message)
  }
  const slices = index.slicesByService.get(key) ?? []
  return {
    cluster,
    entry: {
      protocol: appProtocol === HTTP2_PROTOCOL ? 'h2c' : 'http1',
      endpoints: readyEndpoints(slices, servicePort),
    },
  }
}
