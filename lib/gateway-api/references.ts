import { GATEWAY_API_GROUP } from './kinds'
import type { BackendObjectReference, ParentReference } from './types'

/** Namespace and name joined as the specification's tie-break writes them: `namespace/name`. */
export type NamespacedName = `${string}/${string}`

/** The two joined; an empty namespace leaves `/name`. */
export function namespacedName(namespace: string, name: string): NamespacedName {
  return `${namespace}/${name}`
}

/** The `namespace/name` of an object; cluster-scoped objects have an empty namespace. */
export function keyOf(object: { metadata: { namespace?: string; name: string } }): NamespacedName {
  return namespacedName(object.metadata.namespace ?? '', object.metadata.name)
}

/**
 * One text for all spellings of a reference to a backend in a route of a namespace: group, kind and namespace are
 * defaulted as the API defaults them, so equal texts are the same backend and port.
 * https://gateway-api.sigs.k8s.io/reference/spec/#backendobjectreference
 */
export function backendKey(reference: BackendObjectReference, routeNamespace: string): string {
  const { group = '', kind = 'Service', namespace = routeNamespace, name, port } = reference
  return `${group}/${kind} ${namespacedName(namespace, name)}:${port ?? ''}`
}

/** `namespace/service:port`, as the gateway and its metrics name what a reference leads to, whatever its kind. */
export function clusterName(reference: BackendObjectReference, routeNamespace: string): string {
  const { namespace = routeNamespace, name, port } = reference
  return `${namespacedName(namespace, name)}:${port ?? ''}`
}

/** One text for all spellings of a reference to a parent; without section and port it stands for the whole Gateway. */
export function parentKey(reference: ParentReference, routeNamespace: string): string {
  const { group = GATEWAY_API_GROUP, kind = 'Gateway', namespace = routeNamespace } = reference
  const { name, sectionName = '', port } = reference
  return `${group}/${kind} ${namespacedName(namespace, name)}/${sectionName}:${port ?? ''}`
}

/** `next:80`: with the namespace in front where it is not the route's, and the kind where it is no Service. */
export function backendName(reference: BackendObjectReference, routeNamespace: string): string {
  const { group = '', kind = 'Service', namespace = routeNamespace, name, port } = reference
  const isService = group === '' && kind === 'Service'
  const place = namespace === routeNamespace ? '' : `${namespace}/`
  return `${isService ? '' : `${kind} `}${place}${name}${port === undefined ? '' : `:${port}`}`
}
