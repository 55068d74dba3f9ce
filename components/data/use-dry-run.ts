'use client'

import type { ManifestRequest, ManifestResponse } from '@/lib/dashboard-api/manifests'
import { API } from '@/lib/dashboard-api/paths'
import { type DashboardRequestError, postJson } from './dashboard-client'
import { useCachedQuery } from './use-cached-query'

interface DryRunQuestion extends Pick<ManifestRequest, 'manifest' | 'base'> {
  force: boolean
  /** Another number asks the same again. */
  attempt: number
}

/** The server's answer to a manifest, without storing it. Asked anew whenever a part of the question changes. */
export function useDryRun({ manifest, base, force, attempt }: DryRunQuestion) {
  return useCachedQuery<ManifestResponse, DashboardRequestError>({
    queryKey: ['dry-run', manifest, base ?? null, force, attempt],
    queryFn: () =>
      postJson<ManifestResponse>(API.manifests, {
        manifest,
        force,
        action: 'dry-run',
        ...(base ? { base } : {}),
      }),
    retry: false,
    staleTime: 0,
    gcTime: 0,
    structuralSharing: false,
  })
}
