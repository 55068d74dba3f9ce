'use client'

import { useCluster } from '@/components/data/queries'
import { useLiveConnection } from '@/components/data/use-live'
import { Notice } from '@/components/ui/notice'

/** Says, on every page, that the cluster cannot be reached, and what to do about it. */
export function ReachabilityNotice() {
  const { data: cluster } = useCluster()
  const connection = useLiveConnection()
  if (cluster !== undefined && !cluster.reachable) {
    return (
      <Notice
        tone="warn"
        title={`Cluster ${cluster.context} cannot be reached`}
        className="rounded-none"
      >
        {cluster.message} What you see may be out of date; the page keeps trying.
      </Notice>
    )
  }
  if (connection.state !== 'disconnected') return null
  return (
    <Notice tone="warn" title="Live updates are interrupted" className="rounded-none">
      {connection.message} What you see may be out of date; the page keeps trying.
    </Notice>
  )
}
