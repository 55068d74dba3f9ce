'use client'

import { Plus, ScrollText } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useLiveList } from '@/components/data/use-live'
import { useNow } from '@/components/data/use-now'
import { useUrlState } from '@/components/data/use-url-state'
import { formatAge, plural } from '@/components/format/numbers'
import { PageHeader } from '@/components/layout/page-header'
import { Button } from '@/components/ui/button'
import { Chip } from '@/components/ui/chip'
import { EmptyState, LoadingState } from '@/components/ui/empty-state'
import { SearchBox } from '@/components/ui/search-box'
import { StatusIcon } from '@/components/ui/status-icon'
import { BackendDialog } from './backend-dialog'
import { PodLogs } from './pod-logs'
import { type PodView, type ServiceView, viewServices } from './service-pods'

/** Rendering more Services at once would make the page slow; the filter reaches the rest. */
const SERVICES_SHOWN_MAX = 100
const NOW_MS = 5_000

interface PodRowProps {
  pod: PodView
  now: number
  isOpen: boolean
  onToggleLog: () => void
}

const CELL = 'py-1.5 pr-3'

function PodRow({ pod, now, isOpen, onToggleLog }: PodRowProps) {
  return (
    <tr className="border-t border-line">
      <th scope="row" className={`${CELL} text-left font-normal`}>
        <span className="flex items-center gap-2">
          <StatusIcon
            status={pod.isReady ? 'ok' : 'warn'}
            label={pod.isReady ? 'Ready:' : 'Not ready:'}
          />
          <span className="font-mono text-xs break-all">{pod.name}</span>
        </span>
      </th>
      <td className={CELL} title={pod.message}>
        {pod.state}
        {pod.message === '' ? null : <span className="block text-2xs text-bad">{pod.message}</span>}
      </td>
      <td className={`${CELL} tabular-nums`}>{pod.restarts}</td>
      <td className={`${CELL} font-mono text-xs max-md:hidden`}>{pod.ip || '–'}</td>
      <td className={`${CELL} max-w-72 truncate font-mono text-xs max-lg:hidden`} title={pod.image}>
        {pod.image}
      </td>
      <td className={`${CELL} tabular-nums`}>{formatAge(pod.startedAt, now)}</td>
      <td className="py-1.5 text-right">
        <Button
          size="sm"
          aria-expanded={isOpen}
          aria-label={`Log of ${pod.name}`}
          icon={<ScrollText size={13} aria-hidden />}
          onClick={onToggleLog}
        >
          Log
        </Button>
      </td>
    </tr>
  )
}

const POD_COLUMNS = [
  { label: 'Pod', className: '' },
  { label: 'State', className: '' },
  { label: 'Restarts', className: '' },
  { label: 'IP', className: 'max-md:hidden' },
  { label: 'Image', className: 'max-lg:hidden' },
  { label: 'Age', className: '' },
] as const

interface ServiceSectionProps {
  service: ServiceView
  now: number
  openLog: string
  onToggleLog: (pod: string) => void
}

function ServiceSection({ service, now, openLog, onToggleLog }: ServiceSectionProps) {
  const { key, namespace, name, ports, pods, ready, endpoints } = service
  const open = pods.find((pod) => pod.name === openLog)
  const isServing = endpoints > 0 && ready === endpoints
  return (
    <section aria-label={`Service ${key}`} className="rounded-lg border border-line bg-panel">
      <div className="flex flex-wrap items-center gap-2 px-3 py-2.5">
        <h2 className="font-semibold">
          <span className="font-normal text-muted">{namespace} / </span>
          {name}
        </h2>
        {ports.length === 0 ? null : <Chip>port {ports.join(', ')}</Chip>}
        <Chip tone={isServing ? 'ok' : 'warn'}>
          {ready} of {plural(endpoints, 'endpoint')} ready
        </Chip>
      </div>
      {pods.length === 0 ? (
        <p className="px-3 pb-3 text-muted">
          No Pod matches its selector. Requests sent here are answered with an error by the Gateway.
        </p>
      ) : (
        <div className="overflow-x-auto px-3 pb-1">
          <table className="w-full text-[0.8125rem]">
            <thead className="text-left text-xs text-muted">
              <tr>
                {POD_COLUMNS.map(({ label, className }) => (
                  <th key={label} scope="col" className={`${CELL} font-medium ${className}`}>
                    {label}
                  </th>
                ))}
                <td />
              </tr>
            </thead>
            <tbody>
              {pods.map((pod) => (
                <PodRow
                  key={pod.name}
                  pod={pod}
                  now={now}
                  isOpen={pod === open}
                  onToggleLog={() => onToggleLog(pod.name)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {open === undefined ? null : (
        <div className="p-3 pt-1">
          <PodLogs
            key={open.name}
            namespace={open.namespace}
            name={open.name}
            onClose={() => onToggleLog(open.name)}
          />
        </div>
      )}
    </section>
  )
}

function ServiceList({ services }: { services: readonly ServiceView[] }) {
  const url = useUrlState()
  const now = useNow(NOW_MS)
  const openLog = url.get('log')
  const filter = url.get('filter').toLowerCase()
  const matching = services.filter(({ key }) => key.includes(filter))
  const shown = matching.slice(0, SERVICES_SHOWN_MAX)
  if (services.length === 0) {
    return (
      <EmptyState title="No Services yet">
        A Service names the Pods that answer requests. Create an echo backend with New backend.
      </EmptyState>
    )
  }
  return (
    <div className="flex flex-col gap-3 px-4 pb-6 md:px-6">
      <SearchBox
        label="Filter Services"
        value={url.get('filter')}
        onChange={(text) => url.set({ filter: text })}
        className="sm:max-w-80"
      />
      {shown.map((service) => (
        <ServiceSection
          key={service.key}
          service={service}
          now={now}
          openLog={openLog}
          onToggleLog={(pod) => url.set({ log: pod === openLog ? '' : pod })}
        />
      ))}
      {matching.length > shown.length ? (
        <p className="text-muted">
          {matching.length - shown.length} more Services: type in the filter to find them.
        </p>
      ) : null}
      {matching.length === 0 ? (
        <p className="text-muted">No Service has this in its name.</p>
      ) : null}
    </div>
  )
}

const NEW_BACKEND = { name: 'backend-2', namespace: 'default', port: 3000, replicas: 1 } as const

export function BackendsPage() {
  const services = useLiveList('services')
  const { objects: pods } = useLiveList('pods')
  const { objects: slices } = useLiveList('endpointslices')
  const [isCreating, setIsCreating] = useState(false)
  const views = useMemo(
    () => viewServices(services.objects, pods, slices),
    [services.objects, pods, slices],
  )
  return (
    <>
      <PageHeader
        title="Backends"
        description="Services and the Pods behind them, with their logs, live."
        actions={
          <Button
            variant="primary"
            icon={<Plus size={15} aria-hidden />}
            onClick={() => setIsCreating(true)}
          >
            New backend
          </Button>
        }
      />
      {services.isSynced ? (
        <ServiceList services={views} />
      ) : (
        <LoadingState label="Loading Services" />
      )}
      {isCreating ? (
        <BackendDialog initial={NEW_BACKEND} isProposal onClose={() => setIsCreating(false)} />
      ) : null}
    </>
  )
}
