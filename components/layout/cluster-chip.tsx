'use client'

import Link from 'next/link'
import { useCluster } from '@/components/data/queries'
import { page } from '@/lib/dashboard-api/paths'

/** Context and version of the cluster that everything on the page is about. */
export function ClusterChip() {
  const { data: cluster } = useCluster()
  if (cluster === undefined) return null
  const version = cluster.reachable
    ? (cluster.kubernetesVersion ?? 'unknown version')
    : 'unreachable'
  return (
    <Link
      href={page.cluster()}
      aria-label={`Cluster ${cluster.context}, ${version}`}
      className="inline-flex max-w-64 items-center truncate rounded-full border border-line bg-sunken px-2.5 text-2xs leading-5 font-medium text-muted hover:text-fg max-md:hidden"
    >
      {cluster.context} · {version}
    </Link>
  )
}
