'use client'

import { Plus } from 'lucide-react'
import { useMemo, useState } from 'react'
import { type LiveObjectsResult, useLiveList } from '@/components/data/use-live'
import { useNow } from '@/components/data/use-now'
import { useUrlState } from '@/components/data/use-url-state'
import { LiveLoading } from '@/components/layout/live-loading'
import { PageHeader } from '@/components/layout/page-header'
import { Button } from '@/components/ui/button'
import { Chip } from '@/components/ui/chip'
import { EmptyState } from '@/components/ui/empty-state'
import { SearchBox } from '@/components/ui/search-box'
import { BackendDialog } from './backend-dialog'
import { EndpointTable } from './endpoint-table'
import { PodLogs } from './pod-logs'
import { PodTable } from './pod-table'
import { describeService, summarizeService } from './service-text'
import { type ServiceView, viewServices } from './service-view'

/** Rendering more Services at once would make the page slow; the filter reaches the rest. */
const SERVICES_SHOWN_MAX = 100
const NOW_MS = 5_000

interface ServiceSectionProps {
  service: ServiceView
  now: number
  openLog: string
  onToggleLog: (pod: string) => void
}

function ServiceSection({ service, now, openLog, onToggleLog }: ServiceSectionProps) {
  const { key, namespace, name, portTexts, pods, endpoints } = service
  const open = pods?.find((pod) => pod.name === openLog)
  const { tone, text } = summarizeService(service)
  const sentences = describeService(service)
  return (
    <section aria-label={`Service ${key}`} className="rounded-lg border border-line bg-panel">
      <div className="flex flex-wrap items-center gap-2 px-3 py-2.5">
        <h2 className="font-semibold">
          <span className="font-normal text-muted">{namespace} / </span>
          {name}
        </h2>
        {portTexts.length === 0 ? null : <Chip>port {portTexts.join(', ')}</Chip>}
        <Chip tone={tone}>{text}</Chip>
      </div>
      {sentences.map((sentence) => (
        <p key={sentence} className="px-3 pb-2 text-pretty text-muted">
          {sentence}
        </p>
      ))}
      <EndpointTable name={key} endpoints={endpoints ?? []} />
      {pods === null ? (
        <p className="px-3 pb-3 text-muted">Its Pods can’t be read, so they are unknown.</p>
      ) : (
        <PodTable
          pods={pods}
          now={now}
          openLog={open?.name ?? ''}
          onToggleLog={(pod) => onToggleLog(pod)}
        />
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
        A Service leads to the endpoints that answer requests. Create an echo backend with New
        backend.
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

/** Null while it may not be read. */
function known<T>({ objects, isSynced }: LiveObjectsResult<T>): readonly T[] | null {
  return isSynced ? objects : null
}

function isSettled({ isSynced, denied }: LiveObjectsResult<unknown>): boolean {
  return isSynced || denied !== ''
}

export function BackendsPage() {
  const services = useLiveList('services')
  const pods = useLiveList('pods')
  const slices = useLiveList('endpointslices')
  const [isCreating, setIsCreating] = useState(false)
  const views = useMemo(
    () => viewServices(services.objects, known(pods), known(slices)),
    [services.objects, pods, slices],
  )
  return (
    <>
      <PageHeader
        title="Backends"
        description="Services with their endpoints, and the Pods behind them with their logs, live."
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
      {services.isSynced && isSettled(pods) && isSettled(slices) ? (
        <ServiceList services={views} />
      ) : (
        <LiveLoading kinds={['services']} label="Loading Services" />
      )}
      {isCreating ? (
        <BackendDialog initial={NEW_BACKEND} isProposal onClose={() => setIsCreating(false)} />
      ) : null}
    </>
  )
}
