import { GATEWAY_API_GROUP } from '@/lib/gateway-api/kinds'
import { type NamespacedName, namespacedName } from '@/lib/gateway-api/references'
import type { GraphOptions } from './build-graph'
import { indexCluster } from './cluster-index'
import type { ClusterState } from './cluster-state'
import { isReferencePermitted } from './reference-grant'

/**
 * The Secrets that HTTPS listeners of our Gateways may use, sorted: the only ones anybody needs to read. `state.secrets` is
 * not looked at.
 */
export function referencedSecrets(
  state: ClusterState,
  { controllerNames }: GraphOptions,
): readonly NamespacedName[] {
  const index = indexCluster({ ...state, services: [], endpointSlices: [] })
  const classes = new Set(
    state.gatewayClasses
      .filter((source) => controllerNames.includes(source.spec.controllerName))
      .map((source) => source.metadata.name),
  )
  const secrets = new Set<NamespacedName>()
  for (const gateway of state.gateways) {
    if (!classes.has(gateway.spec.gatewayClassName)) continue
    const own = gateway.metadata.namespace ?? ''
    const from = { group: GATEWAY_API_GROUP, kind: 'Gateway', namespace: own }
    for (const { group = '', kind = 'Secret', namespace = own, name } of certificateRefs(gateway)) {
      const to = { group, kind, namespace, name }
      const readable =
        group === '' && kind === 'Secret' && isReferencePermitted(index, { from, to })
      if (readable) secrets.add(namespacedName(namespace, name))
    }
  }
  return [...secrets].sort()
}

function certificateRefs(gateway: ClusterState['gateways'][number]) {
  return gateway.spec.listeners
    .filter((listener) => listener.protocol === 'HTTPS')
    .flatMap((listener) => listener.tls?.certificateRefs ?? [])
}
