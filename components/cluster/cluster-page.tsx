'use client'

import { useCluster, useHealth } from '@/components/data/queries'
import { useLiveList } from '@/components/data/use-live'
import { formatBytes } from '@/components/format/numbers'
import { PageHeader } from '@/components/layout/page-header'
import { LoadingState } from '@/components/ui/empty-state'
import { Notice } from '@/components/ui/notice'
import { Panel } from '@/components/ui/panel'
import { type Status, StatusIcon } from '@/components/ui/status-icon'
import type { PlaneHealth } from '@/lib/dashboard-api/live'
import { keyOf } from '@/lib/gateway-api/references'
import { GatewayClassSection, GatewaySection } from './gateway-section'
import { processesOf } from './processes'

function Connection() {
  const { data: cluster, error } = useCluster()
  if (error !== null) {
    return (
      <Notice tone="bad" title="The dashboard can't say which cluster it uses">
        {error.message}
      </Notice>
    )
  }
  if (cluster === undefined) return <LoadingState label="Loading cluster" />
  const facts = [
    { term: 'Context', value: cluster.context },
    { term: 'API server', value: cluster.server },
    { term: 'Version', value: cluster.kubernetesVersion ?? 'unknown' },
  ]
  return (
    <Panel
      title="Connection"
      actions={
        <span className="flex items-center gap-1.5 text-xs">
          <StatusIcon status={cluster.reachable ? 'ok' : 'bad'} />
          {cluster.reachable ? 'Reachable' : 'Unreachable'}
        </span>
      }
    >
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        {facts.map(({ term, value }) => (
          <div key={term} className="contents">
            <dt className="text-muted">{term}</dt>
            <dd className="font-mono text-xs leading-5 break-all">{value}</dd>
          </div>
        ))}
      </dl>
      {cluster.reachable ? null : (
        <Notice tone="warn" className="mt-2">
          {cluster.message}
        </Notice>
      )}
    </Panel>
  )
}

const PROCESS_STATUS: Record<PlaneHealth['status'], Status> = {
  ok: 'ok',
  starting: 'pending',
  failed: 'bad',
}

function Processes() {
  const { data: health, error } = useHealth()
  if (error !== null) {
    return (
      <Notice tone="bad" title="The dashboard server does not answer">
        Check that it is still running; this page keeps trying.
      </Notice>
    )
  }
  if (health === undefined) return <LoadingState label="Loading health" />
  return (
    <Panel title="Mirrorboard's own processes">
      <table className="w-full text-[0.8125rem]">
        <thead className="text-left text-xs text-muted">
          <tr>
            <th scope="col" className="py-1 pr-3 font-medium">
              Process
            </th>
            <th scope="col" className="py-1 pr-3 font-medium">
              State
            </th>
            <th scope="col" className="py-1 pr-3 text-right font-medium">
              PID
            </th>
            <th scope="col" className="py-1 text-right font-medium">
              Memory
            </th>
          </tr>
        </thead>
        <tbody>
          {processesOf(health.planes).map(({ name, status, message, pid, residentBytes }) => (
            <tr key={name} className="border-t border-line">
              <th scope="row" className="py-1.5 pr-3 text-left font-medium">
                {name}
              </th>
              <td className="py-1.5 pr-3">
                <span className="flex items-center gap-2">
                  <StatusIcon status={PROCESS_STATUS[status]} />
                  {status}
                  <span className="text-muted">{message}</span>
                </span>
              </td>
              <td className="py-1.5 pr-3 text-right tabular-nums">{pid ?? '–'}</td>
              <td className="py-1.5 text-right tabular-nums">
                {residentBytes === null ? '–' : formatBytes(residentBytes)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  )
}

export function ClusterPage() {
  const { objects: gateways, isSynced } = useLiveList('gateways')
  const { objects: gatewayClasses } = useLiveList('gatewayclasses')
  const { objects: routes } = useLiveList('httproutes')
  return (
    <>
      <PageHeader
        title="Cluster"
        description="Which cluster this dashboard works on, its Gateways, and Mirrorboard itself."
      />
      <div className="gap-3 px-4 pb-3 md:px-6 lg:columns-2 [&>*]:mb-3 [&>*]:break-inside-avoid">
        <Connection />
        <Processes />
        {gateways.map((gateway) => (
          <GatewaySection key={keyOf(gateway)} gateway={gateway} routes={routes} />
        ))}
        {isSynced && gateways.length === 0 ? (
          <Panel title="Gateways">
            <p className="text-muted">
              There is no Gateway. Routes attach to one by parentRefs: apply a Gateway manifest with
              kubectl.
            </p>
          </Panel>
        ) : null}
        {gatewayClasses.map((gatewayClass) => (
          <GatewayClassSection key={gatewayClass.metadata.name} gatewayClass={gatewayClass} />
        ))}
      </div>
    </>
  )
}
