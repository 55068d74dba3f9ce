'use client'

import { useCluster } from '@/components/data/queries'
import { useLiveConnection, useLiveDenials } from '@/components/data/use-live'
import { Notice } from '@/components/ui/notice'
import { kindsText } from './kinds-text'

/** Says, on every page, that the cluster cannot be reached or a kind not be read, and what to do about it. */
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
  if (connection.state !== 'disconnected') return <DenialNotice />
  return (
    <Notice tone="warn" title="Live updates are interrupted" className="rounded-none">
      {connection.message} What you see may be out of date; the page keeps trying.
    </Notice>
  )
}

function DenialNotice() {
  const denials = Object.entries(useLiveDenials())
  if (denials.length === 0) return null
  const kinds = kindsText(denials.map(([plural]) => plural))
  return (
    <Notice
      tone="warn"
      title={`${kinds} can’t be read: what depends on them is unknown`}
      className="rounded-none"
    >
      {denials.map(([plural, message]) => (
        <p key={plural}>{message}</p>
      ))}
    </Notice>
  )
}
