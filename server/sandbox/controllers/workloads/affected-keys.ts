/** Watch event → keys of the work queue. */
import type { EndpointSlice, KubernetesObject } from '@/lib/gateway-api/types'
import type { ApiClient, WatchEvent } from '../../api/contracts'
import { serviceOfSlice } from './endpoint-slice-controller'
import { controllerOf, getOf, listOf, type WorkloadPlural } from './workload-objects'

/** What an event makes worth looking at: the object, its controller, what it controlled, what selects it. */
export function affectedKeys(
  client: ApiClient,
  plural: WorkloadPlural,
  event: WatchEvent,
): string[] {
  const { object } = event
  const { name, namespace = '' } = object.metadata
  const own = `${plural}/${namespace}/${name}`
  const isDeleted = event.type === 'DELETED'
  switch (plural) {
    case 'deployments':
      return isDeleted ? [own, ...controlled(client, 'replicasets', object)] : [own]
    case 'replicasets':
      return [
        own,
        ...ownerKey(object, 'Deployment', 'deployments'),
        ...(isDeleted ? controlled(client, 'pods', object) : []),
      ]
    case 'pods':
      return [own, ...podOwners(client, event), ...selectingServices(client, object)]
    case 'endpointslices': {
      const service = serviceOfSlice(object as EndpointSlice)
      return service === undefined ? [] : [`services/${namespace}/${service}`]
    }
    case 'serviceaccounts':
      return name === 'default' ? [`namespaces//${namespace}`] : []
    default:
      return [own]
  }
}

function ownerKey(object: KubernetesObject, kind: string, plural: WorkloadPlural): string[] {
  const owner = controllerOf(object)
  return owner?.kind === kind ? [`${plural}/${object.metadata.namespace}/${owner.name}`] : []
}

/** A Recreate rollout waits for the last old Pod to be gone, which no ReplicaSet's status shows. */
function podOwners(client: ApiClient, { type, object }: WatchEvent): string[] {
  const keys = [
    ...ownerKey(object, 'ReplicaSet', 'replicasets'),
    ...ownerKey(object, 'Job', 'jobs'),
  ]
  const owner = controllerOf(object)
  if (type !== 'DELETED' || owner === undefined) return keys
  const replicaSet = getOf(client, 'replicasets', object.metadata.namespace ?? '', owner.name)
  return replicaSet === undefined
    ? keys
    : [...keys, ...ownerKey(replicaSet, 'Deployment', 'deployments')]
}

function controlled(client: ApiClient, plural: WorkloadPlural, owner: KubernetesObject): string[] {
  return listOf(client, plural, owner.metadata.namespace)
    .filter((object) => controllerOf(object)?.uid === owner.metadata.uid)
    .map(({ metadata }) => `${plural}/${metadata.namespace}/${metadata.name}`)
}

/** Every Service with a selector: a Pod whose labels changed may have left any of them. */
function selectingServices(client: ApiClient, pod: KubernetesObject): string[] {
  return listOf(client, 'services', pod.metadata.namespace)
    .filter(({ spec }) => Object.keys(spec.selector ?? {}).length > 0)
    .map(({ metadata }) => `services/${metadata.namespace}/${metadata.name}`)
}
