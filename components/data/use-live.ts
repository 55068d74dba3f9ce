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
import { type Denials, liveKeys } from './live-store'
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
  /** False until the first snapshot, and while the kind may not be read: an empty list then means "unknown". */
  readonly isSynced: boolean
  /** Which right is missing to read the kind; empty when none is. */
  readonly denied: string
}

const NOTHING: readonly never[] = []

/** Every object of a kind, kept current by the page's stream; the same value until one of them changes. */
export function useLiveList<P extends KnownPlural>(plural: P): LiveObjectsResult<LiveObjects[P]> {
  const store = useLiveStore()
  useEffect(() => store.retain(plural), [store, plural])
  const { data } = useCachedQuery<LiveList>({ queryKey: liveKeys.list(plural), queryFn: skipToken })
  // The stream serves each kind as that kind; the map above is the contract.
  const objects = (data?.objects ?? NOTHING) as unknown as readonly LiveObjects[P][]
  const denied = useLiveDenials()[plural] ?? ''
  const isSynced = data !== undefined && denied === ''
  const apiVersion = data?.apiVersion ?? apiVersionOf(KINDS[plural])
  return useMemo(
    () => ({ apiVersion, objects: denied === '' ? objects : NOTHING, isSynced, denied }),
    [apiVersion, objects, isSynced, denied],
  )
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

const NO_DENIALS: Denials = {}

/** Kinds on the page that may not be read, each with the right that is missing. */
export function useLiveDenials(): Denials {
  const { data } = useCachedQuery<Denials>({ queryKey: liveKeys.denials, queryFn: skipToken })
  return data ?? NO_DENIALS
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
