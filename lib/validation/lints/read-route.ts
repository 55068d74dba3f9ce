/** Any JSON object → one that the lints can walk: no field is lost but where its type is wrong, and places in lists are kept. */
import { type NamespacedName, namespacedName } from '@/lib/gateway-api/references'
import type { Gateway, HTTPRoute, KubernetesObject, ReferenceGrant } from '@/lib/gateway-api/types'
import { isJsonObject } from '@/lib/shared/json-values'
import type { ServiceFacts } from './cluster-facts'
import { GATEWAY, HTTP_ROUTE, REFERENCE_GRANT, SERVICE } from './object-shapes'
import { readAs } from './shape'

function isOfKind(object: unknown, kind: string): boolean {
  return isJsonObject(object) && object['kind'] === kind
}

function inNamespace<T extends KubernetesObject>(object: T, defaultNamespace: string): T {
  const { namespace = defaultNamespace } = object.metadata
  return { ...object, metadata: { ...object.metadata, namespace } }
}

/** The route in an object as a person wrote it; null when it is no HTTPRoute. */
export function readRoute(object: unknown, defaultNamespace: string): HTTPRoute | null {
  if (!isOfKind(object, 'HTTPRoute')) return null
  return inNamespace(readAs(HTTP_ROUTE, object), defaultNamespace)
}

/** The Gateway in an object as a person wrote it; null when it is none. */
export function readGateway(object: unknown, defaultNamespace: string): Gateway | null {
  if (!isOfKind(object, 'Gateway')) return null
  return inNamespace(readAs(GATEWAY, object), defaultNamespace)
}

/** The ReferenceGrant in an object as a person wrote it; null when it is none. */
export function readReferenceGrant(
  object: unknown,
  defaultNamespace: string,
): ReferenceGrant | null {
  if (!isOfKind(object, 'ReferenceGrant')) return null
  return inNamespace(readAs(REFERENCE_GRANT, object), defaultNamespace)
}

/** What is known of the Service in an object as a person wrote it, but for its endpoints; null when it is none. */
export function readService(
  object: unknown,
  defaultNamespace: string,
): { readonly key: NamespacedName; readonly service: ServiceFacts } | null {
  if (!isOfKind(object, 'Service')) return null
  const { metadata, spec } = readAs(SERVICE, object)
  const ports = (spec.ports ?? []).map(({ port, protocol = 'TCP', appProtocol }) => ({
    port,
    protocol,
    ...(appProtocol === undefined ? {} : { appProtocol }),
    ready: null,
  }))
  const { name, namespace = defaultNamespace } = metadata
  const isExternalName = spec.type === 'ExternalName'
  return { key: namespacedName(namespace, name), service: { isExternalName, ports } }
}
