'use client'

import { ChevronRight, Route, Send, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { lastChange, reviewBaseOf } from '@/components/data/draft'
import { useLiveList, useLiveObject } from '@/components/data/use-live'
import { useUrlState } from '@/components/data/use-url-state'
import { followPairsWith } from '@/components/editor/mirror-lens'
import { LiveLoading } from '@/components/layout/live-loading'
import { RouteTabs } from '@/components/layout/route-tabs'
import { formForRoute } from '@/components/request/traffic-form'
import { MergeDialog } from '@/components/review/merge-dialog'
import { StaleNotice } from '@/components/review/stale-notice'
import { DeleteRouteDialog } from '@/components/routes/delete-route-dialog'
import { MatchSimulator } from '@/components/routes/match-simulator'
import { RouteConditions } from '@/components/routes/route-conditions'
import { RouteSidebar } from '@/components/routes/route-sidebar'
import { type RouteDocument, useRouteDocument } from '@/components/routes/use-route-document'
import { LiveTraffic } from '@/components/traffic/live-traffic'
import { TrafficPanel } from '@/components/traffic/traffic-panel'
import { Button, buttonClass } from '@/components/ui/button'
import { Chip } from '@/components/ui/chip'
import { EmptyState } from '@/components/ui/empty-state'
import { Notice } from '@/components/ui/notice'
import { Panel } from '@/components/ui/panel'
import { StatusIcon } from '@/components/ui/status-icon'
import { Tooltip } from '@/components/ui/tooltip'
import { ManifestWorkspace } from '@/components/workspace/manifest-workspace'
import { page } from '@/lib/dashboard-api/paths'
import { summariseRoute } from '@/lib/gateway-api/route-summary'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { useArrivalFocus } from './arrival-focus'
import { missingBackend } from './missing-backend'

interface RouteAddress {
  namespace: string
  name: string
}

function Breadcrumb({ namespace, name }: RouteAddress) {
  const heading = useArrivalFocus(`${namespace}/${name}`)
  return (
    <nav aria-label="Breadcrumb" className="flex min-w-0 items-center gap-1.5">
      <Link
        href={`${page.routes()}?namespace=${encodeURIComponent(namespace)}`}
        className="text-muted hover:text-fg"
      >
        {namespace}
      </Link>
      <ChevronRight size={14} aria-hidden className="text-muted" />
      <h1 ref={heading} tabIndex={-1} className="truncate font-semibold outline-offset-0">
        {name}
      </h1>
    </nav>
  )
}

function HealthChip({ route }: { route: HTTPRoute }) {
  const { health } = summariseRoute(route)
  const tone = health.state === 'pending' ? 'neutral' : health.state
  return (
    <Chip tone={tone} className="max-w-72 truncate" title={health.text}>
      <StatusIcon status={health.state} className="size-3" />
      <span className="truncate">{health.text}</span>
    </Chip>
  )
}

function TrafficColumn({
  route,
  namespace,
  name,
}: RouteAddress & { route: HTTPRoute | undefined }) {
  const url = useUrlState()
  const isSending = url.get('send') === '1'
  const isExplaining = url.get('explain') === '1'
  return (
    <LiveTraffic namespace={namespace} name={name}>
      {route === undefined ? null : (
        <div className="flex flex-col gap-3">
          <div className="flex flex-wrap gap-2">
            <Button
              icon={<Send size={14} aria-hidden />}
              aria-expanded={isSending}
              onClick={() => url.set({ send: isSending ? '' : '1' })}
            >
              Send traffic
            </Button>
            <Button
              icon={<Route size={14} aria-hidden />}
              aria-expanded={isExplaining}
              onClick={() => url.set({ explain: isExplaining ? '' : '1' })}
            >
              Which rule takes a request?
            </Button>
          </div>
          {isSending ? (
            <Panel title="Requests through the Gateway">
              <TrafficPanel key={route.metadata.uid} initial={formForRoute(route)} />
            </Panel>
          ) : null}
          {isExplaining ? (
            <Panel title="Which rule takes this request?">
              <MatchSimulator
                key={route.metadata.uid}
                namespace={namespace}
                name={name}
                initial={formForRoute(route)}
              />
            </Panel>
          ) : null}
        </div>
      )}
    </LiveTraffic>
  )
}

interface RouteNoticeProps {
  document: RouteDocument
  merging: { onMerge?: () => void }
}

/** What happened to the live route under the draft, and the ways on. */
function RouteNotice({ document, merging }: RouteNoticeProps) {
  if (document.isGone) {
    return (
      <Notice tone="warn" title="This route was deleted" className="rounded-none">
        Your draft is still here: applying it creates the route again.
      </Notice>
    )
  }
  if (!document.movedOn) return null
  return (
    <div className="p-2">
      <StaleNotice
        live={document.route ?? null}
        {...merging}
        onLoadLive={document.discard}
        onKeep={document.rebase}
      />
    </div>
  )
}

function MissingRoute({ namespace, name }: RouteAddress) {
  return (
    <EmptyState
      level={1}
      title={`There is no HTTPRoute ${namespace}/${name}`}
      action={
        <div className="flex gap-2">
          <Link href={page.routes()} className={buttonClass()}>
            All routes
          </Link>
          <Link href={page.history(namespace, name)} className={buttonClass()}>
            Its history
          </Link>
          <Link href={page.newRoute()} className={buttonClass({ variant: 'primary' })}>
            New route
          </Link>
        </div>
      }
    >
      It may have been deleted, or the address has a typo. If it is created, this page shows it.
    </EmptyState>
  )
}

type RouteEditorProps = RouteAddress & { live: HTTPRoute | undefined }

function RouteEditor({ namespace, name, live }: RouteEditorProps) {
  const router = useRouter()
  const field = useUrlState().get('field')
  useEffect(() => followPairsWith((href) => router.push(href)), [router])
  const { objects: gateways } = useLiveList('gateways')
  const [dialog, setDialog] = useState<'delete' | 'merge' | null>(null)
  const close = () => setDialog(null)
  const document = useRouteDocument({ namespace, name }, live)
  const { route, base, mergeTexts } = document
  const merging = mergeTexts === null ? {} : { onMerge: () => setDialog('merge') }
  if (route === undefined && !document.isDirty)
    return <MissingRoute namespace={namespace} name={name} />
  return (
    <>
      <ManifestWorkspace
        path={`${namespace}/${name}`}
        namespace={namespace}
        text={document.text}
        {...(field !== '' && { revealField: field })}
        isDirty={document.isDirty}
        isKept={document.isKept}
        base={reviewBaseOf(base)}
        {...(route !== undefined && { live: route })}
        heading={
          <>
            <Breadcrumb namespace={namespace} name={name} />
            {route === undefined ? null : <HealthChip route={route} />}
          </>
        }
        actions={
          route === undefined ? null : (
            <Tooltip content="Delete route">
              <Button
                variant="ghost"
                size="icon"
                aria-label="Delete route"
                icon={<Trash2 size={15} aria-hidden />}
                onClick={() => setDialog('delete')}
              />
            </Tooltip>
          )
        }
        backendDialog={missingBackend}
        notice={<RouteNotice document={document} merging={merging} />}
        status={
          route === undefined ? undefined : <RouteConditions route={route} gateways={gateways} />
        }
        onChange={document.edit}
        onDiscard={document.discard}
        onRebase={document.rebase}
        {...merging}
        onLoadLive={document.discard}
        onApplied={({ results }) => {
          const mine = results.find(
            ({ kind, name: applied }) => kind === 'HTTPRoute' && applied === name,
          )
          document.settle((mine?.result ?? null) as HTTPRoute | null)
        }}
      />
      {dialog === 'merge' && mergeTexts !== null && route !== undefined ? (
        <MergeDialog
          key={mergeTexts.live}
          texts={mergeTexts}
          manager={lastChange(route)?.manager ?? 'someone else'}
          onClose={close}
          onMerged={(text) => {
            close()
            document.merged(text)
          }}
        />
      ) : null}
      {dialog === 'delete' && route !== undefined ? (
        <DeleteRouteDialog
          route={summariseRoute(route)}
          uid={route.metadata.uid}
          onClose={close}
          onDeleted={() => {
            document.discard()
            router.push(page.routes())
          }}
        />
      ) : null}
    </>
  )
}

/** One HTTPRoute: its neighbours, its manifest, and its traffic. */
export function RoutePage({ namespace, name }: RouteAddress) {
  const { object: live, isSynced } = useLiveObject('httproutes', namespace, name)
  return (
    <div className="flex min-h-full flex-col lg:h-full">
      <RouteTabs namespace={namespace} name={name} current="route" />
      <div className="flex min-h-0 flex-1 flex-col lg:grid lg:grid-cols-[minmax(0,1fr)_24rem] xl:grid-cols-[15.5rem_minmax(0,1fr)_24rem]">
        <aside className="min-h-0 border-r border-line bg-panel max-xl:hidden">
          <RouteSidebar current={`${namespace}/${name}`} />
        </aside>
        <section
          aria-label="Manifest"
          className="min-h-0 border-line max-lg:h-[40rem] max-lg:border-b lg:border-r"
        >
          {isSynced ? (
            <RouteEditor namespace={namespace} name={name} live={live} />
          ) : (
            <LiveLoading kinds={['httproutes']} label="Loading route" />
          )}
        </section>
        <aside aria-label="Traffic of this route" className="min-h-0 overflow-y-auto bg-bg">
          <TrafficColumn route={live} namespace={namespace} name={name} />
        </aside>
      </div>
    </div>
  )
}
