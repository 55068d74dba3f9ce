import { GATEWAY_API_GROUP } from '@/lib/gateway-api/kinds'
import { namespacedName } from '@/lib/gateway-api/references'
import type { HTTPRoute, ParentReference } from '@/lib/gateway-api/types'
import { allowsNamespace } from './allowed-routes'
import type { ClusterIndex } from './cluster-index'
import type { Problem } from './condition'
import type { GatewayNode } from './graph'
import { servedHostnames } from './hostname'
import type { RouteAttachment } from './route-table'

/** The key of the Gateway a parentRef names; null when it names something else, such as a Service. */
export function parentGatewayKey(route: Pick<HTTPRoute, 'metadata'>, parentRef: ParentReference) {
  const { group = GATEWAY_API_GROUP, kind = 'Gateway', name } = parentRef
  if (group !== GATEWAY_API_GROUP || kind !== 'Gateway') return null
  return namespacedName(parentRef.namespace ?? route.metadata.namespace ?? '', name)
}

/**
 * The listeners a route attaches to through one parentRef, or why there is none: the first of section and port, allowed
 * routes, and hostnames that leaves no listener. https://gateway-api.sigs.k8s.io/reference/spec/#parentreference
 */
export function attachRoute(
  index: ClusterIndex,
  route: HTTPRoute,
  parentRef: ParentReference,
  gateway: GatewayNode,
): readonly RouteAttachment[] | Problem {
  const { sectionName, port } = parentRef
  const named = gateway.listeners.filter(
    ({ source }) =>
      (sectionName === undefined || source.name === sectionName) &&
      (port === undefined || source.port === port),
  )
  if (named.length === 0) {
    const wanted = [
      ...(sectionName === undefined ? [] : [`name ${sectionName}`]),
      ...(port === undefined ? [] : [`port ${port}`]),
    ].join(' and ')
    const message = `Gateway ${gateway.key} has no listener with ${wanted}.`
    return { reason: 'NoMatchingParent', message }
  }
  const gatewayNamespace = gateway.source.metadata.namespace ?? ''
  const routeNamespace = route.metadata.namespace ?? ''
  const allowing = named.filter(
    ({ source, supportedKinds }) =>
      supportedKinds.some((supported) => supported.kind === 'HTTPRoute') &&
      allowsNamespace(index, source, gatewayNamespace, routeNamespace),
  )
  if (allowing.length === 0) {
    const message = `No listener of Gateway ${gateway.key} allows HTTPRoutes from namespace ${routeNamespace}.`
    return { reason: 'NotAllowedByListeners', message }
  }
  const attachments: RouteAttachment[] = []
  for (const { source } of allowing) {
    const listenerHostname = (source.hostname ?? '').toLowerCase()
    const hostnames = servedHostnames(listenerHostname, route.spec.hostnames ?? [])
    if (hostnames.length > 0) {
      attachments.push({ gateway: gateway.key, listener: source.name, hostnames })
    }
  }
  if (attachments.length === 0) {
    const message = `No hostname of the route fits a listener of Gateway ${gateway.key}.`
    return { reason: 'NoMatchingListenerHostname', message }
  }
  return attachments
}
