'use client'

import type { ManifestRequest, ManifestResponse } from '@/lib/dashboard-api/manifests'
import { API } from '@/lib/dashboard-api/paths'
import { type DashboardRequestError, postJson } from './dashboard-client'
import { useCachedQuery } from './use-cached-query'

/** The server's answer to a manifest, without storing it. Asked anew whenever the manifest, its base or `force` changes. */
export function useDryRun(input: Pick<ManifestRequest, 'manifest' | 'base'> & { force: boolean }) {
  const { manifest, base, force } = input
  return useCachedQuery<ManifestResponse, DashboardRequestError>({
    queryKey: ['dry-run', manifest, base ?? null, force],
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
