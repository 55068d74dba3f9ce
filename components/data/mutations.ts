'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ManifestRequest, ManifestResponse } from '@/lib/dashboard-api/manifests'
import { API, apiPath } from '@/lib/dashboard-api/paths'
import type { ProbeAnswer, ProbeRequest } from '@/lib/dashboard-api/probe'
import type { TrafficRequest, TrafficRun } from '@/lib/dashboard-api/traffic'
import type { KnownPlural } from '@/lib/gateway-api/kinds'
import { type DashboardRequestError, postJson, sendDelete } from './dashboard-client'

/** Dry-runs or applies a manifest. The change itself comes back on the live stream. */
export function useSubmitManifest() {
  return useMutation<ManifestResponse, DashboardRequestError, ManifestRequest>({
    mutationFn: (body) => postJson<ManifestResponse>(API.manifests, body),
  })
}

export interface ObjectAddress {
  plural: KnownPlural
  namespace: string
  name: string
  /** Only the object with this uid is deleted, and not one that has taken its name since. */
  uid?: string | undefined
}

export function useDeleteObject() {
  return useMutation<void, DashboardRequestError, ObjectAddress>({
    mutationFn: ({ plural, namespace, name, uid }) =>
      sendDelete(apiPath.object(plural, namespace, name, uid)),
  })
}

export function useStartTraffic() {
  const queryClient = useQueryClient()
  return useMutation<TrafficRun, DashboardRequestError, TrafficRequest>({
    mutationFn: (body) => postJson<TrafficRun>(API.traffic, body),
    onSuccess: (run) => queryClient.setQueryData(['traffic', run.id], run),
  })
}

/** Sends one request through a Gateway. */
export function useSendProbe() {
  return useMutation<ProbeAnswer, DashboardRequestError, ProbeRequest>({
    mutationFn: (body) => postJson<ProbeAnswer>(API.probe, body),
  })
}

export function useStopTraffic() {
  const queryClient = useQueryClient()
  return useMutation<void, DashboardRequestError, string>({
    mutationFn: (id) => sendDelete(apiPath.trafficRun(id)),
    onSettled: (_result, _error, id) =>
      queryClient.invalidateQueries({ queryKey: ['traffic', id] }),
  })
}
