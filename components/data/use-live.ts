'use client'

import { skipToken } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import type { LiveConnection } from '@/lib/dashboard-api/live'
import { apiVersionOf, KINDS, type KnownPlural } from '@/lib/gateway-api/kinds'
import type {
  Deployment,
  EndpointSlice,
  Gateway,
  GatewayClass,
  HTTPRoute,
  KubernetesObject,
  Namespace,
  Pod,
  ReferenceGrant,
  Secret,
  Service,
} from '@/lib/gateway-api/types'
import { useLiveStore } from './data-provider'
import type { LiveList } from './live-list'
import { liveKeys } from './live-store'
import { useCachedQuery } from './use-cached-query'

interface LiveObjects {
  gatewayclasses: GatewayClass
  gateways: Gateway
  httproutes: HTTPRoute
  grpcroutes: KubernetesObject
  referencegrants: ReferenceGrant
  namespaces: Namespace
  services: Service
  secrets: Secret
  serviceaccounts: KubernetesObject
  pods: Pod
  endpointslices: EndpointSlice
  deployments: Deployment
}

export interface LiveObjectsResult<T> {
  /** In which the cluster serves the kind; the newest known until the first snapshot. */
  readonly apiVersion: string
  readonly objects: readonly T[]
  /** False until the first snapshot: an empty list then means "not known yet". */
  readonly isSynced: boolean
}

const NOTHING: readonly never[] = []

/** Every object of a kind, kept current by the page's stream; the same value until one of them changes. */
export function useLiveList<P extends KnownPlural>(plural: P): LiveObjectsResult<LiveObjects[P]> {
  const store = useLiveStore()
  useEffect(() => store.retain(plural), [store, plural])
  const { data } = useCachedQuery<LiveList>({ queryKey: liveKeys.list(plural), queryFn: skipToken })
  // The stream serves each kind as that kind; the map above is the contract.
  const objects = (data?.objects ?? NOTHING) as unknown as readonly LiveObjects[P][]
  const isSynced = data !== undefined
  const apiVersion = data?.apiVersion ?? apiVersionOf(KINDS[plural])
  return useMemo(() => ({ apiVersion, objects, isSynced }), [apiVersion, objects, isSynced])
}

export interface LiveObjectResult<T> {
  readonly object: T | undefined
  readonly isSynced: boolean
}

/** One object of a kind by namespace and name. */
export function useLiveObject<P extends KnownPlural>(
  plural: P,
  namespace: string,
  name: string,
): LiveObjectResult<LiveObjects[P]> {
  const { objects, isSynced } = useLiveList(plural)
  const object = objects.find(
    ({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === namespace,
  )
  return { object, isSynced }
}

const CONNECTING: LiveConnection = { state: 'connecting', message: '' }

/** Whether the objects on the page are current. */
export function useLiveConnection(): LiveConnection {
  const { data } = useCachedQuery<LiveConnection>({
    queryKey: liveKeys.connection,
    queryFn: skipToken,
  })
  return data ?? CONNECTING
}
