'use client'

import type { ManifestRequest, ManifestResponse } from '@/lib/dashboard-api/manifests'
import { API } from '@/lib/dashboard-api/paths'
import { type DashboardRequestError, postJson } from './dashboard-client'
import { useCachedQuery } from './use-cached-query'

type DryRunQuestion = Omit<ManifestRequest, 'action'>

/**
 * The server's answer to a manifest, without storing it. Asked anew whenever a part of the question changes; another attempt asks
 * the same again.
 */
export function useDryRun(question: DryRunQuestion, attempt: number) {
  return useCachedQuery<ManifestResponse, DashboardRequestError>({
    queryKey: ['dry-run', question, attempt],
    queryFn: () =>
      postJson<ManifestResponse>(API.manifests, {
        ...question,
        action: 'dry-run',
      } satisfies ManifestRequest),
    retry: false,
    staleTime: 0,
    gcTime: 0,
    structuralSharing: false,
  })
}
