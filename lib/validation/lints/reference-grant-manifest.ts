import { GATEWAY_API_GROUP } from '@/lib/gateway-api/kinds'
import type { ReferenceGrant } from '@/lib/gateway-api/types'
import { toYaml } from '@/lib/manifest/to-yaml'
import { indexCluster } from '@/lib/routing/cluster-index'
import { isReferencePermitted } from '@/lib/routing/reference-grant'

interface Target {
  readonly namespace: string
  readonly name: string
}

const NO_OBJECTS = {
  gateways: [],
  gatewayClasses: [],
  namespaces: [],
  httpRoutes: [],
  services: [],
  endpointSlices: [],
  secrets: [],
}

/** Whether HTTPRoutes of a namespace may refer to a Service, by the controller's own rule. */
export function isGranted(
  referenceGrants: readonly ReferenceGrant[],
  fromNamespace: string,
  { namespace, name }: Target,
): boolean {
  if (fromNamespace === namespace) return true
  return isReferencePermitted(indexCluster({ ...NO_OBJECTS, referenceGrants }), {
    from: { group: GATEWAY_API_GROUP, kind: 'HTTPRoute', namespace: fromNamespace },
    to: { group: '', kind: 'Service', namespace, name },
  })
}

interface KnownGrants {
  readonly referenceGrants: readonly ReferenceGrant[]
  readonly grantApiVersion: string
}

/**
 * The ReferenceGrant, as YAML, that lets HTTPRoutes of a namespace refer to one Service and nothing else. It is a new one:
 * another's grant that has the name already permits something else, and keeps doing so.
 */
export function grantManifest(
  fromNamespace: string,
  { namespace, name }: Target,
  { referenceGrants, grantApiVersion }: KnownGrants,
): string {
  const taken = new Set(
    referenceGrants
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map(({ metadata }) => metadata.name),
  )
  return toYaml({
    apiVersion: grantApiVersion,
    kind: 'ReferenceGrant',
    metadata: { name: freeName(`${fromNamespace}-to-${name}`, taken), namespace },
    spec: {
      from: [{ group: GATEWAY_API_GROUP, kind: 'HTTPRoute', namespace: fromNamespace }],
      to: [{ group: '', kind: 'Service', name }],
    },
  })
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted
  for (let number = 2; taken.has(name); number += 1) name = `${wanted}-${number}`
  return name
}
