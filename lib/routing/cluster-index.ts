import { keyOf, type NamespacedName, namespacedName } from '@/lib/gateway-api/references'
import type {
  EndpointSlice,
  Namespace,
  ReferenceGrant,
  Secret,
  Service,
} from '@/lib/gateway-api/types'
import { groupBy } from '@/lib/shared/group-by'
import type { ClusterState } from './cluster-state'
import { SERVICE_NAME_LABEL } from './service-endpoints'

/** The cluster's objects by what they are looked up by. */
export interface ClusterIndex {
  readonly services: ReadonlyMap<NamespacedName, Service>
  readonly slicesByService: ReadonlyMap<NamespacedName, readonly EndpointSlice[]>
  readonly secrets: ReadonlyMap<NamespacedName, Secret>
  readonly namespaces: ReadonlyMap<string, Namespace>
  readonly grantsByNamespace: ReadonlyMap<string, readonly ReferenceGrant[]>
}

/** Indexes every object of the state; of two with the same name the later one is found. */
export function indexCluster(state: ClusterState): ClusterIndex {
  return {
    services: new Map(state.services.map((service) => [keyOf(service), service])),
    slicesByService: groupBy(state.endpointSlices, (slice) =>
      namespacedName(
        slice.metadata.namespace ?? '',
        slice.metadata.labels?.[SERVICE_NAME_LABEL] ?? '',
      ),
    ),
    secrets: new Map(state.secrets.map((secret) => [keyOf(secret), secret])),
    namespaces: new Map(state.namespaces.map((namespace) => [namespace.metadata.name, namespace])),
    grantsByNamespace: groupBy(state.referenceGrants, (grant) => grant.metadata.namespace ?? ''),
  }
}
